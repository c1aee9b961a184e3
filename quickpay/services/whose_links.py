"""Find whose links are meant when many are ended at once."""

from dataclasses import dataclass

from quickpay.domain.faults import Fault
from quickpay.ports.tables import Tx
from quickpay.services.groups import NoGroup, group_within


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoseLinks:
    """A group's, a guarantor's, or all that the caller may know of."""

    group_id: int | None
    guarantor_id: int | None


async def whose_links(
    tx: Tx, group: str | None, guarantor: str | None, within: int | None
) -> WhoseLinks | tuple[Fault, ...] | NoGroup:
    """Look up the group and the guarantor, or say what is not there."""
    if group is None:
        return WhoseLinks(group_id=within, guarantor_id=None)
    found = await group_within(tx, group, within)
    if found is None:
        return NoGroup()
    if guarantor is None:
        return WhoseLinks(group_id=found.id, guarantor_id=None)
    person = await tx.guarantors.by_number(found.id, guarantor)
    if person is None:
        return (Fault(path="guarantor", message="This group has no such guarantor."),)
    return WhoseLinks(group_id=found.id, guarantor_id=person.id)
