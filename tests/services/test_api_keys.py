"""API keys: shown once, stored hashed, good for what they say and no longer (R120)."""

from datetime import timedelta

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.ports.ids import Ids
from quickpay.services.api_keys import EVERY_SCOPE, ApiKeyring, NewKey
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
