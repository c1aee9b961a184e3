"""How statements run inside a transaction, the same on both drivers."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, Protocol

from quickpay.adapters.store.statements import Statement


class Row(Protocol):
    """One row, read by column name or by position."""

    def __getitem__(self, key: Any, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...


class Run(Protocol):
    """The open transaction, as the table families see it.

    Valid only inside the unit it was handed to. Parameters are given by name, all of them. Each call raises
    `Conflict` when a constraint refuses the row, `StoreUnavailable` or `StoreBusy` when the database cannot.
    """

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """Which database this is, for the rare statement that must differ."""
        ...

    async def one(self, statement: Statement, **params: Any) -> Row | None:
        """Return the first row, of a SELECT or of a RETURNING."""
        ...

    async def all(self, statement: Statement, **params: Any) -> list[Row]:
        """Return every row."""
        ...

    async def count(self, statement: Statement, **params: Any) -> int:
        """Return how many rows an INSERT, UPDATE or DELETE without RETURNING changed."""
        ...

    async def many(self, statement: Statement, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run an INSERT, UPDATE or DELETE without RETURNING once for each set of parameters."""
        ...
