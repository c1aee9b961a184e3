"""Guarantors of a database from before there were keys are found after it was migrated."""

import asyncio

import pytest

from quickpay.adapters.store import open_store
from quickpay.adapters.store.engine.migrate import migrate
from quickpay.domain.reach import EVERYWHERE
from quickpay.domain.search_keys import typed_words
from quickpay.ports.desk_tables import Sought
from tests.adapters.store.test_migrations import _execute

_GROUP = """
    INSERT INTO groups (id, slug, name, name_key, version, max_uses, options, changed_at)
    VALUES (1, 'lakeside', 'Lakeside', 'lakeside', 1, 10, '{}', 0)
"""
_ONE = """
    INSERT INTO guarantors (group_id, number, first_name, preferred_name, last_name, language, email, mobile,
      text_opt_out, patients, account, changed_at)
    VALUES (1, '%d', 'Zoë', NULL, 'Name%d', 'en', 'Zoe%d@example.com', NULL, 0, '[]', '{}', 0)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, tmp_path: object) -> str:
    """A database as it was before there were keys, with more people than are filled at once."""
    url = (
        f"sqlite:///{tmp_path}/old.db"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    migrate(url, to="0001")
    _execute(url, _GROUP, *(_ONE % (number, number, number) for number in range(1_003)))
    return str(url)


def test_who_was_there_before_is_found(old_url: str) -> None:
    migrate(old_url)

    async def find(sought: Sought) -> list[str]:
        store = await open_store(old_url)
        found = await store.read(lambda tx: tx.desk.find(sought, within=EVERYWHERE, skip=0, most=5))
        await store.close()
        return [one.number for one in found]

    def of(text: str) -> Sought:
        return Sought(words=typed_words(text), number=None, email=None, mobile=None)

    assert asyncio.run(find(of("zoe name1002"))) == ["1002"]
    assert asyncio.run(find(of("zoe name0"))) == ["0"]
    assert asyncio.run(find(Sought(words=(), number="1002", email=None, mobile=None))) == ["1002"]
    by_email = Sought(words=(), number=None, email="zoe7@example.com", mobile=None)
    assert asyncio.run(find(by_email)) == ["7"]
