"""The store on PostgreSQL: a transaction per unit on a pooled connection, tried again when it lost a race."""

import asyncio
import random
import types
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Generic, Literal, TypeVar

import asyncpg
from asyncpg import exceptions

from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.statements import Statement
from quickpay.ports.store import AwaitedOutsideTx, Conflict, StoreBusy, StoreUnavailable, Unit

T = TypeVar("T")
TxT = TypeVar("TxT")

WAITING_AT_MOST = 10_000  # units; beyond that a caller hears at once that the store is busy
_PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2)  # seconds before each further try, give or take half
_TO_ROLL_BACK = 5.0  # seconds
_STATEMENTS_KEPT = 512  # prepared, per connection
_SESSION = {
    "synchronous_commit": "on",  # acknowledged = durable (R135)
    "default_transaction_isolation": "read committed",
    "idle_in_transaction_session_timeout": "30s",
    "jit": "off",
}
_BEGIN_WRITE = "BEGIN"
_BEGIN_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

_REFUSED = (exceptions.IntegrityConstraintViolationError, exceptions.RaiseError)
_BUSY = exceptions.LockNotAvailableError
_LOST_A_RACE = (exceptions.SerializationError, exceptions.DeadlockDetectedError)
_DRIVER = (
    exceptions.PostgresError,
    exceptions.InterfaceError,
    exceptions.InternalClientError,
    OSError,
)
_OUT_OF_ORDER = (
    exceptions.PostgresConnectionError,
    exceptions.OperatorInterventionError,
    exceptions.InsufficientResourcesError,
    exceptions.IdleInTransactionSessionTimeoutError,
    OSError,  # and with it TimeoutError
)


