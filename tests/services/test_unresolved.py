"""What nobody can tell the end of: asked after in time, decided by a person, and contradicted aloud."""

from dataclasses import replace
from datetime import timedelta

import pytest

from quickpay.domain.alarms import AlarmKind
from quickpay.domain.payments import Payment, PaymentState, Reason
from quickpay.domain.reach import EVERYWHERE
from quickpay.domain.staff import Staff, StaffRole, StaffState
from quickpay.domain.unresolved import ASKED_FOR_AFTER, Because, Decision, Said
from quickpay.ports.gateway import (
    RUBBISH,
    Approved,
    Declined,
    DeclineReason,
    Found,
    LookUp,
    Mismatch,
    NoAnswer,
    NotFound,
)
from quickpay.services.desk.differences import DifferenceDesk
from quickpay.services.desk.unresolved import Ended, NoSuchPayment, UnresolvedDesk, UnresolvedFile
from quickpay.services.desk.verdicts import NotNow, Verdict
from tests.fakes.gateway import VISA, FakeGateway
from tests.people import KEYS, ZONE, House
from tests.services.conftest import Lakeside
from tests.services.rows import rows

BEA = Staff(id=1, name="Bea", role=StaffRole.BILLING, groups=None, state=StaffState.ACTIVE)
CHARGED = Verdict(decision=Decision.CHARGED, because=Because.SEEN_AT_GATEWAY, transaction="ch_1")
NOT_CHARGED = Verdict(decision=Decision.NOT_CHARGED, because=Because.SEEN_AT_GATEWAY)


class Says(FakeGateway):
    """Answer every look-up with `word`."""

    word: LookUp = NoAnswer(reason="silent")

    async def look_up(self, payment_id: str) -> LookUp:
        assert payment_id
        return self.word


def _desk(house: House) -> UnresolvedDesk:
    return UnresolvedDesk(store=house.store, clock=house.clock, gateway=house.gateway, zone=ZONE)


async def _silent(lakeside: Lakeside) -> tuple[Payment, Says]:
    house = lakeside.house
    house.gateway = says = Says()
    house.furnish(KEYS[:1])
    return await (await house.come(await house.link(lakeside.alice))).pays("tok_broken"), says


def _approved(payment: Payment) -> Approved:
    return Approved(
        transaction="ch_1", card=VISA, amount=payment.amount, currency="usd", reference=payment.id
    )


async def _told(house: House, kind: str) -> int:
    return sum(row["type"] == kind for row in await rows(house, "audit"))


async def test_r79_it_is_asked_after_at_2_5_15_60_s_5_min_and_an_hour(lakeside: Lakeside) -> None:
    """Each counted from the one before; while the gateway is silent, never more than a minute apart."""
    house = lakeside.house
    asked: list[timedelta] = []
    payment, says = await _silent(lakeside)
    says.word = Found(
        outcome=Mismatch(differs=("amount",), transaction="ch_1", amount=1, currency="usd", reference="x")
    )
    last = house.clock.now()
    while len(asked) < 7:
        house.later(seconds=1)
        if await house.reconcile.run_once():
            asked.append(house.clock.now() - last)
            last = house.clock.now()
    assert [gap.total_seconds() for gap in asked] == [2, 5, 15, 60, 300, 3600, 3600]
    assert len(house.gateway.asked) == 1, "asked after, never charged again"
    assert (await house.payment(payment.id)).state is PaymentState.REVIEW


