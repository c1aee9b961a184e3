"""Where a session begins, and where a proof leads."""

from quickpay.domain.groups import Group
from quickpay.domain.options import LandingPage
from quickpay.domain.sessions import Role


def landing_of(group: Group, role: Role) -> str:
    """Give the address somebody of this role lands at."""
    return landing_address(group.landing_of(role))


def landing_address(landing: LandingPage) -> str:
    """Give the address of a landing page."""
    return f"/{landing}"
