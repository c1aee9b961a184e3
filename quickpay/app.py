"""Put the house together: open what the world gives, hand it to the services, and serve."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import aiohttp
from aiohttp import web

from quickpay.adapters.clock import SystemClock
from quickpay.adapters.gateways.sandbox import SandboxGateway
from quickpay.adapters.ids import RandomIds
from quickpay.adapters.mail import SmtpMailer
from quickpay.adapters.notes import TemplateNotes
from quickpay.adapters.passwords import Argon2Passwords
from quickpay.adapters.sms import TWILIO, TwilioTexter
from quickpay.adapters.sms_reports import TwilioReports
from quickpay.adapters.store import open_store
from quickpay.adapters.store.version import SchemaVersion, check_version
from quickpay.adapters.tasks import BackgroundTasks
from quickpay.adapters.unset import NoMailer, NoTexter
from quickpay.domain.digests import Digests
from quickpay.domain.tokens import Tokens
from quickpay.handlers.desk import DESK, Desk
from quickpay.handlers.routes import add_routes
from quickpay.handlers.staff_desk import staff_desk
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import Gateway
from quickpay.ports.ids import Ids
from quickpay.ports.messages import Mailer, Texter
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.api_keys import ApiKeyring
from quickpay.services.courier import Courier
from quickpay.services.enter import Enter
from quickpay.services.feed import PaymentFeed
from quickpay.services.groups import GroupBook
from quickpay.services.guarantors import GuarantorBook
from quickpay.services.health import Health
from quickpay.services.importing import Importer
from quickpay.services.leave import Leave
from quickpay.services.links import LinkBook
from quickpay.services.once import Once
from quickpay.services.order import Ordering
from quickpay.services.outbox import Outbox
from quickpay.services.pay import Pay
from quickpay.services.reconcile import Reconcile
from quickpay.services.result import Results
from quickpay.services.upkeep import Upkeep
from quickpay.services.verify import Verify
from quickpay.services.webhooks import WebhooksIn
from quickpay.settings import BadSettings, Settings

STOP_GRACE_SECONDS = 25.0
"""How long a stop waits for payments at the gateway; the rest is asked after at the next start (R138)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything outside that the services reach through ports."""

    store: Store[Tx]
    clock: Clock
    ids: Ids
    mailer: Mailer
    texter: Texter
    gateway: Gateway


Wrap = Callable[[World], World]


@asynccontextmanager
async def open_world(settings: Settings, *, create: bool = False) -> AsyncIterator[World]:
    """Open the database and whatever the settings name outside, and close it all again."""
    async with AsyncExitStack() as stack:
        store = await open_store(settings.database_url, create=create)
        stack.push_async_callback(store.close)
        session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        clock = SystemClock()
        mailer = _mailer(settings, clock)
        if isinstance(mailer, SmtpMailer):
            stack.push_async_callback(mailer.close)
        yield World(
            store=store,
            clock=clock,
            ids=RandomIds(),
            mailer=mailer,
            texter=_texter(settings, session),
            gateway=_gateway(settings, session),
        )


def _mailer(settings: Settings, clock: Clock) -> Mailer:
    if settings.smtp_url is None:
        return NoMailer()
    return SmtpMailer(
        settings.smtp_url.get_secret_value(),
        hostname=settings.hostname,
        clock=clock,
        ca_file=settings.smtp_ca_file,
    )


def _texter(settings: Settings, session: aiohttp.ClientSession) -> Texter:
    if settings.twilio_account_sid is None or settings.twilio_auth_token is None:
        return NoTexter()
    return TwilioTexter(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        session=session,
        from_number=settings.twilio_from,
        messaging_service=settings.twilio_messaging_service_sid,
        api_base=settings.twilio_api_base or TWILIO,
    )


def _reports(settings: Settings) -> TwilioReports | None:
    if settings.twilio_auth_token is None:
        return None
    return TwilioReports(auth_token=settings.twilio_auth_token.get_secret_value(), base_url=settings.base_url)


async def _is_current(database_url: str) -> bool:
    return await check_version(database_url) is SchemaVersion.CURRENT


def _gateway(settings: Settings, session: aiohttp.ClientSession) -> Gateway:
    url, secret, webhook = settings.sandbox_url, settings.sandbox_secret, settings.sandbox_webhook_secret
    if url is None or secret is None or webhook is None:
        names = "QUICKPAY_SANDBOX_URL, QUICKPAY_SANDBOX_SECRET and QUICKPAY_SANDBOX_WEBHOOK_SECRET"
        raise BadSettings([f"QUICKPAY_GATEWAY=sandbox needs {names}; `quickpay demo` sets them itself"])
    return SandboxGateway(
        base_url=url,
        secret=secret.get_secret_value(),
        webhook_secret=webhook.get_secret_value(),
        session=session,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The services, and the rounds that run behind the requests."""

    desk: Desk
    importer: Importer
    outbox: Outbox
    reconcile: Reconcile
    upkeep: Upkeep


