"""What every handler finds on its desk: the services, and the few facts of the installation pages need."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from aiohttp import web

from quickpay.domain.tokens import Tokens
from quickpay.handlers.staff_desk import StaffDesk
from quickpay.ports.gateway import Gateway
from quickpay.services.api_keys import ApiKeyring
from quickpay.services.enter import Enter
from quickpay.services.feed import PaymentFeed
from quickpay.services.groups import GroupBook
from quickpay.services.guarantors import GuarantorBook
from quickpay.services.health import Health
from quickpay.services.leave import Leave
from quickpay.services.links import LinkBook
from quickpay.services.once import Once
from quickpay.services.order import Ordering
from quickpay.services.pay import Pay
from quickpay.services.result import Results
from quickpay.services.verify import Verify
from quickpay.services.webhooks import WebhooksIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything a handler may call."""

    base_url: str  # e.g. https://pay.example.com, no slash at the end; the only source of addresses we send
    host: str  # its host[:port], the only Host header we answer
    secure: bool  # False only on loopback http: the cookie then has no prefix and no Secure
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    tokens: Tokens
    gateway: Gateway
    enter: Enter
    verify: Verify
    ordering: Ordering
    pay: Pay
    results: Results
    leave: Leave
    groups: GroupBook
    guarantors: GuarantorBook
    links: LinkBook
    feed: PaymentFeed
    keyring: ApiKeyring
    once: Once
    webhooks: WebhooksIn
    health: Health
    staff: StaffDesk


DESK: web.AppKey[Desk] = web.AppKey("DESK", Desk)
