"""Reports add up what is in the tables, by the zone's own days, within whoever's groups."""

import random
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quickpay.adapters.store.columns import micros
from quickpay.adapters.store.schema import orders, payments, sessions
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.origins import Origin
from quickpay.domain.payments import Method, PaymentState
from quickpay.domain.reach import EVERYWHERE, Reach
from quickpay.domain.reports import PaymentSums, SessionCounts
from quickpay.ports.gateway import NoAnswer
from quickpay.services.desk.reports import MOST_LINES, BadQuestion, Report, Reports
from tests.people import ZONE, House
from tests.services.conftest import Lakeside
from tests.services.rows import rows

_PATIENTS = tuple(origin for origin in Origin if origin is not Origin.STAFF)
_PAID = {PaymentState.SUCCEEDED, PaymentState.REFUNDED}
_OPEN = {PaymentState.SUBMITTING, PaymentState.UNKNOWN, PaymentState.REVIEW}


def book(house: House) -> Reports:
    return Reports(store=house.store, clock=house.clock, zone=ZONE)


async def usage(house: House, asked: Mapping[str, str], reach: Reach = EVERYWHERE) -> Report[SessionCounts]:
    found = await book(house).session_usage(asked, reach)
    assert isinstance(found, Report), found
    return found


async def money(house: House, asked: Mapping[str, str], reach: Reach = EVERYWHERE) -> Report[PaymentSums]:
    found = await book(house).payments(asked, reach)
    assert isinstance(found, Report), found
    return found


async def plant(house: House, *, count: int, begins: datetime, days: int, seed: int) -> None:
    """Lay sessions of every kind, some with payments of every kind, over so many days and two groups."""
    chance = random.Random(seed)  # noqa: S311 - a world to count, no secret
    people = [await house.guarantor(await house.group(slug), number=slug) for slug in ("east", "west")]
    stays, tried, chosen = [], [], []
    for number in range(count):
        one = chance.choice(people)
        at = micros(begins) + chance.randrange(days * 86_400_000_000)
        stays.append(
            {column.name: None for column in sessions.c}
            | {
                "id": 10_000 + number,
                "token_hash": number.to_bytes(32, "big"),
                "group_id": one.group_id,
                "guarantor_id": one.id,
                "origin": chance.choice(list(Origin)).value,
                "purpose": "receipt" if chance.random() < 0.1 else "pay",
                "role": "quickpay",
                "authentication": chance.choice(["quickpay", "mfa"]),
                "opened_at": at,
                "expires_at": at + 600_000_000,
                "extensions": 0,
            }
        )
        for _ in range(chance.choice([0, 0, 1, 2])):
            id_, state = f"p{len(tried)}", chance.choice([*_PAID, PaymentState.DECLINED, PaymentState.REVIEW])
            amount = chance.randrange(1, 99_999)
            chosen.append(
                {
                    "id": f"o{id_}",
                    "session_id": 10_000 + number,
                    "amount": amount,
                    "choice": "other",
                    "method": "card",
                    "created_at": at,
                    "stored_card": None,
                    "store_at": None,
                }
            )
            tried.append(
                {column.name: None for column in payments.c}
                | {
                    "id": id_,
                    "order_id": f"o{id_}",
                    "session_id": 10_000 + number,
                    "group_id": one.group_id,
                    "guarantor_id": one.id,
                    "single_payment": 0,
                    "amount": amount,
                    "currency": "usd",
                    "method": chance.choice(list(Method)).value,
                    "state": state.value,
                    "unapplied": 0,
                    "origin": "sms",
                    "authentication": "quickpay",
                    "created_at": at + chance.randrange(300_000_000),
                    "deadline": at,
                    "changed_at": at,
                    "change_number": 10_000 + len(tried),
                    "look_ups": 0,
                    "misses": 0,
                    "settled_by_pm": 0,
                    "in_figures": 0,
                    "acknowledged_refunded": 0,
                    "refunding": 0,
                    "refunded": chance.randrange(amount + 1) if state is PaymentState.SUCCEEDED else 0,
                }
            )

    async def unit(tx: Any) -> None:
        for table, given in ((sessions, stays), (orders, chosen), (payments, tried)):
            await tx.links._run.many(Statement(insert(table).values(_binds(table))), given)

    await house.store.write(unit)


def _binds(table: Any) -> dict[str, Any]:
    from sqlalchemy import bindparam  # noqa: PLC0415 - only here

    return {column.name: bindparam(column.name) for column in table.c}


