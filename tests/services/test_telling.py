"""Events out: told of in the act's own unit, delivered for three days, never twice under another id."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from quickpay.adapters.hooks import HttpHooks
from quickpay.domain.endpoints import DeliveryState
from quickpay.domain.events_out import ANNOUNCED, EVERY_EVENT, LONGEST_PAYLOAD, MOST_TRIES, PAUSES
from quickpay.domain.origins import Origin
from quickpay.domain.reach import EVERYWHERE
from quickpay.domain.statuses import STATUS_OF
from quickpay.mfa.methods import Method as Way
from quickpay.ports.gateway import Approved
from quickpay.ports.tables import Tx
from quickpay.services.events.endpoint_care import EndpointCare, SentAgain
from quickpay.services.events.endpoint_secrets import Resealing
from quickpay.services.events.endpoints import EndpointAsked, EndpointBook, EndpointKept, Rotated
from quickpay.services.events.tell import AT_ONCE, LEASE, Tell
from quickpay.services.links.keep import LinkView, NewLink
from tests.fakes.gateway import VISA
from tests.people import KEYS, House
from tests.receivers import Receiver, receiver
from tests.services.conftest import Lakeside
from tests.services.rows import rows

PERSONAL = ("Alicia", "Alice", "Example", "alice@", "6085550101", "Toby", "P1", "Rivera", "99213", "Office")


class Post:
    """The endpoints of a house and one worker."""

    def __init__(self, house: House, *, seconds: float = 5.0) -> None:
        self.house = house
        hooks = HttpHooks(loopback_too=True, seconds=seconds)
        self.book = EndpointBook(
            store=house.store, clock=house.clock, hooks=hooks, digests=house.digests, loopback_too=True
        )
        self.care = EndpointCare(store=house.store, clock=house.clock)
        self.tell = Tell(
            store=house.store, clock=house.clock, hooks=hooks, digests=house.digests, owner="one"
        )

    async def endpoint(self, where: Receiver, name: str = "pm", **asked: Any) -> str:
        """Make or change one and return its secret, if it was made."""
        new = EndpointAsked(**{"url": where.url, "events": EVERY_EVENT} | asked)
        kept = await self.book.put(name, new, by="tests")
        assert isinstance(kept, EndpointKept), kept
        return kept.secret or ""

    async def round(self) -> int:
        """Send what is due, the receivers' clocks being ours."""
        with time_machine.travel(self.house.clock.now(), tick=True):
            return await self.tell.run_once()

    async def states(self, name: str = "pm") -> list[str]:
        found = await self.care.deliveries(name, within=EVERYWHERE)
        return [one.state.value for one in reversed(found)]


@pytest.fixture
def post(house: House) -> Post:
    return Post(house)


@pytest.fixture
async def pm() -> AsyncIterator[Receiver]:
    async with receiver() as made:
        yield made


async def pays(lakeside: Lakeside, amount: int = 100, card: str = "tok_approved") -> None:
    alice = await lakeside.house.come(await lakeside.house.link(lakeside.alice))
    await alice.pays(amount=amount, token=card) if card != "tok_approved" else await alice.pays(amount=amount)


async def test_r98_a_payment_is_told_of_and_the_receiver_verifies_it(
    lakeside: Lakeside, post: Post, pm: Receiver
) -> None:
    secret = await post.endpoint(pm)
    await pays(lakeside)
    [payment] = await rows(lakeside.house, "payments")
    assert await post.round() == 2
    with time_machine.travel(lakeside.house.clock.now(), tick=True):
        opened, paid = sorted(pm.events(secret), key=lambda one: one["type"])
    [link] = await rows(lakeside.house, "links")
    assert opened["type"] == "link.opened"
    assert opened["data"] | {"of": 0} == {
        "id": link["id"],
        "origin": "sms",
        "state": "active",
        "batch": None,
        "group": "lakeside",
        "guarantor": "10067",
        "use": 1,
        "of": 0,
    }
    assert paid == {
        "type": "payment.succeeded",
        "timestamp": "2026-11-21T15:00:00.123456Z",
        "data": {
            "id": payment["id"],
            "change": str(payment["change_number"]),
            "status": "succeeded",
            "reason": None,
            "amount": 100,
            "refunded": 0,
            "unapplied": 0,
            "currency": "usd",
            "receipt_number": 1,
            "reference_batch": 1,
            "link": link["id"],
            "group": "lakeside",
            "guarantor": "10067",
        },
    }
    assert await post.states() == ["delivered"] * 2
    assert await post.round() == 0


