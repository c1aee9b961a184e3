"""What the staff's handlers find on their desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from quickpay.domain.digests import Digests
from quickpay.domain.links import DEFAULT_LIFETIMES
from quickpay.domain.messages import Channel
from quickpay.domain.origins import Origin
from quickpay.mfa.limits import Limits
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import Gateway
from quickpay.ports.ids import Ids
from quickpay.ports.notes import Notes
from quickpay.ports.passwords import Passwords
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.cards.unlock import CardUnlock
from quickpay.services.desk.differences import DifferenceDesk
from quickpay.services.desk.payments import PaymentDesk
from quickpay.services.desk.posting import PostingDesk
from quickpay.services.desk.receipts import DeskReceipts
from quickpay.services.desk.takeover import WORRYING_AGE, Takeover
from quickpay.services.desk.unresolved import UnresolvedDesk
from quickpay.services.events.endpoint_care import EndpointCare
from quickpay.services.groups.drafts import GroupDrafts
from quickpay.services.groups.edits import GroupEdits, Warnings
from quickpay.services.groups.history import GroupHistory
from quickpay.services.groups.keep import GroupBook
from quickpay.services.guarantors.file import GuarantorFiles
from quickpay.services.guarantors.search import GuarantorSearch
from quickpay.services.links.batches import LinkBatches
from quickpay.services.links.desk import DeskLinks
from quickpay.services.links.keep import LinkBook
from quickpay.services.links.send import SendLink
from quickpay.services.links.templates import LinkTemplateBook
from quickpay.services.messages.carrier_stops import CarrierStopDesk
from quickpay.services.previews.preview import GroupPreview
from quickpay.services.proofs.release import ReleaseDesk
from quickpay.services.settling.refunds import Refunds
from quickpay.services.staff.accounts import StaffBook
from quickpay.services.staff.enrol import Enrol
from quickpay.services.staff.sign_in import SignIn
from quickpay.services.staff.start import StaffStart
from quickpay.services.staff.view import StaffView


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDesk:
    """The services of the staff's side, and whether POPS Management is there at all."""

    accounts: StaffBook
    enrol: Enrol
    sign_in: SignIn
    view: StaffView
    start: StaffStart
    search: GuarantorSearch
    files: GuarantorFiles
    batches: LinkBatches
    links: LinkBook
    templates: LinkTemplateBook
    desk_links: DeskLinks
    sending: SendLink
    preview: GroupPreview
    edits: GroupEdits
    drafts: GroupDrafts
    history: GroupHistory
    receipts: DeskReceipts
    release: ReleaseDesk
    carrier_stops: CarrierStopDesk
    unresolved: UnresolvedDesk
    differences: DifferenceDesk
    card_unlock: CardUnlock
    refunds: Refunds
    posting: PostingDesk
    payments: PaymentDesk
    takeover: Takeover
    endpoints: EndpointCare
    pops_management: bool
    zone: ZoneInfo


def staff_desk(
    *,
    store: Store[Tx],
    clock: Clock,
    ids: Ids,
    digests: Digests,
    limits: Limits,
    passwords: Passwords,
    gateway: Gateway,
    links: LinkBook,
    preview: GroupPreview,
    warnings: Warnings,
    groups: GroupBook,
    refunds: Refunds,
    notes: Notes,
    channels: frozenset[Channel],
    lifetimes: Mapping[Origin, timedelta] = DEFAULT_LIFETIMES,
    base_url: str,
    pops_management: bool,
    zone: ZoneInfo,
    countries: tuple[str, ...] = ("US",),
    worrying_age: timedelta = WORRYING_AGE,
) -> StaffDesk:
    """Give the staff's services their ports."""
    edits = GroupEdits(store=store, book=groups, warnings=warnings)
    desk_links = DeskLinks(store=store, clock=clock, links=links, lifetimes=lifetimes)
    return StaffDesk(
        accounts=StaffBook(store=store, clock=clock, ids=ids, base_url=base_url),
        enrol=Enrol(store=store, clock=clock, ids=ids, digests=digests, limits=limits, passwords=passwords),
        sign_in=SignIn(
            store=store, clock=clock, ids=ids, digests=digests, limits=limits, passwords=passwords
        ),
        view=StaffView(store=store, links=links),
        start=StaffStart(store=store, clock=clock),
        search=GuarantorSearch(store=store, clock=clock, digests=digests, countries=countries),
        files=GuarantorFiles(store=store, clock=clock, digests=digests),
        batches=LinkBatches(store=store, clock=clock),
        links=links,
        preview=preview,
        edits=edits,
        drafts=GroupDrafts(store=store, clock=clock),
        history=GroupHistory(store=store, edits=edits),
        templates=LinkTemplateBook(store=store, clock=clock, notes=notes, base_url=base_url, zone=zone),
        sending=SendLink(
            store=store,
            clock=clock,
            desk=desk_links,
            notes=notes,
            base_url=base_url,
            zone=zone,
            channels=channels,
        ),
        desk_links=desk_links,
        receipts=DeskReceipts(store=store, clock=clock, digests=digests, limits=limits),
        release=ReleaseDesk(store=store, clock=clock, ids=ids, digests=digests, limits=limits),
        carrier_stops=CarrierStopDesk(store=store, clock=clock),
        unresolved=UnresolvedDesk(store=store, clock=clock, gateway=gateway, zone=zone),
        differences=DifferenceDesk(store=store, clock=clock, gateway=gateway.name),
        card_unlock=CardUnlock(store=store, clock=clock, digests=digests, limits=limits),
        refunds=refunds,
        posting=PostingDesk(store=store, clock=clock),
        payments=PaymentDesk(store=store, clock=clock, zone=zone),
        takeover=Takeover(store=store, clock=clock, worrying=worrying_age),
        endpoints=EndpointCare(store=store, clock=clock),
        pops_management=pops_management,
        zone=zone,
    )
