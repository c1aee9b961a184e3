"""What an acknowledgement changes, and the history and mass revocation beside it."""

from datetime import timedelta
from typing import Any

import pytest

from quickpay.ports.tables import Tx
from tests.factories import make_link
from tests.handlers.api.desk import Api, guarantor_body, paid, submitted


@pytest.fixture(autouse=True)
async def alice(api: Api) -> None:
    await api.group()
    await api.guarantor()


async def current_balance(api: Api) -> int:
    told = await api.call("GET", "/groups/lakeside/guarantors/1001")
    found: int = told.json["balances"]["current_balance"]
    return found


async def test_an_acknowledged_payment_says_when_and_saying_it_again_changes_nothing(api: Api) -> None:
    payment = await paid(api)
    acked = await api.call("POST", f"/payments/{payment}/ack")
    assert (acked.status, acked.json["acknowledged_at"]) == (200, "2026-03-02T15:00:00Z")
    api.clock.advance(timedelta(hours=1))
    again = await api.call("POST", f"/payments/{payment}/ack")
    assert again.json == acked.json


async def test_a_payment_on_its_way_cannot_be_acknowledged(api: Api) -> None:
    payment = await submitted(api, amount=100)
    assert (await api.call("POST", f"/payments/{payment}/ack")).status == 409
    assert (await api.call("POST", "/payments/nobody/ack")).status == 404


def less(amount: int) -> dict[str, Any]:
    """The figures of a PM system that took so much off the older line."""
    older, newer = guarantor_body()["encounters"]
    lower = {"line": "1", "remaining": older["lines"][0]["remaining"] - amount}
    return {"encounters": [older | {"lines": [lower]}, newer]}


async def test_after_figures_that_took_it_in_an_acknowledgement_ends_the_deduction(api: Api) -> None:
    payment = await paid(api, amount=5_000)
    api.clock.advance(timedelta(minutes=1))
    await api.guarantor(**less(5_000))
    assert await current_balance(api) == 13_000, "nobody has said yet that it is in them"
    await api.call("POST", f"/payments/{payment}/ack")
    assert await current_balance(api) == 18_000


async def test_after_figures_that_repeat_the_old_ones_the_bill_is_not_asked_for_again(api: Api) -> None:
    payment = await paid(api, amount=5_000)
    api.clock.advance(timedelta(minutes=1))
    await api.guarantor()
    await api.call("POST", f"/payments/{payment}/ack")
    assert await current_balance(api) == 18_000
    await api.guarantor(**less(5_000))
    assert await current_balance(api) == 18_000


async def test_before_the_next_put_the_same_bill_is_not_asked_for_again(api: Api) -> None:
    payment = await paid(api, amount=5_000)
    await api.call("POST", f"/payments/{payment}/ack")
    assert await current_balance(api) == 18_000
    api.clock.advance(timedelta(minutes=1))
    await api.guarantor()
    assert await current_balance(api) == 23_000


async def test_an_acknowledgement_leaves_other_payments_deducted(api: Api) -> None:
    first, _second = await paid(api, amount=5_000), await paid(api, amount=1_000)
    api.clock.advance(timedelta(minutes=1))
    await api.guarantor(**less(5_000))
    await api.call("POST", f"/payments/{first}/ack")
    assert await current_balance(api) == 17_000


async def test_a_group_tells_its_versions(api: Api) -> None:
    await api.group(payments={"auto_post": False})
    told = (await api.call("GET", "/groups/lakeside/versions")).json
    assert [one["version"] for one in told["data"]] == [2, 1]
    assert [one["options"]["payments"]["auto_post"] for one in told["data"]] == [False, True]
    assert all(one["changed_by"].startswith("key ") for one in told["data"])
    assert (await api.call("GET", "/groups/nobody/versions")).status == 404


async def test_links_are_revoked_by_guarantor_batch_and_group(api: Api) -> None:
    await api.guarantor(number="1002")
    await api.group("hilltop")
    await api.guarantor("hilltop", "1001")
    mine = (await api.link(batch="oct")).json["id"]
    hers = (await api.link(guarantor="1002", batch="nov")).json["id"]
    other = (await api.link(group="hilltop", batch="oct")).json["id"]
    more = [(await api.link(guarantor="1002")).json["id"] for _ in range(3)]

    async def states() -> dict[str, str]:
        ids = (mine, hers, other, *more)
        return {one: (await api.call("GET", f"/links/{one}")).json["state"] for one in ids}

    async def revoke(**which: str) -> int:
        done = await api.call("POST", "/links/revoke", which)
        assert done.status == 200, done.text
        count: int = done.json["revoked"]
        return count

    assert await revoke(group="lakeside", batch="oct") == 1
    assert (await states())[mine] == "revoked"
    assert await revoke(group="lakeside", guarantor="1002", batch="nov") == 1
    assert await revoke(group="lakeside", guarantor="1002") == 3
    assert (await states())[other] == "active"
    assert await revoke(batch="oct") == 1
    assert await revoke(group="lakeside") == 0
    assert set((await states()).values()) == {"revoked"}


@pytest.mark.parametrize(
    ("which", "status"),
    [
        ({}, 422),
        ({"guarantor": "1001"}, 422),
        ({"group": "lakeside", "guarantor": "9"}, 422),
        ({"group": "nowhere"}, 404),
    ],
)
async def test_a_revocation_of_nobody_in_particular_is_refused(
    api: Api, which: dict[str, str], status: int
) -> None:
    await api.link()
    assert (await api.call("POST", "/links/revoke", which)).status == status


async def test_a_key_of_one_group_revokes_a_batch_only_there(api: Api) -> None:
    await api.group("hilltop")
    await api.guarantor("hilltop", "1001")
    here = (await api.link(batch="oct")).json["id"]
    there = (await api.link(group="hilltop", batch="oct")).json["id"]
    every, api.secret = api.secret, await api.key(group="hilltop")
    assert (await api.call("POST", "/links/revoke", {"batch": "oct"})).json == {"revoked": 1}
    assert (await api.call("POST", "/links/revoke", {"group": "lakeside"})).status == 404
    api.secret = every
    assert (await api.call("GET", f"/links/{here}")).json["state"] == "active"
    assert (await api.call("GET", f"/links/{there}")).json["state"] == "revoked"


async def test_more_links_than_fit_one_unit_are_all_revoked(api: Api) -> None:
    made = 450

    async def unit(tx: Tx) -> None:
        group = await tx.groups.by_slug("lakeside")
        assert group is not None
        guarantor = await tx.guarantors.by_number(group.id, "1001")
        assert guarantor is not None
        for _ in range(made):
            await tx.links.add(make_link(group_id=group.id, guarantor_id=guarantor.id))

    await api.store.write(unit)
    assert (await api.call("POST", "/links/revoke", {"group": "lakeside"})).json == {"revoked": made}
