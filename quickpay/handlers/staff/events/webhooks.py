"""Where events are sent, for an admin: how each endpoint fares, and sending again."""

import re

from aiohttp import web

from quickpay.domain.endpoints import Delivery, DeliveryState
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.staff.events.views import DeliveryRow, EndpointPage, EndpointRow, EndpointsPage
from quickpay.handlers.staff.events.words import (
    AT_REST,
    SINCE,
    SINCE_WORDS,
    STATES,
    counted,
    sent_again,
    trouble_of,
)
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.guarantors.addresses import number_in, with_query
from quickpay.handlers.words import moment
from quickpay.services.events.endpoint_care import SentAgain
from quickpay.services.events.endpoint_views import EndpointView

LIST = "/staff/webhooks"
_DELIVERY = re.compile(r"[0-9]{1,18}", re.ASCII)


async def show_endpoints(request: web.Request) -> web.Response:
    """List the endpoints."""
    staff = staff_of(request)
    views = await request.app[DESK].staff.endpoints.list_(within=staff.reach)
    page = EndpointsPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        rows=tuple(_row(request, view) for view in views),
    )
    return show(page)


async def show_endpoint(request: web.Request) -> web.Response:
    """Show one with what was given up and what went last."""
    view, again = await _found(request), number_in(request, "again")
    done = "" if again is None else sent_again(again, resting=not view.endpoint.enabled)
    return await _page(request, view, done=done)


async def send_again(request: web.Request) -> web.Response:
    """Send what had ended of a time once more."""
    view = await _found(request)
    staff, desk = staff_of(request), request.app[DESK].staff
    span = SINCE.get(form_of(request).text("since"))
    if span is None:
        mistakes = (Mistake(field="since", message="Choose from when on."),)
        return await _page(request, view, mistakes=mistakes)
    done = await desk.endpoints.again(view.endpoint.id, ago=span, by=staff.actor, within=staff.reach)
    if not isinstance(done, SentAgain):
        raise web.HTTPNotFound
    return see_other(with_query(_path(view), again=done.queued))


async def send_one_again(request: web.Request) -> web.Response:
    """Send one event once more; one that waits is left as it is."""
    view, staff = await _found(request), staff_of(request)
    delivery = request.match_info["delivery"]
    if not _DELIVERY.fullmatch(delivery):
        raise web.HTTPNotFound
    done = await request.app[DESK].staff.endpoints.one_again(
        view.endpoint.id, int(delivery), by=staff.actor, within=staff.reach
    )
    return see_other(with_query(_path(view), again=int(done)))


async def rest(request: web.Request) -> web.Response:
    """Put an endpoint to rest, or wake it; pressing it again changes nothing."""
    view, staff = await _found(request), staff_of(request)
    await request.app[DESK].staff.endpoints.rest(
        view.endpoint.id,
        enabled=form_of(request).text("step") == "wake",
        by=staff.actor,
        within=staff.reach,
    )
    return see_other(_path(view))


async def _found(request: web.Request) -> EndpointView:
    view = await request.app[DESK].staff.endpoints.get(
        request.match_info["endpoint"], within=staff_of(request).reach
    )
    if view is None:
        raise web.HTTPNotFound
    return view


def _path(view: EndpointView) -> str:
    return f"{LIST}/{view.endpoint.id}"


async def _page(
    request: web.Request, view: EndpointView, *, done: str = "", mistakes: tuple[Mistake, ...] = ()
) -> web.Response:
    staff, desk = staff_of(request), request.app[DESK].staff
    endpoint, health = view.endpoint, view.endpoint.health
    given_up = await desk.endpoints.deliveries(endpoint.id, within=staff.reach, states=(DeliveryState.DEAD,))
    last = await desk.endpoints.deliveries(endpoint.id, within=staff.reach)
    page = EndpointPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        row=_row(request, view),
        events=endpoint.events,
        failed="Never" if health.failed_at is None else moment(health.failed_at, desk.zone),
        trouble=trouble_of(health.trouble),
        skipped=counted(view.counted.skipped, "event") if view.counted.skipped else "",
        resting=not endpoint.enabled,
        since=form_of(request).text("since") if mistakes else "day",
        choices=SINCE_WORDS,
        given_up=tuple(_delivery(request, view, one) for one in given_up),
        last=tuple(_delivery(request, view, one) for one in last),
        done=done,
        mistakes=mistakes,
    )
    return show(page, status=422 if mistakes else 200)


def _row(request: web.Request, view: EndpointView) -> EndpointRow:
    endpoint, health = view.endpoint, view.endpoint.health
    zone = request.app[DESK].staff.zone
    state = "Good"
    if endpoint.disabled_by is not None:
        state = AT_REST[endpoint.disabled_by]
    elif health.failures:
        state = f"Failing: {counted(health.failures, 'try').replace('trys', 'tries')} since the last success"
    return EndpointRow(
        id=endpoint.id,
        path=_path(view),
        url=endpoint.url,
        group=view.group or "Every group",
        state=state,
        ill=state != "Good",
        succeeded="Never" if health.succeeded_at is None else moment(health.succeeded_at, zone),
        waiting=f"{view.counted.waiting:,}",
        given_up=f"{view.counted.dead:,}",
    )


def _delivery(request: web.Request, view: EndpointView, one: Delivery) -> DeliveryRow:
    zone = request.app[DESK].staff.zone
    waits = one.state in {DeliveryState.QUEUED, DeliveryState.LEASED}
    return DeliveryRow(
        event_id=one.event_id,
        type=one.type,
        at=moment(one.at, zone),
        state=STATES[one.state],
        tries=one.attempts,
        next=moment(one.next_at, zone) if waits and one.attempts else "",
        trouble=trouble_of(one.trouble),
        again="" if waits else f"{_path(view)}/deliveries/{one.id}/again",
    )
