"""How a payment ends: posted, receipted, mailed and shown; or declined, with nothing changed."""

from datetime import timedelta
from typing import Any

import pytest

from quickpay.domain.guarantors import Account
from quickpay.domain.payments import PaymentState, Reason
from quickpay.services.payer import AmountPage
from quickpay.services.paying.result import NotYours, ResultPage
from quickpay.services.stay import Gone, MustProve, NoStay
from tests.factories import NOW, make_line, make_outside_receipt, make_statement
from tests.fakes.gateway import DECLINES
from tests.people import House, Person
from tests.services.conftest import Lakeside
from tests.services.rows import rows


async def _postings(house: House) -> list[tuple[str, int]]:
    return [(row["service_id"], row["amount"]) for row in await rows(house, "postings")]


async def _payable(person: Person) -> int:
    page = await person.house.ordering.amounts(person.visit)
    assert isinstance(page, AmountPage), page
    return page.balances.payable


async def _owing(lakeside: Lakeside, *lines: Any, unapplied: int = 0) -> Person:
    """Alice with these lines, through a link that can be paid more than once."""
    receipts = (make_outside_receipt(amount=2_500 + unapplied),)
    cut = (make_statement(*(line.service_id for line in lines)),)
    await lakeside.house.edit(lakeside.alice, Account(lines=lines, statements=cut, receipts=receipts))
    return await lakeside.house.come(await lakeside.house.link(lakeside.alice, single_payment=False))


THREE = (
    make_line("10-2", remaining=300, date=NOW.date() - timedelta(days=9)),
    make_line("9-1", remaining=500, date=NOW.date() - timedelta(days=9)),
    make_line("8-1", remaining=700, date=NOW.date()),
)


async def test_a_payment_is_posted_oldest_line_first(lakeside: Lakeside) -> None:
    alice = await _owing(lakeside, *THREE)
    first = await alice.pays(amount=600)
    assert await _postings(lakeside.house) == [("9-1", 500), ("10-2", 100)]
    assert (first.unapplied, first.not_posted_because) == (0, None)
    await alice.pays(amount=900)
    assert (await _postings(lakeside.house))[2:] == [("10-2", 200), ("8-1", 700)]


async def test_a_line_in_collections_gets_nothing(lakeside: Lakeside) -> None:
    old = make_line("1-1", remaining=400, in_collections=True, date=NOW.date() - timedelta(days=90))
    alice = await _owing(lakeside, old, *THREE)
    await alice.pays(amount=500)
    assert await _postings(lakeside.house) == [("9-1", 500)]


async def test_with_auto_post_off_nothing_is_posted_and_it_is_not_asked_for_again(lakeside: Lakeside) -> None:
    await lakeside.house.change(lakeside.group, auto_post=False)
    alice = await _owing(lakeside, *THREE)
    payment = await alice.pays(amount=600)
    assert (payment.unapplied, payment.not_posted_because) == (600, "auto_post_off")
    assert await _postings(lakeside.house) == []
    assert await _payable(alice) == 900
    receipt = (await rows(lakeside.house, "receipts"))[0]
    assert (receipt["amount"], receipt["status"]) == (600, "Paid")


async def test_with_unapplied_funds_there_already_nothing_is_posted(lakeside: Lakeside) -> None:
    alice = await _owing(lakeside, *THREE, unapplied=1)
    payment = await alice.pays(amount=600)
    assert (payment.unapplied, payment.not_posted_because) == (600, "unapplied_funds")
    assert await _postings(lakeside.house) == []
    assert [row["status"] for row in await rows(lakeside.house, "receipts")] == ["Paid"]


async def test_what_an_earlier_payment_left_unapplied_stops_posting_too(lakeside: Lakeside) -> None:
    await lakeside.house.change(lakeside.group, auto_post=False)
    alice = await _owing(lakeside, *THREE)
    await alice.pays(amount=600)
    await lakeside.house.change(lakeside.group, auto_post=True)
    second = await alice.pays(amount=300)
    assert second.not_posted_because == "unapplied_funds"