def furnish(settings: Settings, world: World, tasks: BackgroundTasks) -> House:
    """Give every service its ports."""
    if not settings.keys:
        raise BadSettings(["QUICKPAY_SECRET_KEYS: set at least one key of 32 bytes or more"])
    store, clock, ids, gateway = world.store, world.clock, world.ids, world.gateway
    tokens, digests, limits = Tokens(settings.keys), Digests(settings.keys), settings.proof_limits
    notes = TemplateNotes()
    zone = settings.zone
    courier = Courier(
        store=store,
        clock=clock,
        mailer=world.mailer,
        texter=world.texter,
        notes=notes,
        host=settings.hostname,
    )
    links = LinkBook(
        store=store,
        clock=clock,
        ids=ids,
        tokens=tokens,
        base_url=settings.base_url,
        lifetimes=settings.lifetimes,
        countries=settings.sms_countries,
    )
    desk = Desk(
        base_url=settings.base_url,
        host=settings.host,
        secure=settings.secure,
        trusted_proxies=settings.trusted_proxies,
        tokens=tokens,
        gateway=gateway,
        enter=Enter(store=store, clock=clock, ids=ids, tokens=tokens, digests=digests, limits=limits),
        verify=Verify(
            store=store, clock=clock, ids=ids, digests=digests, limits=limits, courier=courier, tasks=tasks
        ),
        ordering=Ordering(store=store, clock=clock, ids=ids, gateway=gateway),
        pay=Pay(
            store=store,
            clock=clock,
            ids=ids,
            digests=digests,
            limits=limits,
            gateway=gateway,
            tasks=tasks,
            zone=zone,
        ),
        results=Results(store=store, clock=clock),
        leave=Leave(store=store, clock=clock),
        groups=GroupBook(
            store=store, clock=clock, host=settings.hostname, mail_from_domains=settings.mail_from_domains
        ),
        guarantors=GuarantorBook(store=store, clock=clock, countries=settings.sms_countries),
        links=links,
        feed=PaymentFeed(store=store, clock=clock),
        keyring=ApiKeyring(store=store, clock=clock, ids=ids),
        once=Once(store=store, clock=clock),
        webhooks=WebhooksIn(
            store=store, clock=clock, gateway=gateway, zone=zone, callbacks=_reports(settings)
        ),
        health=Health(
            store=store, clock=clock, schema_is_current=partial(_is_current, settings.database_url)
        ),
        staff=staff_desk(
            store=store,
            clock=clock,
            ids=ids,
            digests=digests,
            limits=limits,
            passwords=Argon2Passwords(),
            links=links,
            base_url=settings.base_url,
            pops_management=settings.pops_management,
            zone=zone,
        ),
    )
    return House(
        desk=desk,
        importer=Importer(store=store, clock=clock, groups=desk.groups, guarantors=desk.guarantors),
        outbox=Outbox(
            store=store,
            clock=clock,
            mailer=world.mailer,
            texter=world.texter,
            notes=notes,
            tokens=tokens,
            base_url=settings.base_url,
            host=settings.hostname,
            owner=ids.uuid(),
            zone=zone,
        ),
        reconcile=Reconcile(store=store, clock=clock, gateway=gateway, zone=zone),
        upkeep=Upkeep(store=store, clock=clock),
    )


def make_app(
    settings: Settings, *, wrap: Wrap = lambda world: world, create: bool = False
) -> web.Application:
    """Build the application; it opens its world when it starts and closes it when it stops.

    `wrap` lets a test put something between the services and the world; `create` makes or migrates the
    database first.
    """
    app = web.Application(client_max_size=64 * 1024)
    add_routes(app)
    app.cleanup_ctx.append(partial(_live, settings=settings, wrap=wrap, create=create))
    return app


async def _live(app: web.Application, *, settings: Settings, wrap: Wrap, create: bool) -> AsyncIterator[None]:
    async with open_world(settings, create=create) as world:
        tasks = BackgroundTasks()
        house = furnish(settings, wrap(world), tasks)
        app[DESK] = house.desk
        tasks.every(1.0, house.outbox.run_once, name="outbox")
        tasks.every(1.0, house.reconcile.run_once, name="reconcile")
        tasks.every(5.0, house.desk.enter.flush_seen, name="seen")
        tasks.every(30.0, house.upkeep.run_once, name="upkeep")
        yield
        await tasks.stop(grace=STOP_GRACE_SECONDS)
        await house.desk.enter.flush_seen()
