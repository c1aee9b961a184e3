"""Webhooks in: the gateway's word on payments, Twilio's on texts (R98 to R104)."""

from http import HTTPStatus
from urllib.parse import parse_qsl

from aiohttp import web

from quickpay.handlers.access import Access, Route
from quickpay.handlers.desk import DESK
from quickpay.handlers.problems import problem_document
from quickpay.handlers.uploads import take_in
from quickpay.services.events.webhooks import Taken

_MOST_FIELDS = 100
_FORM = "application/x-www-form-urlencoded"
_REFUSED = {
    Taken.FORGED: HTTPStatus.FORBIDDEN,
    Taken.NO_SUCH_SOURCE: HTTPStatus.NOT_FOUND,
}


async def from_gateway(request: web.Request) -> web.StreamResponse:
    """Take an event by its raw body; 2xx only once it is kept, else the sender tries again (R102)."""
    body = await take_in(request)
    source = request.path.rpartition("/")[2]
    taken = await request.app[DESK].webhooks.from_gateway(source, request.headers, body)
    return _answered(request, taken)


async def from_twilio(request: web.Request) -> web.StreamResponse:
    """Take a delivery report; without a signature it is refused, not looked at (R103)."""
    if request.content_type != _FORM:
        return problem_document(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    form = _fields(await take_in(request))
    if form is None:
        return problem_document(request, HTTPStatus.BAD_REQUEST)
    taken = await request.app[DESK].webhooks.from_texter(
        path=request.path_qs,
        form=form,
        signature=request.headers.get("X-Twilio-Signature"),
    )
    return _answered(request, taken)


def _fields(body: bytes) -> dict[str, str] | None:
    """Read a form of UTF-8 whose every field stands once; anything else is none."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
    form = dict(pairs)
    return form if len(form) == len(pairs) else None


def _answered(request: web.Request, taken: Taken) -> web.Response:
    if taken in _REFUSED:
        return problem_document(request, _REFUSED[taken])
    return web.Response(status=HTTPStatus.NO_CONTENT)


ROUTES: tuple[Route, ...] = (
    *(
        Route(method="POST", path=f"/webhooks/{source}", handler=from_gateway, access=Access.WEBHOOK)
        for source in ("stripe", "sandbox", "nmi")
    ),
    Route(method="POST", path="/webhooks/twilio/status", handler=from_twilio, access=Access.WEBHOOK),
)
