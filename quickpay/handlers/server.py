"""The HTTP server's own manners: limits, and refusals that say nothing of us (R105, R107, R109).

What the parser refuses never reaches a handler; aiohttp's own answer names its version and logs the bytes.
"""

from collections.abc import Coroutine
from typing import Any

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from quickpay.handlers.headers import UNLESS_SAID, always, new_request_id

HEADER_SECONDS = 10.0
"""How long a new connection may take to bring its first whole header (R109)."""
IDLE_SECONDS = 75.0
"""How long a connection may rest between two requests."""
LARGEST_FIELD = 8 * 1024
"""Bytes of the request line, and of one header."""
MOST_HEADERS = 128

SERVER_ARGUMENTS: dict[str, Any] = {
    "keepalive_timeout": IDLE_SECONDS,
    "max_line_size": LARGEST_FIELD,
    "max_field_size": LARGEST_FIELD,
    "max_headers": MOST_HEADERS,
    "access_log": None,
}

_LOG = structlog.get_logger(__name__)


class Runner(web.AppRunner):
    """Run the application on our own connections; `secure` says whether the installation is https."""

    def __init__(
        self,
        app: web.Application,
        *,
        secure: bool,
        header_seconds: float = HEADER_SECONDS,
        **more: Any,
    ) -> None:
        super().__init__(app, **(SERVER_ARGUMENTS | more))
        self._secure = secure
        self._header_seconds = header_seconds

    async def _make_server(self) -> web.Server:
        plain = await super()._make_server()
        return _Server(
            plain.request_handler,
            request_factory=plain.request_factory,
            secure=self._secure,
            header_seconds=self._header_seconds,
            **plain._kwargs,  # noqa: SLF001 - aiohttp offers no other way to a connection of one's own
        )


class _Server(web.Server):
    def __init__(self, handler: Any, *, secure: bool, header_seconds: float, **more: Any) -> None:
        super().__init__(handler, **more)
        self.header_seconds = header_seconds
        self.refusal_headers = always(secure=secure) | UNLESS_SAID

    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Connection(RequestHandler):
    __slots__ = ("_patience", "_server")

    def __init__(self, server: _Server, **more: Any) -> None:
        super().__init__(server, **more)
        self._server = server
        self._patience: Any = None

    def connection_made(self, transport: Any) -> None:
        """Give the first header its time; a later one has that of the idle connection."""
        super().connection_made(transport)
        self._patience = self._server._loop.call_later(self._server.header_seconds, self._give_up)  # noqa: SLF001 - ours

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the timer."""
        if self._patience is not None:
            self._patience.cancel()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        if self._request_count == 0 and not self._messages and self.transport is not None:
            self.transport.close()

    def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> Coroutine[Any, Any, tuple[web.StreamResponse, bool]]:
        """Say our headers also where no route was asked: `CONNECT` and `OPTIONS *` name no path."""
        if "X-Request-Id" not in resp.headers and not resp.prepared:
            resp.headers.update(self._server.refusal_headers)
        return super().finish_response(request, resp, start_time)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes the client's bytes
    ) -> web.StreamResponse:
        """Refuse what is not HTTP, or fail without a word of why; what was sent goes into no log."""
        request_id = new_request_id()
        _LOG.warning("request.malformed", request_id=request_id, status=status, reason=type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        words = (
            "Something went wrong." if status >= web.HTTPInternalServerError.status_code else "Bad request."
        )
        refusal = web.Response(status=status, text=f"{words}\n", headers=self._server.refusal_headers)
        refusal.headers["X-Request-Id"] = request_id
        refusal.force_close()
        return refusal
