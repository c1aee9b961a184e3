"""A change, its audit row and its message are one: where one cannot be written, nothing is."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from quickpay.adapters.store.statements import Statement
from quickpay.domain.payments import PaymentState
from quickpay.mfa.methods import Method as Way
from quickpay.ports.store import Conflict
from quickpay.services.proofs.pages import Proved
from quickpay.services.stay import Visit
from tests.people import House
from tests.services.conftest import Lakeside
from tests.services.rows import dump, rows

_ON_SERVER = (
    """CREATE FUNCTION none_may() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '23514'; END $$""",
    "CREATE TRIGGER none_may BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION none_may()",
)
_ON_FILE = ("CREATE TRIGGER none_may BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no room'); END",)
REFUSED = "no room"
STRANGER = Visit(secret=None, address="198.51.100.9", request_id="r")


async def _run(house: House, *commands: str) -> None:
    async def unit(tx: Any) -> None:
        for command in commands:
            await tx.links._run.one(Statement(text(command)))

    await house.store.write(unit)


async def _on_server(house: House) -> bool:
    async def unit(tx: Any) -> bool:
        return bool(tx.links._run.dialect == "postgresql")

    return await house.store.read(unit)


@asynccontextmanager
async def _no_row_into(house: House, table: str) -> AsyncIterator[None]:
    """Let the database refuse every new row of one table."""
    on_server = await _on_server(house)
    await _run(house, *(one.format(table=table) for one in (_ON_SERVER if on_server else _ON_FILE)))
    try:
        yield
    finally:
        await _run(house, "DROP FUNCTION none_may() CASCADE" if on_server else "DROP TRIGGER none_may")


async def _changes_nothing(house: House, doing: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    before = await dump(house)
    async with _no_row_into(house, "audit"):
        with pytest.raises(Conflict, match=REFUSED):
            await doing()
    await house.at_rest()
    assert await dump(house) == before


async def test_r131_x38_an_open_that_cannot_be_audited_is_none(lakeside: Lakeside) -> None:
    house = lakeside.house
    token = house.token(await house.link(lakeside.alice))
    await _changes_nothing(house, lambda: house.enter.open(token, STRANGER))


async def test_r131_x38_a_code_that_cannot_be_audited_is_not_sent(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await _changes_nothing(house, lambda: house.verify.send(alice.visit, Way.EMAIL))
    assert house.mailer.sent == []


async def test_r131_x38_a_right_code_that_cannot_be_audited_proves_nothing(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    code = await alice.ask()
    before = await rows(house, "sessions")
    async with _no_row_into(house, "audit"):
        with pytest.raises(Conflict, match=REFUSED):
            await alice.type(code)
    assert await rows(house, "sessions") == before
    assert [row["state"] for row in await rows(house, "challenges")] == ["sent"]
    assert isinstance(await alice.type(code), Proved), "nothing was lost but a try"


async def test_r131_x38_a_payment_that_cannot_be_audited_is_not_charged(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.choose()
    await _changes_nothing(house, alice.press_pay)
    assert house.gateway.asked == []


async def test_r131_x38_leaving_that_cannot_be_audited_is_none(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await _changes_nothing(house, lambda: house.leave.sign_out(alice.visit))


@pytest.mark.parametrize("table", ["outbox", "audit", "receipts", "postings"])
async def test_r48_a_success_is_written_with_its_message_or_not_at_all(
    lakeside: Lakeside, table: str
) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    payment_id = (await alice.pays("tok_silent", email="me@example.com")).id
    answer = house.gateway.book[payment_id]
    before = await dump(house)
    async with _no_row_into(house, table):
        with pytest.raises(Conflict, match=REFUSED):
            await house.settle(payment_id, answer)
    assert await dump(house) == before
    assert (await house.settle(payment_id, answer)).state is PaymentState.SUCCEEDED
    assert [row["subject"] for row in await rows(house, "outbox")] == [payment_id]
