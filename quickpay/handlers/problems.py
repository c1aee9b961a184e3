"""What a request gets that cannot be served: a calm page for people, a problem for programs (R112)."""

import json
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import ClassVar

from aiohttp import web

from quickpay.domain.digests import form_token
from quickpay.domain.said import say
from quickpay.handlers.access import Access, Admits
from quickpay.handlers.cookies import REQUEST_ID, visit_of
from quickpay.handlers.forms import FormRefused
from quickpay.handlers.pages import SIMULATION, UNBRANDED, Frame, show
from quickpay.handlers.tongues import Tongue, language_for
from quickpay.ports.store import StoreBusy, StoreUnavailable

RETRY_SECONDS = 5
"""When to come again after the store was busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemPage:
    """Something that has no page of its own; the reference finds it in our logs."""

    template: ClassVar[str] = "errors/problem.html"
    heading: str
    words: str
    reference: str
    frame: Frame = UNBRANDED


WORDS: dict[int, tuple[str, str]] = {
    400: (say("We could not read that"), say("Please go back and try again.")),
    403: (
        say("Please start that step again"),
        say(
            "This page was open too long or in two tabs; nothing was sent or charged. Reload it "
            "and try again."
        ),
    ),
    404: (
        say("We cannot find that page"),
        say("Please check the address, or open the link you were sent once more."),
    ),
    405: (say("That does not work here"), say("Please go back and try again.")),
    408: (say("That took too long"), say("Nothing was charged. Please check your connection and try again.")),
    413: (say("That was too much"), say("What was sent is larger than anything this page asks for.")),
    415: (
        say("We could not read that"),
        say("What was sent is not a form of ours. Please go back and try again."),
    ),
    422: (
        say("We could not read that"),
        say("Please go back and try again. Do not type a card number here."),
    ),
    417: (say("That does not work here"), say("Please go back and try again.")),
    429: (
        say("Please wait a little"),
        say("There were too many tries from your network. Please try again in some minutes."),
    ),
    500: (
        say("Something went wrong on our side"),
        say(
            "We have been told. If you had pressed Pay, do not pay again: open your link to see how it ended."
        ),
    ),
    503: (say("We are very busy"), say("Nothing was lost. Please try again in a few seconds.")),
}
_BUSY = (StoreBusy, StoreUnavailable)


def status_of(error: BaseException) -> int:
    """Turn what was raised into a status; whatever has none is our own fault."""
    if isinstance(error, web.HTTPException):
        return error.status
    return HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, _BUSY) else HTTPStatus.INTERNAL_SERVER_ERROR


def answer(request: web.Request, status: int, access: Admits) -> web.Response:
    """Answer with the page, or the problem document, of a status; nothing of the request is repeated."""
    for_people = access.takes_forms or access is Access.STATIC
    response = problem_page(request, status) if for_people else problem_document(request, status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def problem_page(request: web.Request, status: int, frame: Frame = UNBRANDED) -> web.Response:
    """Show the page of a status."""
    heading, words = WORDS.get(status, WORDS[400])
    simulation = request.get(SIMULATION)
    if frame is UNBRANDED:
        frame = Frame(tongue=Tongue(language=language_for(request)))
    secret = visit_of(request).secret if simulation else None
    if secret is not None:
        frame = replace(frame, simulation=simulation, csrf=form_token(secret))
    page = ProblemPage(heading=heading, words=words, reference=request.get(REQUEST_ID, ""), frame=frame)
    return show(page, status=status)


def problem_document(request: web.Request, status: int) -> web.Response:
    """Answer a program (RFC 9457)."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "request_id": request.get(REQUEST_ID, ""),
    }
    return web.Response(
        body=json.dumps(document).encode(),
        status=status,
        headers={"Content-Type": "application/problem+json"},
    )


def form_refused(request: web.Request, why: FormRefused) -> web.Response:
    """Refuse a post that another site sent or that lacks its token; both are told the same."""
    del why
    return problem_page(request, HTTPStatus.FORBIDDEN)
