"""Staff launches over the API: the patient dashboard's one call."""

from http import HTTPStatus

from aiohttp import web

from quickpay.handlers.api.bodies import read_body
from quickpay.handlers.api.keyed import Call, answer
from quickpay.handlers.api.once import idempotency_key, made_headers, make_once
from quickpay.handlers.api.shapes import NEW_LAUNCH, LaunchOut, RememberedLaunch
from quickpay.ports.tables import Tx
from quickpay.services.entry.launches import MadeLaunch
from quickpay.services.once import Made, Refused


async def create_launch(call: Call) -> web.Response:
    """Make a launch once for each Idempotency-Key."""
    call.query()
    key = idempotency_key(call)
    new, body_hash = await read_body(call.request, NEW_LAUNCH)

    async def make(tx: Tx) -> Made:
        made = await call.desk.launches.create_in(tx, new, by=call.by, within=call.within)
        if not isinstance(made, MadeLaunch):
            raise Refused(made)
        return Made(answer=RememberedLaunch(id=made.id, expires_at=made.expires_at).model_dump_json())

    done = await make_once(call, "POST /staff-launches", key=key, body_hash=body_hash, make=make)
    made = RememberedLaunch.model_validate_json(done.answer)
    # The address is signed anew: the database never holds what opens a launch.
    launch = LaunchOut(url=call.desk.launches.url(made.id), expires_at=made.expires_at)
    headers = made_headers(done, location=f"/api/v1/links/{made.id}")
    return answer(launch, status=HTTPStatus.CREATED, headers=headers)
