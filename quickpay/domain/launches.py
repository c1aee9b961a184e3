"""A staff launch: one of the staff looks at QuickPay as a guarantor sees it, and can do nothing there."""

from dataclasses import dataclass
from enum import StrEnum

from quickpay.domain.staff import Staff, StaffRole

LAUNCHERS = frozenset(StaffRole) - {StaffRole.VIEWER}
"""The roles that may look as a guarantor."""


class LaunchMode(StrEnum):
    """What is looked at: what a link's holder sees, or what is there after a proof too."""

    QUICKPAY = "quickpay"
    PORTAL = "portal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What a launch has beside its link: who looks, and at what.

    `staff_id` is the account's where one made it by the staff pages; the name alone is what a program said.
    """

    link_serial: int
    staff: str
    staff_id: int | None
    mode: LaunchMode

    @property
    def actor(self) -> str:
        """How the audit names who looks: an account by its number, else the launch, which has the name."""
        return f"launch {self.link_serial}" if self.staff_id is None else f"staff {self.staff_id}"


def may_launch(staff: Staff, group_id: int) -> bool:
    """Whether an account may look as a guarantor of this group."""
    return staff.role in LAUNCHERS and staff.may_see(group_id)
