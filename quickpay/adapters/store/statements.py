"""A statement: one SQLAlchemy expression, compiled once per database and run on the bare driver.

What stands in an expression as a Python value (`max_uses < 5`, `state == "queued"`) is written into the
SQL, so a partial index on it is found; what changes from call to call is a `bindparam`. Nothing is converted
on the way: columns are `BigInteger` (times in microseconds, money in cents, truth as 0 and 1), `Text` (JSON
as text) and `LargeBinary`, and the row mappers do the rest.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple, cast

from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql import (
    insert as insert,
)  # compiles for SQLite too, `on_conflict_*` included
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg, PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler, SQLiteDialect
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter

Arguments = Callable[[Mapping[str, Any]], tuple[Any, ...]]


class Prepared(NamedTuple):
    """The SQL for one driver, and how to lay named parameters out in its order."""

    sql: str
    arguments: Arguments


class Statement:
    """One expression that runs on either database, called with its `bindparam`s by name."""

    __slots__ = ("_expression", "_postgresql", "_sqlite")

    def __init__(self, expression: ClauseElement) -> None:
        self._expression = expression
        self._sqlite: Prepared | None = None
        self._postgresql: Prepared | None = None

    @property
    def sqlite(self) -> Prepared:
        """The statement with `?` marks."""
        prepared = self._sqlite
        if prepared is None:
            prepared = self._sqlite = _prepare(self._expression, _SQLITE)
        return prepared

    @property
    def postgresql(self) -> Prepared:
        """The statement with `$n` marks, each cast to its column's type."""
        prepared = self._postgresql
        if prepared is None:
            prepared = self._postgresql = _prepare(self._expression, _POSTGRESQL)
        return prepared

    def __repr__(self) -> str:
        return f"Statement({self.sqlite.sql})"


def _prepare(expression: ClauseElement, dialect: Dialect) -> Prepared:
    compiled: Any = expression.compile(dialect=dialect)
    order: list[str] = list(compiled.positiontup or ())
    constants: dict[str, Any] = {}
    for name, bind in compiled.binds.items():
        if name not in order:
            continue
        if bind.expanding:
            raise TypeError(
                f"{name}: a list cannot be a parameter of a statement compiled once; pass JSON text"
            )
        if not bind.required:
            constants[name] = bind.effective_value
    return Prepared(str(compiled), _arguments(order, constants))


def _arguments(order: list[str], constants: dict[str, Any]) -> Arguments:
    wanted = set(order) - constants.keys()
    pick = _picker(order)

    def arguments(params: Mapping[str, Any]) -> tuple[Any, ...]:
        if len(params) != len(wanted):
            raise TypeError(f"the statement takes {sorted(wanted)}, was given {sorted(params)}")
        return pick({**constants, **params} if constants else params)

    return arguments


def _picker(order: list[str]) -> Arguments:
    if len(order) > 1:
        return cast("Arguments", itemgetter(*order))
    return lambda params: tuple(params[name] for name in order)


class _ConstantsInline(SQLCompiler):
    """Write the plain values of an expression into the SQL; leave `bindparam`s without a value as marks."""

    def visit_bindparam(self, bindparam: BindParameter[Any], *args: Any, **kw: Any) -> str:
        constant = isinstance(bindparam.value, int | str | list | tuple)
        if constant and not bindparam.required:
            kw["literal_binds"] = True
        text: str = super().visit_bindparam(bindparam, *args, **kw)  # type: ignore[no-untyped-call]  # not ours
        return text


class _SqliteCompiler(_ConstantsInline, SQLiteCompiler):
    pass


class _PostgresqlCompiler(_ConstantsInline, PGCompiler_asyncpg):
    pass


class _SqliteDialect(SQLiteDialect):
    statement_compiler = _SqliteCompiler
    supports_statement_cache = False


class _PostgresqlDialect(PGDialect_asyncpg):
    statement_compiler = _PostgresqlCompiler
    supports_statement_cache = False


_SQLITE = _SqliteDialect(paramstyle="qmark")
_POSTGRESQL: Dialect = _PostgresqlDialect()  # type: ignore[no-untyped-call]  # the library types not this one