async def test_what_fits_on_no_line_stays_unapplied(lakeside: Lakeside) -> None:
    """The lines fell while the gateway was thinking: the money is there, and on no line."""
    house = lakeside.house
    alice = await _owing(lakeside, *THREE)
    await alice.choose(1_500)
    payment = await _charged_but_silent(alice)
    await house.edit(lakeside.alice, Account(lines=(make_line("9-1", remaining=200),)))
    house.later(seconds=3)
    await house.reconcile.run_once()
    settled = await house.payment(payment)
    assert (settled.state, settled.unapplied) == (PaymentState.SUCCEEDED, 1_300)
    assert await _postings(house) == [("9-1", 200)]


async def _charged_but_silent(person: Person) -> str:
    await person.press_pay("tok_silent")
    return str((await rows(person.house, "payments"))[0]["id"])


async def test_a_success_has_one_receipt_with_the_next_number_in_the_days_batch(lakeside: Lakeside) -> None:
    alice = await _owing(lakeside, *THREE)
    await alice.pays(amount=100)
    await alice.pays(amount=100)
    numbers = [row["number"] for row in await rows(lakeside.house, "receipts")]
    assert numbers == [1, 2]
    batches = await rows(lakeside.house, "batches")
    assert [(row["description"], row["opened_by"]) for row in batches] == [("API Payments", "POPS")]


async def test_a_receipt_is_dated_in_the_installations_zone(lakeside: Lakeside) -> None:
    house = lakeside.house
    house.clock.set(NOW.replace(hour=3))
    alice = await _owing(lakeside, *THREE)
    await alice.pays(amount=100)
    assert [row["date"] for row in await rows(house, "receipts")] == ["2026-11-20"]


