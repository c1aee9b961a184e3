"""No way to get a code: read a call code out to the office, and type the code it says."""

from typing import assert_never

from aiohttp import web

from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.patient.answers import mistakes_of, session_frame
from quickpay.handlers.patient.proof import let_in, not_here
from quickpay.handlers.patient.views import AskOffice
from quickpay.handlers.words import ENTER_SPOKEN, SPOKEN_REFUSED, minutes
from quickpay.services.proofs.office import NotASpokenCode, OfficePage, SpokenRefused
from quickpay.services.proofs.pages import AlreadyProved, CannotProve, ProofNotOffered, Proved
from quickpay.services.stay import NoStay


async def ask(request: web.Request) -> web.Response:
    """Show how to reach the office, what to read out, and the field; looking changes nothing."""
    match await request.app[DESK].office.page(visit_of(request)):
        case OfficePage() as page:
            return _page(request, page)
        case NoStay() | AlreadyProved() | CannotProve() | ProofNotOffered() as why:
            return not_here(request, why)
        case never:
            assert_never(never)


async def check(request: web.Request) -> web.Response:
    """Judge a typed code; it leads where a code by email or text leads."""
    form = form_of(request)
    match await request.app[DESK].office.take(visit_of(request), "" if form.faults else form.text("code")):
        case Proved(secret=secret, landing=landing):
            return let_in(request, secret, landing)
        case SpokenRefused(page=page):
            return _page(request, page, (Mistake(field="code", message=SPOKEN_REFUSED),))
        case NotASpokenCode(page=page):
            mistakes = mistakes_of(form, "code") or (Mistake(field="code", message=ENTER_SPOKEN),)
            return _page(request, page, mistakes)
        case NoStay() | AlreadyProved():
            # A double click: its first press may have let her in and changed the cookie meanwhile.
            return see_other("/pay")
        case CannotProve() | ProofNotOffered() as why:
            return not_here(request, why)
        case never:
            assert_never(never)


def _page(request: web.Request, page: OfficePage, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    view = AskOffice(
        frame=session_frame(request, page.stay),
        call_code=page.call_code,
        time_left=minutes(page.seconds_left),
        other_ways=page.other_ways,
        mistakes=mistakes,
    )
    return show(view, status=422 if mistakes else 200)
