"""A group's pictures from our own origin, each at an address that holds its content's hash."""

import re

from aiohttp import web

from quickpay.domain.groups import is_slug
from quickpay.domain.images import Purpose
from quickpay.handlers.desk import DESK
from quickpay.handlers.headers import FOR_EVER

_NAME = re.compile(rf"({'|'.join(Purpose)})-([0-9a-f]{{64}})", re.ASCII)


async def show_image(request: web.Request) -> web.Response:
    """Serve a picture this group has or had; another group's is not there (A48, A50)."""
    named = _NAME.fullmatch(request.match_info["image"])
    slug = request.match_info["group"]
    if named is None or not is_slug(slug):
        raise web.HTTPNotFound
    image = await request.app[DESK].groups.image(slug, Purpose(named[1]), named[2])
    if image is None:
        raise web.HTTPNotFound
    return web.Response(body=image.png, headers={"Content-Type": "image/png", "Cache-Control": FOR_EVER})
