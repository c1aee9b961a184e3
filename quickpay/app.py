"""Put the house together: hand what the world gives to the services, and answer requests with them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from quickpay.adapters.absent import served
from quickpay.adapters.alarms import LoggedAlarms
from quickpay.adapters.notes import TemplateNotes
from quickpay.adapters.passwords import Argon2Passwords
from quickpay.adapters.sms_reports import TwilioReports, report_address
from quickpay.adapters.store.engine.version import SchemaVersion, check_version
from quickpay.adapters.tasks import BackgroundTasks
from quickpay.adapters.watchdog import LOOKS_EVERY_SECONDS, Watchdog
from quickpay.domain.digests import Digests
from quickpay.domain.origins import Origin
from quickpay.domain.return_addresses import is_loopback
from quickpay.domain.tokens import Tokens
from quickpay.handlers.desk import DESK, Desk
from quickpay.handlers.routes import add_routes
from quickpay.handlers.staff_desk import staff_desk
from quickpay.services.cards.stored import StoredCardBook
from quickpay.services.contacts.change import ContactEditing
from quickpay.services.desk.reports import Reports
from quickpay.services.entry.about import About
from quickpay.services.entry.enter import Enter
from quickpay.services.entry.extend import Extend
from quickpay.services.entry.handoffs import HandoffBook
from quickpay.services.entry.launches import LaunchBook
from quickpay.services.entry.leave import Leave
from quickpay.services.entry.not_me import NotMe
from quickpay.services.entry.renew import Renewal
from quickpay.services.entry.website import Website
from quickpay.services.events.endpoint_care import EndpointCare
from quickpay.services.events.endpoint_secrets import Resealing
from quickpay.services.events.endpoints import EndpointBook
from quickpay.services.events.feed import PaymentFeed
from quickpay.services.events.tell import Tell
from quickpay.services.events.webhooks import WebhooksIn
from quickpay.services.groups.keep import GroupBook
from quickpay.services.groups.warnings import GroupWarnings
from quickpay.services.guarantors.importing import Importer
from quickpay.services.guarantors.keep import GuarantorBook
from quickpay.services.links.keep import LinkBook
from quickpay.services.messages.courier import Courier
from quickpay.services.messages.outbox import Outbox
from quickpay.services.once import Once
from quickpay.services.paying.order import Ordering
from quickpay.services.paying.pay import Pay
from quickpay.services.paying.resend import Resend
from quickpay.services.paying.result import Results
from quickpay.services.paying.share import Sharing
from quickpay.services.portal.pages import Portal
from quickpay.services.portal.press import Press
from quickpay.services.previews.preview import GroupPreview
from quickpay.services.proofs.office import Office
from quickpay.services.proofs.verify import Verify
from quickpay.services.running.alarms import AlarmRound
from quickpay.services.running.health import Health
from quickpay.services.running.retention import Retention
from quickpay.services.running.seals import Seals
from quickpay.services.running.upkeep import Upkeep
from quickpay.services.settling.compare import Compare
from quickpay.services.settling.reconcile import Reconcile
from quickpay.services.settling.refunds import Refunds
from quickpay.services.staff.api_keys import ApiKeyring
from quickpay.settings import BadSettings, Settings, span
from quickpay.world import World, Wrap, open_world

STOP_GRACE_SECONDS = 25.0
"""How long a stop waits for payments at the gateway; the rest is asked after at the next start (R138)."""


def _reports(settings: Settings) -> TwilioReports | None:
    if settings.twilio_auth_token is None:
        return None
    return TwilioReports(auth_token=settings.twilio_auth_token.get_secret_value(), base_url=settings.base_url)


def _apple_pay_domain(settings: Settings) -> bytes | None:
    path = settings.apple_pay_domain_file
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError as problem:
        raise BadSettings([f"QUICKPAY_APPLE_PAY_DOMAIN_FILE: {path} cannot be read"]) from problem


async def _is_current(database_url: str) -> bool:
    return await check_version(database_url) is SchemaVersion.CURRENT


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The services, and the rounds that run behind the requests."""

    desk: Desk
    importer: Importer
    outbox: Outbox
    reconcile: Reconcile
    compare: Compare
    alarms: AlarmRound
    upkeep: Upkeep
    retention: Retention
    seals: Seals
    tell: Tell
    resealing: Resealing


