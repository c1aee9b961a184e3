"""A lane: one SQLite connection in its own thread, running whole batches of units in one hop."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar

import aiosqlite

from quickpay.adapters.store.run import Row
from quickpay.adapters.store.statements import Statement
from quickpay.ports.store import AwaitedOutsideTx, Conflict, StoreBusy, StoreUnavailable, Unit

TxT = TypeVar("TxT")

Entry: TypeAlias = tuple[asyncio.Future[Any], Unit[TxT, Any]]
Outcome: TypeAlias = tuple[asyncio.Future[Any], Any, BaseException | None]


class Settle(Protocol[TxT]):
    """Hear, in the event loop, how each unit of a batch ended."""

    def __call__(self, lane: "Lane[TxT]", outcomes: list[Outcome], *, busy: bool) -> None:
        """Wake the callers; `busy` says that the batch never began for want of the lock."""
        ...


_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_OUT_OF_ORDER = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_INTERRUPT,
}


def fact(problem: sqlite3.Error) -> Exception:
    """Say what a driver's error means to the house; a mistake in a statement stays what it is."""
    code = getattr(problem, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    if isinstance(problem, sqlite3.IntegrityError):
        return Conflict(str(problem))
    if code in _BUSY:
        return StoreBusy(str(problem))
    if code in _OUT_OF_ORDER:
        return StoreUnavailable(str(problem))
    return problem


class SqliteRun:
    """`Run` on one cursor; nothing here ever suspends."""

    __slots__ = ("_connection", "_cursor", "_execute")

    dialect: Literal["sqlite"] = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._execute = self._cursor.execute

    def begin(self, how: str) -> None:
        """Begin a transaction; until it is over, statements may run."""
        self._execute = self._cursor.execute
        self._execute(how)

    def control(self, sql: str) -> None:
        """Run a word about the transaction itself: SAVEPOINT, RELEASE, ROLLBACK, COMMIT."""
        self._cursor.execute(sql)

    async def one(self, statement: Statement, **params: Any) -> Row | None:
        """Return the first row."""
        prepared = statement.sqlite
        try:
            # All rows, always: what RETURNING changes is only done when they are fetched (F8).
            rows: list[Row] = self._execute(prepared.sql, prepared.arguments(params)).fetchall()
        except sqlite3.Error as problem:
            raise self._fact(problem) from problem
        return rows[0] if rows else None

    async def all(self, statement: Statement, **params: Any) -> list[Row]:
        """Return every row."""
        prepared = statement.sqlite
        try:
            return self._execute(prepared.sql, prepared.arguments(params)).fetchall()
        except sqlite3.Error as problem:
            raise self._fact(problem) from problem

    async def count(self, statement: Statement, **params: Any) -> int:
        """Return how many rows changed."""
        prepared = statement.sqlite
        try:
            return self._execute(prepared.sql, prepared.arguments(params)).rowcount
        except sqlite3.Error as problem:
            raise self._fact(problem) from problem

    async def many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run once for each set of parameters."""
        sql, arguments = statement.sqlite
        for row in rows:
            try:
                self._execute(sql, arguments(row))
            except sqlite3.Error as problem:
                raise self._fact(problem) from problem

    def _fact(self, problem: sqlite3.Error) -> Exception:
        if not self._connection.in_transaction:
            # SQLite has rolled everything back by itself (disk full, I/O error). A unit that went on
            # regardless would now commit statement by statement.
            self._execute = _over
        return fact(problem)


class Lane(aiosqlite.Connection, Generic[TxT]):
    """One connection, one thread, one `tx`; takes a batch at a time and never leaves a transaction open."""

    def __init__(
        self,
        connector: Callable[[], sqlite3.Connection],
        *,
        make_tx: Callable[[SqliteRun], TxT],
        begin: Literal["BEGIN", "BEGIN IMMEDIATE"],
    ) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._make_tx = make_tx
        self._begin = begin
        self._savepoints = begin == "BEGIN IMMEDIATE"

    async def open(self) -> None:
        """Start the thread and connect."""
        try:
            await self
        except BaseException:
            await asyncio.to_thread(self._thread.join)  # it would still speak to a loop that may be gone
            raise
        try:
            await self._execute(self._prepare)  # type: ignore[no-untyped-call]  # aiosqlite left it untyped
        except BaseException:
            await self.close()
            raise

    def start(
        self,
        batch: list[Entry[TxT]],
        *,
        loop: asyncio.AbstractEventLoop,
        settle: "Settle[TxT]",
    ) -> None:
        """Have the batch run; `settle` is called in the loop with how each unit ended, whatever happens."""
        self._tx.put_nowait((None, partial(self._work, batch, loop, settle)))

    def _prepare(self) -> None:
        self._run = SqliteRun(self._conn)
        self._tx_of_units = self._make_tx(self._run)

    def _work(
        self,
        batch: list[Entry[TxT]],
        loop: asyncio.AbstractEventLoop,
        settle: "Settle[TxT]",
    ) -> None:
        busy = False
        try:
            outcomes = self._transact(batch)
        except BaseException as problem:  # noqa: BLE001 - even KeyboardInterrupt must not leave callers waiting
            outcomes = [(future, None, _for_all(problem)) for future, _ in batch]
            busy = isinstance(outcomes[0][2], StoreBusy)
        finally:
            if self._conn.in_transaction:
                with suppress(sqlite3.Error):
                    self._conn.rollback()
        loop.call_soon_threadsafe(partial(settle, self, outcomes, busy=busy))

    def _transact(self, batch: list[Entry[TxT]]) -> list[Outcome]:
        if len(batch) > 1 and self._savepoints:
            return self._together(batch) or self._apart(batch)
        return self._apart(batch)

    def _together(self, batch: list[Entry[TxT]]) -> list[Outcome] | None:
        """Run the batch as one; nothing of it has happened (None) if any unit failed.

        Savepoints for every unit would cost a third more, and units seldom fail.
        """
        run, tx, connection = self._run, self._tx_of_units, self._conn
        outcomes: list[Outcome] = []
        run.begin(self._begin)
        for future, unit in batch:
            try:
                outcomes.append((future, _drive(unit(tx)), None))
            except BaseException:  # noqa: BLE001 - it will fail again by itself, and its caller will hear of it
                connection.rollback()
                return None
            if not connection.in_transaction:
                raise StoreUnavailable("the database rolled the transaction back")
        run.control("COMMIT")
        return outcomes

    def _apart(self, batch: list[Entry[TxT]]) -> list[Outcome]:
        """Run each unit so that its failure undoes nothing of the others."""
        run, tx, connection = self._run, self._tx_of_units, self._conn
        apart = self._savepoints and len(batch) > 1
        ending = "COMMIT"
        outcomes: list[Outcome] = []
        run.begin(self._begin)
        for future, unit in batch:
            if apart:
                run.control("SAVEPOINT unit")
            try:
                outcomes.append((future, _drive(unit(tx)), None))
            except BaseException as problem:  # noqa: BLE001 - it belongs to the caller, not to this thread
                outcomes.append((future, None, problem))
                if not apart:
                    ending = "ROLLBACK"
                elif connection.in_transaction:
                    run.control("ROLLBACK TO unit")
            if not connection.in_transaction:
                raise StoreUnavailable("the database rolled the transaction back")
            if apart:
                run.control("RELEASE unit")
        run.control(ending)
        return outcomes


def _drive(unit: Coroutine[Any, Any, Any]) -> Any:
    try:
        unit.send(None)
    except StopIteration as end:
        return end.value
    except RuntimeError as problem:
        if "no running event loop" in str(problem):
            raise AwaitedOutsideTx(f"{unit!r} used the event loop") from problem
        raise
    unit.close()
    raise AwaitedOutsideTx(f"{unit!r} awaited something that is not its tx")


def _for_all(problem: BaseException) -> Exception:
    """Give each caller of a failed batch an exception of its own."""
    known = fact(problem) if isinstance(problem, sqlite3.Error) else problem
    told = StoreBusy(str(known)) if isinstance(known, StoreBusy) else StoreUnavailable(str(known))
    told.__cause__ = problem
    return told


def _over(*_: Any) -> Any:
    raise StoreUnavailable("the database rolled the transaction back")
