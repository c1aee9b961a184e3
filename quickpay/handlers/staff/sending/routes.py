"""The lines of sending: links now, codes on the screen and on paper, and the templates of messages."""

from quickpay.domain.staff import StaffRole
from quickpay.handlers.access import Route, StaffOnly
from quickpay.handlers.gate import AT_THE_DESK
from quickpay.handlers.staff.sending import office_qr, print_qr, send, templates

_DESK = StaffOnly(roles=AT_THE_DESK, pops_management=False)
_POPS = StaffOnly(roles=frozenset({StaffRole.ADMIN}), pops_management=True)

_OFFICE = "/staff/office-qr"
_PAPER = "/staff/links/{link}/qr"
_GUARANTOR = "/staff/guarantors/{group}/{guarantor}"
_TEMPLATES = "/staff/groups/{group}/templates"

ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/staff/send", handler=send.ask_whom, access=_DESK),
    Route(method="POST", path="/staff/send", handler=send.go_to, access=_DESK),
    Route(method="GET", path=f"{_GUARANTOR}/send", handler=send.show_form, access=_DESK),
    Route(method="POST", path=f"{_GUARANTOR}/send", handler=send.take_form, access=_DESK),
    Route(method="GET", path=_OFFICE, handler=office_qr.ask_whom, access=_DESK),
    Route(method="POST", path=_OFFICE, handler=office_qr.make, access=_DESK),
    Route(method="GET", path=f"{_OFFICE}/{{link}}", handler=office_qr.show_code, access=_DESK),
    Route(method="POST", path=f"{_OFFICE}/{{link}}/end", handler=office_qr.end, access=_DESK),
    Route(method="GET", path=f"{_GUARANTOR}/qr", handler=print_qr.ask, access=_DESK),
    Route(method="POST", path=f"{_GUARANTOR}/qr", handler=print_qr.make, access=_DESK),
    Route(method="GET", path=_PAPER, handler=print_qr.show_code, access=_DESK),
    Route(method="GET", path=f"{_PAPER}.svg", handler=print_qr.svg, access=_DESK),
    Route(method="GET", path=f"{_PAPER}.png", handler=print_qr.png, access=_DESK),
    Route(method="GET", path="/staff/templates", handler=templates.show_groups, access=_POPS),
    Route(method="GET", path=_TEMPLATES, handler=templates.show_list, access=_POPS),
    Route(method="GET", path=f"{_TEMPLATES}/add", handler=templates.ask_new, access=_POPS),
    Route(method="POST", path=f"{_TEMPLATES}/add", handler=templates.add, access=_POPS),
    Route(method="GET", path=f"{_TEMPLATES}/{{template}}", handler=templates.show_one, access=_POPS),
    Route(method="POST", path=f"{_TEMPLATES}/{{template}}", handler=templates.save, access=_POPS),
    Route(method="POST", path=f"{_TEMPLATES}/{{template}}/remove", handler=templates.remove, access=_POPS),
)