async def test_r95_events_carry_ids_and_amounts_and_nothing_of_a_person(
    lakeside: Lakeside, post: Post, pm: Receiver
) -> None:
    house = lakeside.house
    await house.change(lakeside.group, contact_info_editing=True)
    await post.endpoint(pm, enabled=False)
    for card in ("tok_approved", "tok_declined", "tok_silent"):
        alice = await house.come(await house.link(lakeside.alice))
        await alice.choose(amount=100)
        await alice.press_pay(card, email="someone@example.com")
        await house.at_rest()
    pending = [one for one in await rows(house, "payments") if one["state"] == "unknown"]
    wrong = Approved(transaction="ch", card=VISA, amount=99_999, currency="usd", reference=pending[0]["id"])
    await house.settle(pending[0]["id"], wrong)
    alice = await house.come(await house.link(lakeside.alice))
    await alice.prove()
    await alice.changes(Way.EMAIL, "new-alice@example.com")
    new = NewLink(group="lakeside", guarantor="10067", origin=Origin.EMAIL)
    made = await house.links.create(new, by="tests")
    assert isinstance(made, LinkView)
    await house.links.revoke(made.link.id, by="Ada Example")
    found = await rows(house, "webhook_deliveries")
    assert {one["type"] for one in found} == {
        "link.opened",
        "link.revoked",
        "payment.succeeded",
        "payment.declined",
        "payment.unknown",
        "payment.review",
        "contact.changed",
    }
    for one in found:
        assert len(one["payload"].encode()) < LONGEST_PAYLOAD
        assert [word for word in (*PERSONAL, "someone@", "4242", "visa") if word in one["payload"]] == []
        assert one["payload"].isascii()
    [changed] = [json.loads(one["payload"]) for one in found if one["type"] == "contact.changed"]
    assert changed["data"] == {"group": "lakeside", "guarantor": "10067", "method": "email"}


def test_every_event_comes_from_some_act_and_every_state_has_its_word() -> None:
    assert {word.value for word in ANNOUNCED.values()} == set(EVERY_EVENT)
    assert set(STATUS_OF.values()) == {
        "pending", "succeeded", "declined", "unknown", "review", "refunded",
    }  # fmt: skip


async def test_an_act_that_is_undone_tells_nobody(lakeside: Lakeside, post: Post, pm: Receiver) -> None:
    await post.endpoint(pm)
    link = await lakeside.house.link(lakeside.alice)

    class Undone(Exception):
        pass

    async def unit(tx: Tx) -> None:
        from quickpay.domain.audit import Event  # noqa: PLC0415 - only here

        await tx.audit.add(
            Event(
                at=lakeside.house.clock.now(),
                type="link.revoked",
                group_id=lakeside.group.id,
                guarantor_id=lakeside.alice.id,
                link_serial=link.serial,
            )
        )
        raise Undone

    with pytest.raises(Undone):
        await lakeside.house.store.write(unit)
    assert await rows(lakeside.house, "webhook_deliveries") == []


async def test_it_is_tried_for_three_days_under_one_id_and_then_given_up(
    lakeside: Lakeside, post: Post, pm: Receiver
) -> None:
    house = lakeside.house
    await post.endpoint(pm, events=("payment.succeeded",))
    await pays(lakeside)
    pm.status = 500
    for tries, pause in enumerate(PAUSES, start=1):
        assert await post.round() == 1
        [row] = await rows(house, "webhook_deliveries")
        wait = timedelta(microseconds=row["next_at"] - row["tried_at"])
        assert pause <= wait <= pause * 1.2, tries
        house.clock.advance(pause - timedelta(milliseconds=1))
        assert await post.round() == 0
        house.clock.advance(wait - pause + timedelta(milliseconds=1))
    assert await post.round() == 1
    assert await post.states() == ["dead"]
    assert len(pm.came) == MOST_TRIES == 10
    assert len(set(pm.ids)) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in pm.came}) == MOST_TRIES
    assert timedelta(days=3) < sum(PAUSES, timedelta()) < timedelta(days=4)
    house.later(days=1)
    assert await post.round() == 0
    assert [one["type"] for one in await rows(house, "audit")].count("webhook.given_up") == 1
    pm.status = 200
    again = await post.care.again("pm", ago=timedelta(days=10), by="Ada", within=EVERYWHERE)
    assert again == SentAgain(queued=1, next=None)
    assert await post.round() == 1
    assert await post.states() == ["delivered"]
    assert len(set(pm.ids)) == 1


async def test_a_kill_between_sending_and_noting_sends_again_under_the_same_id(
    lakeside: Lakeside, post: Post, pm: Receiver
) -> None:
    house = lakeside.house
    await post.endpoint(pm, events=("payment.succeeded",))
    await pays(lakeside)
    now = house.clock.now()
    [taken] = await house.do(lambda tx: tx.deliveries.claim(1, owner="killed", now=now, lease=LEASE, most=10))
    assert await post.round() == 0, "it is the other's"
    house.clock.advance(LEASE)
    assert await post.round() == 1
    assert pm.ids == [taken.event_id]
    late = await house.do(
        lambda tx: tx.deliveries.finish(
            taken.id, owner="killed", state=DeliveryState.DEAD, trouble="x", now=now
        )
    )
    assert not late
    assert await post.states() == ["delivered"]