async def test_x8_a_gateway_that_keeps_answering_rubbish_is_for_a_person_and_still_asked(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    payment, says = await _silent(lakeside)
    says.word = NoAnswer(reason=RUBBISH)
    waited = 0
    while (await house.payment(payment.id)).state is PaymentState.UNKNOWN:
        house.later(seconds=1)
        waited += 1
        await house.reconcile.run_once()
    assert 60 <= waited <= 120, "not for one page of somebody's proxy, and not after a day"
    [alarm] = await rows(house, "alarms")
    assert (alarm["kind"], alarm["subject"]) == (AlarmKind.PAYMENT_IN_REVIEW, payment.id)
    assert await rows(house, "receipts") == []
    file = await _desk(house).look(BEA, payment.id)
    assert isinstance(file, UnresolvedFile)
    assert file.decidable
    says.word = Found(outcome=_approved(payment))
    house.later(seconds=31)
    await house.reconcile.run_once()
    assert (await house.payment(payment.id)).state is PaymentState.SUCCEEDED


async def _for_rubbish(lakeside: Lakeside) -> tuple[Payment, Says]:
    house = lakeside.house
    payment, says = await _silent(lakeside)
    says.word = NoAnswer(reason=RUBBISH)
    while (await house.payment(payment.id)).state is PaymentState.UNKNOWN:
        house.later(seconds=1)
        await house.reconcile.run_once()
    return payment, says


async def test_x8_x11_in_review_for_rubbish_alone_it_ends_uncharged_once_the_gateway_finds_nothing(
    lakeside: Lakeside,
) -> None:
    house, (payment, says) = lakeside.house, await _for_rubbish(lakeside)
    says.word = NotFound()
    asked = 0
    for _ in range(60):
        house.later(seconds=1)
        asked += await house.reconcile.run_once()
    settled = await house.payment(payment.id)
    assert (settled.state, settled.reason, asked) == (PaymentState.DECLINED, Reason.NOT_CHARGED, 3)


async def test_x8_words_that_differ_are_a_persons_to_judge_whatever_rubbish_came_before(
    lakeside: Lakeside,
) -> None:
    house, (payment, says) = lakeside.house, await _for_rubbish(lakeside)
    says.word = Found(
        outcome=Mismatch(differs=("amount",), transaction="ch_1", amount=1, currency="usd", reference="x")
    )
    house.later(seconds=31)
    await house.reconcile.run_once()
    says.word = NotFound()
    for _ in range(10):
        house.later(hours=1)
        await house.reconcile.run_once()
    assert (await house.payment(payment.id)).state is PaymentState.REVIEW


async def test_x8_after_a_day_of_rubbish_a_person_decides(lakeside: Lakeside) -> None:
    house, (payment, says) = lakeside.house, await _for_rubbish(lakeside)
    house.later(hours=24)
    says.word = NotFound()
    for _ in range(10):
        house.later(hours=1)
        await house.reconcile.run_once()
    assert (await house.payment(payment.id)).state is PaymentState.REVIEW


async def test_r79_one_never_charged_ends_in_a_minute_after_any_silence(lakeside: Lakeside) -> None:
    """However many look-ups met silence before: its sum is held no longer than that."""
    house = lakeside.house
    for number, silence in enumerate((100, 1_000, 10_000)):
        contacts = {"email": f"n{number}@example.com", "mobile": f"+160855501{number:02}"}
        who = await house.guarantor(lakeside.group, number=str(number), **contacts)
        house.gateway = says = Says()
        house.furnish(KEYS[:1])
        payment = await (await house.come(await house.link(who))).pays("tok_broken")
        for _ in range(silence // 5):
            house.later(seconds=5)
            await house.reconcile.run_once()
        says.word = NotFound()
        waited = 0
        while (await house.payment(payment.id)).state is PaymentState.UNKNOWN:
            house.later(seconds=1)
            waited += 1
            await house.reconcile.run_once()
        assert waited <= 60, silence


@pytest.mark.parametrize("window", [timedelta(0), timedelta(hours=24)])
async def test_x7_no_charge_is_ever_sent_again_whatever_the_gateways_window(
    lakeside: Lakeside, window: timedelta
) -> None:
    house = lakeside.house
    payment, says = await _silent(lakeside)
    says.idempotency_window = window  # type: ignore[misc]  # a gateway of another make
    for _ in range(30):
        house.later(hours=1)
        await house.reconcile.run_once()
    assert len(house.gateway.asked) == 1
    assert (await house.payment(payment.id)).state is PaymentState.REVIEW
    [alarm] = await rows(house, "alarms")
    assert (alarm["kind"], alarm["subject"]) == (AlarmKind.PAYMENT_IN_REVIEW, payment.id)


@pytest.mark.parametrize("verdict", [CHARGED, NOT_CHARGED])
async def test_before_a_day_has_passed_nobody_decides(lakeside: Lakeside, verdict: Verdict) -> None:
    house, (payment, _) = lakeside.house, await _silent(lakeside)
    house.later(hours=23, minutes=59)
    assert await _desk(house).decide(BEA, payment.id, verdict) is NotNow.TOO_EARLY
    house.later(minutes=1)
    assert isinstance(await _desk(house).decide(BEA, payment.id, verdict), Ended)


async def test_decided_charged_it_is_paid_once_with_its_receipt(lakeside: Lakeside) -> None:
    house, (payment, _) = lakeside.house, await _silent(lakeside)
    house.later(hours=25)
    for _ in range(2):
        ended = await _desk(house).decide(BEA, payment.id, CHARGED)
        assert isinstance(ended, Ended)
        assert not ended.by_itself
    settled = await house.payment(payment.id)
    assert (settled.state, settled.transaction) == (PaymentState.SUCCEEDED, "ch_1")
    assert len(await rows(house, "receipts")) == 1
    assert [await _told(house, f"payment.{one}") for one in ("resolved", "succeeded")] == [1, 1]
    [resolved] = [row for row in await rows(house, "audit") if row["type"] == "payment.resolved"]
    assert (resolved["actor"], "seen_at_gateway" in resolved["detail"]) == ("staff 1", True)


async def test_decided_not_charged_another_try_is_free(lakeside: Lakeside) -> None:
    house, (payment, _) = lakeside.house, await _silent(lakeside)
    house.later(hours=25)
    await _desk(house).decide(BEA, payment.id, NOT_CHARGED)
    settled = await house.payment(payment.id)
    assert (settled.state, settled.reason) == (PaymentState.DECLINED, Reason.NOT_CHARGED)
    again = await house.come(await house.link(lakeside.alice))
    assert (await again.pays()).state is PaymentState.SUCCEEDED


async def test_the_gateway_is_not_contradicted_where_it_answers(lakeside: Lakeside) -> None:
    house, (payment, says) = lakeside.house, await _silent(lakeside)
    house.later(hours=25)
    other = Mismatch(differs=("amount",), transaction="ch_1", amount=1, currency="usd", reference=payment.id)
    refused = {
        NotNow.IT_WAS_CHARGED: (Found(outcome=other), NOT_CHARGED),
        NotNow.OTHER_AMOUNT: (Found(outcome=other), CHARGED),
        NotNow.OTHER_TRANSACTION: (Found(outcome=other), replace(CHARGED, transaction="ch_2")),
    }
    for why, (word, verdict) in refused.items():
        says.word = word
        assert await _desk(house).decide(BEA, payment.id, verdict) is why
        assert (await house.payment(payment.id)).state is PaymentState.REVIEW
    says.word = Found(outcome=other)
    given_back = replace(NOT_CHARGED, because=Because.GIVEN_BACK)
    assert isinstance(await _desk(house).decide(BEA, payment.id, given_back), Ended)


async def test_a_clear_answer_at_the_look_ends_it_by_itself(lakeside: Lakeside) -> None:
    house, (payment, says) = lakeside.house, await _silent(lakeside)
    house.later(hours=25)
    says.word = Found(outcome=_approved(payment))
    answer = await _desk(house).decide(BEA, payment.id, NOT_CHARGED)
    assert isinstance(answer, Ended)
    assert answer.by_itself
    assert (await house.payment(payment.id)).state is PaymentState.SUCCEEDED
    assert await _told(house, "payment.resolved") == 0


async def test_what_is_in_review_is_listed_and_counted_as_soon_as_somebody_is_told(
    lakeside: Lakeside,
) -> None:
    house, (payment, _) = lakeside.house, await _silent(lakeside)
    before = house.clock.now() - ASKED_FOR_AFTER

    async def waiting() -> tuple[int, int]:
        counted = await house.do(lambda tx: tx.unresolved.count(within=EVERYWHERE, before=before))
        return len(await _desk(house).list_(BEA)), counted

    assert await waiting() == (0, 0)
    await house.settle(payment.id, replace(_approved(payment), amount=1))
    assert (await house.payment(payment.id)).state is PaymentState.REVIEW
    assert await waiting() == (1, 1)


async def test_the_list_says_what_was_asked_what_differs_and_what_the_gateway_says(
    lakeside: Lakeside,
) -> None:
    house, (payment, says) = lakeside.house, await _silent(lakeside)
    assert await _desk(house).list_(BEA) == [], "the youngest end by themselves"
    house.later(minutes=6)
    await house.settle(payment.id, replace(_approved(payment), amount=1))
    [line] = await _desk(house).list_(BEA)
    assert line.decidable
    assert line.row.said is not None
    assert (line.row.said.said, line.row.said.differs, line.row.said.amount) == (Said.DIFFERS, "amount", 1)
    says.word = NoAnswer(reason="silent")
    file = await _desk(house).look(BEA, payment.id)
    assert isinstance(file, UnresolvedFile)
    assert (file.before, file.now and file.now.said) == (line.row.said, Said.NOTHING)
    stranger = replace(BEA, groups=frozenset({lakeside.group.id + 1}))
    assert await _desk(house).list_(stranger) == []
    assert await _desk(house).look(stranger, payment.id) == NoSuchPayment()
    assert await _desk(house).decide(stranger, payment.id, CHARGED) == NoSuchPayment()


async def test_what_the_gateway_says_after_the_decision_and_is_not_the_same_is_kept_and_alarmed(
    lakeside: Lakeside,
) -> None:
    house, (payment, _) = lakeside.house, await _silent(lakeside)
    house.later(hours=25)
    await _desk(house).decide(BEA, payment.id, NOT_CHARGED)
    for _ in range(3):
        await house.settle(payment.id, _approved(payment))
    assert (await house.payment(payment.id)).state is PaymentState.DECLINED, "an end stays"
    assert await _told(house, "payment.contradicted") == 1
    desk = DifferenceDesk(store=house.store, clock=house.clock, gateway=house.gateway.name)
    [kept] = (await desk.list_(BEA)).open
    assert (kept.difference.payment_id, kept.difference.theirs) == (payment.id, payment.amount)
    kinds = {row["kind"] for row in await rows(house, "alarms")}
    assert AlarmKind.PAYMENT_CONTRADICTED in kinds


async def test_a_decline_told_late_contradicts_a_persons_word_only(lakeside: Lakeside) -> None:
    """A68: after a success the gateway itself told of, an old decline is no news."""
    house, (payment, _) = lakeside.house, await _silent(lakeside)
    declined = Declined(reason=DeclineReason.CARD_DECLINED, transaction=None, card=None)
    house.later(hours=25)
    await _desk(house).decide(BEA, payment.id, CHARGED)
    await house.settle(payment.id, declined)
    assert await _told(house, "payment.contradicted") == 1
    bob = await house.guarantor(lakeside.group, number="2", email="b@example.com", mobile="+16085550102")
    house.gateway = FakeGateway()
    house.furnish(KEYS[:1])
    paid = await (await house.come(await house.link(bob))).pays()
    await house.settle(paid.id, declined)
    assert await _told(house, "payment.contradicted") == 1
