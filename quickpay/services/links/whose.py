"""Find whose links are meant when many are ended at once."""

from dataclasses import dataclass

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