async def test_one_that_is_gone_is_put_to_rest_and_missed_events_can_be_sent_again(
    lakeside: Lakeside, post: Post, pm: Receiver
) -> None:
    await post.endpoint(pm, events=("payment.succeeded",))
    await pays(lakeside)
    await pays(lakeside)
    pm.status = 410
    await post.round()
    view = await post.care.get("pm", within=EVERYWHERE)
    assert view is not None
    assert view.endpoint.disabled_by == "gone"
    await pays(lakeside)
    assert await post.states() == ["skipped"] * 3
    assert await post.round() == 0
    pm.status, before = 200, len(pm.came)
    await post.endpoint(pm, events=("payment.succeeded",))
    assert await post.round() == 0
    await post.care.again("pm", ago=timedelta(hours=1), by="Ada", within=EVERYWHERE)
    assert await post.round() == 3
    assert len(set(pm.ids[before:])) == 3
    assert await post.states() == ["delivered"] * 3


async def test_one_that_hangs_takes_only_its_own_places(
    house: House, lakeside: Lakeside, pm: Receiver
) -> None:
    post = Post(house, seconds=0.5)
    async with receiver() as hanging:
        hanging.status = None
        await post.endpoint(hanging, "a-first-by-name")
        await post.endpoint(pm)
        for _ in range(AT_ONCE):
            await pays(lakeside)
        tried = await post.round()
        assert await post.states() == ["delivered"] * 2 * AT_ONCE
        assert hanging.most_hanging <= AT_ONCE
        assert tried == len(hanging.came) + len(pm.came)
        assert set(await post.states("a-first-by-name")) == {"queued"}
        view = await post.care.get("a-first-by-name", within=EVERYWHERE)
        assert view is not None
        assert view.endpoint.health.trouble == "timeout"


async def test_two_workers_share_what_is_due(house: House, lakeside: Lakeside, pm: Receiver) -> None:
    post, other = Post(house), Post(house)
    other.tell._owner = "two"
    await post.endpoint(pm)
    for _ in range(3):
        await pays(lakeside)
    assert await post.round() + await other.round() == 6
    assert len(pm.ids) == len(set(pm.ids)) == 6


async def test_for_a_day_the_old_secret_signs_along(lakeside: Lakeside, post: Post, pm: Receiver) -> None:
    house = lakeside.house
    first = await post.endpoint(pm, events=("payment.succeeded",))
    secrets = [first]
    for _ in range(2):
        made = await house.do(lambda tx: post.book.rotate_in(tx, "pm", by="tests"))
        assert isinstance(made, Rotated)
        secrets.append(made.secret)
    await pays(lakeside)
    await post.round()
    with time_machine.travel(house.clock.now(), tick=True):
        for secret in secrets:
            assert len(pm.events(secret)) == 1
    house.later(days=1)
    await house.upkeep.run_once()
    pm.came.clear()
    await pays(lakeside)
    await post.round()
    [(headers, _)] = pm.came
    assert headers["webhook-signature"].count("v1,") == 1
    with time_machine.travel(house.clock.now(), tick=True):
        assert len(pm.events(secrets[-1])) == 1


async def test_secrets_are_sealed_and_outlive_a_change_of_signing_keys(
    house: House, lakeside: Lakeside, pm: Receiver
) -> None:
    secret = await Post(house).endpoint(pm, events=("payment.succeeded",))
    [before] = await rows(house, "webhook_secrets")
    assert secret.removeprefix("whsec_") not in str(before)
    house.furnish((KEYS[1], KEYS[0]))
    await Resealing(store=house.store, digests=house.digests).run_once()
    [after] = await rows(house, "webhook_secrets")
    assert after["sealed"] != before["sealed"]
    house.furnish(KEYS[1:])
    post = Post(house)
    await pays(lakeside)
    await post.round()
    with time_machine.travel(house.clock.now(), tick=True):
        assert len(pm.events(secret)) == 1
    house.furnish(("yet-another-key-of-these-tests-0123456789",))
    lost = Post(house)
    await pays(lakeside)
    await lost.round()
    assert len(pm.came) == 1
    view = await lost.care.get("pm", within=EVERYWHERE)
    assert view is not None
    assert view.endpoint.health.trouble == "no secret"


async def test_what_was_told_is_kept_for_thirty_days(lakeside: Lakeside, post: Post, pm: Receiver) -> None:
    house = lakeside.house
    await post.endpoint(pm, events=("payment.succeeded",))
    await pays(lakeside)
    await post.round()
    house.later(days=30)
    await house.upkeep.run_once()
    assert len(await rows(house, "webhook_deliveries")) == 1
    house.later(seconds=1)
    await house.upkeep.run_once()
    assert await rows(house, "webhook_deliveries") == []
