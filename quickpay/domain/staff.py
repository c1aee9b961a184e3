"""Staff: people of the installation with an account, a role and the groups they may see."""

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from quickpay.domain.faults import Fault
from quickpay.domain.reach import Reach

PASSWORD_SHORTEST = 15
PASSWORD_LONGEST = 128
ENROLMENT_LIFE = timedelta(hours=24)
IDLE = timedelta(minutes=15)
LONGEST_STAY = timedelta(hours=12)
SESSIONS_KEPT = timedelta(days=30)
"""How long the row of a session that is over stays; the audit has its beginning and end for good."""
LOCK = timedelta(minutes=30)
"""How long sign-in stays shut after too many failures (R119)."""

_NAME_LONGEST = 60


class StaffRole(StrEnum):
    """What somebody of the staff may do; no role includes another by itself, each route names its own."""

    VIEWER = "viewer"
    FRONT_DESK = "front_desk"
    BILLING = "billing"
    ADMIN = "admin"


class StaffState(StrEnum):
    """Whether an account can be used; an invited one has not finished its enrolment."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One account; `groups` are the ids of those it may see, None is every group."""

    id: int
    name: str
    role: StaffRole
    groups: frozenset[int] | None
    state: StaffState

    @property
    def actor(self) -> str:
        """How the audit and the histories name who did it: by an id, as names are nobody else's business."""
        return f"staff {self.id}"

    @property
    def reach(self) -> Reach:
        """Which groups it may know of."""
        return Reach(groups=self.groups)

    def may_see(self, group_id: int) -> bool:
        """Whether a group is one of this account's."""
        return self.reach.holds(group_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSession:
    """One stay of one of the staff, as the row has it."""

    id: int
    staff_id: int
    opened_at: datetime
    seen_at: datetime
    ended_at: datetime | None

    def live_at(self, now: datetime) -> bool:
        """Whether a request of this session counts now: used within 15 minutes, begun within 12 hours."""
        return self.ended_at is None and now < self.seen_at + IDLE and now < self.opened_at + LONGEST_STAY


def tidied_name(typed: str) -> str:
    """Write a name the one way it is kept: composed, single spaces, none around."""
    return " ".join(unicodedata.normalize("NFC", typed).split())


def name_key(typed: str) -> str:
    """What two names that look alike share; it finds the account."""
    return unicodedata.normalize("NFKC", tidied_name(typed)).casefold()


def name_faults(name: str) -> tuple[Fault, ...]:
    """Say what is wrong with a name that was tidied."""
    if 0 < len(name) <= _NAME_LONGEST and name.isprintable():
        return ()
    return (Fault(path="name", message=f"Write a name of 1 to {_NAME_LONGEST} printable characters."),)


def same_password(typed: str) -> str:
    """Give the one form of a password that keyboards write in several ways."""
    return unicodedata.normalize("NFC", typed)


def password_faults(password: str, again: str) -> tuple[Fault, ...]:
    """Say what is wrong with a new password by itself; whether it is a common one, a list says."""
    if len(password) < PASSWORD_SHORTEST:
        words = (
            f"Use {PASSWORD_SHORTEST} characters or more; a few words of your own are easy to keep in mind."
        )
        return (Fault(path="password", message=words),)
    if len(password) > PASSWORD_LONGEST:
        return (Fault(path="password", message=f"Use {PASSWORD_LONGEST} characters at most."),)
    if not hmac.compare_digest(password.encode(), again.encode()):
        return (Fault(path="again", message="This is not the same password. Type it once more."),)
    return ()
