"""Each invariant is named when it is broken, and a house that was lived in breaks none."""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from quickpay.adapters.store import open_store
from quickpay.adapters.store.engine.lane import SqliteRun
from quickpay.adapters.store.engine.postgres import PostgresRun
from quickpay.adapters.store.rules.contacts import RULES as OF_CONTACTS
from quickpay.adapters.store.rules.entry import RULES as OF_ENTRY
from quickpay.adapters.store.rules.payment import RULES as OF_PAYMENT
from quickpay.adapters.store.rules.refunds import RULES as OF_REFUNDS
from quickpay.adapters.store.rules.simulation import RULES as OF_SIMULATION
from quickpay.adapters.store.rules.staff import RULES as OF_STAFF
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import metadata
from quickpay.adapters.store.statements import Statement
from quickpay.adapters.store.tables import checks
from quickpay.adapters.store.tx import StoreTx
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.invariants import Violation
from quickpay.domain.money import Cents
from quickpay.domain.reach import EVERYWHERE
from quickpay.domain.refunds import Refund
from quickpay.domain.staff import StaffRole
from quickpay.mfa.methods import Method as Way
from quickpay.mfa.release import Identifier, Said
from quickpay.services.proofs.office import OfficePage
from quickpay.services.proofs.pages import Proved
from quickpay.services.proofs.release import Given
from quickpay.services.running.checks import Checks
from quickpay.services.settling.refunds import GiveBack
from quickpay.services.stay import Visit
from tests.factories import NOW, make_account
from tests.people import House, wrong
from tests.postgres import PostgresServer
from tests.services.planted import PLANTED
from tests.staff_people import Rooms, visit
from tests.store_fixtures import migrate_aside

_LOOSEN = """
    SET LOCAL session_replication_role = replica;
    DO $$ DECLARE one record; BEGIN
      FOR one IN SELECT conname, conrelid::regclass AS held FROM pg_constraint
        WHERE contype = 'c' AND connamespace = 'public'::regnamespace
      LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.held, one.conname); END LOOP;
    END $$;
"""
_UNIQUE = [str(index.name) for table in metadata.tables.values() for index in table.indexes if index.unique]


async def live_in(house: House) -> None:
    """Let a little of everything happen."""
    group = await house.group()
    alice_ = await house.guarantor(group)
    await house.change(group, require_opposing_contact_methods=True)
    link = await house.link(alice_)  # link 1, session 1: proved by email, paid
    alice = await house.come(link)
    await alice.prove(Way.EMAIL)
    await alice.pays(amount=5_000, email="me@example.com")
    await house.enter.see_receipt(  # session 2
        house.token(link), Visit(secret=None, address="192.0.2.1", request_id="r")
    )
    carol = await house.guarantor(  # guarantor 2
        group, make_account(lines=3), number="2", email="carol@example.com", mobile="+16085550102"
    )
    other = await house.come(await house.link(carol, single_payment=False), address="192.0.2.2")  # session 3
    await other.pays("tok_declined", amount=100)
    await other.pays(amount=200)
    paid = await other.pays(amount=300)
    back = GiveBack(amount=Cents(100), reason="Paid twice", by="staff 1")
    assert isinstance(await house.refunds.give(paid.id, back, within=EVERYWHERE), Refund)
    silent = await house.come(await house.link(carol), address="192.0.2.3")  # session 4
    await silent.pays("tok_silent", amount=400)
    locked = await house.come(await house.link(carol), address="192.0.2.4")  # session 5
    code = await locked.ask()
    for _ in range(5):
        await locked.type(wrong(code))
    waiting = await house.guarantor(group, number="3", email="dan@example.com", mobile="+16085550103")
    last = await house.come(await house.link(waiting), address="192.0.2.5")  # session 6
    await last.ask()
    await house.come(await house.handoff(waiting, authenticated=True), address="192.0.2.6")  # session 7
    await _let_in_by_phone(house, waiting)  # sessions 8 and 9
    await house.come(await house.launch(carol), address="192.0.2.9")  # session 10
    await house.change(group, contact_info_editing=True)
    eve = await house.guarantor(group, number="4", email="eve@example.com", mobile="+16085550104")
    moved = await house.come(await house.link(eve), address="192.0.2.10")  # session 11
    await moved.prove(Way.EMAIL)
    await moved.changes(Way.SMS, "+16085550105")
    await house.outbox().run_once()


async def _let_in_by_phone(house: House, caller: Guarantor) -> None:
    """Have one of the staff let two sessions in, of which one does it; another account is invited."""
    rooms = Rooms(house)
    fay = await rooms.member("Fay", StaffRole.FRONT_DESK)
    await fay.sign_in()
    await rooms.invite("Gil")
    (account,) = [one for one in await rooms.desk.accounts.list_() if one.name == "Fay"]
    said = Said(identifier=Identifier.VISIT_DATE, text="2026-10-02")
    for number in (7, 8):
        person = await house.come(await house.link(caller), address=f"192.0.2.{number}")
        page = await house.office.page(person.visit)
        assert isinstance(page, OfficePage)
        given = await rooms.desk.release.give(
            account, visit(), group="lakeside", guarantor="3", call_code=page.call_code, said=said
        )
        assert isinstance(given, Given), given
        if number == 7:
            assert isinstance(await house.office.take(person.visit, given.code.reveal()), Proved)


