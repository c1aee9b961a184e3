"""Answers several steps share: nobody here, not proved yet, the link ended, there is a payment already."""

from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from typing import assert_never

from aiohttp import web

from quickpay.domain.digests import form_token
from quickpay.domain.groups import Group
from quickpay.domain.links import LinkState
from quickpay.domain.options import LogoutFunction
from quickpay.domain.origins import Origin
from quickpay.domain.return_addresses import may_return_to
from quickpay.domain.said import say
from quickpay.domain.sessions import Authentication, Role
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import Form
from quickpay.handlers.headers import Scripts, new_scripts
from quickpay.handlers.menu import menu_at
from quickpay.handlers.pages import SIMULATION, Frame, Mistake, TimeLeft, frame_of, see_other, show
from quickpay.handlers.patient.door_views import Ended, SignIn
from quickpay.handlers.patient.notices import Notice
from quickpay.handlers.tongues import tongue_in, tongue_of
from quickpay.handlers.words import DEAD_HANDOFFS, DEAD_LAUNCHES, DEAD_LINKS, FORM_FAULTS
from quickpay.services.payer import LinkEnded, Refusal, SeePayment
from quickpay.services.paying.order import NoOrder
from quickpay.services.stay import Gone, MustProve, NoStay, Stay

_GONE = {
    Gone.NEVER: (
        say("Please open your link"),
        say(
            "Pages with your bill open from the link in your text, email or statement, or from the website "
            "of the office, and close after a while."
        ),
    ),
    Gone.EXPIRED: (
        say("Your session has ended"),
        say("For your safety, your bill closes after some minutes. To go on, open your link again."),
    ),
    Gone.SIGNED_OUT: (
        say("You have left"),
        say("To come back, open the link in your text, email or statement again."),
    ),
}
_GONE_FROM_PORTAL = {
    Gone.EXPIRED: (
        say(
            "For your safety, your bill closes after some minutes. "
            "To go on, go back to the portal and open your bill from there."
        )
    ),
    Gone.SIGNED_OUT: say("To come back, go back to the portal and open your bill from there."),
}
_GONE_FROM_DOOR = {
    Gone.EXPIRED: say("For your safety, your bill closes after some minutes. To go on, sign in again."),
    Gone.SIGNED_OUT: say("To come back, sign in again."),
}
"""To whoever signed in on the web there is no link to open again."""
_SIMULATION_GONE = (
    "The simulation has ended",
    "It lasts 10 minutes at most. Begin another from the staff pages or from the patient dashboard.",
)
_NOT_CHARGED = say(
    "Nothing is charged by this. If you had already pressed Pay, that payment goes on and is recorded once."
)


def refused(request: web.Request, why: Refusal | NoOrder) -> web.Response:
    """Answer whoever may not pay here and now."""
    match why:
        case NoStay():
            return nobody(request, why)
        case MustProve():
            return see_other("/verify")
        case SeePayment(payment_id=payment_id):
            return see_other(f"/payments/{payment_id}")
        case NoOrder():
            return see_other("/pay")
        case LinkEnded(stay=stay, state=state):
            heading, words = _dead_words(stay)[state]
            notice = Notice(
                frame=session_frame(request, stay),
                heading=heading,
                words=(words, say("Your card was not charged.")),
            )
            return show(notice, status=410)
        case _:
            assert_never(why)


def _dead_words(stay: Stay) -> Mapping[LinkState, tuple[str, str]]:
    if stay.launch is not None:
        return DEAD_LAUNCHES
    return DEAD_LINKS if stay.session.return_url is None else DEAD_HANDOFFS


def nobody(request: web.Request, why: NoStay) -> web.Response:
    """Say that the session has ended (401), in the group's colours if it is known; nothing is charged.

    Where the group's pages end at its sign-in page, the form of that stands on this one.
    """
    heading, words = _SIMULATION_GONE if visit_of(request).simulation else _GONE[why.why]
    back = way_back(request, why.return_url)
    if back is not None:
        words = _GONE_FROM_PORTAL.get(why.why, words)
    door = why.group if back is None and has_door(why.group) else None
    by_door = door is not None and why.origin is Origin.WEBSITE
    if by_door:
        words = _GONE_FROM_DOOR.get(why.why, words)
    if door is not None and why.why is Gone.EXPIRED and _ends_at_the_door(door):
        return _door(request, door, Ended(heading=heading, words=(words, _NOT_CHARGED), by_door=by_door))
    notice = Notice(
        frame=frame_of(why.group, back=back, tongue=tongue_of(request)),
        heading=heading,
        words=(words, _NOT_CHARGED),
        go_on=None if door is None else (door_of(door), say("Sign in")),
    )
    return show(notice, status=401)


