"""Keep a simulation to looking: every page is written down before it is shown, and no post does anything."""

from dataclasses import replace
from http import HTTPStatus

from aiohttp import hdrs, web

from quickpay.handlers.access import Access, Route
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.pages import SIMULATION, Simulation, show
from quickpay.handlers.patient.answers import session_frame
from quickpay.handlers.patient.landing import landing_of
from quickpay.handlers.patient.notices import Notice
from quickpay.handlers.tongues import STAFFS
from quickpay.handlers.walking import chosen_so_far
from quickpay.services.stay import NoStay, Stay

WATCHED = frozenset({Access.SESSION, Access.PUBLIC, Access.DOOR})
"""Where a patient's cookie counts, so where a simulation does."""
SIGN_OUT = "/sign-out"
_LOOKING = frozenset({hdrs.METH_GET, hdrs.METH_HEAD})


async def keep_to_looking(request: web.Request, route: Route) -> web.Response | None:
    """Refuse what is not looking or leaving, None for the rest (R122)."""
    visit = visit_of(request)
    if not visit.simulation or route.path == SIGN_OUT:
        return None
    launches = request.app[DESK].launches
    if request.method in _LOOKING:
        stay = await launches.look(visit, route.path)
        if isinstance(stay, Stay):
            request[SIMULATION] = _simulation(request, stay)
        return None
    stay = await launches.refuse(visit, route.path)
    if isinstance(stay, NoStay):
        return None  # it is over; whoever comes now is told so, or comes in by the website as anybody may
    request[SIMULATION] = _simulation(request, stay)
    notice = Notice(
        frame=replace(session_frame(request, stay), tongue=STAFFS),
        heading="This is a simulation: nothing was changed",
        words=(
            "You see what the patient sees, and nothing can be paid, sent or changed here.",
            "What you pressed was not done.",
        ),
        kind="warning",
        go_on=(landing_of(stay.group, stay.session.role), "Go on looking"),
        office=False,
    )
    return show(notice, status=HTTPStatus.FORBIDDEN)


def _simulation(request: web.Request, stay: Stay) -> Simulation:
    launch = stay.launch
    assert (
        launch is not None
    )  # a mark in the secret and a launch beside the row go together, or there is no stay
    return Simulation(
        staff=launch.staff,
        guarantor=stay.guarantor.name,
        after_proof=landing_of(stay.group, stay.session.role),
        chosen=chosen_so_far(request),
    )
