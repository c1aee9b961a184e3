"""Links over the API."""

from http import HTTPStatus

from aiohttp import web

from quickpay.domain.links import door_of
from quickpay.domain.tokens import TokenPurpose
from quickpay.handlers.api.bodies import read_body
from quickpay.handlers.api.keyed import Call, answer
from quickpay.handlers.api.once import idempotency_key, made_headers, make_once
from quickpay.handlers.api.problems import Problem, faulty, not_found
from quickpay.handlers.api.shapes import NEW_LINK, REVOCATION, LinkOut, MadeLink, Revoked
from quickpay.handlers.api.shown import link_detail, made_link
from quickpay.handlers.qr_files import PNG, SVG, AddressTooLong, Drawing, drawn
from quickpay.ports.tables import Tx
from quickpay.services.groups.keep import NoGroup
from quickpay.services.links.keep import LinkView
from quickpay.services.once import Made, Refused, Replayed

_LINKS = "/api/v1/links"


async def create_link(call: Call) -> web.Response:
    """Make a link once for each Idempotency-Key."""
    call.query()
    key = idempotency_key(call)
    new, body_hash = await read_body(call.request, NEW_LINK)

    async def make(tx: Tx) -> Made:
        made = await call.desk.links.create_in(tx, new, by=call.by, within=call.within)
        if not isinstance(made, LinkView):
            raise Refused(made)
        return Made(answer=made_link(made).model_dump_json())

    done = await make_once(call, "POST /links", key=key, body_hash=body_hash, make=make)
    return _created(call, done)


async def get_link(call: Call) -> web.Response:
    """Show a link with its timeline."""
    return answer(link_detail(await _find(call)))


async def get_code(call: Call) -> web.Response:
    """Draw a link's address as a QR code, error correction M; on paper it is a statement's code."""
    return await _code(call, SVG)


async def get_picture(call: Call) -> web.Response:
    """Draw it as a picture of 30 mm at 600 dots an inch."""
    return await _code(call, PNG)


async def revoke_link(call: Call) -> web.Response:
    """End a link at once."""
    call.query()
    view = await call.desk.links.revoke(call.part("id"), by=call.by, within=call.reach)
    if view is None:
        raise not_found()
    return answer(link_detail(view))


async def restore_link(call: Call) -> web.Response:
    """Make a suspended link good again."""
    call.query()
    view = await call.desk.links.restore(call.part("id"), by=call.by, within=call.reach)
    if view is None:
        raise not_found()
    return answer(link_detail(view))


async def revoke_links(call: Call) -> web.Response:
    """End every active link of a group, a guarantor or a batch."""
    call.query()
    which, _ = await read_body(call.request, REVOCATION)
    revoked = await call.desk.links.revoke_many(
        group=which.group, guarantor=which.guarantor, batch=which.batch, by=call.by, within=call.reach
    )
    match revoked:
        case int():
            return answer(Revoked(revoked=revoked))
        case NoGroup():
            raise not_found()
        case _:
            raise faulty(revoked)


async def _code(call: Call, drawing: Drawing) -> web.Response:
    view = await _find(call)
    if door_of(view.link.origin) is not TokenPurpose.LINK:
        raise not_found()
    code = drawn(view.url, drawing)
    if isinstance(code, AddressTooLong):
        raise Problem(
            HTTPStatus.CONFLICT, "The address of this installation is too long for a code that scans well."
        )
    return web.Response(body=code, content_type=drawing.content_type)


async def _find(call: Call) -> LinkView:
    call.query()
    view = await call.desk.links.get(call.part("id"), within=call.reach)
    if view is None:
        raise not_found()
    return view


def _created(call: Call, done: Made | Replayed) -> web.Response:
    made = MadeLink.model_validate_json(done.answer)
    # The address is signed anew: the database never holds what opens a link.
    link = LinkOut(**made.model_dump(), url=call.desk.links.url(made.id))
    headers = made_headers(done, location=f"{_LINKS}/{made.id}")
    return answer(link, status=HTTPStatus.CREATED, headers=headers)
