"""What waits is sent: each message once, by one worker, again after trouble, none held up by another."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from quickpay.adapters.store.tx import StoreTx
from quickpay.domain.links import LinkState
from quickpay.domain.messages import Channel, MessageKind, NewMessage
from quickpay.ports.messages import Delivery, Email, Rejected, Sent, Text, Uncertain
from quickpay.services.messages.outbox import LEASE
from tests.factories import make_message
from tests.fakes.mailer import FakeMailer
from tests.fakes.texter import FakeTexter
from tests.people import House
from tests.services.conftest import Lakeside
from tests.services.rows import rows

REFUSED = Rejected(reason="550", permanent=True)
BUSY = Rejected(reason="451", permanent=False)


def _message(lakeside: Lakeside, number: int, channel: Channel) -> NewMessage:
    return make_message(
        kind=MessageKind.LOCKED,
        subject=f"challenge-{number}",
        group_id=lakeside.group.id,
        guarantor_id=lakeside.alice.id,
        channel=channel,
        recipient=f"p{number}@example.com" if channel is Channel.EMAIL else "+16085550101",
        now=lakeside.house.clock.now(),
    )


async def _notice(lakeside: Lakeside, number: int = 0, channel: Channel = Channel.EMAIL) -> None:
    message = _message(lakeside, number, channel)
    await lakeside.house.do(lambda tx: tx.outbox.add(message))


async def _notices(lakeside: Lakeside, many: int) -> None:
    async def unit(tx: StoreTx) -> None:
        for number in range(many):
            await tx.outbox.add(_message(lakeside, number, Channel.EMAIL))

    await lakeside.house.store.write(unit)


async def _states(house: House) -> dict[str, int]:
    return dict(Counter(row["state"] for row in await rows(house, "outbox")))


class PickyMailer(FakeMailer):
    """Ends each sending as a rule says, after letting others go first."""

    def __init__(self, rule: Callable[[Email], Awaitable[Delivery]]) -> None:
        super().__init__()
        self._rule = rule
        self.tried: list[Email] = []

    async def send(self, email: Email) -> Delivery:
        self.tried.append(email)
        self.then(await self._rule(email))
        return await super().send(email)


async def test_r49_four_workers_and_five_hundred_messages_send_each_once(lakeside: Lakeside) -> None:
    house = lakeside.house
    await _notices(lakeside, 500)

    async def slow(_: Email) -> Delivery:
        for _ in range(3):
            await asyncio.sleep(0)  # others run meanwhile
        return Sent(provider_id=None)

    mailer = PickyMailer(slow)
    workers = [house.outbox(f"worker-{number}", mailer=mailer) for number in range(4)]
    tried = await asyncio.gather(*(worker.run_once() for worker in workers))
    assert sum(tried) == 500
    assert len(mailer.tried) == 500
    assert len({email.message_id for email in mailer.tried}) == 500
    assert await _states(house) == {"sent": 500}


async def test_r50_bad_recipients_hold_up_nobody(lakeside: Lakeside) -> None:
    house = lakeside.house
    await _notices(lakeside, 60)
    never = asyncio.Event()

    async def rule(email: Email) -> Delivery:
        if email.to == "p3@example.com":
            await never.wait()
        if email.to == "p5@example.com":
            raise RuntimeError("a fault in the adapter")
        number = int(email.to.removeprefix("p").removesuffix("@example.com"))
        return REFUSED if number % 3 == 0 else Sent(provider_id=None)

    worker = asyncio.create_task(house.outbox(mailer=PickyMailer(rule)).run_once())
    while len(await _waiting(house)) > 2:  # noqa: ASYNC110 - the condition is in the database
        await asyncio.sleep(0.001)
    assert await _waiting(house) == {"p3@example.com", "p5@example.com"}
    never.set()
    with pytest.raises(RuntimeError, match="a fault"):
        await worker
    assert await _states(house) == {"sent": 39, "dead": 20, "leased": 1}


async def _waiting(house: House) -> set[str]:
    """Whose message has not ended."""
    return {row["recipient"] for row in await rows(house, "outbox") if row["state"] in {"queued", "leased"}}


async def test_r51_a_permanent_refusal_ends_it(lakeside: Lakeside) -> None:
    house = lakeside.house
    await _notice(lakeside)
    house.mailer.then(REFUSED)
    await house.outbox().run_once()
    house.later(hours=2)
    assert await house.outbox().run_once() == 0
    row = (await rows(house, "outbox"))[0]
    assert (row["state"], row["reason"], row["attempts"]) == ("dead", "550", 1)
    assert house.mailer.sent == []


async def test_r51_a_passing_refusal_is_tried_again_less_and_less_often(lakeside: Lakeside) -> None:
    house = lakeside.house
    await _notice(lakeside)
    for minutes in (1, 2, 4, 8):
        house.mailer.then(BUSY)
        await house.outbox().run_once()
        house.later(seconds=minutes * 30 - 1)
        assert await house.outbox().run_once() == 0, "not before half its pause"
        house.later(seconds=minutes * 30 + 1)
    assert await house.outbox().run_once() == 1
    assert await _states(house) == {"sent": 1}
    assert (await rows(house, "outbox"))[0]["attempts"] == 5


async def test_r93_with_mail_down_for_six_hours_a_receipt_is_sent_once_after(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    payment = await alice.pays(email="me@example.com")
    for _ in range(6 * 12):
        house.mailer.then(Rejected(reason="not_connected", permanent=False))
        await house.outbox().run_once()
        house.mailer._next.clear()
        house.later(minutes=5)
    assert house.mailer.sent == []
    for _ in range(13):
        house.later(minutes=5)
        await house.outbox().run_once()
    assert [email.message_id for email in house.mailer.sent] == [f"<receipt.{payment.id}@pay.example.com>"]
    assert await _states(house) == {"sent": 1}


async def test_r54_an_uncertain_email_goes_again_under_the_same_message_id(lakeside: Lakeside) -> None:
    house = lakeside.house
    await _notice(lakeside)
    house.mailer.then(Uncertain(reason="silent"))
    await house.outbox().run_once()
    house.later(minutes=2)
    await house.outbox().run_once()
    assert len(house.mailer.sent) == 2
    assert len({email.message_id for email in house.mailer.sent}) == 1
    assert await _states(house) == {"sent": 1}


async def test_r54_an_uncertain_text_is_not_sent_a_second_time(lakeside: Lakeside) -> None:
    house = lakeside.house
    await _notice(lakeside, channel=Channel.SMS)
    house.texter.then(Uncertain(reason="silent"))
    await house.outbox().run_once()
    house.later(hours=2)
    await house.outbox().run_once()
    assert len(house.texter.sent) == 1
    assert (await rows(house, "outbox"))[0]["reason"] == "uncertain: silent"


async def test_r49_a_worker_that_dies_gives_its_message_back_under_the_same_id(lakeside: Lakeside) -> None:
    house = lakeside.house
    await _notice(lakeside)

    class Dies(FakeMailer):
        async def send(self, email: Email) -> Delivery:
            await super().send(email)
            raise asyncio.CancelledError

    dies = Dies()
    assert await house.outbox("first", mailer=dies).run_once() == 1
    assert await house.outbox("second").run_once() == 0, "still leased"
    house.clock.advance(LEASE)
    assert await house.outbox("second").run_once() == 1
    assert [email.message_id for email in house.mailer.sent] == [email.message_id for email in dies.sent]
    assert await _states(house) == {"sent": 1}


async def test_r49_a_worker_whose_lease_ran_out_ends_nothing(lakeside: Lakeside) -> None:
    house = lakeside.house
    await _notice(lakeside)

    class SlowThenRefused(FakeMailer):
        async def send(self, _: Email) -> Delivery:
            house.clock.advance(LEASE)
            await house.outbox("second").run_once()
            return REFUSED

    await house.outbox("first", mailer=SlowThenRefused()).run_once()
    assert await _states(house) == {"sent": 1}
    assert len(house.mailer.sent) == 1


async def test_r49_nothing_is_begun_on_a_lease_about_to_run_out(lakeside: Lakeside) -> None:
    house = lakeside.house
    await _notice(lakeside)
    worker = house.outbox("first")
    leased = await worker._claim(1)
    house.later(seconds=40)
    await worker._send(leased[0])
    assert house.mailer.sent == []
    house.later(seconds=20)
    assert await house.outbox("second").run_once() == 1
    assert len(house.mailer.sent) == 1


async def test_what_is_too_old_to_be_of_use_is_dropped(lakeside: Lakeside) -> None:
    house = lakeside.house
    await _notice(lakeside)
    house.later(hours=24)
    await house.outbox().run_once()
    assert house.mailer.sent == []
    assert await _states(house) == {"dropped": 1}


async def test_a_text_opt_out_stops_notices_waiting_already(lakeside: Lakeside) -> None:
    house = lakeside.house
    await _notice(lakeside, channel=Channel.SMS)
    await house.edit(lakeside.alice, text_opt_out=True)
    await house.outbox().run_once()
    assert house.texter.sent == []
    assert await _states(house) == {"dropped": 1}


@pytest.mark.parametrize("how", ["revoked", "expired", "alive"])
async def test_a_link_that_opens_no_more_is_not_sent(lakeside: Lakeside, how: str) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, expires_at=house.clock.now() + timedelta(hours=1))
    message = make_message(
        kind=MessageKind.LINK,
        subject=link.id,
        group_id=lakeside.group.id,
        guarantor_id=lakeside.alice.id,
        channel=Channel.SMS,
        recipient=lakeside.alice.mobile,
    )
    await house.do(lambda tx: tx.outbox.add(message))
    if how == "revoked":
        await house.end(link, LinkState.REVOKED)
    if how == "expired":
        house.later(hours=1)
    await house.outbox().run_once()
    if how == "alive":
        assert house.token(link) in house.texter.sent[0].body
    else:
        assert house.texter.sent == []
        assert await _states(house) == {"dropped": 1}


async def test_x12_texts_and_emails_do_not_wait_for_each_other(lakeside: Lakeside) -> None:
    house = lakeside.house
    await _notice(lakeside, 1)
    await _notice(lakeside, 2, Channel.SMS)
    texted = asyncio.Event()

    class Notes(FakeTexter):
        async def send(self, text: Text) -> Delivery:
            delivery = await super().send(text)
            texted.set()
            return delivery

    async def after_the_text(_: Email) -> Delivery:
        await asyncio.wait_for(texted.wait(), timeout=5)
        return Sent(provider_id=None)

    await house.outbox(mailer=PickyMailer(after_the_text), texter=Notes()).run_once()
    assert await _states(house) == {"sent": 2}


async def test_r129_a_message_read_past_the_store_holds_no_words(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.pays(email="me@example.com")
    row = (await rows(house, "outbox"))[0]
    assert set(row) == {
        "id",
        "kind",
        "subject",
        "group_id",
        "guarantor_id",
        "channel",
        "recipient",
        "state",
        "attempts",
        "next_at",
        "lease_owner",
        "created_at",
        "give_up_at",
        "ended_at",
        "reason",
    }
