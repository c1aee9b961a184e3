"""The port to what QuickPay remembers: units of work, and how a store says no."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeAlias, TypeVar

T = TypeVar("T")
TxT = TypeVar("TxT")
TxT_co = TypeVar("TxT_co", covariant=True)

Unit: TypeAlias = Callable[[TxT], Coroutine[Any, Any, T]]
"""One transaction: an `async def unit(tx)` that awaits nothing but `tx`.

It may be called more than once (after a serialization failure), so it changes nothing but the database.
"""


class StoreBusy(Exception):
    """The store is at work for others; nothing was done, and trying again in a few seconds is sensible."""


class StoreUnavailable(Exception):
    """The store cannot be used at present, or its commit failed; nothing was acknowledged.

    When a connection is lost during the commit itself, whether it took place is unknown.
    """


class AwaitedOutsideTx(Exception):
    """A unit awaited something that is not its `tx`; it was undone: a fault in the program."""


class Conflict(Exception):
    """The database refused a row: a UNIQUE, CHECK, REFERENCES, NOT NULL or trigger says it must not be.

    The text names the constraint or its columns, as the database words it: for people and logs, not for
    decisions. A unit lets it pass and is undone. It must not catch it and go on: PostgreSQL has given the
    transaction up by then. Where a clash is an ordinary outcome, use `on_conflict_do_nothing` and count.
    """


class Store(Protocol[TxT_co]):
    """Run units of work, each wholly or not at all."""

    async def write(self, unit: Unit[TxT_co, T]) -> T:
        """Run the unit in a transaction of its own and return its result once that is durable (R135).

        A caller that is cancelled while the unit waits takes it back; one cancelled later does not learn
        whether it was committed, and no transaction stays open either way (F7).

        Raises:
            StoreBusy: the database is locked by others for about 5 s, or too many units are waiting (R137).
            StoreUnavailable: disk full, I/O error, connection lost, store closed.
            Conflict: a constraint refused a row.
            AwaitedOutsideTx: the unit awaited something other than its `tx`.
        """
        ...

    async def read(self, unit: Unit[TxT_co, T]) -> T:
        """Run a unit that only reads, on one consistent snapshot that holds every write acknowledged before.

        It neither waits for writers nor makes them wait. Raises as `write` does.
        """
        ...
