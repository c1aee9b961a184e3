"""What every handler finds on its desk: the services, and the few facts of the installation pages need."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from aiohttp import web

from quickpay.domain.tokens import Tokens
from quickpay.handlers.staff_desk import StaffDesk
from quickpay.ports.gateway import Gateway
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
from quickpay.services.events.endpoints import EndpointBook
from quickpay.services.events.feed import PaymentFeed
from quickpay.services.events.webhooks import WebhooksIn
from quickpay.services.groups.keep import GroupBook
from quickpay.services.guarantors.keep import GuarantorBook
from quickpay.services.links.keep import LinkBook
from quickpay.services.once import Once
from quickpay.services.paying.order import Ordering
from quickpay.services.paying.pay import Pay
from quickpay.services.paying.resend import Resend
from quickpay.services.paying.result import Results
from quickpay.services.paying.share import Sharing
from quickpay.services.portal.pages import Portal
from quickpay.services.portal.press import Press
from quickpay.services.proofs.office import Office
from quickpay.services.proofs.verify import Verify
from quickpay.services.running.health import Health
from quickpay.services.settling.refunds import Refunds
from quickpay.services.staff.api_keys import ApiKeyring


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