class PostgresStore(Generic[TxT]):
    """`Store` in a PostgreSQL database, which many processes may share."""

    def __init__(
        self,
        url: str,
        *,
        make_tx: Callable[[Run], TxT],
        pool_size: int = 10,
        busy_seconds: float = 5.0,
    ) -> None:
        """Take `postgresql://…`, also with `+asyncpg`; wait `busy_seconds` for a connection or a lock."""
        self._url = url.replace("postgresql+asyncpg:", "postgresql:", 1)
        self._make_tx = make_tx
        self._pool_size = pool_size
        self._patience = busy_seconds
        self._pool: Any = None
        self._at_work = 0
        self._at_rest = asyncio.Event()

    async def open(self) -> None:
        """Connect.

        Raises:
            StoreUnavailable: no answer, or not let in.
        """
        try:
            self._pool = await asyncpg.create_pool(  # type: ignore[no-untyped-call]  # ships no types
                self._url,
                min_size=1,
                max_size=self._pool_size,
                timeout=self._patience,
                command_timeout=30,
                statement_cache_size=_STATEMENTS_KEPT,
                connection_class=_Connection,
                server_settings=_SESSION | {"lock_timeout": f"{self._patience * 1000:.0f}"},
            )
        except _DRIVER as problem:
            raise StoreUnavailable(f"the database does not let us in: {problem}") from problem

    async def close(self) -> None:
        """Refuse new units, finish those under way, and disconnect."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        if self._at_work:
            self._at_rest.clear()
            await self._at_rest.wait()
        await pool.close()

    async def write(self, unit: Unit[TxT, T]) -> T:
        """Run the unit in a transaction and return its result once it is durable; see `ports.store.Store`."""
        return await self._run(unit, begin=_BEGIN_WRITE)

    async def read(self, unit: Unit[TxT, T]) -> T:
        """Run a reading unit on one consistent snapshot; see `ports.store.Store`."""
        return await self._run(unit, begin=_BEGIN_READ)

    async def _run(self, unit: Unit[TxT, T], *, begin: str) -> T:
        pool = self._pool
        if pool is None:
            raise StoreUnavailable("the store is closed")
        if self._at_work >= WAITING_AT_MOST:
            raise StoreBusy(f"{self._at_work} units are waiting")
        self._at_work += 1
        try:
            for pause in _PAUSES:
                with suppress(*_LOST_A_RACE):
                    return await self._attempt(unit, pool=pool, begin=begin)
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads retries, no secret
            try:
                return await self._attempt(unit, pool=pool, begin=begin)
            except _LOST_A_RACE as problem:
                raise StoreBusy(str(problem)) from problem
        finally:
            self._at_work -= 1
            if not self._at_work:
                self._at_rest.set()

    async def _attempt(self, unit: Unit[TxT, T], *, pool: Any, begin: str) -> T:
        async with _connection_of(pool, patience=self._patience) as connection:
            run = PostgresRun(connection)
            try:
                await run.control(begin)
                result = await _only_tx(unit(self._make_tx(run)), run)
                ended = await run.control("COMMIT")
            except BaseException:
                await _undo(connection)
                raise
        if ended != "COMMIT":
            # PostgreSQL answers the COMMIT of a transaction it has given up with a quiet ROLLBACK.
            raise RuntimeError(f"{unit!r} caught a refused statement and went on: nothing was committed")
        return result


class PostgresRun:
    """`Run` on one connection; `calling` while the driver is at work."""

    __slots__ = ("_connection", "calling")

    dialect: Literal["postgresql"] = "postgresql"

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.calling = False

    async def control(self, sql: str) -> str:
        """Run a word about the transaction itself and return the server's answer to it."""
        answer: str = await self._call(self._connection.execute, sql)
        return answer

    async def one(self, statement: Statement, **params: Any) -> Row | None:
        """Return the first row."""
        sql, arguments = statement.postgresql
        row: Row | None = await self._call(self._connection.fetchrow, sql, *arguments(params))
        return row

    async def all(self, statement: Statement, **params: Any) -> list[Row]:
        """Return every row."""
        sql, arguments = statement.postgresql
        rows: list[Row] = await self._call(self._connection.fetch, sql, *arguments(params))
        return rows

    async def count(self, statement: Statement, **params: Any) -> int:
        """Return how many rows changed."""
        sql, arguments = statement.postgresql
        answer: str = await self._call(self._connection.execute, sql, *arguments(params))
        return int(answer.rsplit(" ", 1)[1])  # "UPDATE 3", "INSERT 0 1"

    async def many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run once for each set of parameters."""
        sql, arguments = statement.postgresql
        await self._call(self._connection.executemany, sql, [arguments(row) for row in rows])

    async def _call(self, method: Callable[..., Coroutine[Any, Any, Any]], *args: Any) -> Any:
        self.calling = True
        try:
            return await method(*args)
        except _REFUSED as problem:
            raise Conflict(getattr(problem, "constraint_name", None) or str(problem)) from problem
        except _BUSY as problem:
            raise StoreBusy(str(problem)) from problem
        except _OUT_OF_ORDER as problem:
            raise StoreUnavailable(str(problem) or type(problem).__name__) from problem
        except (exceptions.InterfaceError, exceptions.InternalClientError) as problem:
            if _gone(self._connection):
                raise StoreUnavailable(str(problem)) from problem
            raise
        finally:
            self.calling = False


class _Connection(asyncpg.Connection):
    """Goes back to the pool without a round trip: a unit can leave nothing behind that RESET would clear."""

    def get_reset_query(self) -> str:
        return ""


@asynccontextmanager
async def _connection_of(pool: Any, *, patience: float) -> AsyncIterator[Any]:
    try:
        connection = await pool.acquire(timeout=patience)
    except _DRIVER as problem:
        raise StoreUnavailable(f"no connection: {problem!r}") from problem
    try:
        yield connection
    finally:
        with suppress(*_DRIVER):  # what was committed stays so, and the pool drops a connection that broke
            await pool.release(connection)


def _gone(connection: Any) -> bool:
    try:
        closed: bool = connection.is_closed()
    except exceptions.InterfaceError:  # the pool has taken a broken connection back already
        return True
    return closed


async def _undo(connection: Any) -> None:
    """Roll back, also before BEGIN was answered; a connection on which that fails is thrown away."""
    if _gone(connection):
        return
    try:
        await connection.execute("ROLLBACK", timeout=_TO_ROLL_BACK)
    except _DRIVER:
        connection.terminate()
    except BaseException:
        connection.terminate()
        raise


@types.coroutine
def _only_tx(unit: Coroutine[Any, Any, T], run: PostgresRun) -> Generator[Any, Any, T]:
    """Drive the unit, and let it wait only while the driver works for it (F7)."""
    advance: Callable[[Any], Any] = unit.send
    given: Any = None
    while True:
        try:
            waits_for = advance(given)
        except StopIteration as end:
            result: T = end.value
            return result
        if not run.calling:
            unit.close()
            raise AwaitedOutsideTx(f"{unit!r} awaited something that is not its tx")
        try:
            given = yield waits_for
            advance = unit.send
        except BaseException as problem:  # noqa: BLE001 - handed to the unit, which lets it pass
            given = problem
            advance = unit.throw
