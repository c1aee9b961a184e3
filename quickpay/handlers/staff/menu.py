"""What the bar above the staff's pages offers, and to whom."""

from dataclasses import dataclass

from quickpay.domain.staff import StaffRole
from quickpay.handlers.gate import AT_THE_DESK, EVERY_ROLE


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """One way on; a hidden one is part of POPS Management and absent without the setting."""

    label: str
    path: str
    roles: frozenset[StaffRole] = EVERY_ROLE
    pops_management: bool = False


_MENU = (
    MenuItem(label="Guarantors", path="/staff/guarantors"),
    MenuItem(label="Batches", path="/staff/links/batches", roles=AT_THE_DESK),
    MenuItem(label="Send a link", path="/staff/send", roles=AT_THE_DESK),
    MenuItem(label="Office QR", path="/staff/office-qr", roles=AT_THE_DESK),
    MenuItem(label="See as patient", path="/staff/launch", roles=AT_THE_DESK),
    MenuItem(label="Caller without a code", path="/staff/release", roles=AT_THE_DESK),
    MenuItem(
        label="POPS Management",
        path="/staff/groups",
        roles=frozenset({StaffRole.ADMIN}),
        pops_management=True,
    ),
    MenuItem(
        label="Messages",
        path="/staff/templates",
        roles=frozenset({StaffRole.ADMIN}),
        pops_management=True,
    ),
    MenuItem(
        label="API keys",
        path="/staff/api-keys",
        roles=frozenset({StaffRole.ADMIN}),
        pops_management=True,
    ),
    MenuItem(
        label="Accounts",
        path="/staff/accounts",
        roles=frozenset({StaffRole.ADMIN}),
        pops_management=True,
    ),
)


def menu_of(role: StaffRole, *, pops_management: bool) -> tuple[MenuItem, ...]:
    """List what this role may open where POPS Management is shown or is not."""
    return tuple(
        item for item in _MENU if role in item.roles and (pops_management or not item.pops_management)
    )
