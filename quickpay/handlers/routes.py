"""The one table of routes; every line names who may come, and what is in no line is answered here."""

from aiohttp import hdrs, web
from aiohttp.web_urldispatcher import AbstractResource

from quickpay.handlers import apple, assets, health, webhooks
from quickpay.handlers.access import Access, Route, StaffOnly
from quickpay.handlers.api.routes import ROUTES as API_ROUTES
from quickpay.handlers.guard import expect, guarded
from quickpay.handlers.pages import compile_templates
from quickpay.handlers.patient import (
    about,
    amount,
    details,
    extend,
    front,
    handoff,
    image,
    language,
    launch,
    leave,
    link,
    method,
    not_me,
    office,
    paper,
    payment,
    proof,
    share,
    sign_in,
    theme,
)
from quickpay.handlers.portal.routes import ROUTES as PORTAL_ROUTES
from quickpay.handlers.staff.routes import ROUTES as STAFF_ROUTES

ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/", handler=front.show, access=Access.PUBLIC),
    Route(method="GET", path="/q/{token}", handler=link.look, access=Access.LINK),
    Route(method="POST", path="/q/{token}", handler=link.open_, access=Access.LINK),
    Route(method="POST", path="/q/{token}/receipt", handler=link.see_receipt, access=Access.LINK),
    Route(method="POST", path="/q/{token}/renew", handler=link.renew, access=Access.LINK),
    Route(method="GET", path="/handoff/{token}", handler=handoff.look, access=Access.HANDOFF),
    Route(method="POST", path="/handoff/{token}", handler=handoff.open_, access=Access.HANDOFF),
    Route(method="GET", path="/launch/{token}", handler=launch.look, access=Access.LAUNCH),
    Route(method="POST", path="/launch/{token}", handler=launch.open_, access=Access.LAUNCH),
    Route(method="GET", path="/verify", handler=proof.choose, access=Access.SESSION),
    Route(method="POST", path="/verify", handler=proof.send, access=Access.SESSION),
    Route(method="GET", path="/verify/code", handler=proof.ask, access=Access.SESSION),
    Route(method="POST", path="/verify/code", handler=proof.check, access=Access.SESSION),
    Route(method="POST", path="/verify/resend", handler=proof.resend, access=Access.SESSION),
    Route(method="GET", path="/verify/office", handler=office.ask, access=Access.SESSION),
    Route(method="POST", path="/verify/office", handler=office.check, access=Access.SESSION),
    Route(method="GET", path="/pay", handler=amount.show_amounts, access=Access.SESSION),
    Route(method="POST", path="/pay", handler=amount.choose, access=Access.SESSION),
    Route(method="GET", path="/pay/share", handler=share.show_share, access=Access.SESSION),
    Route(method="POST", path="/pay/share", handler=share.make, access=Access.SESSION),
    Route(method="POST", path="/pay/share/stop", handler=share.stop, access=Access.SESSION),
    Route(method="GET", path="/pay/method", handler=method.show_methods, access=Access.SESSION),
    Route(method="POST", path="/pay/method", handler=method.choose, access=Access.SESSION),
    Route(method="GET", path="/pay/details", handler=details.show_details, access=Access.SESSION),
    Route(method="POST", path="/pay/details", handler=details.pay, access=Access.SESSION),
    Route(method="GET", path="/payments/{id}.pdf", handler=paper.receipt, access=Access.SESSION),
    Route(method="GET", path="/payments/{id}", handler=payment.see, access=Access.SESSION),
    Route(method="GET", path="/payments/{id}/bank", handler=payment.to_bank, access=Access.SESSION),
    Route(method="POST", path="/payments/{id}/receipt", handler=payment.send_receipt, access=Access.SESSION),
    Route(method="GET", path="/not-me", handler=not_me.ask, access=Access.SESSION),
    Route(method="POST", path="/not-me", handler=not_me.hear, access=Access.SESSION),
    Route(method="GET", path="/session/extend", handler=extend.look, access=Access.SESSION),
    Route(method="POST", path="/session/extend", handler=extend.extend, access=Access.SESSION),
    Route(method="POST", path="/language", handler=language.choose, access=Access.SESSION),
    Route(method="POST", path="/sign-out", handler=leave.sign_out, access=Access.SESSION),
    Route(method="GET", path="/g/{group}/sign-in", handler=sign_in.ask, access=Access.PUBLIC),
    Route(method="POST", path="/g/{group}/sign-in", handler=sign_in.knock, access=Access.DOOR),
    Route(method="GET", path="/g/{group}/sign-in/code", handler=sign_in.ask_code, access=Access.DOOR),
    Route(method="POST", path="/g/{group}/sign-in/code", handler=sign_in.check, access=Access.DOOR),
    Route(method="POST", path="/g/{group}/sign-in/resend", handler=sign_in.resend, access=Access.DOOR),
    Route(method="GET", path="/g/{group}/signed-out", handler=leave.signed_out, access=Access.PUBLIC),
    Route(method="GET", path="/g/{group}/on-hold", handler=not_me.on_hold, access=Access.PUBLIC),
    Route(method="GET", path="/g/{group}/simulation-ended", handler=launch.ended, access=Access.PUBLIC),
    Route(method="GET", path="/g/{group}/about", handler=about.show_about, access=Access.PUBLIC),
    Route(method="GET", path="/g/{group}/{theme}.css", handler=theme.show_theme, access=Access.STATIC),
    Route(method="GET", path="/g/{group}/{image}.png", handler=image.show_image, access=Access.STATIC),
    Route(method="GET", path="/static/{name}", handler=assets.show, access=Access.STATIC),
    *apple.ROUTES,
    *PORTAL_ROUTES,
    *STAFF_ROUTES,
    *API_ROUTES,
    *webhooks.ROUTES,
    *health.ROUTES,
)

_ANYTHING = "/{anything:.*}"
_HIDDEN = frozenset(
    route.path for route in ROUTES if isinstance(route.access, StaffOnly) and route.access.pops_management
)


def add_routes(app: web.Application) -> None:
    """Add every route, each behind the guard; the desk is looked for when a request comes."""
    compile_templates()
    app[link.FRONTS] = {}
    for route in ROUTES:
        _add(app, route)
    for access, start in ((Access.API, "/api"), (Access.PUBLIC, "")):
        nothing = Route(method=hdrs.METH_ANY, path=start + _ANYTHING, handler=_nothing_here, access=access)
        _add(app, nothing)


def _add(app: web.Application, route: Route) -> None:
    handler = guarded(route)
    app.router.add_route(route.method, route.path, handler, expect_handler=expect)
    if route.method == hdrs.METH_GET:  # what looking does not change, asking for its headers does not either
        app.router.add_route(hdrs.METH_HEAD, route.path, handler, expect_handler=expect)


async def _nothing_here(request: web.Request) -> web.StreamResponse:
    """Answer what no route takes: 405 where only the method is wrong, else 404, and of the hidden always."""
    allowed: set[str] = set()
    for resource in request.app.router.resources():
        if not _takes_anything(resource) and resource.canonical not in _HIDDEN:
            _, methods = await resource.resolve(request)
            allowed |= methods
    if allowed:
        raise web.HTTPMethodNotAllowed(request.method, sorted(allowed))
    raise web.HTTPNotFound


def _takes_anything(resource: AbstractResource) -> bool:
    return resource.canonical.endswith("/{anything}")
