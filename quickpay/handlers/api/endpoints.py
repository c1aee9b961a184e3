"""Endpoints of events out over the API."""

from collections.abc import Iterable
from typing import assert_never

from aiohttp import web
from pydantic import TypeAdapter

from quickpay.domain.api_keys import Scope
from quickpay.domain.faults import Fault
from quickpay.handlers.api.bodies import read_body
from quickpay.handlers.api.endpoint_shapes import (
    ENDPOINT_BODY,
    REPLAY_BODY,
    EndpointBody,
    EndpointList,
    EndpointOut,
    RememberedRotation,
    ReplayOut,
    RotatedOut,
    endpoint_out,
)
from quickpay.handlers.api.keyed import Call, answer
from quickpay.handlers.api.once import idempotency_key, made_headers, make_once
from quickpay.handlers.api.paging import page_of
from quickpay.handlers.api.problems import faulty, not_found
from quickpay.handlers.api.table import ApiRoute, Parameter
from quickpay.ports.tables import Tx
from quickpay.services.events.endpoint_care import SentAgain
from quickpay.services.events.endpoint_views import NoEndpoint
from quickpay.services.events.endpoints import EndpointKept, Rotated
from quickpay.services.groups.keep import NoGroup
from quickpay.services.once import Made, Refused

_ENDPOINTS = "/api/v1/webhook-endpoints"


async def list_endpoints(call: Call) -> web.Response:
    """Show the endpoints this key may know of."""
    query = call.query("after", "limit")
    views = await call.desk.endpoint_care.list_(within=call.reach)
    page, next_ = page_of(views, query, key=lambda view: view.endpoint.id)
    return answer(EndpointList(data=[endpoint_out(view) for view in page], next=next_))


async def get_endpoint(call: Call) -> web.Response:
    """Show one endpoint with how it fares."""
    call.query()
    view = await call.desk.endpoint_care.get(call.part("id"), within=call.reach)
    if view is None:
        raise not_found()
    return answer(endpoint_out(view))


async def put_endpoint(call: Call) -> web.Response:
    """Make an endpoint or change it."""
    call.query()
    endpoint_id = call.part("id")

    def rules(body: EndpointBody) -> Iterable[Fault]:
        return call.desk.endpoints.faults(endpoint_id, body.asked(), within=call.within)

    body, _ = await read_body(call.request, ENDPOINT_BODY, rules=rules)
    kept = await call.desk.endpoints.put(endpoint_id, body.asked(), by=call.by, within=call.within)
    match kept:
        case EndpointKept(view=view, secret=secret):
            return answer(endpoint_out(view, secret=secret))
        case NoGroup() | NoEndpoint():
            raise not_found()
        case tuple():
            raise faulty(kept)
        case never:
            assert_never(never)


async def delete_endpoint(call: Call) -> web.Response:
    """Take an endpoint away with all that was to be told there."""
    call.query()
    if not await call.desk.endpoints.remove(call.part("id"), by=call.by, within=call.within):
        raise not_found()
    return web.Response(status=204)


async def rotate_secret(call: Call) -> web.Response:
    """Make a new secret once for each Idempotency-Key."""
    call.query()
    key, endpoint_id = idempotency_key(call), call.part("id")

    async def make(tx: Tx) -> Made:
        made = await call.desk.endpoints.rotate_in(tx, endpoint_id, by=call.by, within=call.within)
        if not isinstance(made, Rotated):
            raise Refused(NoGroup())
        return Made(answer=RememberedRotation(id=made.id, old_until=made.old_until).model_dump_json())

    endpoint = f"POST /webhook-endpoints/{endpoint_id}/rotate"
    done = await make_once(call, endpoint, key=key, body_hash=b"", make=make)
    made = RememberedRotation.model_validate_json(done.answer)
    # Opened anew from under its seal: what is remembered for the key holds no secret.
    secret = await call.desk.endpoints.secret(endpoint_id, made.id, within=call.within)
    headers = made_headers(done, location=f"{_ENDPOINTS}/{endpoint_id}")
    return answer(RotatedOut(secret=secret, old_until=made.old_until), status=201, headers=headers)


async def replay_events(call: Call) -> web.Response:
    """Send what had ended once more, once for each Idempotency-Key."""
    call.query()
    key, endpoint_id = idempotency_key(call), call.part("id")
    body, body_hash = await read_body(call.request, REPLAY_BODY)

    async def make(tx: Tx) -> Made:
        made = await call.desk.endpoint_care.again_in(
            tx, endpoint_id, body.since, by=call.by, within=call.reach
        )
        if not isinstance(made, SentAgain):
            raise Refused(NoGroup())
        return Made(answer=ReplayOut(queued=made.queued, next=made.next).model_dump_json())

    endpoint = f"POST /webhook-endpoints/{endpoint_id}/replay"
    done = await make_once(call, endpoint, key=key, body_hash=body_hash, make=make)
    headers = made_headers(done, location=f"{_ENDPOINTS}/{endpoint_id}")
    return answer(ReplayOut.model_validate_json(done.answer), status=201, headers=headers)


def lines(
    *,
    page: tuple[Parameter, ...],
    query: dict[int, str],
    none: dict[int, str],
    body: dict[int, str],
    in_flight: dict[int, str],
) -> tuple[ApiRoute, ...]:
    """Give this area's lines of the table, with the words all areas use for how a call can end."""
    return (
        ApiRoute(
            method="GET",
            path="/webhook-endpoints",
            words="Endpoints events are sent to",
            scope=Scope.WEBHOOKS_READ,
            handler=list_endpoints,
            answer=TypeAdapter(EndpointList),
            query=page,
            errors=query,
        ),
        ApiRoute(
            method="GET",
            path="/webhook-endpoints/{id}",
            words="One endpoint and how it fares",
            scope=Scope.WEBHOOKS_READ,
            handler=get_endpoint,
            answer=TypeAdapter(EndpointOut),
            errors=query | none,
        ),
        ApiRoute(
            method="PUT",
            path="/webhook-endpoints/{id}",
            words="Make an endpoint or change it; its secret is in the answer that makes it, and in no other",
            scope=Scope.WEBHOOKS_WRITE,
            handler=put_endpoint,
            body=ENDPOINT_BODY,
            answer=TypeAdapter(EndpointOut),
            errors=query | none | body,
        ),
        ApiRoute(
            method="DELETE",
            path="/webhook-endpoints/{id}",
            words="Take an endpoint away with all that was to be told there",
            scope=Scope.WEBHOOKS_WRITE,
            handler=delete_endpoint,
            status=204,
            errors=query | none,
        ),
        ApiRoute(
            method="POST",
            path="/webhook-endpoints/{id}/rotate",
            words="Make a new secret; the one before signs along for 24 hours",
            scope=Scope.WEBHOOKS_WRITE,
            handler=rotate_secret,
            answer=TypeAdapter(RotatedOut),
            status=201,
            errors=query | none | in_flight,
            once=True,
        ),
        ApiRoute(
            method="POST",
            path="/webhook-endpoints/{id}/replay",
            words="Send the events since a time once more, with their ids of then",
            scope=Scope.WEBHOOKS_WRITE,
            handler=replay_events,
            body=REPLAY_BODY,
            answer=TypeAdapter(ReplayOut),
            status=201,
            errors=none | body | in_flight,
            once=True,
        ),
    )
