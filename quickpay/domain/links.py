"""A link: a signed address that lets a guarantor in, for a while and so many times."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from quickpay.domain.money import Cents
from quickpay.domain.origins import Origin
from quickpay.domain.tokens import TokenPurpose


class LinkState(StrEnum):
    """What the row says of a link; `expired` and `used_up` are computed, never stored."""

    ACTIVE = "active"
    EXPIRED = "expired"
    USED_UP = "used_up"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    PAID = "paid"
    SUSPENDED = "suspended"


DEFAULT_LIFETIMES: dict[Origin, timedelta] = {
    Origin.STATEMENT: timedelta(days=365),
    Origin.SMS: timedelta(days=30),
    Origin.EMAIL: timedelta(days=30),
    Origin.OFFICE_QR: timedelta(minutes=15),
    Origin.PORTAL: timedelta(seconds=60),
    Origin.STAFF: timedelta(seconds=60),
    Origin.WEBSITE: timedelta(days=30),
}
"""How long a link of each origin lives unless it was given its own end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link as the row has it. `serial` is the parent key of its rows; `id` is all the token carries.

    A hand-off is one too: `authenticated` says that the portal had signed its user in, `return_url` where
    the way back to the portal leads.
    """

    serial: int
    id: str
    group_id: int
    guarantor_id: int
    origin: Origin
    state: LinkState
    uses: int
    max_uses: int | None
    single_payment: bool
    contact: str | None = field(repr=False)
    batch: str | None
    created_at: datetime
    expires_at: datetime
    authenticated: bool = False
    return_url: str | None = None
    share_amount: Cents | None = None
    """The one sum that a share may pay; None for every link that is not one."""
    shared_from: int | None = None
    """The serial of the link in whose session a share was made, None where that session had none."""

    @property
    def is_share(self) -> bool:
        """Whether the guarantor made it for somebody else, who only pays and learns nothing of her."""
        return self.share_amount is not None

    def limit(self, group_max: int) -> int:
        """How many uses it has in all: its own number, else what the group says now."""
        return group_max if self.max_uses is None else self.max_uses

    def state_at(self, now: datetime, *, group_max: int) -> LinkState:
        """What a press of Continue would meet now; an ended row says so before time and uses do."""
        if self.state is not LinkState.ACTIVE:
            return self.state
        if now >= self.expires_at:
            return LinkState.EXPIRED
        if self.uses >= self.limit(group_max):
            return LinkState.USED_UP
        return LinkState.ACTIVE


_DOORS = {Origin.PORTAL: TokenPurpose.PORTAL_HANDOFF, Origin.STAFF: TokenPurpose.STAFF_LAUNCH}


SHARE_LIFE = timedelta(days=7)
"""How long somebody else has to pay a share."""


def door_of(origin: Origin) -> TokenPurpose:
    """Say what kind of token opens a link of this origin; no other does, whatever it is signed with (A3)."""
    return _DOORS.get(origin, TokenPurpose.LINK)


def single_payment_by_origin(origin: Origin) -> bool:
    """Whether a link of this origin ends with its first successful payment, unless told otherwise."""
    return origin is not Origin.STATEMENT


def share_of(
    *,
    link_id: str,
    group_id: int,
    guarantor_id: int,
    origin: Origin,
    amount: Cents,
    shared_from: int | None,
    now: datetime,
) -> Link:
    """Make the row behind a share: one payment of one sum, as often opened as the group lets links be.

    It has the origin of the session it was made in; one made behind a door of its own came over the web.
    """
    return Link(
        serial=0,
        id=link_id,
        group_id=group_id,
        guarantor_id=guarantor_id,
        origin=Origin.WEBSITE if origin in _DOORS else origin,
        state=LinkState.ACTIVE,
        uses=0,
        max_uses=None,
        single_payment=True,
        contact=None,
        batch=None,
        created_at=now,
        expires_at=now + SHARE_LIFE,
        share_amount=amount,
        shared_from=shared_from,
    )


def opens_once(
    *, link_id: str, group_id: int, guarantor_id: int, origin: Origin, now: datetime, life: timedelta
) -> Link:
    """Make the row behind a door of its own: a hand-off or a launch opens one session, within its life."""
    return Link(
        serial=0,
        id=link_id,
        group_id=group_id,
        guarantor_id=guarantor_id,
        origin=origin,
        state=LinkState.ACTIVE,
        uses=0,
        max_uses=1,
        single_payment=single_payment_by_origin(origin),
        contact=None,
        batch=None,
        created_at=now,
        expires_at=now + life,
    )