async def _found(house: House) -> list[Violation]:
    return await Checks(store=house.store, clock=house.clock).run()


async def test_a_house_that_was_lived_in_breaks_no_invariant(house: House) -> None:
    await live_in(house)
    assert await _found(house) == []


async def test_an_empty_house_breaks_none(house: House) -> None:
    assert await _found(house) == []


class Planting:
    """One transaction behind the store's back, never committed, in which nothing is refused."""

    def __init__(self, run: Run, execute: Callable[[str], Awaitable[int]]) -> None:
        self._run = run
        self.execute = execute
        self.on_server = run.dialect == "postgresql"

    async def find(self) -> dict[str, Violation]:
        """Run the checks in it."""
        found = await checks.Checks(self._run).find(now=NOW)
        return {one.what: one for one in found}


@pytest.fixture(scope="module")
def lived_in() -> dict[str, str]:
    """The addresses of the databases somebody has lived in, one of each kind, once made."""
    return {}


@pytest.fixture(scope="module")
def own_database(postgres_server: PostgresServer) -> str:
    url = postgres_server.url(postgres_server.create())
    migrate_aside(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
async def planting(
    request: pytest.FixtureRequest, lived_in: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Planting]:
    kind = request.param
    if kind not in lived_in:
        if kind == "sqlite":
            path = tmp_path_factory.mktemp("checks") / "lived_in.db"
            url = f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_file'), path)}"
        else:
            url = request.getfixturevalue("own_database")
        store = await open_store(url)
        await live_in(House(store))
        await store.close()
        lived_in[kind] = url
    if kind == "sqlite":
        yield _on_file(Path(lived_in[kind].removeprefix("sqlite:///")))
        return
    connection: Any = await asyncpg.connect(lived_in[kind])  # type: ignore[no-untyped-call]  # ships no types
    await connection.execute("BEGIN")

    async def execute(statement: str) -> int:
        return int((await connection.execute(statement)).rsplit(" ", 1)[1])

    await connection.execute(_LOOSEN)
    for name in _UNIQUE:
        await connection.execute(f"DROP INDEX {name}")
    yield Planting(PostgresRun(connection), execute)
    await connection.execute("ROLLBACK")
    await connection.close()


def _on_file(path: Path) -> Planting:
    file = sqlite3.connect(":memory:", isolation_level=None)
    sqlite3.connect(path).backup(file)
    file.execute("PRAGMA ignore_check_constraints = ON")
    run = SqliteRun(file)
    run.begin("BEGIN")
    for name in _UNIQUE:
        file.execute(f"DROP INDEX {name}")

    async def execute(statement: str) -> int:
        guards = file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            file.execute(f"DROP TRIGGER {name}")
        changed = file.execute(statement).rowcount
        for _, sql in guards:
            file.execute(sql)
        return changed

    return Planting(run, execute)


OF_ALL = (*OF_CONTACTS, *OF_ENTRY, *OF_PAYMENT, *OF_REFUNDS, *OF_SIMULATION, *OF_STAFF)
INVARIANTS = {rule.what: rule.invariant for rule in OF_ALL} | {
    "a count of tries or sendings beyond its limit": "I6"
}


@pytest.mark.parametrize("what", list(INVARIANTS))
async def test_what_breaks_an_invariant_is_named(planting: Planting, what: str) -> None:
    assert await planting.find() == {}
    for statement in PLANTED[what]:
        assert await planting.execute(statement) > 0, statement
    found = await planting.find()
    assert what in found, f"only {sorted(found)}"
    assert found[what].invariant == INVARIANTS[what]
    assert found[what].row_ids


@pytest.mark.parametrize(
    ("guard", "table"),
    [
        ("payments_fixed", "payments"),
        ("payments_ended", "payments"),
        ("receipts_kept", "receipts"),
        ("postings_kept", "postings"),
        ("refunds_fixed", "refunds"),
        ("audit_kept", "audit"),
    ],
)
async def test_a_guard_that_is_gone_is_named(house: House, guard: str, table: str) -> None:
    async def unit(tx: StoreTx) -> list[Violation]:
        on = f" ON {table}" if tx.links._run.dialect == "postgresql" else ""
        await tx.links._run.one(Statement(text(f"DROP TRIGGER {guard}{on}")))
        found = await tx.checks.find(now=NOW)
        raise _Seen(found)  # and so undo it

    with pytest.raises(_Seen) as seen:
        await house.store.write(unit)
    assert [one.row_ids for one in seen.value.found] == [(guard,)]


class _Seen(Exception):
    def __init__(self, found: list[Violation]) -> None:
        super().__init__(found)
        self.found = found


async def test_a_violation_names_rows_and_nobody(planting: Planting) -> None:
    what = "a role above quickpay without a proof"
    await planting.execute(PLANTED[what][0])
    assert await planting.find() == {what: Violation(invariant="I4", what=what, row_ids=("3",))}
