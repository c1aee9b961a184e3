"""Hand-offs over the API: the portal's one call."""

from http import HTTPStatus

from aiohttp import web

from quickpay.handlers.api.bodies import read_body
from quickpay.handlers.api.keyed import Call, answer
from quickpay.handlers.api.once import idempotency_key, made_headers, make_once
from quickpay.handlers.api.shapes import NEW_HANDOFF, HandoffOut, MadeHandoff
from quickpay.ports.tables import Tx
from quickpay.services.entry.handoffs import Handoff
from quickpay.services.once import Made, Refused


async def create_handoff(call: Call) -> web.Response:
    """Make a hand-off once for each Idempotency-Key."""
    call.query()
    key = idempotency_key(call)
    new, body_hash = await read_body(call.request, NEW_HANDOFF)

    async def make(tx: Tx) -> Made:
        made = await call.desk.handoffs.create_in(tx, new, by=call.by, within=call.within)
        if not isinstance(made, Handoff):
            raise Refused(made)
        return Made(answer=MadeHandoff(id=made.id, expires_at=made.expires_at).model_dump_json())

    done = await make_once(call, "POST /portal-handoffs", key=key, body_hash=body_hash, make=make)
    made = MadeHandoff.model_validate_json(done.answer)
    # The address is signed anew: the database never holds what opens a hand-off.
    handoff = HandoffOut(url=call.desk.handoffs.url(made.id), expires_at=made.expires_at)
    headers = made_headers(done, location=f"/api/v1/links/{made.id}")
    return answer(handoff, status=HTTPStatus.CREATED, headers=headers)
