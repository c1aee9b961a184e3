"""A group's colours as a stylesheet of their own, at an address that changes with every version."""

import re

from aiohttp import web

from quickpay.domain.groups import is_slug
from quickpay.domain.themes import stylesheet
from quickpay.handlers.desk import DESK
from quickpay.handlers.headers import FOR_EVER, NO_STORE

_NAME = re.compile(r"theme-([1-9][0-9]{0,8})", re.ASCII)
_CSS = "text/css; charset=utf-8"


async def show_theme(request: web.Request) -> web.Response:
    """Serve a group's colours; a page from before the last save gets today's, not to be kept."""
    named = _NAME.fullmatch(request.match_info["theme"])
    slug = request.match_info["group"]
    group = await request.app[DESK].groups.by_slug(slug) if named and is_slug(slug) else None
    if named is None or group is None or int(named[1]) > group.version:
        raise web.HTTPNotFound
    keep = FOR_EVER if int(named[1]) == group.version else NO_STORE
    body = stylesheet(group.options.theme).encode()
    return web.Response(body=body, headers={"Content-Type": _CSS, "Cache-Control": keep})
