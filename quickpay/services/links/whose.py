"""Find whose links are meant when many are ended at once."""

from dataclasses import dataclass
from datetime import datetime

from quickpay.domain.audit import Event
from quickpay.domain.faults import Fault
from quickpay.domain.links import Link, LinkState
from quickpay.domain.reach import Reach
from quickpay.ports.tables import Tx
from quickpay.services.groups.keep import NoGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoseLinks:
    """A group's, a guarantor's, or all that the caller may know of; None among the groups is every group."""

    group_ids: tuple[int | None, ...]
    guarantor_id: int | None


async def whose_links(
    tx: Tx, group: str | None, guarantor: str | None, within: Reach
) -> WhoseLinks | tuple[Fault, ...] | NoGroup:
    """Look up the group and the guarantor, or say what is not there."""
    if group is None:
        ids = (None,) if within.groups is None else tuple(sorted(within.groups))
        return WhoseLinks(group_ids=ids, guarantor_id=None)
    found = await tx.groups.by_slug(group)
    if found is None or not within.holds(found.id):
        return NoGroup()
    if guarantor is None:
        return WhoseLinks(group_ids=(found.id,), guarantor_id=None)
    person = await tx.guarantors.by_number(found.id, guarantor)
    if person is None:
        return (Fault(path="guarantor", message="This group has no such guarantor."),)
    return WhoseLinks(group_ids=(found.id,), guarantor_id=person.id)


async def end_shares_of(tx: Tx, link: Link, *, by: str, now: datetime, request_id: str | None = None) -> None:
    """End what was made out of a link that ends, so that its kill switch leaves no sum to be paid by it.

    They stay ended where the link is restored: who had it then may have sent them to anybody.
    """
    for share in await tx.links.end_shares(link.serial):
        await tx.audit.add(
            Event(
                at=now,
                type="link.revoked",
                group_id=share.group_id,
                guarantor_id=share.guarantor_id,
                link_serial=share.serial,
                actor=by,
                request_id=request_id,
                detail={"amount": share.share_amount, "with_link": link.serial},
            )
        )


async def end_some(tx: Tx, whose: WhoseLinks, *, batch: str | None, most: int) -> list[Link]:
    """End up to `most` active links of these, and return them as they are now."""
    ended: list[Link] = []
    for group_id in whose.group_ids:
        ended += await tx.links.end_many(
            group_id=group_id,
            guarantor_id=whose.guarantor_id,
            batch=batch,
            state=LinkState.REVOKED,
            most=most - len(ended),
        )
    return ended
