"""The lines of the route table for guarantors, their links and send batches."""

from quickpay.domain.staff import StaffRole
from quickpay.handlers.access import Route, StaffOnly
from quickpay.handlers.gate import AT_THE_DESK, EVERY_ROLE
from quickpay.handlers.staff.guarantors import batches, guarantor, links, receipts, search, texts, unlock

_EVERYBODY = StaffOnly(roles=EVERY_ROLE, pops_management=False)
_DESK = StaffOnly(roles=AT_THE_DESK, pops_management=False)
_ADMIN = StaffOnly(roles=frozenset({StaffRole.ADMIN}), pops_management=False)

_GUARANTOR = "/staff/guarantors/{group}/{guarantor}"
_BATCH = "/staff/links/batches/{group}/{batch}/end"
_RECEIPT = f"{_GUARANTOR}/receipts/{{payment}}"
_GROUP = "/staff/links/groups/{group}/end"

ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/staff/guarantors", handler=search.show_search, access=_EVERYBODY),
    Route(method="POST", path="/staff/guarantors", handler=search.search, access=_EVERYBODY),
    Route(method="GET", path=_GUARANTOR, handler=guarantor.show_guarantor, access=_EVERYBODY),
    Route(method="GET", path=f"{_GUARANTOR}/end-links", handler=guarantor.ask_to_end, access=_DESK),
    Route(method="POST", path=f"{_GUARANTOR}/end-links", handler=guarantor.end, access=_DESK),
    Route(method="GET", path=_RECEIPT, handler=receipts.ask_to_send, access=_DESK),
    Route(method="POST", path=_RECEIPT, handler=receipts.send, access=_DESK),
    Route(method="GET", path=f"{_GUARANTOR}/texts", handler=texts.ask_to_allow, access=_DESK),
    Route(method="POST", path=f"{_GUARANTOR}/texts", handler=texts.allow, access=_DESK),
    Route(method="GET", path="/staff/links/batches", handler=batches.show_batches, access=_DESK),
    Route(method="GET", path=_BATCH, handler=batches.ask_to_end, access=_DESK),
    Route(method="POST", path=_BATCH, handler=batches.end, access=_DESK),
    Route(method="GET", path=_GROUP, handler=batches.ask_to_end_all, access=_ADMIN),
    Route(method="POST", path=_GROUP, handler=batches.end_all, access=_ADMIN),
    Route(method="GET", path="/staff/links/{link}", handler=links.show_link, access=_EVERYBODY),
    Route(method="GET", path="/staff/links/{link}/end", handler=links.ask_to_end, access=_DESK),
    Route(method="POST", path="/staff/links/{link}/end", handler=links.end, access=_DESK),
    Route(method="GET", path="/staff/links/{link}/restore", handler=links.ask_to_restore, access=_DESK),
    Route(method="POST", path="/staff/links/{link}/restore", handler=links.restore, access=_DESK),
    Route(method="GET", path="/staff/links/{link}/unlock", handler=unlock.ask, access=_DESK),
    Route(method="POST", path="/staff/links/{link}/unlock", handler=unlock.unlock, access=_DESK),
)
