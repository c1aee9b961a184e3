"""API keys: shown once, stored hashed, good for what they say and no longer (R120)."""

import asyncio
from datetime import timedelta

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.api_keys import EVERY_SCOPE
from quickpay.ports.ids import Ids
from quickpay.services.staff.api_keys import ApiKeyring, NewKey
from tests.factories import make_options
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def keyring(store: OpenStore, clock: FakeClock) -> ApiKeyring:
    ids: Ids = FakeIds()
    return ApiKeyring(store=store, clock=clock, ids=ids)


async def made(keyring: ApiKeyring, **given: object) -> NewKey:
    values = {"name": "PM system", "scopes": ("links:read",), "by": "tests"} | given
    key = await keyring.create(**values)  # type: ignore[arg-type]  # a test's own keywords
    assert isinstance(key, NewKey), key
    return key


async def test_a_key_is_known_by_its_secret_alone(keyring: ApiKeyring) -> None:
    key = await made(keyring)
    assert await keyring.authenticate(key.secret) == key.key
    for other in ("", "qpk_", key.secret[:-1], key.secret + "=", key.secret.lower(), key.key.id):
        assert await keyring.authenticate(other) is None


async def test_the_secret_is_long_and_nowhere_but_in_the_answer(
    keyring: ApiKeyring, store: OpenStore
) -> None:
    key = await made(keyring)
    assert key.secret.startswith("qpk_")
    assert len(key.secret) == 4 + 43
    assert key.secret not in repr(key)
    assert key.secret not in repr(await keyring.list_())


async def test_a_revoked_key_is_dead_and_stays_listed(keyring: ApiKeyring) -> None:
    key = await made(keyring)
    assert await keyring.revoke(key.key.id, by="tests")
    assert not await keyring.revoke(key.key.id, by="tests")
    assert not await keyring.revoke("nobody", by="tests")
    assert await keyring.authenticate(key.secret) is None
    [listed] = await keyring.list_()
    assert listed.revoked_at is not None


async def test_a_key_ends_on_time(keyring: ApiKeyring, clock: FakeClock) -> None:
    key = await made(keyring, life=timedelta(days=365))
    clock.advance(timedelta(days=365) - timedelta(microseconds=1))
    assert await keyring.authenticate(key.secret) is not None
    clock.advance(timedelta(microseconds=1))
    assert await keyring.authenticate(key.secret) is None


async def test_a_key_may_be_for_one_group(keyring: ApiKeyring, store: OpenStore, clock: FakeClock) -> None:
    group = await store.write(
        lambda tx: tx.groups.put(slug="lakeside", options=make_options(), now=clock.now(), by="tests")
    )
    key = await made(keyring, group="lakeside")
    assert key.key.group_id == group.id


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"life": timedelta(days=366)}, "life"),
        ({"life": timedelta(0)}, "life"),
        ({"scopes": ()}, "scopes"),
        ({"scopes": ("links:read", "everything")}, "scopes"),
        ({"name": " "}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"group": "nowhere"}, "group"),
    ],
)
async def test_a_key_that_will_not_do_is_refused(
    keyring: ApiKeyring, given: dict[str, object], path: str
) -> None:
    values = {"name": "PM system", "scopes": EVERY_SCOPE, "by": "tests"} | given
    refused = await keyring.create(**values)  # type: ignore[arg-type]  # a test's own keywords
    assert isinstance(refused, tuple)
    assert {fault.path for fault in refused} == {path}
    assert await keyring.list_() == []


