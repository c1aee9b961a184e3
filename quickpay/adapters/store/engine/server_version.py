"""Which revision a PostgreSQL database says it has."""

import asyncpg
from asyncpg import exceptions

from quickpay.ports.store import StoreUnavailable

_PATIENCE = 5.0  # seconds


async def found_on(dsn: str, *, ask: str) -> str | None:
    """Return the answer to `ask`, the revision; None if the database has none.

    Raises:
        StoreUnavailable: no answer, or not let in.
    """
    try:
        connection = await asyncpg.connect(dsn, timeout=_PATIENCE)  # type: ignore[no-untyped-call]  # untyped
    except (exceptions.PostgresError, exceptions.InterfaceError, OSError) as problem:
        raise StoreUnavailable(f"the database does not let us in: {problem}") from problem
    try:
        found = await connection.fetchval(ask)
    except exceptions.UndefinedTableError:
        return None
    finally:
        await connection.close()
    return None if found is None else str(found)
