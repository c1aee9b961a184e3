"""Numbers given out one after the other: under the lock of their row, so their order is commit order."""

from sqlalchemy import bindparam, update

from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import numbers
from quickpay.adapters.store.statements import Statement

# A unit that takes both takes the receipt's first: two units never wait for each other.
RECEIPT = "receipt"
CHANGE = "payment_change"

_NEXT = Statement(
    update(numbers)
    .where(numbers.c.name == bindparam("series"))
    .values(last=numbers.c.last + 1)
    .returning(numbers.c.last)
)


async def next_number(run: Run, series: str) -> int:
    """Take the next number of a series; a unit that is undone gives it back."""
    row = await run.one(_NEXT, series=series)
    if row is None:
        raise LookupError(f"no series of numbers is called {series}")
    return int(row[0])
