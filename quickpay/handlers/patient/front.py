"""The bare address: who we are, and that a bill opens from its link."""

from aiohttp import web

from quickpay.handlers import pages
from quickpay.handlers.patient.views import FrontPage
from quickpay.handlers.tongues import tongue_of


async def show(request: web.Request) -> web.Response:
    """Show the front page; it belongs to no group."""
    return pages.show(FrontPage(frame=pages.frame_of(None, tongue=tongue_of(request))))
