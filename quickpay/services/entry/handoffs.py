"""Hand-offs: the portal sends its user to us for a payment, and says where to lead them back."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from annotated_types import Len

from quickpay.domain.audit import Event
from quickpay.domain.faults import Fault
from quickpay.domain.links import opens_once
from quickpay.domain.options import FORBID_UNKNOWN
from quickpay.domain.origins import Origin
from quickpay.domain.return_addresses import RETURN_URL_LONGEST, may_return_to
from quickpay.domain.tokens import TokenPurpose, Tokens
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.tables import Tx
from quickpay.services.groups.keep import NoGroup, group_within


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHandoff:
    """A hand-off as the portal asks for it.

    `authenticated` says that the portal has made sure who its user is: where the group has Enable MFA, that
    stands for a passed challenge. `return_url` is one of the installation's return addresses.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    group: Annotated[str, Len(1, 63)]
    guarantor: Annotated[str, Len(1, 64)]
    authenticated: bool = False
    return_url: Annotated[str, Len(1, RETURN_URL_LONGEST)] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """A hand-off that was made; it opens once, until `expires_at`."""

    id: str
    expires_at: datetime


class HandoffBook:
    """Make hand-offs; nothing is asked of the portal, now or later (X37)."""

    def __init__(
        self,
        *,
        clock: Clock,
        ids: Ids,
        tokens: Tokens,
        base_url: str,
        life: timedelta,
        return_urls: Collection[str],
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._tokens = tokens
        self._base_url = base_url
        self._life = life
        self._return_urls = return_urls

    def url(self, handoff_id: str) -> str:
        """Give the address the portal leads its user to."""
        return f"{self._base_url}/handoff/{self._tokens.sign(TokenPurpose.PORTAL_HANDOFF, handoff_id)}"

    async def create_in(
        self, tx: Tx, new: NewHandoff, *, by: str, within: int | None = None
    ) -> Handoff | tuple[Fault, ...] | NoGroup:
        """Make a hand-off inside the caller's unit, or name every fault."""
        group = await group_within(tx, new.group, within)
        if group is None:
            return NoGroup()
        wrong = []
        guarantor = await tx.guarantors.by_number(group.id, new.guarantor)
        if guarantor is None:
            wrong.append(Fault(path="guarantor", message="This group has no such guarantor."))
        if not may_return_to(new.return_url, self._return_urls):
            message = (
                "Send one of this installation's return addresses, letter for letter as it is set there."
            )
            wrong.append(Fault(path="return_url", message=message))
        if guarantor is None or wrong:
            return tuple(wrong)
        now = self._clock.now()
        once = opens_once(
            link_id=self._ids.link_id(),
            group_id=group.id,
            guarantor_id=guarantor.id,
            origin=Origin.PORTAL,
            now=now,
            life=self._life,
        )
        link = await tx.links.add(replace(once, authenticated=new.authenticated, return_url=new.return_url))
        await tx.audit.add(
            Event(
                at=now,
                type="link.created",
                group_id=group.id,
                guarantor_id=guarantor.id,
                link_serial=link.serial,
                actor=by,
                detail={"authenticated": int(new.authenticated)},
            )
        )
        return Handoff(id=link.id, expires_at=link.expires_at)
