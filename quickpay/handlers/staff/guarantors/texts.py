"""Texts to a guarantor's number again, after its holder told the carrier STOP and then START."""

from aiohttp import web

from quickpay.handlers.desk import DESK
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import see_other, show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.guarantors import words
from quickpay.handlers.staff.guarantors.addresses import guarantor_path, with_query
from quickpay.handlers.staff.guarantors.guarantor import file_of
from quickpay.handlers.staff.guarantors.views import EndingPage, Way
from quickpay.services.guarantors.file import ContactState
from quickpay.services.links.desk import NobodyHere


async def ask_to_allow(request: web.Request) -> web.Response:
    """Say what allowing does; nothing happens by looking."""
    staff = staff_of(request)
    file = await file_of(request, staff)
    stopped = any(line.state is ContactState.CARRIER_STOP for line in file.contacts)
    return show(
        EndingPage(
            frame=staff_frame(request),
            bar=bar_of(request, staff),
            heading=f"Allow texts to {file.guarantor.name} again?",
            words=words.ALLOW_TEXTS if stopped else ("No carrier was told STOP for this guarantor.",),
            button="Allow texts again" if stopped else "",
            back=Way(label="Leave it as it is", path=guarantor_path(file.group.slug, file.guarantor.number)),
        )
    )


async def allow(request: web.Request) -> web.Response:
    """Allow them; a second press changes nothing."""
    group, number = request.match_info["group"], request.match_info["guarantor"]
    lifted = await request.app[DESK].staff.carrier_stops.lift(staff_of(request), group, number)
    if isinstance(lifted, NobodyHere):
        raise web.HTTPNotFound
    return see_other(with_query(guarantor_path(group, number), texts="allowed"))
