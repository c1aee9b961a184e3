"""What the desk asks of the tables: guarantors by their keys, their links and payments, send batches."""

from datetime import datetime
from functools import cache

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, case, cast, exists, func, select

from quickpay.adapters.store.columns import micros, moment, number
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import (
    contact_stops,
    groups,
    links,
    outbox,
    payments,
    texts,
)
from quickpay.adapters.store.statements import Statement
from quickpay.adapters.store.tables.finding import among, find_by
from quickpay.adapters.store.tables.guarantors import guarantor_of
from quickpay.adapters.store.tables.link_rows import link_of
from quickpay.adapters.store.tables.payment_rows import PAYMENT, payment_of
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.links import Link
from quickpay.domain.payments import Payment
from quickpay.domain.reach import Reach
from quickpay.ports.desk_tables import BatchLine, LastMessage, Sought

_LAST = "\U0010ffff"
"""Comes after everything a key may go on with."""

_NUMBER_BEGINS = 3
"""Characters from which on a number is found by its beginning: with fewer, half the group begins so."""

_LIVE = (
    links.c.state == "active",
    links.c.expires_at > bindparam("now"),
    links.c.uses < func.coalesce(links.c.max_uses, groups.c.max_uses),
)
_GUARANTORS = links.c.guarantor_id == bindparam("guarantor")
_LIVE_LINKS = Statement(
    select(func.count())
    .select_from(links)
    .join(groups, groups.c.id == links.c.group_id)
    .where(_GUARANTORS, *_LIVE)
)
_LINKS = Statement(
    select(links)
    .where(_GUARANTORS)
    .order_by(links.c.serial.desc())
    .limit(number("most"))
    .offset(number("skip"))
)
_USES = Statement(select(cast(func.coalesce(func.sum(links.c.uses), 0), BigInteger)).where(_GUARANTORS))
_PAYMENTS = Statement(
    select(*PAYMENT, links.c.id.label("link_id"))
    .outerjoin(links, links.c.serial == payments.c.link_serial)
    .where(payments.c.guarantor_id == bindparam("guarantor"))
    .order_by(payments.c.created_at.desc(), payments.c.id)
    .limit(number("most"))
    .offset(number("skip"))
)
_STOPS = Statement(
    select(contact_stops.c.contact, contact_stops.c.at).where(
        contact_stops.c.guarantor_id == bindparam("guarantor"), contact_stops.c.lifted_at.is_(None)
    )
)
_LAST_MESSAGE = Statement(
    select(outbox.c.state, outbox.c.reason, outbox.c.ended_at, texts.c.status, texts.c.error)
    .outerjoin(texts, texts.c.outbox_id == outbox.c.id)
    .where(
        outbox.c.guarantor_id == bindparam("guarantor"),
        outbox.c.recipient == bindparam("written_to"),
        outbox.c.state.in_(("sent", "dead")),
    )
    .order_by(outbox.c.ended_at.desc(), outbox.c.id.desc(), texts.c.handed_at.desc())
    .limit(1)
)
_PAID = exists(
    select(payments.c.id).where(
        payments.c.link_serial == links.c.serial, payments.c.state.in_(("succeeded", "refunded"))
    )
)


