"""Open the world: the database and whatever the settings name outside, each behind its port."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from quickpay.adapters.absent import NoMailer, NoTexter
from quickpay.adapters.clock import SystemClock
from quickpay.adapters.gateways.nmi import NmiGateway
from quickpay.adapters.gateways.sandbox import SandboxGateway
from quickpay.adapters.hooks import HttpHooks
from quickpay.adapters.ids import RandomIds
from quickpay.adapters.images import HttpImageFetcher
from quickpay.adapters.mail import SmtpMailer
from quickpay.adapters.papers import TypstPapers
from quickpay.adapters.sms import TWILIO, TwilioTexter
from quickpay.adapters.store import open_store
from quickpay.domain.return_addresses import is_loopback
from quickpay.ports.card_fields import Activated
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import Gateway
from quickpay.ports.hooks import Hooks
from quickpay.ports.ids import Ids
from quickpay.ports.images import ImageFetcher
from quickpay.ports.messages import Mailer, Texter
from quickpay.ports.papers import Papers
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.settings import BadSettings, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything outside that the services reach through ports."""

    store: Store[Tx]
    clock: Clock
    ids: Ids
    mailer: Mailer
    texter: Texter
    gateway: Gateway
    images: ImageFetcher
    papers: Papers
    hooks: Hooks = field(default_factory=lambda: HttpHooks(loopback_too=False))


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
            images=HttpImageFetcher(),
            papers=TypstPapers(),
            hooks=HttpHooks(loopback_too=is_loopback(settings.hostname)),
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


def _gateway(settings: Settings, session: aiohttp.ClientSession) -> Gateway:
    match settings.gateway:
        case "sandbox":
            return _sandbox(settings, session)
        case "stripe":
            return _stripe(settings, session)
        case "nmi":
            return _nmi(settings, session)


def _sandbox(settings: Settings, session: aiohttp.ClientSession) -> Gateway:
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


def _stripe(settings: Settings, session: aiohttp.ClientSession) -> Gateway:
    secret, publishable = settings.stripe_secret_key, settings.stripe_publishable_key
    webhooks = settings.stripe_webhook_secret
    if secret is None or publishable is None or not webhooks:
        needed = {"SECRET_KEY": secret, "PUBLISHABLE_KEY": publishable, "WEBHOOK_SECRET": webhooks}
        missing = [name for name, value in needed.items() if not value]
        raise BadSettings([f"QUICKPAY_STRIPE_{name}: QUICKPAY_GATEWAY=stripe needs it" for name in missing])
    # Its package takes a second and 34 MB, which only those pay who use it.
    from quickpay.adapters.gateways.stripe import API, SCRIPT, StripeGateway  # noqa: PLC0415 - as just said

    offers = settings.stripe_offers
    return StripeGateway(
        secret_key=secret.get_secret_value(),
        publishable_key=publishable,
        webhook_secrets=tuple(one.get_secret_value() for one in webhooks),
        return_to=f"{settings.base_url}/payments/",
        activated=Activated(
            card="card" in offers,
            apple_pay="apple_pay" in offers,
            google_pay="google_pay" in offers,
            storage="storage" in offers,
        ),
        session=session,
        api_base=settings.stripe_api_base or API,
        script_url=settings.stripe_js_url or SCRIPT,
    )


def _nmi(settings: Settings, session: aiohttp.ClientSession) -> Gateway:
    base, public = settings.nmi_api_base, settings.nmi_tokenization_key
    private, webhooks = settings.nmi_security_key, settings.nmi_webhook_secret
    if not base or not public or not private or not webhooks:
        needed = {
            "API_BASE": base,
            "SECURITY_KEY": private,
            "TOKENIZATION_KEY": public,
            "WEBHOOK_SECRET": webhooks,
        }
        missing = [name for name, value in needed.items() if not value]
        raise BadSettings([f"QUICKPAY_NMI_{name}: QUICKPAY_GATEWAY=nmi needs it" for name in missing])
    return NmiGateway(
        api_base=base,
        security_key=private.get_secret_value(),
        tokenization_key=public,
        webhook_secrets=tuple(one.get_secret_value() for one in webhooks),
        script_url=settings.nmi_js_url or f"{base.rstrip('/')}/token/Collect.js",
        offers=frozenset(settings.nmi_offers),
        session=session,
    )
