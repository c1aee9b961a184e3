"""What the staff's handlers find on their desk."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from quickpay.domain.digests import Digests
from quickpay.mfa.limits import Limits
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.passwords import Passwords
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.enrol import Enrol
from quickpay.services.group_drafts import GroupDrafts
from quickpay.services.group_edits import GroupEdits, Warnings
from quickpay.services.group_history import GroupHistory
from quickpay.services.group_preview import GroupPreview
from quickpay.services.groups import GroupBook
from quickpay.services.links import LinkBook
from quickpay.services.sign_in import SignIn
from quickpay.services.staff import StaffBook
from quickpay.services.staff_view import StaffView


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDesk:
    """The services of the staff's side, and whether POPS Management is there at all."""

    accounts: StaffBook
    enrol: Enrol
    sign_in: SignIn
    view: StaffView
    preview: GroupPreview
    edits: GroupEdits
    drafts: GroupDrafts
    history: GroupHistory
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
    links: LinkBook,
    preview: GroupPreview,
    warnings: Warnings,
    groups: GroupBook,
    base_url: str,
    pops_management: bool,
    zone: ZoneInfo,
) -> StaffDesk:
    """Give the staff's services their ports."""
    edits = GroupEdits(store=store, book=groups, warnings=warnings)
    return StaffDesk(
        accounts=StaffBook(store=store, clock=clock, ids=ids, base_url=base_url),
        enrol=Enrol(store=store, clock=clock, ids=ids, digests=digests, limits=limits, passwords=passwords),
        sign_in=SignIn(
            store=store, clock=clock, ids=ids, digests=digests, limits=limits, passwords=passwords
        ),
        view=StaffView(store=store, links=links),
        preview=preview,
        edits=edits,
        drafts=GroupDrafts(store=store, clock=clock),
        history=GroupHistory(store=store, edits=edits),
        pops_management=pops_management,
        zone=zone,
    )
