"""Why a link that is there opens nothing; the refusal is written down."""

from datetime import datetime

from quickpay.domain.audit import Event
from quickpay.domain.groups import Group
from quickpay.domain.links import Link, LinkState, door_of
from quickpay.domain.tokens import TokenPurpose
from quickpay.ports.tables import Tx
from quickpay.services.entry.entrances import DeadLink, NotALink
from quickpay.services.stay import may_share


async def why_not(tx: Tx, link_id: str, now: datetime, door: TokenPurpose) -> DeadLink | NotALink:
    """Say why, and audit it."""
    link = await tx.links.get(link_id)
    group = None if link is None else await tx.groups.get(link.group_id)
    if link is None or group is None or door_of(link.origin) is not door:
        return NotALink()
    state = state_of(link, group, now)
    await tx.audit.add(
        Event(
            at=now,
            type="link.refused" if door is not TokenPurpose.STAFF_LAUNCH else "staff.launch_refused",
            group_id=link.group_id,
            guarantor_id=link.guarantor_id,
            link_serial=link.serial,
            detail={"reason": state.value},
        ),
    )
    return DeadLink(group=group, state=state, return_url=link.return_url)


def state_of(link: Link, group: Group, now: datetime) -> LinkState:
    """Give how a link stands by its group's options as they are."""
    if link.is_share and not may_share(group):
        return LinkState.REVOKED
    return link.state_at(now, group_max=group.options.authentication.quickpay_max_access_attempts)
