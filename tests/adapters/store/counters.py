"""A small table of our own, with statements on it, for tests of the engine below the real tables."""

from sqlalchemy import BigInteger, Column, MetaData, Table, Text, bindparam, delete, select, update

from quickpay.adapters.store.run import Run
from quickpay.adapters.store.statements import Statement, insert
from quickpay.ports.store import Store

SCHEMA = """
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  uses BIGINT NOT NULL,
  max_uses BIGINT NOT NULL CHECK (max_uses < 1000000),
  note TEXT
)
"""

counters = Table(
    "counters",
    MetaData(),
    Column("name", Text, primary_key=True),
    Column("uses", BigInteger),
    Column("max_uses", BigInteger),
    Column("note", Text),
)

ADD = Statement(insert(counters).values(name=bindparam("name"), uses=0, max_uses=bindparam("max_uses")))
ADD_ONCE = Statement(
    insert(counters)
    .values(name=bindparam("name"), uses=0, max_uses=bindparam("max_uses"))
    .on_conflict_do_nothing(index_elements=[counters.c.name]),
)
USE = Statement(
    update(counters)
    .where(counters.c.name == bindparam("key"), counters.c.uses < counters.c.max_uses)
    .values(uses=counters.c.uses + 1)
    .returning(counters),
)
SET = Statement(update(counters).where(counters.c.name == bindparam("key")).values(uses=bindparam("to")))
NOTE = Statement(update(counters).where(counters.c.name == bindparam("key")).values(note=bindparam("note")))
GET = Statement(select(counters).where(counters.c.name == bindparam("key")))
LOCK = Statement(select(counters).where(counters.c.name == bindparam("key")).with_for_update())
ALL = Statement(select(counters).order_by(counters.c.name))
FORGET = Statement(delete(counters).where(counters.c.uses == 0))


async def uses(store: Store[Run], name: str = "a") -> int | None:
    """Return the uses of a counter as a reader sees them."""

    async def unit(tx: Run) -> int | None:
        row = await tx.one(GET, key=name)
        return None if row is None else int(row["uses"])

    return await store.read(unit)


async def add(store: Store[Run], *names: str, max_uses: int = 5) -> None:
    async def unit(tx: Run) -> None:
        await tx.many(ADD, [{"name": name, "max_uses": max_uses} for name in names])

    await store.write(unit)
