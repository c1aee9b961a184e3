"""A house on each database, with Alice in it, who owes, and Bob of another group."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from tests.people import House
from tests.store_fixtures import (
    database_url,
    migrated_database,
    migrated_file,
    postgresql_url,
    sqlite_url,
    store,
)

__all__ = ["database_url", "migrated_database", "migrated_file", "postgresql_url", "sqlite_url", "store"]


@pytest.fixture
async def house(store: OpenStore) -> AsyncIterator[House]:
    """The services; what runs behind the requests is waited for at the end."""
    made = House(store)
    yield made
    await made.at_rest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lakeside:
    """A group with codes and receipts, and Alice, who owes 125.50 on one line of one statement."""

    house: House
    group: Group
    alice: Guarantor


@pytest.fixture
async def lakeside(house: House) -> Lakeside:
    group = await house.group()
    return Lakeside(house=house, group=group, alice=await house.guarantor(group))