async def test_r93_a_success_queues_one_receipt_and_it_says_the_seven_things(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await _owing(lakeside, *THREE)
    payment = await alice.pays(amount=100, email="me@example.com")
    for _ in range(3):
        await house.outbox().run_once()
    assert [email.to for email in house.mailer.sent] == ["me@example.com"]
    text = house.mailer.sent[0].text
    for fact in (
        "1",
        "Alicia Example",
        "10067",
        "Nov 21, 2026",
        payment.transaction,
        "Visa",
        "4242",
        "$1.00",
    ):
        assert str(fact) in text, fact


@pytest.mark.parametrize(("email_receipt", "email"), [(False, "me@example.com"), (True, None), (False, None)])
async def test_r97_no_receipt_is_mailed_unless_asked_for_and_on(
    lakeside: Lakeside, email_receipt: bool, email: str | None
) -> None:
    house = lakeside.house
    await house.change(lakeside.group, email_receipt=email_receipt)
    alice = await _owing(lakeside, *THREE)
    payment = await alice.pays(amount=100, email=email)
    assert payment.state is PaymentState.SUCCEEDED
    assert await rows(house, "outbox") == []


async def test_r96_an_address_for_the_receipt_never_becomes_a_contact(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await _owing(lakeside, *THREE)
    await alice.pays(amount=100, email="other@example.com")
    guarantor = await house.do(lambda tx: tx.guarantors.get(lakeside.alice.id))
    assert guarantor is not None
    assert guarantor.email == "alice@example.com"
    await alice.ask()
    assert house.mailer.sent[-1].to == "alice@example.com"


@pytest.mark.parametrize("card", list(DECLINES))
async def test_a_decline_leaves_a_receipt_of_nothing_and_everything_else_as_it_was(
    lakeside: Lakeside, card: str
) -> None:
    house = lakeside.house
    alice = await _owing(lakeside, *THREE)
    before = await _payable(alice)
    payment = await alice.pays(card, amount=600, email="me@example.com")
    assert payment.state is PaymentState.DECLINED
    assert payment.reason is Reason(DECLINES[card].value)
    receipt = (await rows(house, "receipts"))[0]
    assert (receipt["amount"], receipt["status"]) == (0, "Unsuccessful")
    assert receipt["number"] == payment.receipt_number
    assert await _payable(alice) == before
    assert await _postings(house) == []
    assert await rows(house, "outbox") == []


async def test_after_a_decline_the_same_order_may_be_tried_with_another_card(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    order = await alice.choose()
    declined = await alice.press_pay("tok_declined", order=order)
    paid = await alice.press_pay("tok_approved", order=order)
    assert declined != paid
    states = [
        row["state"] for row in sorted(await rows(house, "payments"), key=lambda row: row["created_at"])
    ]
    assert sorted(states) == ["declined", "succeeded"]
    assert len({charge.payment_id for charge in house.gateway.asked}) == 2, "a new try, a new key (R82)"


async def test_the_result_is_shown_to_its_payer(lakeside: Lakeside) -> None:
    alice = await _owing(lakeside, *THREE)
    payment = await alice.pays(amount=600)
    page = await lakeside.house.results.see(alice.visit, payment.id)
    assert isinstance(page, ResultPage)
    assert page.payment == payment
    assert (page.remains, page.again, page.live) == (900, True, True)
    assert page.paid_on is not None


async def test_r73_a_payment_is_shown_to_nobody_else(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await _owing(lakeside, *THREE)
    payment = await alice.pays(amount=600)
    bob = await house.come(await house.link(await house.guarantor(await house.group("hilltop"))))
    other_link = await house.come(await house.link(lakeside.alice))
    assert await house.results.see(bob.visit, payment.id) == NotYours()
    assert await house.results.see(other_link.visit, payment.id) == NotYours()
    assert await house.results.see(bob.visit, "no such payment") == NotYours()


async def test_r10_through_an_ended_link_only_who_paid_sees_the_payment(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.edit(lakeside.alice, Account(lines=THREE))
    link = await house.link(lakeside.alice, single_payment=False)
    alice, thief = await house.come(link), await house.come(link)
    payment = await alice.pays(amount=600)
    assert isinstance(await house.results.see(thief.visit, payment.id), ResultPage)
    await house.end(link)
    assert await house.results.see(thief.visit, payment.id) == NotYours()
    assert isinstance(await house.results.see(alice.visit, payment.id), ResultPage)


async def test_r64_a_session_that_ran_out_reads_its_own_payment_and_no_other(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.edit(lakeside.alice, Account(lines=THREE))
    link = await house.link(lakeside.alice, single_payment=False)
    alice, other = await house.come(link), await house.come(link)
    payment = await alice.pays(amount=600)
    house.clock.advance(timedelta(minutes=21))
    assert isinstance(await house.results.see(alice.visit, payment.id), ResultPage)
    assert await house.results.see(other.visit, payment.id) == NotYours()


async def test_r128_under_require_mfa_even_an_own_payment_waits_for_the_proof(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await _owing(lakeside, *THREE)
    payment = await alice.pays(amount=600)
    await house.change(lakeside.group, require_mfa=True)
    assert await house.results.see(alice.visit, payment.id) == MustProve()


async def test_r64_a_session_that_ran_out_reads_its_own_payment_for_a_day(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await _owing(lakeside, *THREE)
    payment = await alice.pays(amount=600)
    house.later(minutes=20)
    page = await house.results.see(alice.visit, payment.id)
    assert isinstance(page, ResultPage)
    assert (page.live, page.again) == (False, False)
    house.later(hours=24)
    gone = await house.results.see(alice.visit, payment.id)
    assert isinstance(gone, NoStay)
    assert gone.why is Gone.EXPIRED


async def test_a_signed_out_session_reads_nothing(lakeside: Lakeside) -> None:
    alice = await _owing(lakeside, *THREE)
    payment = await alice.pays(amount=600)
    await lakeside.house.leave.sign_out(alice.visit)
    gone = await lakeside.house.results.see(alice.visit, payment.id)
    assert isinstance(gone, NoStay)
    assert gone.why is Gone.SIGNED_OUT


async def test_payment_success_keeps_the_session_and_its_secret(lakeside: Lakeside) -> None:
    """The id changes on open and on MFA success only (R64)."""
    alice = await _owing(lakeside, *THREE)
    before = await alice.session()
    await alice.pays(amount=600)
    after = await alice.session()
    assert before is not None
    assert after is not None
    assert after.id == before.id