def has_door(group: Group | None) -> bool:
    """Whether a group has a sign-in page."""
    return group is not None and group.options.authentication.enable_mfa


def _ends_at_the_door(group: Group) -> bool:
    return group.options.look_and_feel.logout_function is not LogoutFunction.CLOSE


def _door(request: web.Request, group: Group, ended: Ended) -> web.Response:
    """Show the sign-in form to whoever brings the cookie of a session that is over; it signs the form."""
    secret = visit_of(request).secret
    csrf = "" if secret is None else form_token(secret)
    page = SignIn(
        frame=frame_of(group, door_csrf=csrf, tongue=tongue_of(request)),
        action=door_of(group),
        left=False,
        ended=ended,
        first_name="",
        last_name="",
        contact="",
    )
    return show(page, status=401)


def door_of(group: Group) -> str:
    """Where a group's sign-in page is."""
    return f"/g/{group.slug}/sign-in"


def way_back(request: web.Request, return_url: str | None) -> str | None:
    """Give the address back to the portal if it is among the installation's still (R113)."""
    allowed = request.app[DESK].return_urls
    return return_url if return_url is not None and may_return_to(return_url, allowed) else None


def session_frame(
    request: web.Request,
    stay: Stay,
    *,
    step: int | None = None,
    home: str | None = None,
    scripts: Scripts | None = None,
    view_account: bool = False,
    timed: bool = True,
) -> Frame:
    """Put the branding around a page of the session this request is of; a timed one says when it ends.

    One that has run out can still be read, and offers nothing that only a live session may do.
    """
    timed = timed and stay.launch is None  # a simulation runs no script and gets no more time
    secret = visit_of(request).secret
    csrf = "" if secret is None else form_token(secret)
    frame = frame_of(
        stay.group,
        csrf=csrf,
        step=step,
        home=home,
        scripts=new_scripts() if scripts is None and timed else scripts,
        tongue=tongue_in(request, stay),
        view_account=view_account and stay.live,
        not_me=stay.session.link_serial is not None and not stay.shared and stay.live,
        back=way_back(request, stay.session.return_url),
        time=time_of(stay) if timed and stay.live else None,
    )
    if not stay.live:
        return replace(frame, leave=None)
    # A simulation the guard has not noticed is a mistake in the table of routes: no page, then.
    return frame if stay.launch is None else replace(frame, simulation=request[SIMULATION])


def time_of(stay: Stay) -> TimeLeft:
    """Say how long the session lasts, in seconds begun: who comes back then finds it ended."""
    return TimeLeft(seconds=ceil(stay.left.total_seconds()), extendable=stay.extendable)


def stay_frame(
    request: web.Request,
    stay: Stay,
    *,
    step: int | None = None,
    scripts: Scripts | None = None,
    here: str = "pay",
) -> Frame:
    """Put the branding around a page that shows something of the guarantor.

    An authorized patient has the menu on it, the place `here` marked, and the practice's name leads Home.
    """
    authentication = stay.group.options.authentication
    proof_helps = (
        authentication.enable_mfa
        and not stay.shared
        and stay.session.authentication is not Authentication.MFA
    )
    frame = session_frame(
        request, stay, step=step, home=home_of(stay), scripts=scripts, view_account=proof_helps
    )
    return replace(frame, menu=menu_at(here)) if _is_member(stay) and stay.live else frame


def home_of(stay: Stay) -> str:
    """Where the practice's name leads: Home, or without the portal pages Make Your Payment."""
    return "/home" if _is_member(stay) else "/pay"


def _is_member(stay: Stay) -> bool:
    return stay.session.role is Role.AUTHORIZED_PATIENT


def mistakes_of(form: Form, *shown: str) -> tuple[Mistake, ...]:
    """Say what cannot be taken of a form; a fault in a field the page does not show stands above it."""
    return tuple(
        Mistake(field=name if name in shown else "", message=FORM_FAULTS[fault])
        for name, fault in form.faults.items()
    )
