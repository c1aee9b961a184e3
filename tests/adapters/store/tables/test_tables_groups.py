"""Groups and guarantors: made or replaced, with their history, and read fast."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from quickpay.adapters.store.schema import group_versions
from quickpay.adapters.store.statements import Statement
from quickpay.adapters.store.tables import accounts
from quickpay.adapters.store.tx import StoreTx
from quickpay.domain.guarantors import Account
from quickpay.ports.store import Conflict
from tests.adapters.store.tables.conftest import World
from tests.factories import NOW, make_account, make_guarantor, make_options, make_outside_receipt

_VERSIONS = Statement(
    select(group_versions.c.version, group_versions.c.changed_by).order_by(group_versions.c.version)
)


async def test_a_group_is_found_by_id_and_slug(world: World) -> None:
    assert world.group.options == make_options(max_uses=5)
    assert await world.do(lambda tx: tx.groups.get(world.group.id)) == world.group
    assert await world.do(lambda tx: tx.groups.by_slug("lakeside")) == world.group
    assert await world.do(lambda tx: tx.groups.get(10**9)) is None
    assert await world.do(lambda tx: tx.groups.by_slug("hillside")) is None


async def test_a_saved_change_is_the_next_version_and_the_old_one_is_kept(world: World) -> None:
    changed = make_options("Lakeside Clinic", max_uses=7)

    put = await world.do(lambda tx: tx.groups.put(slug="lakeside", options=changed, now=NOW, by="dana"))

    assert put == replace(world.group, version=2, options=changed)
    assert await world.do(lambda tx: tx.groups.get(world.group.id)) == put
    assert await world.rows(_VERSIONS) == [(1, "staff"), (2, "dana")]


async def test_groups_are_listed_by_name(world: World) -> None:
    async def unit(tx: StoreTx) -> None:
        for slug, name in (("hillside", "hillside Dental"), ("abc", "Zebra Care")):
            await tx.groups.put(slug=slug, options=make_options(name), now=NOW, by="staff")

    await world.store.write(unit)
    listed = await world.do(lambda tx: tx.groups.list_())
    assert [group.slug for group in listed] == ["hillside", "lakeside", "abc"]


async def test_a_name_is_taken_whatever_its_letter_case(world: World) -> None:
    assert await world.do(lambda tx: tx.groups.name_taken("LAKESIDE family  care", by_other_than="hillside"))
    assert not await world.do(
        lambda tx: tx.groups.name_taken("Lakeside Family Care", by_other_than="lakeside")
    )
    assert not await world.do(lambda tx: tx.groups.name_taken("Hillside", by_other_than="hillside"))
    with pytest.raises(Conflict):
        await world.do(
            lambda tx: tx.groups.put(
                slug="other", options=make_options("lakeside FAMILY care"), now=NOW, by="staff"
            )
        )


async def test_one_text_of_options_is_parsed_once(world: World) -> None:
    first = await world.do(lambda tx: tx.groups.get(world.group.id))
    second = await world.do(lambda tx: tx.groups.get(world.group.id))
    assert first is not None
    assert second is not None
    assert first.options is second.options


async def test_a_guarantor_is_found_by_id_number_and_under_lock(world: World) -> None:
    assert await world.do(lambda tx: tx.guarantors.get(world.alice.id)) == world.alice
    assert await world.do(lambda tx: tx.guarantors.lock(world.alice.id)) == world.alice
    assert await world.do(lambda tx: tx.guarantors.by_number(world.group.id, "10067")) == world.alice
    assert await world.do(lambda tx: tx.guarantors.get(10**9)) is None
    assert await world.do(lambda tx: tx.guarantors.lock(10**9)) is None
    assert await world.do(lambda tx: tx.guarantors.by_number(world.group.id + 1, "10067")) is None


async def test_a_guarantor_is_replaced_by_number_and_keeps_the_id(world: World) -> None:
    later = replace(
        world.alice, id=0, email=None, text_opt_out=True, patients=(), changed_at=NOW + timedelta(days=1)
    )

    stored = await world.do(lambda tx: tx.guarantors.put(later, Account()))

    assert stored == replace(later, id=world.alice.id)
    assert await world.do(lambda tx: tx.guarantors.get(world.alice.id)) == stored
    assert await world.do(lambda tx: tx.guarantors.account(world.alice.id)) == Account()


async def test_a_guarantor_needs_a_group_that_exists(world: World) -> None:
    with pytest.raises(Conflict):
        await world.do(lambda tx: tx.guarantors.put(make_guarantor(group_id=10**6), Account()))


async def test_an_account_comes_back_as_it_was_given(world: World) -> None:
    account = replace(
        make_account(lines=10),
        receipts=(make_outside_receipt(), make_outside_receipt(number="17", method="card “Zoë”")),
    )
    await world.do(lambda tx: tx.guarantors.put(world.alice, account))
    assert await world.do(lambda tx: tx.guarantors.account(world.alice.id)) == account
    assert await world.do(lambda tx: tx.guarantors.account(10**9)) == Account()


def test_an_account_of_a_later_format_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="format 2"):
        accounts.account_from_json("[2,[],[],[]]")
