"""Tell of an act in its own unit: a line for each endpoint that wants it, with ids and amounts only.

It hangs on the audit, so that whatever moves a payment or a link tells of it by being written down.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select

from quickpay.adapters.ids import RandomIds
from quickpay.adapters.store.columns import micros, moment, to_json
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import (
    groups,
    guarantors,
    links,
    payments,
    webhook_deliveries,
    webhook_endpoints,
)
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.audit import Event
from quickpay.domain.events_out import ANNOUNCED, TOLD_OF, EventOut
from quickpay.domain.payments import PaymentState
from quickpay.domain.statuses import STATUS_OF

_ids = RandomIds()

_ENDPOINTS = Statement(
    select(webhook_endpoints.c.serial, webhook_endpoints.c.events, webhook_endpoints.c.disabled_by)
    .where(or_(webhook_endpoints.c.group_id.is_(None), webhook_endpoints.c.group_id == bindparam("group")))
    .order_by(webhook_endpoints.c.serial)
)
_PAYMENT = Statement(
    select(
        payments.c.id,
        payments.c.change_number,
        payments.c.state,
        payments.c.reason,
        payments.c.amount,
        payments.c.refunded,
        payments.c.unapplied,
        payments.c.currency,
        payments.c.receipt_number,
        payments.c.batch_id,
        links.c.id,
    )
    .outerjoin(links, links.c.serial == payments.c.link_serial)
    .where(payments.c.id == bindparam("payment"))
)
_LINK = Statement(
    select(links.c.id, links.c.origin, links.c.state, links.c.batch).where(
        links.c.serial == bindparam("serial")
    )
)
_WHOSE = Statement(
    select(groups.c.slug, guarantors.c.number)
    .join(groups, groups.c.id == guarantors.c.group_id)
    .where(guarantors.c.id == bindparam("guarantor"))
)
_ADD = Statement(
    insert(webhook_deliveries).values(
        event_id=bindparam("event_id"),
        endpoint=bindparam("endpoint"),
        type=bindparam("type"),
        payload=bindparam("payload"),
        at=bindparam("at"),
        state=bindparam("state"),
        attempts=0,
        next_at=bindparam("at"),
        ended_at=bindparam("ended_at"),
    )
)


async def announce(run: Run, event: Event) -> None:
    """Write the lines of one act; for an endpoint at rest too, so that it can be told of it later."""
    word = ANNOUNCED[event.type]
    wanting = [
        (serial, disabled_by)
        for serial, events, disabled_by in await run.all(_ENDPOINTS, group=event.group_id)
        if word.value in json.loads(events)
    ]
    if not wanting:
        return
    payload = to_json(
        {"type": word.value, "timestamp": _rfc3339(event.at), "data": await _data(run, event, word)}
    )
    event_id, at = f"evt_{_ids.link_id()}", micros(event.at)
    await run.many(
        _ADD,
        [
            {
                "event_id": event_id,
                "endpoint": serial,
                "type": word.value,
                "payload": payload,
                "at": at,
                "state": "queued" if disabled_by is None else "skipped",
                "ended_at": None if disabled_by is None else at,
            }
            for serial, disabled_by in wanting
        ],
    )


async def _data(run: Run, event: Event, word: EventOut) -> dict[str, Any]:
    said = {name: event.detail[name] for name in TOLD_OF.get(event.type, ()) if name in event.detail}
    whose = await run.one(_WHOSE, guarantor=event.guarantor_id)
    slug, number = (None, None) if whose is None else whose
    told: dict[str, Any] = {"group": slug, "guarantor": number}
    if word.startswith("payment."):
        told = await _payment(run, event) | told
    elif word.startswith("link."):
        told = await _link(run, event) | told
    return told | said


async def _payment(run: Run, event: Event) -> dict[str, Any]:
    row = await run.one(_PAYMENT, payment=event.payment_id)
    if row is None:
        raise LookupError("an act on a payment that was never written down")
    id_, change, state, reason, amount, refunded, unapplied, currency, receipt, batch, link = row
    return {
        "id": id_,
        "change": str(change),
        "status": STATUS_OF[PaymentState(state)],
        "reason": reason,
        "amount": amount,
        "refunded": refunded,
        "unapplied": unapplied,
        "currency": currency,
        "receipt_number": receipt,
        "reference_batch": batch,
        "link": link,
    }


async def _link(run: Run, event: Event) -> dict[str, Any]:
    row = await run.one(_LINK, serial=event.link_serial)
    if row is None:
        raise LookupError("an act on a link that was never made")
    id_, origin, state, batch = row
    return {"id": id_, "origin": origin, "state": state, "batch": batch}


def _rfc3339(at: datetime) -> str:
    return moment(micros(at)).isoformat().replace("+00:00", "Z")