async def test_when_a_key_was_last_used_is_written_in_batches_and_once_a_minute(
    keyring: ApiKeyring, store: OpenStore, clock: FakeClock
) -> None:
    key, idle = await made(keyring), await made(keyring, name="idle")

    async def used() -> dict[str, object]:
        return {one.id: one.last_used_at for one in await keyring.list_()}

    first = clock.now()
    for _ in range(50):
        await keyring.authenticate(key.secret)
    await keyring.authenticate("qpk_" + "x" * 43)
    assert await used() == {key.key.id: None, idle.key.id: None}, "a request writes nothing"
    await keyring.flush_used()
    assert await used() == {key.key.id: first, idle.key.id: None}
    clock.advance(timedelta(seconds=59))
    await keyring.authenticate(key.secret)
    assert keyring._used == {}
    await keyring.flush_used()
    assert (await used())[key.key.id] == first
    clock.advance(timedelta(seconds=1))
    await keyring.authenticate(key.secret)
    await keyring.flush_used()
    assert (await used())[key.key.id] == clock.now()
    await store.write(lambda tx: tx.api_keys.mark_used(key.key.id, at=first))
    assert (await used())[key.key.id] == clock.now(), "never back"


async def test_a_revoked_or_ended_key_is_not_marked(keyring: ApiKeyring, clock: FakeClock) -> None:
    revoked, short = await made(keyring), await made(keyring, life=timedelta(days=1))
    await keyring.revoke(revoked.key.id, by="tests")
    clock.advance(timedelta(days=1))
    for key in (revoked, short):
        await keyring.authenticate(key.secret)
    assert keyring._used == {}


async def test_of_many_presses_of_one_form_one_makes_a_key(keyring: ApiKeyring) -> None:
    form = {"name": "PM", "scopes": ("links:read",), "group": None, "life": timedelta(days=1), "within": None}

    async def press(key: str, by: str = "staff 1") -> object:
        return await keyring.create_once(key, by=by, **form)  # type: ignore[arg-type]  # a test's own keywords

    answers = await asyncio.gather(*(press("a") for _ in range(10)))
    assert sorted(type(one).__name__ for one in answers) == ["MadeBefore"] * 9 + ["NewKey"]
    assert isinstance(await press("b"), NewKey)
    assert isinstance(await press("a", "staff 2"), NewKey), "another's form is another form"
    assert len(await keyring.list_()) == 3


async def test_what_was_refused_leaves_the_form_to_be_sent_again(keyring: ApiKeyring) -> None:
    form = {
        "name": "PM",
        "life": timedelta(days=1),
        "within": None,
        "by": "staff 1",
        "scopes": ("links:read",),
    }
    for wrong in ({"scopes": ()}, {"group": "nowhere"}):
        refused = await keyring.create_once("a", **{"group": None, **form, **wrong})  # type: ignore[arg-type]  # same
        assert isinstance(refused, tuple)
    assert isinstance(await keyring.create_once("a", **{"group": None, **form}), NewKey)  # type: ignore[arg-type]  # same


async def test_r118_who_sees_some_groups_sees_makes_and_ends_their_keys_only(
    keyring: ApiKeyring, store: OpenStore, clock: FakeClock
) -> None:
    ids = {}
    for slug in ("lakeside", "hilltop"):
        group = await store.write(
            lambda tx, slug=slug: tx.groups.put(
                slug=slug, options=make_options(slug), now=clock.now(), by="t"
            )
        )
        ids[slug] = group.id
    keys = [await made(keyring, group=group) for group in (None, "lakeside", "hilltop")]
    within = frozenset({ids["lakeside"]})
    assert [one.key.id for one in await keyring.lines(within=within)] == [keys[1].key.id]
    assert len(await keyring.lines(within=None)) == 3
    for key in (keys[0], keys[2]):
        assert not await keyring.revoke(key.key.id, by="tests", within=within)
    assert await keyring.revoke(keys[1].key.id, by="tests", within=within)
    for group in (None, "hilltop"):
        refused = await keyring.create(
            name="x", scopes=("links:read",), group=group, by="tests", within=within
        )
        assert isinstance(refused, tuple)


@pytest.mark.parametrize(
    ("days", "state"), [(0, "good"), (350, "good"), (351, "ending"), (364, "ending"), (365, "ended")]
)
async def test_a_key_that_ends_within_two_weeks_is_told_apart(
    keyring: ApiKeyring, clock: FakeClock, days: int, state: str
) -> None:
    await made(keyring)
    clock.advance(timedelta(days=days))
    assert [line.state for line in await keyring.lines(within=None)] == [state]
