"""What the machine room asks: does the process live, can it do its work (R142)."""

from dataclasses import asdict
from http import HTTPStatus

from aiohttp import web

from quickpay.handlers.access import Access, Route
from quickpay.handlers.desk import DESK


async def live(request: web.Request) -> web.StreamResponse:
    """Answer; asks nothing of anybody."""
    request.app[DESK].health.live()
    return web.json_response({"status": "live"})


async def ready(request: web.Request) -> web.StreamResponse:
    """Say whether requests may come, and which check says no."""
    found = await request.app[DESK].health.ready()
    status = HTTPStatus.OK if found.ready else HTTPStatus.SERVICE_UNAVAILABLE
    said = {"status": "ready" if found.ready else "not ready", "checks": asdict(found)}
    return web.json_response(said, status=status)


ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/livez", handler=live, access=Access.OPS),
    Route(method="GET", path="/readyz", handler=ready, access=Access.OPS),
)