def furnish(settings: Settings, world: World, tasks: BackgroundTasks) -> House:
    """Give every service its ports."""
    if not settings.keys:
        raise BadSettings(["QUICKPAY_SECRET_KEYS: set at least one key of 32 bytes or more"])
    store, clock, ids, gateway = world.store, world.clock, world.ids, world.gateway
    tokens, digests, limits = Tokens(settings.keys), Digests(settings.keys), settings.proof_limits
    notes = TemplateNotes()
    reports_to = report_address(settings.base_url, api_base=settings.twilio_api_base)
    zone = settings.zone
    courier = Courier(
        store=store,
        clock=clock,
        mailer=world.mailer,
        texter=world.texter,
        notes=notes,
        host=settings.hostname,
        reports_to=reports_to,
    )
    links = LinkBook(
        store=store,
        clock=clock,
        ids=ids,
        tokens=tokens,
        digests=digests,
        base_url=settings.base_url,
        lifetimes=settings.lifetimes,
        countries=settings.sms_countries,
    )
    groups = GroupBook(
        store=store,
        clock=clock,
        images=world.images,
        host=settings.hostname,
        mail_from_domains=settings.mail_from_domains,
    )
    warnings = GroupWarnings(store=store, mail_from_domains=settings.mail_from_domains)
    preview = GroupPreview(
        store=store,
        clock=clock,
        book=groups,
        notes=notes,
        warnings=warnings,
        gateway=gateway,
        host=settings.hostname,
    )
    refunds = Refunds(store=store, clock=clock, ids=ids, gateway=gateway, tasks=tasks)
    desk = Desk(
        base_url=settings.base_url,
        host=settings.host,
        secure=settings.secure,
        return_urls=settings.portal_return_urls,
        trusted_proxies=settings.trusted_proxies,
        tokens=tokens,
        gateway=gateway,
        enter=Enter(store=store, clock=clock, ids=ids, tokens=tokens, digests=digests, limits=limits),
        verify=Verify(
            store=store, clock=clock, ids=ids, digests=digests, limits=limits, courier=courier, tasks=tasks
        ),
        office=Office(store=store, clock=clock, ids=ids, digests=digests, limits=limits),
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
        resend=Resend(store=store, clock=clock, digests=digests, limits=limits),
        press=Press(store=store, papers=world.papers),
        website=Website(
            store=store,
            clock=clock,
            ids=ids,
            digests=digests,
            limits=limits,
            courier=courier,
            tasks=tasks,
            countries=settings.sms_countries,
        ),
        portal=Portal(store=store, clock=clock, gateway=gateway, zone=zone, rest=limits.contact_rest),
        contacts=ContactEditing(
            store=store,
            clock=clock,
            ids=ids,
            digests=digests,
            limits=limits,
            courier=courier,
            tasks=tasks,
            countries=settings.sms_countries,
        ),
        stored_cards=StoredCardBook(store=store, clock=clock, gateway=gateway),
        apple_pay_domain=_apple_pay_domain(settings),
        leave=Leave(store=store, clock=clock),
        groups=groups,
        extend=Extend(store=store, clock=clock),
        guarantors=GuarantorBook(store=store, clock=clock, countries=settings.sms_countries),
        links=links,
        sharing=Sharing(
            store=store,
            clock=clock,
            ids=ids,
            tokens=tokens,
            digests=digests,
            limits=limits,
            gateway=gateway,
            base_url=settings.base_url,
            zone=zone,
        ),
        renewal=Renewal(
            store=store,
            clock=clock,
            ids=ids,
            tokens=tokens,
            digests=digests,
            limits=limits,
            lifetimes=settings.lifetimes,
            channels=served(world.mailer, world.texter),
        ),
        not_me=NotMe(store=store, clock=clock),
        about=About(store=store, clock=clock, digests=digests),
        handoffs=HandoffBook(
            clock=clock,
            ids=ids,
            tokens=tokens,
            base_url=settings.base_url,
            life=settings.lifetimes[Origin.PORTAL],
            return_urls=settings.portal_return_urls,
        ),
        launches=LaunchBook(
            store=store,
            clock=clock,
            ids=ids,
            tokens=tokens,
            digests=digests,
            base_url=settings.base_url,
            life=settings.lifetimes[Origin.STAFF],
        ),
        refunds=refunds,
        feed=PaymentFeed(store=store, clock=clock),
        endpoints=EndpointBook(
            store=store,
            clock=clock,
            hooks=world.hooks,
            digests=digests,
            loopback_too=is_loopback(settings.hostname),
        ),
        endpoint_care=EndpointCare(store=store, clock=clock),
        keyring=ApiKeyring(store=store, clock=clock, ids=ids),
        once=Once(store=store, clock=clock),
        reports=Reports(store=store, clock=clock, zone=zone),
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
            gateway=gateway,
            links=links,
            preview=preview,
            warnings=warnings,
            groups=groups,
            refunds=refunds,
            notes=notes,
            channels=served(world.mailer, world.texter),
            lifetimes=settings.lifetimes,
            base_url=settings.base_url,
            pops_management=settings.pops_management,
            zone=zone,
            countries=settings.sms_countries,
            worrying_age=span(settings.ack_warning),
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
            reports_to=reports_to,
        ),
        reconcile=Reconcile(store=store, clock=clock, gateway=gateway, zone=zone),
        compare=Compare(store=store, clock=clock, ids=ids, gateway=gateway),
        alarms=AlarmRound(store=store, clock=clock, log=LoggedAlarms()),
        upkeep=Upkeep(store=store, clock=clock),
        retention=Retention(store=store, clock=clock),
        seals=Seals(store=store, clock=clock),
        tell=Tell(store=store, clock=clock, hooks=world.hooks, digests=digests, owner=ids.uuid()),
        resealing=Resealing(store=store, digests=digests),
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
        tasks.every(LOOKS_EVERY_SECONDS, Watchdog(world.clock.monotonic).look, name="watchdog")
        tasks.every(1.0, house.outbox.run_once, name="outbox")
        tasks.every(1.0, house.tell.run_once, name="tell")
        tasks.every(1.0, house.reconcile.run_once, name="reconcile")
        tasks.every(60.0, house.compare.run_once, name="compare")
        tasks.every(5.0, house.alarms.run_once, name="alarms")
        tasks.every(1.0, house.desk.refunds.run_once, name="refunds")
        tasks.every(5.0, house.desk.enter.flush_seen, name="seen")
        tasks.every(5.0, house.desk.keyring.flush_used, name="keys used")
        tasks.every(5.0, house.desk.stored_cards.run_once, name="stored cards")
        tasks.every(30.0, house.upkeep.run_once, name="upkeep")
        tasks.every(60.0, house.retention.run_once, name="retention")
        tasks.every(10.0, house.seals.run_once, name="seals")
        tasks.every(30.0, house.resealing.run_once, name="resealing")
        yield
        await tasks.stop(grace=STOP_GRACE_SECONDS)
        await house.desk.enter.flush_seen()
        await house.desk.keyring.flush_used()
