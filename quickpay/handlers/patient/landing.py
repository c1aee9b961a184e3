"""Where a session begins, and where a proof leads."""

from quickpay.domain.groups import Group
from quickpay.domain.sessions import Role


def landing_of(group: Group, role: Role) -> str:
    """Give the first page: without the portal's pages, Make Your Payment whatever was proved."""
    del group, role
    return "/pay"
