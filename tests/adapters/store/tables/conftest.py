"""The tables with one group, one guarantor, one link and one session in them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.adapters.store.statements import Statement
from quickpay.adapters.store.tx import StoreTx
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Account, Guarantor
from quickpay.domain.links import Link
from quickpay.domain.payments import Payment
from quickpay.domain.sessions import Session
from tests.factories import (
    NOW,
    make_account,
    make_guarantor,
    make_link,
    make_options,
    make_order,
    make_payment,
    make_session,
    some_hash,
)
from tests.store_fixtures import (
    database_url,
    migrated_database,
    migrated_file,
    postgresql_url,
    sqlite_url,
    store,
)

__all__ = ["database_url", "migrated_database", "migrated_file", "postgresql_url", "sqlite_url", "store"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is there when a test begins, and short ways to do more."""

    store: OpenStore
    group: Group
    alice: Guarantor
    link: Link
    session: Session

    async def do(self, call: Callable[[StoreTx], Awaitable[T]]) -> T:
        """Run one call in a unit of its own."""

        async def unit(tx: StoreTx) -> T:
            return await call(tx)

        return await self.store.write(unit)

    async def person(self, number: str) -> Guarantor:
        """Store another guarantor of the group."""
        return await self.do(
            lambda tx: tx.guarantors.put(make_guarantor(group_id=self.group.id, number=number), Account())
        )

    async def run(self, statement: Statement) -> int:
        """Run a statement behind the families' backs; say how many rows changed."""
        return await self.do(lambda tx: tx.audit._run.count(statement))

    async def rows(self, statement: Statement) -> list[tuple[Any, ...]]:
        """Read behind the families' backs."""
        return [tuple(row) for row in await self.do(lambda tx: tx.audit._run.all(statement))]

    async def pay(self, *, link: bool = True, **given: Any) -> Payment:
        """Store an order and a payment of it."""

        async def unit(tx: StoreTx) -> Payment:
            order = make_order(session_id=self.session.id)
            await tx.orders.add(order)
            payment = self.payment(
                order_id=order.id, **{"link_serial": self.link.serial if link else None} | given
            )
            await tx.payments.add(payment)
            stored = await tx.payments.get(payment.id)
            assert stored is not None
            return stored

        return await self.store.write(unit)

    def payment(self, **given: Any) -> Payment:
        """Make a payment of Alice's in her session."""
        mine = {
            "session_id": self.session.id,
            "group_id": self.group.id,
            "guarantor_id": self.alice.id,
        }
        return make_payment(**mine | given)


@pytest.fixture
async def world(store: OpenStore) -> World:
    async def unit(tx: StoreTx) -> World:
        group = await tx.groups.put(slug="lakeside", options=make_options(max_uses=5), now=NOW, by="staff")
        alice = await tx.guarantors.put(make_guarantor(group_id=group.id), make_account(lines=2))
        link = await tx.links.add(make_link(group_id=group.id, guarantor_id=alice.id))
        session = await tx.sessions.add(
            make_session(group_id=group.id, guarantor_id=alice.id, link_serial=link.serial),
            token_hash=some_hash(),
        )
        return World(store=store, group=group, alice=alice, link=link, session=session)

    return await store.write(unit)
