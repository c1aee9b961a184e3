"""What a fresh database is stocked with, and what it says afterwards."""

import asyncio
import base64
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.servers import KEY
from quickpay.adapters.ids import RandomIds
from quickpay.adapters.store import open_store
from quickpay.adapters.store.engine.version import sqlite_path
from quickpay.adapters.store.tx import StoreTx
from quickpay.domain.digests import session_hash
from quickpay.domain.tokens import TokenPurpose, Tokens
from tests.factories import make_account, make_guarantor, make_link, make_options, make_session

MAX_USES = 1_000
LINKS = 4_000
SESSIONS = 500
_IN_ONE_UNIT = 500

_COUNTED = """
SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM audit WHERE type = 'link.opened'),
       (SELECT coalesce(sum(uses), 0) FROM links), (SELECT count(*) FROM links WHERE uses > max_uses)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLink:
    """What somebody holding a link sends."""

    token: str
    csrf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What can be asked for."""

    links: tuple[OpenLink, ...]
    cookies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the database says of opened links."""

    sessions: int
    audited: int
    uses: int
    over_max: int


def stock(database_url: str) -> Stock:
    """Make the database, a group, Alice who owes, her links and some open sessions."""
    return asyncio.run(_stock(database_url))


async def _stock(database_url: str) -> Stock:
    store = await open_store(database_url, create=True)
    now = datetime.now(UTC)
    ids, tokens = RandomIds(), Tokens((KEY,))
    link_ids = [ids.link_id() for _ in range(LINKS)]
    session_secrets = [secrets.token_bytes(32) for _ in range(SESSIONS)]

    async def people(tx: StoreTx) -> tuple[int, int]:
        group = await tx.groups.put(slug="lakeside", options=make_options(), now=now, by="bench")
        alice = await tx.guarantors.put(
            make_guarantor(group_id=group.id, changed_at=now), make_account(lines=3)
        )
        return group.id, alice.id

    group_id, alice_id = await store.write(people)
    for start in range(0, LINKS, _IN_ONE_UNIT):

        async def links(tx: StoreTx, some: list[str] = link_ids[start : start + _IN_ONE_UNIT]) -> None:
            for link_id in some:
                await tx.links.add(
                    make_link(
                        id=link_id,
                        group_id=group_id,
                        guarantor_id=alice_id,
                        max_uses=MAX_USES,
                        created_at=now,
                        expires_at=now + timedelta(days=30),
                    )
                )

        await store.write(links)

    async def sessions(tx: StoreTx) -> None:
        first = await tx.links.get(link_ids[0])
        assert first is not None
        for secret in session_secrets:
            session = make_session(
                group_id=group_id,
                guarantor_id=alice_id,
                link_serial=first.serial,
                opened_at=now,
                expires_at=now + timedelta(hours=1),
            )
            await tx.sessions.add(session, token_hash=session_hash(secret))

    await store.write(sessions)
    await store.close()
    return Stock(
        links=tuple(
            OpenLink(token=tokens.sign(TokenPurpose.LINK, one), csrf=tokens.sign(TokenPurpose.CSRF, one))
            for one in link_ids
        ),
        cookies=tuple(
            f"qp={base64.urlsafe_b64encode(secret).rstrip(b'=').decode()}" for secret in session_secrets
        ),
    )


def books(database_url: str) -> Books:
    """Count what is on disk."""
    path = sqlite_path(database_url)
    row = asyncio.run(_ask_server(database_url)) if path is None else _ask_file(path)
    return Books(sessions=row[0] - SESSIONS, audited=row[1], uses=int(row[2]), over_max=row[3])


def _ask_file(path: Path) -> tuple[int, ...]:
    connection = sqlite3.connect(path)
    try:
        row: tuple[int, ...] = connection.execute(_COUNTED).fetchone()
    finally:
        connection.close()
    return row


async def _ask_server(database_url: str) -> tuple[int, ...]:
    import asyncpg  # noqa: PLC0415 - an extra

    connection = await asyncpg.connect(database_url)  # type: ignore[no-untyped-call]  # ships no types
    try:
        return tuple(await connection.fetchrow(_COUNTED))
    finally:
        await connection.close()
