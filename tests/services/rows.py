"""What is in the tables, read past the store, as somebody with a copy of the database would."""

from typing import Any

from sqlalchemy import select

from quickpay.adapters.store.schema import metadata
from quickpay.adapters.store.statements import Statement
from tests.people import House


async def rows(house: House, table: str) -> list[dict[str, Any]]:
    """Every row of a table, by column name."""
    columns = list(metadata.tables[table].c)
    statement = Statement(select(*columns).order_by(*metadata.tables[table].primary_key))

    async def unit(tx: Any) -> list[dict[str, Any]]:
        return [
            {column.name: row[number] for number, column in enumerate(columns)}
            for row in await tx.links._run.all(statement)
        ]

    return await house.store.read(unit)


async def dump(house: House) -> str:
    """Every table as text; bytes both as Python writes them and in hexadecimal."""
    lines = []
    for name in sorted(metadata.tables):
        for row in await rows(house, name):
            for column, value in row.items():
                shown = f"{value!r} {value.hex()}" if isinstance(value, bytes) else repr(value)
                lines.append(f"{name}.{column} = {shown}")
    return "\n".join(lines)
