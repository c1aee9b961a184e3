"""Shares that were open before they ended with their link are known to be of it after migrating."""

import asyncio
from pathlib import Path

import pytest

from quickpay.adapters.store import open_store
from quickpay.adapters.store.engine.migrate import migrate
from quickpay.adapters.store.tx import StoreTx
from tests.adapters.store.test_migration_keys import _GROUP, _ONE
from tests.adapters.store.test_migrations import _execute

_LINK = """
    INSERT INTO links (serial, id, group_id, guarantor_id, origin, state, uses, single_payment, created_at,
      expires_at, authenticated, share_amount)
    VALUES (%d, '%d', 1, 1, 'sms', '%s', 1, 1, 0, 1, 0, %s)
"""
_SESSION = """
    INSERT INTO sessions (id, token_hash, link_serial, group_id, guarantor_id, origin, purpose, role,
      authentication, opened_at, expires_at, extensions)
    VALUES (%d, 'secret %d', %s, 1, 1, 'sms', 'pay', 'quickpay', 'quickpay', 0, 1, 0)
"""
_SHARED = """
    INSERT INTO audit (at, type, link_serial, session_id, actor, detail)
    VALUES (0, 'link.shared', %d, %d, 'patient', '{}')
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database as it was before a share said of which link it is, with three of them."""
    url = (
        f"sqlite:///{tmp_path}/old.db"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    migrate(url, to="0020")
    _execute(
        url,
        _GROUP,
        _ONE % (1, 1, 1),
        _LINK % (1, 1, "active", "NULL"),
        *(_LINK % (2, 2, "active", "4000"), _LINK % (3, 3, "paid", "4000"), _LINK % (4, 4, "active", "50")),
        *(_SESSION % (1, 1, "1"), _SESSION % (2, 2, "NULL")),
        *(_SHARED % (2, 1), _SHARED % (3, 1), _SHARED % (4, 2)),
    )
    return str(url)


def test_an_open_share_is_of_the_link_in_whose_session_it_was_made(old_url: str) -> None:
    migrate(old_url)

    async def found() -> dict[int, int | None]:
        store = await open_store(old_url)

        async def unit(tx: StoreTx) -> dict[int, int | None]:
            links = [await tx.links.by_serial(serial) for serial in (1, 2, 3, 4)]
            return {link.serial: link.shared_from for link in links if link is not None}

        shared = await store.read(unit)
        await store.close()
        return shared

    assert asyncio.run(found()) == {1: None, 2: 1, 3: None, 4: None}
