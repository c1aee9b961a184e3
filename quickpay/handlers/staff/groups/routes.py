"""The lines of POPS Management in the route table: an admin's, and only where the setting shows them."""

from quickpay.domain.staff import StaffRole
from quickpay.handlers.access import Route, StaffOnly
from quickpay.handlers.staff.groups import editor, history, lists, preview

_ONLY = StaffOnly(roles=frozenset({StaffRole.ADMIN}), pops_management=True)

ROUTES: tuple[Route, ...] = (
    *preview.ROUTES,
    Route(method="GET", path="/staff/groups", handler=lists.show_groups, access=_ONLY),
    Route(method="GET", path="/staff/groups/new", handler=editor.show_new, access=_ONLY),
    Route(method="POST", path="/staff/groups/new", handler=editor.take_new, access=_ONLY),
    Route(method="GET", path="/staff/groups/{group}", handler=editor.show, access=_ONLY),
    Route(method="POST", path="/staff/groups/{group}", handler=editor.take, access=_ONLY),
    Route(method="GET", path="/staff/groups/{group}/draft", handler=editor.show_draft, access=_ONLY),
    Route(method="POST", path="/staff/groups/{group}/discard", handler=editor.discard, access=_ONLY),
    Route(method="GET", path="/staff/groups/{group}/history", handler=history.show_history, access=_ONLY),
    Route(method="GET", path="/staff/groups/{group}/restore", handler=history.ask_restore, access=_ONLY),
    Route(method="POST", path="/staff/groups/{group}/restore", handler=history.restore, access=_ONLY),
)
