"""What the database says, read past the service: a book beside the gateway's and the mail server's."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import asyncpg

from quickpay.adapters.store.engine.version import postgresql_dsn, sqlite_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Rows that must not be, and what the other books are held against.

    `waiting` counts messages that are not yet sent or given up, `receipt_asked` says for each payment whether
    an address for its receipt was given.
    """

    over_their_uses: list[Any]
    miscounted: list[Any]
    over_their_tries: list[Any]
    waiting: int
    receipt_asked: dict[str, bool]
    receipts_sent: set[str]


async def books(database_url: str) -> Books:
    """Read them."""

    async def ask(sql: str) -> list[tuple[Any, ...]]:
        return await rows(database_url, sql)

    asked = await ask("SELECT id, receipt_email IS NOT NULL FROM payments")
    sent = await ask("SELECT subject FROM outbox WHERE kind = 'receipt' AND state = 'sent'")
    waiting = await ask("SELECT count(*) FROM outbox WHERE state IN ('queued', 'leased')")
    return Books(
        over_their_uses=await ask(
            "SELECT links.id, uses FROM links JOIN groups ON groups.id = links.group_id"
            " WHERE uses > coalesce(links.max_uses, groups.max_uses)"
        ),
        miscounted=await ask(
            "SELECT links.id, uses, count(sessions.id) FROM links LEFT JOIN sessions"
            " ON sessions.link_serial = links.serial AND sessions.purpose <> 'receipt'"
            " GROUP BY links.id, uses HAVING uses <> count(sessions.id)"
        ),
        over_their_tries=await ask("SELECT id, tries FROM challenges WHERE tries > 5"),
        waiting=waiting[0][0],
        receipt_asked={payment: bool(email) for payment, email in asked},
        receipts_sent={subject for (subject,) in sent},
    )


async def rows(database_url: str, sql: str) -> list[tuple[Any, ...]]:
    """Run one query on a connection of its own."""
    path = sqlite_path(database_url)
    if path is not None:
        with closing(sqlite3.connect(path, timeout=20)) as connection:
            return connection.execute(sql).fetchall()
    server = await asyncpg.connect(postgresql_dsn(database_url))  # type: ignore[no-untyped-call]  # ships no types
    try:
        return [tuple(row) for row in await server.fetch(sql)]
    finally:
        await server.close()
