"""A link: look without touching, open by a press, see the receipt of a paid one, renew a dead one."""

import secrets
from typing import assert_never

from aiohttp import web

from quickpay.domain.groups import Group
from quickpay.domain.languages import Language
from quickpay.domain.links import LinkState
from quickpay.domain.tokens import TokenPurpose
from quickpay.handlers.cookies import give_cookie, visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.headers import Scripts, new_scripts
from quickpay.handlers.pages import frame_of, html_of, render, see_other, show
from quickpay.handlers.patient.answers import mistakes_of
from quickpay.handlers.patient.landing import landing_address
from quickpay.handlers.patient.notices import DeadLinkNotice, FreshLink, LinkRenewed
from quickpay.handlers.patient.views import LinkFront
from quickpay.handlers.problems import problem_page
from quickpay.handlers.tongues import language_for, tongue_of
from quickpay.handlers.words import DEAD_LINKS, aloud
from quickpay.services.entry.entrances import DeadLink, LinkPage, NotALink, Opened, TooManyBadLinks
from quickpay.services.entry.renew import RENEWABLE

_PREFETCH = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
_BLOCKED_SECONDS = "600"
_CSRF_HERE, _NONCE_HERE = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
"""Where those go in a page kept; drawn anew, so that no group's name or footer can be one."""

FRONTS: web.AppKey[dict[tuple[int, Language, bool], tuple[int, str]]] = web.AppKey("FRONTS", dict)
"""Link pages by group, language and whether shared: the version, and the page but for token and nonce."""


async def look(request: web.Request) -> web.Response:
    """Show the group's name and Continue; nothing is opened, counted or sent by looking (R7)."""
    refuse_prefetch(request)
    return await _look(request)


async def open_(request: web.Request) -> web.Response:
    """Open a session: one use, one cookie, and on to a clean address."""
    if form_of(request).faults:
        return await _look(request, status=422)
    desk = request.app[DESK]
    return await _entered(request, await desk.enter.open(_token(request), visit_of(request)))


async def see_receipt(request: web.Request) -> web.Response:
    """Open a session that can read the receipt of this paid link and nothing else."""
    if form_of(request).faults:
        raise web.HTTPUnprocessableEntity
    desk = request.app[DESK]
    return await _entered(request, await desk.enter.see_receipt(_token(request), visit_of(request)))


async def renew(request: web.Request) -> web.Response:
    """Send a fresh link for this dead one; said alike when one went lately, for a press must tell nothing."""
    if form_of(request).faults:
        raise web.HTTPUnprocessableEntity
    token = _token(request)
    renewed = await request.app[DESK].renewal.renew(token, visit_of(request))
    if renewed is not None:
        masked = renewed.masked
        return show(
            LinkRenewed(
                frame=frame_of(renewed.group, tongue=tongue_of(request)), masked=masked, aloud=aloud(masked)
            )
        )
    seen = await request.app[DESK].enter.look(token, visit_of(request))
    return see_other(f"/q/{token}") if isinstance(seen, LinkPage) else await _closed(request, seen)


def refuse_prefetch(request: web.Request) -> None:
    """Give whoever only fetches in advance nothing to keep."""
    if any("prefetch" in request.headers.get(name, "").lower() for name in _PREFETCH):
        raise web.HTTPServiceUnavailable


def token_of(request: web.Request, *, below: str) -> str:
    """Give the token as it stands in the address; percent-encoded it is another spelling, and none (R3)."""
    token = request.match_info["token"]
    return token if request.raw_path.startswith(f"{below}{token}") else ""


def _token(request: web.Request) -> str:
    return token_of(request, below="/q/")


async def _look(request: web.Request, *, status: int = 200) -> web.Response:
    desk = request.app[DESK]
    seen = await desk.enter.look(_token(request), visit_of(request))
    if not isinstance(seen, LinkPage):
        return await _closed(request, seen)
    csrf = desk.tokens.sign(TokenPurpose.CSRF, seen.link_id)
    if status == 200:  # noqa: PLR2004 - the page everybody meets is written once for each version of a group
        scripts = new_scripts()
        front = _front(request, seen)
        return html_of(front.replace(_CSRF_HERE, csrf).replace(_NONCE_HERE, scripts.nonce), scripts=scripts)
    page = LinkFront(
        frame=frame_of(seen.group, scripts=new_scripts(), tongue=tongue_of(request)),
        csrf=csrf,
        share=seen.share,
        mistakes=mistakes_of(form_of(request)),
    )
    return show(page, status=status)


def _front(request: web.Request, seen: LinkPage) -> str:
    """Write a group's link page but for token and nonce; the token of the link is nowhere in it."""
    fronts, group = request.app[FRONTS], seen.group
    key = (group.id, language_for(request), seen.share)
    kept = fronts.get(key)
    if kept is None or kept[0] != group.version:
        frame = frame_of(group, scripts=Scripts(nonce=_NONCE_HERE), tongue=tongue_of(request))
        text = render(LinkFront(frame=frame, csrf=_CSRF_HERE, share=seen.share))
        kept = fronts[key] = (group.version, text)
    return kept[1]


async def _entered(
    request: web.Request, outcome: Opened | DeadLink | NotALink | TooManyBadLinks
) -> web.Response:
    match outcome:
        case Opened():
            return entered(request, outcome)
        case DeadLink() | NotALink() | TooManyBadLinks():
            return await _closed(request, outcome)
        case _:
            assert_never(outcome)


def entered(request: web.Request, opened: Opened) -> web.Response:
    """Hand the session's cookie over and lead to a clean address."""
    response = see_other("/verify" if opened.must_prove else landing_address(opened.landing))
    give_cookie(response, opened.secret, secure=request.app[DESK].secure)
    return response


def no_link(request: web.Request, why: NotALink | TooManyBadLinks) -> web.Response:
    """Answer what is none of ours: one wording for all (R13), and a pause for who tries many (R14)."""
    if isinstance(why, NotALink):
        return problem_page(request, 404)
    response = problem_page(request, 429)
    response.headers["Retry-After"] = _BLOCKED_SECONDS
    return response


async def _closed(request: web.Request, why: DeadLink | NotALink | TooManyBadLinks) -> web.Response:
    match why:
        case DeadLink(group=group, state=state):
            return show(await _dead_link(request, group, state), status=410)
        case NotALink() | TooManyBadLinks():
            return no_link(request, why)
        case _:
            assert_never(why)


async def _dead_link(request: web.Request, group: Group, state: LinkState) -> DeadLinkNotice:
    """Say what became of a genuine link, so what stands in the address is one of our own spellings."""
    desk, token = request.app[DESK], _token(request)
    heading, words = DEAD_LINKS[state]
    link_id = desk.tokens.read(TokenPurpose.LINK, token) or ""
    masked = await desk.renewal.offer(token) if state in RENEWABLE else None
    renewal = masked and FreshLink(action=f"/q/{token}/renew", masked=masked, aloud=aloud(masked))
    paid = state is LinkState.PAID
    return DeadLinkNotice(
        frame=frame_of(group, tongue=tongue_of(request)),
        heading=heading,
        words=words,
        receipt_action=f"/q/{token}/receipt" if paid else None,
        renewal=renewal or None,
        csrf=desk.tokens.sign(TokenPurpose.CSRF, link_id) if paid or renewal else "",
    )
