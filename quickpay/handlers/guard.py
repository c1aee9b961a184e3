"""What every request passes on its way in and out, wrapped around its handler once, when routes are added.

A wrapped handler costs one coroutine; a middleware costs one for every request and each of its layers.
"""

from http import HTTPStatus

import structlog
from aiohttp import hdrs, web

from quickpay.handlers.access import Access, Admits, Handler, Route, StaffOnly
from quickpay.handlers.cookies import REQUEST_ID
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import check_form
from quickpay.handlers.gate import admit
from quickpay.handlers.headers import UNLESS_SAID, always, new_request_id
from quickpay.handlers.problems import answer, form_refused, status_of
from quickpay.handlers.simulating import WATCHED, keep_to_looking
from quickpay.handlers.tongues import keep_choice

_ALWAYS = {secure: always(secure=secure) for secure in (False, True)}
_UNLESS_SAID = tuple(UNLESS_SAID.items())
_LOG = structlog.get_logger(__name__)


def guarded(route: Route) -> Handler:
    """Wrap a handler: known host, form checked, failures answered, headers on whatever comes out."""
    handler, access, path = route.handler, route.access, route.path
    posts_form = access.takes_forms and route.method == hdrs.METH_POST
    watched = access in WATCHED
    speaks = isinstance(access, Access) and access.takes_forms and access is not Access.STAFF_DOOR

    async def come_in(request: web.Request) -> web.StreamResponse:
        request_id = new_request_id()
        request[REQUEST_ID] = request_id
        desk = request.app[DESK]
        if request.headers.getall(hdrs.HOST, None) != [desk.host] or not request.raw_path.startswith("/"):
            response: web.StreamResponse = _misdirected()
        elif "%00" in request.raw_path:  # nothing of ours has such a name; PostgreSQL takes it in no text
            response = answer(request, HTTPStatus.NOT_FOUND, access)
        else:
            try:
                kept = await keep_to_looking(request, route) if watched else None
                response = kept or await _served(request, handler, access, posts_form=posts_form)
            except Exception as error:  # noqa: BLE001 - the last place where a failure can be answered
                response = _failed(request, error, access, path)
        if speaks:
            keep_choice(request, response)
        headers = response.headers
        headers.update(_ALWAYS[desk.secure])
        headers["X-Request-Id"] = request_id
        for name, value in _UNLESS_SAID:
            headers.setdefault(name, value)
        return response

    return come_in


async def _served(
    request: web.Request, handler: Handler, access: Admits, *, posts_form: bool
) -> web.StreamResponse:
    # First who comes: a form that is refused would tell that there is something to post to.
    kept_out = await admit(request, access) if isinstance(access, StaffOnly) else None
    refused = await check_form(request, access) if posts_form and not kept_out else None
    if refused:
        return form_refused(request, refused)
    return kept_out or await handler(request)


async def expect(request: web.Request) -> web.StreamResponse | None:
    """Let a body come where it was asked for properly; any other expectation is refused, headers and all."""
    if request.version == (1, 1) and request.headers[hdrs.EXPECT].lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # as aiohttp's own handler does: the answer has not begun
        return None
    refusal = web.Response(status=HTTPStatus.EXPECTATION_FAILED, text="This is not expected here.\n")
    refusal.headers.update(_ALWAYS[request.app[DESK].secure] | UNLESS_SAID)
    return refusal


def _misdirected() -> web.Response:
    """Refuse a host that is not ours, without a word of it (R16)."""
    return web.Response(
        status=HTTPStatus.MISDIRECTED_REQUEST, text="This server does not answer for that name.\n"
    )


def _failed(request: web.Request, error: Exception, access: Admits, path: str) -> web.StreamResponse:
    status = status_of(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        _LOG.error("request.failed", request_id=request[REQUEST_ID], path=path, exc_info=error)
    elif status == HTTPStatus.SERVICE_UNAVAILABLE:
        _LOG.warning("request.busy", request_id=request[REQUEST_ID], path=path, reason=type(error).__name__)
    response = answer(request, status, access)
    if isinstance(error, web.HTTPException) and hdrs.ALLOW in error.headers:
        response.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
    return response
