"""Texts after they were handed over, in the database: numbers told STOP, and how far each text came."""

from datetime import datetime

from sqlalchemy import BigInteger, bindparam, delete, or_, select, update

from quickpay.adapters.store.columns import micros, moment, number
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import carrier_stops, texts
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.text_fates import RANKS, HandedText, TextFate, TextReport

_STOP = insert(carrier_stops).values(
    number=bindparam("whose"), stopped_at=bindparam("now"), heard_by=bindparam("how")
)
_ADD = Statement(
    _STOP.on_conflict_do_update(
        index_elements=list(carrier_stops.primary_key),
        set_={
            "stopped_at": _STOP.excluded.stopped_at,
            "heard_by": _STOP.excluded.heard_by,
            "lifted_at": None,
        },
        where=carrier_stops.c.lifted_at.is_not(None)
        & (carrier_stops.c.lifted_at <= bindparam("asked", type_=BigInteger)),
    )
)
_STANDING = (carrier_stops.c.number == bindparam("whose"), carrier_stops.c.lifted_at.is_(None))
_SINCE = Statement(select(carrier_stops.c.stopped_at).where(*_STANDING))
_LIFT = Statement(update(carrier_stops).where(*_STANDING).values(lifted_at=bindparam("now")))

_HANDED = [
    "kind",
    "challenge_id",
    "outbox_id",
    "group_id",
    "guarantor_id",
    "link_serial",
    "session_id",
    "number",
    "handed_at",
]
_REPORTED = ["rank", "status", "error", "reported_at"]
_HAND = insert(texts).values(sid=bindparam("sid"), rank=-1, **{name: bindparam(name) for name in _HANDED})
_HAND_OVER = Statement(
    _HAND.on_conflict_do_update(
        index_elements=list(texts.primary_key), set_={name: _HAND.excluded[name] for name in _HANDED}
    ).returning(*texts.c)
)
_TELL = insert(texts).values(sid=bindparam("sid"), **{name: bindparam(name) for name in _REPORTED})
_REPORT = Statement(
    _TELL.on_conflict_do_update(
        index_elements=list(texts.primary_key),
        set_={name: _TELL.excluded[name] for name in _REPORTED},
        where=texts.c.rank < _TELL.excluded.rank,
    ).returning(*texts.c)
)
_OF_CHALLENGE = Statement(
    select(texts.c.status, texts.c.error)
    .where(texts.c.challenge_id == bindparam("challenge"))
    .order_by(texts.c.handed_at.desc(), texts.c.sid)
    .limit(1)
)
_OLD = (
    select(texts.c.sid)
    .where(
        or_(
            texts.c.handed_at < bindparam("before"),
            texts.c.handed_at.is_(None) & (texts.c.reported_at < bindparam("before")),
        )
    )
    .limit(number("most"))
    .cte("old")
)
_FORGET = Statement(delete(texts).where(texts.c.sid.in_(select(_OLD.c.sid))).returning(texts.c.sid))


class CarrierStops:
    """`ports.text_tables.CarrierStops` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, number: str, *, heard_by: str, asked_at: datetime, now: datetime) -> bool:
        """Stop a number; False when it was, or was lifted since `asked_at`: then this is old news."""
        changed = await self._run.count(
            _ADD, whose=number, how=heard_by, asked=micros(asked_at), now=micros(now)
        )
        return changed == 1

    async def since(self, contact: str) -> datetime | None:
        """Since when nothing may be texted there; None for an email address."""
        row = None if "@" in contact else await self._run.one(_SINCE, whose=contact)
        return None if row is None else moment(row[0])

    async def lift(self, number: str, *, now: datetime) -> bool:
        """Let texts go there again; False when nothing was stopped."""
        return await self._run.count(_LIFT, whose=number, now=micros(now)) == 1


class Texts:
    """`ports.text_tables.Texts` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def hand_over(self, text: HandedText) -> TextFate:
        """Note whom a text was for; returns what was reported of it meanwhile."""
        row = await self._run.one(
            _HAND_OVER,
            sid=text.sid,
            kind=text.kind,
            challenge_id=text.challenge_id,
            outbox_id=text.outbox_id,
            group_id=text.group_id,
            guarantor_id=text.guarantor_id,
            link_serial=text.link_serial,
            session_id=text.session_id,
            number=text.number,
            handed_at=micros(text.handed_at),
        )
        if row is None:
            raise LookupError("the row that was just written is not there")
        return _fate(row)

    async def report(self, sid: str, report: TextReport, *, now: datetime) -> TextFate | None:
        """Note a report; None unless it is further along than what is known."""
        row = await self._run.one(
            _REPORT,
            sid=sid,
            rank=RANKS[report.status],
            status=report.status,
            error=report.error,
            reported_at=micros(now),
        )
        return None if row is None else _fate(row)

    async def of_challenge(self, challenge_id: str) -> TextReport | None:
        """The report on the newest text with a code of this challenge."""
        row = await self._run.one(_OF_CHALLENGE, challenge=challenge_id)
        return None if row is None else _report(row)

    async def forget(self, before: datetime, *, most: int) -> int:
        """Drop texts handed over, or reported, before; returns how many."""
        return len(await self._run.all(_FORGET, before=micros(before), most=most))


def _fate(row: Row) -> TextFate:
    handed = None
    if row["number"] is not None:
        handed = HandedText(
            sid=row["sid"],
            kind=row["kind"],
            challenge_id=row["challenge_id"],
            outbox_id=row["outbox_id"],
            group_id=row["group_id"],
            guarantor_id=row["guarantor_id"],
            link_serial=row["link_serial"],
            session_id=row["session_id"],
            number=row["number"],
            handed_at=moment(row["handed_at"]),
        )
    return TextFate(handed=handed, report=_report(row))


def _report(row: Row) -> TextReport | None:
    return None if row["status"] is None else TextReport(status=row["status"], error=row["error"])