def _day(at: int) -> date:
    return datetime.fromtimestamp(at // 1_000_000, tz=ZONE).date()


async def test_a_session_counts_once_by_how_it_ended_up(lakeside: Lakeside) -> None:
    house, alice = lakeside.house, lakeside.alice
    looked = await house.come(await house.link(alice))
    assert await looked.session()
    failed = await house.come(await house.link(alice))
    await failed.pays("tok_declined", amount=10_00)
    twice = await house.come(await house.link(alice))
    await twice.pays("tok_declined", amount=10_00)
    await twice.pays(amount=10_00)
    proved = await house.come(await house.link(alice))
    await proved.prove()
    await proved.pays(amount=10_00)

    report = await usage(house, {"by": "group"})
    assert [(line.key, line.name) for line in report.lines] == [("lakeside", "Lakeside")]
    assert report.whole == SessionCounts(quickpay_paid=1, quickpay_failed=1, quickpay_none=1, mfa_paid=1)
    assert (report.whole.all, report.whole.paid, report.whole.mfa) == (4, 2, 1)


async def test_two_groups_guarantors_of_one_number_are_two_lines(lakeside: Lakeside) -> None:
    house, alice = lakeside.house, lakeside.alice
    west = await house.group("west")
    other = await house.guarantor(west, number=alice.number)
    await (await house.come(await house.link(alice))).pays(amount=10_00)
    await house.come(await house.link(other))
    lines = (await usage(house, {"by": "guarantor"})).lines
    assert [(line.key, line.name, line.sums.paid) for line in lines] == [
        (f"lakeside/{alice.number}", f"{alice.number}, Lakeside", 1),
        (f"west/{alice.number}", f"{alice.number}, West", 0),
    ]
    (line,) = (await usage(house, {"by": "guarantor"}, Reach(groups=frozenset({west.id})))).lines
    assert line.name == alice.number, "whoever sees one group needs no group's name"


async def test_receipts_looked_at_and_simulations_are_no_visits(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    paid = await house.come(link)
    await paid.pays(amount=10_00)
    await house.enter.see_receipt(house.token(link), paid.visit)
    await house.come(await house.launch(lakeside.alice))
    assert (await usage(house, {})).whole.all == 1
    kinds = sorted((row["origin"], row["purpose"]) for row in await rows(house, "sessions"))
    assert kinds == [("sms", "pay"), ("sms", "receipt"), ("staff", "pay")]


async def test_payments_are_added_up_by_what_became_of_them(lakeside: Lakeside) -> None:
    house, alice = lakeside.house, lakeside.alice
    for card, amount in (("tok_approved", 10_00), ("tok_declined", 7_00), ("tok_approved", 5_00)):
        await (await house.come(await house.link(alice))).pays(card, amount=amount)
    house.gateway.then(NoAnswer(reason="silent"))
    await (await house.come(await house.link(alice))).pays(amount=3_00)

    whole = (await money(house, {})).whole
    assert whole == PaymentSums(
        payments=4, succeeded=2, taken=15_00, refunded=0, declined=1, open=1, open_amount=3_00
    )
    by_status = {line.key: line.sums.payments for line in (await money(house, {"by": "status"})).lines}
    assert by_status == {"succeeded": 2, "declined": 1, "unknown": 1}
    assert (await money(house, {"status": "declined"})).whole.payments == 1
    by_batch = (await money(house, {"by": "batch"})).lines
    assert [(line.name.endswith("API Payments"), line.sums.payments) for line in by_batch] == [
        (False, 1),  # the one that has not ended is in no batch yet
        (True, 3),
    ]
    (batch,) = [line.key for line in by_batch if line.key]
    assert (await money(house, {"batch": batch})).whole.payments == 3


async def test_both_reports_are_what_counting_by_hand_gives_over_a_change_of_the_clock(house: House) -> None:
    await plant(house, count=600, begins=datetime(2026, 10, 25, 6, tzinfo=ZONE), days=14, seed=7)
    first, last = date(2026, 10, 26), date(2026, 11, 6)  # the clock is put back on November 1
    tried = defaultdict(set)
    for row in await rows(house, "payments"):
        tried[row["session_id"]].add(PaymentState(row["state"]))
    stays = [
        row
        for row in await rows(house, "sessions")
        if first <= _day(row["opened_at"]) <= last and row["purpose"] == "pay" and row["origin"] != "staff"
    ]
    assert len(stays) > 200

    def by_hand(key: Any) -> dict[Any, SessionCounts]:
        sums: dict[Any, SessionCounts] = defaultdict(SessionCounts)
        for row in stays:
            states = tried[row["id"]]
            end = "paid" if states & _PAID else "failed" if states else "none"
            sums[key(row)] += SessionCounts(**{f"{row['authentication']}_{end}": 1})
        return dict(sums)

    span = {"from": first.isoformat(), "until": last.isoformat()}
    by_day = await usage(house, span)
    assert {line.key: line.sums for line in by_day.lines if line.sums.all} == by_hand(
        lambda row: _day(row["opened_at"]).isoformat()
    )
    assert len(by_day.lines) == 12
    by_origin = await usage(house, span | {"by": "origin"})
    assert {line.key: line.sums for line in by_origin.lines} == by_hand(lambda row: row["origin"])
    weeks = await usage(house, span | {"by": "week"})
    assert [line.key for line in weeks.lines] == ["2026-10-26", "2026-11-02"]
    months = await usage(house, span | {"by": "month"})
    assert [line.key for line in months.lines] == ["2026-10-01", "2026-11-01"]
    for report in (by_day, by_origin, weeks, months):
        assert report.whole == sum((one for one in by_hand(lambda _: 0).values()), SessionCounts())
    people = await usage(house, span | {"by": "guarantor"})
    assert [line.key for line in people.lines] == ["east/east", "west/west"]
    east = await usage(house, span | {"guarantor": "east", "origin": "sms"})
    (number,) = [row["id"] for row in await rows(house, "guarantors") if row["number"] == "east"]
    assert east.whole.all == sum(row["origin"] == "sms" and row["guarantor_id"] == number for row in stays)

    sums: dict[str, PaymentSums] = defaultdict(PaymentSums)
    for row in await rows(house, "payments"):
        day, state = _day(row["created_at"]), PaymentState(row["state"])
        if first <= day <= last:
            took, waits = state in _PAID, state in _OPEN
            sums[day.isoformat()] += PaymentSums(
                payments=1,
                succeeded=int(took),
                taken=row["amount"] * took,
                refunded=row["refunded"],
                declined=int(state is PaymentState.DECLINED),
                open=int(waits),
                open_amount=row["amount"] * waits,
            )
    report = await money(house, span)
    assert {line.key: line.sums for line in report.lines if line.sums.payments} == dict(sums)
    assert report.whole == sum(sums.values(), PaymentSums())


async def test_a_day_is_the_zones_own(lakeside: Lakeside) -> None:
    house = lakeside.house
    for hour, minute in ((4, 59), (5, 0)):  # 23:59 in Chicago, and midnight
        moment = datetime(2026, 11, 21, hour, minute, tzinfo=house.clock.now().tzinfo) + timedelta(hours=1)
        house.clock.advance(moment + timedelta(days=7) - house.clock.now())
        await house.come(await house.link(lakeside.alice))
    report = await usage(house, {"from": "2026-11-27", "until": "2026-11-28"})
    assert [(line.key, line.sums.all) for line in report.lines] == [("2026-11-27", 1), ("2026-11-28", 1)]


async def test_a59_another_groups_sessions_and_payments_are_in_no_sum(lakeside: Lakeside) -> None:
    house = lakeside.house
    west = await house.group("west")
    bob = await house.guarantor(west, number="west")
    for one in (lakeside.alice, bob):
        await (await house.come(await house.link(one))).pays(amount=10_00)
    only = Reach(groups=frozenset({west.id}))
    assert (await usage(house, {}, only)).whole.all == 1
    assert (await money(house, {}, only)).whole.taken == 10_00
    assert (await money(house, {"by": "group"}, only)).lines[0].key == "west"
    assert (await usage(house, {"guarantor": lakeside.alice.number}, only)).whole.all == 0
    nothing = Reach(groups=frozenset())
    assert (await usage(house, {}, nothing)).whole == SessionCounts()
    assert (await money(house, {}, nothing)).whole == PaymentSums()
    for report in (book(house).session_usage, book(house).payments):
        refused = await report({"group": "lakeside"}, only)
        assert isinstance(refused, BadQuestion)
        assert [fault.path for fault in refused.faults] == ["group"]


@pytest.mark.parametrize(
    ("asked", "paths"),
    [
        ({"from": "yesterday", "until": "2026-13-01"}, ["until", "from"]),
        ({"from": "2026-02-02", "until": "2026-02-01"}, ["until"]),
        ({"from": "2001-01-01"}, ["from"]),
        ({"from": "\uff12\uff10\uff12\uff16-01-01"}, ["from"]),
        ({"by": "card"}, ["by"]),
        ({"origin": "staff"}, ["origin"]),
        ({"guarantor": "x" * 65}, ["guarantor"]),
    ],
)
async def test_what_cannot_be_answered_is_refused_field_by_field(
    lakeside: Lakeside, asked: Mapping[str, str], paths: list[str]
) -> None:
    refused = await book(lakeside.house).session_usage(asked, EVERYWHERE)
    assert isinstance(refused, BadQuestion)
    assert [fault.path for fault in refused.faults] == paths


async def test_what_is_not_said_is_the_last_thirty_days_by_day(lakeside: Lakeside) -> None:
    report = await money(lakeside.house, {})
    today = lakeside.house.clock.now().astimezone(ZONE).date()
    assert (report.span.first, report.span.last) == (today - timedelta(days=29), today)
    assert len(report.lines) == 30
    assert not report.cut
    assert len(report.lines) < MOST_LINES
    assert len(_PATIENTS) == 6
