"""What every handler finds on its desk: the services, and the few facts of the installation pages need."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from aiohttp import web

from quickpay.domain.tokens import Tokens
from quickpay.handlers.staff_desk import StaffDesk
from quickpay.ports.gateway import Gateway
from quickpay.services.about import About
from quickpay.services.api_keys import ApiKeyring
from quickpay.services.contacts import ContactEditing
from quickpay.services.endpoint_care import EndpointCare
from quickpay.services.endpoints import EndpointBook
from quickpay.services.enter import Enter
from quickpay.services.extend import Extend
from quickpay.services.feed import PaymentFeed
from quickpay.services.groups import GroupBook
from quickpay.services.guarantors import GuarantorBook
from quickpay.services.handoffs import HandoffBook
from quickpay.services.health import Health
from quickpay.services.launches import LaunchBook
from quickpay.services.leave import Leave
from quickpay.services.links import LinkBook
from quickpay.services.not_me import NotMe
from quickpay.services.office import Office
from quickpay.services.once import Once
from quickpay.services.order import Ordering
from quickpay.services.pay import Pay
from quickpay.services.portal import Portal
from quickpay.services.press import Press
from quickpay.services.refunds import Refunds
from quickpay.services.renew import Renewal
from quickpay.services.reports import Reports
from quickpay.services.resend import Resend
from quickpay.services.result import Results
from quickpay.services.share import Sharing
from quickpay.services.stored_cards import StoredCardBook
from quickpay.services.verify import Verify
from quickpay.services.webhooks import WebhooksIn
from quickpay.services.website import Website


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything a handler may call."""

    base_url: str  # e.g. https://pay.example.com, no slash at the end; the only source of addresses we send
    host: str  # its host[:port], the only Host header we answer
    secure: bool  # False only on loopback http: the cookie then has no prefix and no Secure
    return_urls: tuple[str, ...]  # where a portal's user may be led back to, each letter for letter
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    tokens: Tokens
    gateway: Gateway
    enter: Enter
    verify: Verify
    office: Office
    ordering: Ordering
    pay: Pay
    results: Results
    resend: Resend
    press: Press
    stored_cards: StoredCardBook
    website: Website
    portal: Portal
    contacts: ContactEditing
    leave: Leave
    extend: Extend
    groups: GroupBook
    guarantors: GuarantorBook
    links: LinkBook
    sharing: Sharing
    renewal: Renewal
    not_me: NotMe
    about: About
    handoffs: HandoffBook
    launches: LaunchBook
    feed: PaymentFeed
    refunds: Refunds
    endpoints: EndpointBook
    endpoint_care: EndpointCare
    keyring: ApiKeyring
    once: Once
    reports: Reports
    webhooks: WebhooksIn
    health: Health
    staff: StaffDesk
    apple_pay_domain: bytes | None = None  # what Apple wants to find under /.well-known
    body_seconds: float = 10.0  # how long 64 KiB of a body may take to arrive (R109)


DESK: web.AppKey[Desk] = web.AppKey("DESK", Desk)
