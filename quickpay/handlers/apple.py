"""Show Apple the file by which it knows that this host may take Apple Pay."""

from aiohttp import web

from quickpay.handlers.access import Access, Route
from quickpay.handlers.desk import DESK


async def show_domain(request: web.Request) -> web.Response:
    """Serve the file of the settings as it is; 404 where there is none."""
    body = request.app[DESK].apple_pay_domain
    if body is None:
        raise web.HTTPNotFound
    return web.Response(body=body, content_type="text/plain")


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/.well-known/apple-developer-merchantid-domain-association",
        handler=show_domain,
        access=Access.STATIC,
    ),
)