class Desk:
    """`ports.desk_tables.Desk` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def find(self, sought: Sought, *, within: Reach, skip: int, most: int) -> list[Guarantor]:
        """Guarantors that have all of what is sought: one whose number it is first, then by name."""
        if sought.nothing or within.groups == frozenset():
            return []
        params: dict[str, str | int] = {"skip": skip, "most": most, "exact": sought.number or ""}
        # The longest word says most: its run of the index is walked, the others are looked up.
        for place, word in enumerate(sorted(sought.words, key=len, reverse=True)):
            params |= {f"from_{place}": word, f"to_{place}": word + _LAST}
        if sought.number is not None:
            onward = _LAST if len(sought.number) >= _NUMBER_BEGINS else ""
            params |= {"from_number": sought.number, "to_number": sought.number + onward}
        for kind in ("email", "mobile"):
            value = getattr(sought, kind)
            params |= {} if value is None else {kind: value}
        for place, group_id in enumerate(_sorted(within)):
            params[f"group_{place}"] = group_id
        whole = tuple(kind for kind in ("email", "mobile") if kind in params)
        statement = find_by(
            len(sought.words),
            by_number=sought.number is not None,
            whole=whole,
            groups_=None if within.groups is None else len(within.groups),
        )
        return [guarantor_of(row) for row in await self._run.all(statement, **params)]

    async def live_links(self, guarantor_id: int, now: datetime) -> int:
        """How many links of a guarantor would open now."""
        return await self._number(_LIVE_LINKS, guarantor=guarantor_id, now=micros(now))

    async def active_links(self, *, group_id: int, guarantor_id: int | None, batch: str | None) -> int:
        """How many links ending all of these would end; those that ran out by time or use count too."""
        given = {"group_id": group_id, "guarantor_id": guarantor_id, "batch": batch}
        filters = {f"of_{name}": value for name, value in given.items() if value is not None}
        return await self._number(_active(*sorted(filters)), **filters)

    async def links_of(self, guarantor_id: int, *, skip: int, most: int) -> list[Link]:
        """A guarantor's links, the newest first."""
        return [
            link_of(row) for row in await self._run.all(_LINKS, guarantor=guarantor_id, skip=skip, most=most)
        ]

    async def uses_of(self, guarantor_id: int) -> int:
        """How many sessions were opened from all links of a guarantor."""
        return await self._number(_USES, guarantor=guarantor_id)

    async def payments_of(
        self, guarantor_id: int, *, skip: int, most: int
    ) -> list[tuple[Payment, str | None]]:
        """A guarantor's payments, the newest first, each with its link's id."""
        rows = await self._run.all(_PAYMENTS, guarantor=guarantor_id, skip=skip, most=most)
        return [(payment_of(row), row[-1]) for row in rows]

    async def stops_of(self, guarantor_id: int) -> dict[str, datetime]:
        """Contacts, in lower case, to which nothing goes for this guarantor, and since when."""
        return {row[0]: moment(row[1]) for row in await self._run.all(_STOPS, guarantor=guarantor_id)}

    async def last_message(self, guarantor_id: int, contact: str) -> LastMessage | None:
        """How the newest message to this contact that has ended did end."""
        row = await self._run.one(_LAST_MESSAGE, guarantor=guarantor_id, written_to=contact)
        if row is None:
            return None
        state, reason, ended_at, told, error = row
        if told in {"undelivered", "failed"}:  # handed over, and then the carrier could not bring it
            return LastMessage(delivered=False, reason=error, at=moment(ended_at))
        return LastMessage(delivered=state == "sent", reason=reason, at=moment(ended_at))

    async def batches(
        self, *, within: Reach, since: datetime, now: datetime, skip: int, most: int
    ) -> list[BatchLine]:
        """Batches with a link made since then, the newest first."""
        if within.groups == frozenset():
            return []
        params = {f"group_{place}": group_id for place, group_id in enumerate(_sorted(within))}
        statement = _batches(None if within.groups is None else len(within.groups))
        rows = await self._run.all(
            statement, **params, since=micros(since), now=micros(now), skip=skip, most=most
        )
        return [_batch_line(row) for row in rows]

    async def batch(self, group_id: int, batch: str, now: datetime) -> BatchLine | None:
        """Return one batch of one group."""
        row = await self._run.one(_BATCH, group=group_id, of_batch=batch, now=micros(now))
        return None if row is None else _batch_line(row)

    async def _number(self, statement: Statement, **params: int | str) -> int:
        row = await self._run.one(statement, **params)
        return 0 if row is None else int(row[0])


def _sorted(within: Reach) -> list[int]:
    return sorted(within.groups or ())


@cache
def _active(*given: str) -> Statement:
    filters = [links.c[name.removeprefix("of_")] == bindparam(name) for name in given]
    return Statement(select(func.count()).select_from(links).where(links.c.state == "active", *filters))


def _how_many(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((and_(*conditions), 1)))


_LINE = (
    select(
        links.c.group_id,
        links.c.batch,
        func.min(links.c.created_at).label("first"),
        func.count().label("made"),
        _how_many(links.c.uses > 0).label("opened"),
        _how_many(_PAID).label("paid"),
        _how_many(*_LIVE).label("active"),
    )
    .join(groups, groups.c.id == links.c.group_id)
    .where(links.c.batch.is_not(None))
    .group_by(links.c.group_id, links.c.batch)
)
_BATCH = Statement(
    _LINE.where(links.c.group_id == bindparam("group"), links.c.batch == bindparam("of_batch"))
)


@cache
def _batches(groups_: int | None) -> Statement:
    return Statement(
        _LINE.where(links.c.created_at >= bindparam("since"), *among(links.c.group_id, groups_))
        .order_by(func.max(links.c.created_at).desc(), links.c.group_id, links.c.batch)
        .limit(number("most"))
        .offset(number("skip"))
    )


def _batch_line(row: Row) -> BatchLine:
    group_id, batch, first, made, opened, paid, active = row
    return BatchLine(
        group_id=group_id,
        batch=batch,
        first_made_at=moment(first),
        made=made,
        opened=opened,
        paid=paid,
        active=active,
    )
