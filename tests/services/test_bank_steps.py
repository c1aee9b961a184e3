"""A payer's bank wants to hear from her (3-D Secure): held meanwhile, led there again, and over in time."""

from datetime import timedelta
from typing import TypeVar

import pytest

from quickpay.domain.bank_steps import BANK_PATIENCE
from quickpay.domain.payments import Payment, PaymentState, Reason
from quickpay.ports.gateway import DeclineReason, Found, LookUp, NoAnswer, NotFound
from quickpay.services.events.webhooks import Taken, WebhooksIn
from quickpay.services.payer import SeePayment
from quickpay.services.paying.pay import AnotherOnItsWay
from quickpay.services.paying.result import ResultPage
from tests.fakes.gateway import BANK, FakeGateway
from tests.people import KEYS, ZONE, House, Person
from tests.services.conftest import Lakeside
from tests.services.rows import rows


@pytest.fixture
async def alice(lakeside: Lakeside) -> Person:
    return await lakeside.house.come(await lakeside.house.link(lakeside.alice))


async def _asked(person: Person) -> Payment:
    payment = await person.pays("tok_bank")
    assert payment.state is PaymentState.UNKNOWN
    return payment


async def _after(house: House, span: timedelta, payment: Payment) -> Payment:
    house.later(seconds=span.total_seconds())
    await house.reconcile.run_once()
    return await house.payment(payment.id)


async def _page(person: Person, payment: Payment) -> ResultPage:
    page = await person.house.results.see(person.visit, payment.id)
    assert isinstance(page, ResultPage)
    return page


async def test_a_payer_is_led_to_her_bank_again_and_her_amount_is_held(
    lakeside: Lakeside, alice: Person
) -> None:
    house = lakeside.house
    elsewhere = await house.come(await house.link(lakeside.alice))
    await elsewhere.choose()
    payment = await _asked(alice)
    for _ in range(2):
        bank = (await _page(alice, payment)).bank
        assert bank is not None
        assert bank.page == f"{BANK}/{payment.id}"
    assert await alice.press_pay("tok_approved") == SeePayment(payment_id=payment.id)
    assert isinstance(await elsewhere.press_pay(), AnotherOnItsWay)
    assert len(house.gateway.asked) == 1


async def test_what_she_tells_her_bank_ends_it_within_seconds(lakeside: Lakeside, alice: Person) -> None:
    payment = await _asked(alice)
    waiting = await _after(lakeside.house, timedelta(minutes=10), payment)
    assert waiting.state is PaymentState.UNKNOWN
    lakeside.house.gateway.confirm(payment.id)
    paid = await _after(lakeside.house, timedelta(seconds=3), payment)
    assert paid.state is PaymentState.SUCCEEDED
    assert (await _page(alice, paid)).bank is None
    assert await rows(lakeside.house, "bank_steps") == []


async def test_a_bank_that_says_no_declines_and_another_try_is_free(
    lakeside: Lakeside, alice: Person
) -> None:
    payment = await _asked(alice)
    lakeside.house.gateway.confirm(payment.id, DeclineReason.NOT_CONFIRMED)
    declined = await _after(lakeside.house, timedelta(seconds=3), payment)
    assert (declined.state, declined.reason) == (PaymentState.DECLINED, Reason.NOT_CONFIRMED)
    assert (await alice.pays()).state is PaymentState.SUCCEEDED


async def test_one_who_never_comes_back_is_called_off_after_15_minutes(
    lakeside: Lakeside, alice: Person
) -> None:
    payment = await _asked(alice)
    early = await _after(lakeside.house, BANK_PATIENCE - timedelta(seconds=1), payment)
    assert early.state is PaymentState.UNKNOWN
    over = await _after(lakeside.house, timedelta(seconds=3), payment)
    assert (over.state, over.reason) == (PaymentState.DECLINED, Reason.NOT_CHARGED)
    assert lakeside.house.gateway.waiting_for_bank == {}


G = TypeVar("G", bound=FakeGateway)


def _beside(house: House, gateway: G) -> G:
    house.gateway = gateway
    house.furnish(KEYS[:1])
    return gateway


class Racing(FakeGateway):
    """The payer confirms in the moment in which we call it off, or the answer to that is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = False

    async def call_off(self, payment_id: str) -> LookUp:
        if self.silent:
            return NoAnswer(reason="silent")
        if payment_id in self.waiting_for_bank:
            self.confirm(payment_id)
        return await self.look_up(payment_id)


async def test_one_who_confirms_while_it_is_called_off_has_paid(lakeside: Lakeside, alice: Person) -> None:
    gateway = _beside(lakeside.house, Racing())
    payment = await _asked(alice)
    gateway.silent = True
    unknown = await _after(lakeside.house, BANK_PATIENCE, payment)
    assert unknown.state is PaymentState.UNKNOWN
    gateway.silent = False
    paid = await _after(lakeside.house, timedelta(minutes=2), payment)
    assert paid.state is PaymentState.SUCCEEDED


class Unsealed(FakeGateway):
    """The bank said no, and the payer's browser may still try another card until it is called off."""

    def __init__(self) -> None:
        super().__init__()
        self.called_off = 0

    async def call_off(self, payment_id: str) -> LookUp:
        self.called_off += 1
        return await super().call_off(payment_id)


async def test_a_no_of_the_bank_is_sealed_before_it_is_believed(lakeside: Lakeside, alice: Person) -> None:
    gateway = _beside(lakeside.house, Unsealed())
    payment = await _asked(alice)
    gateway.confirm(payment.id, DeclineReason.NOT_CONFIRMED)
    headers, body = gateway.webhook(payment.id, event_id="evt_1", now=lakeside.house.clock.now())
    house = lakeside.house
    webhooks = WebhooksIn(store=house.store, clock=house.clock, gateway=gateway, zone=ZONE)
    assert await webhooks.from_gateway("fake", headers, body) is Taken.DONE
    assert (await house.payment(payment.id)).state is PaymentState.UNKNOWN
    await house.reconcile.run_once()  # the webhook made it due
    assert gateway.called_off == 1
    assert (await house.payment(payment.id)).state is PaymentState.DECLINED


async def test_one_the_gateway_knew_before_is_not_given_up_because_it_is_out_of_sight(
    lakeside: Lakeside, alice: Person
) -> None:
    payment = await _asked(alice)
    lakeside.house.gateway.hidden = True
    assert await lakeside.house.gateway.look_up(payment.id) == NotFound()
    for _ in range(5):
        payment = await _after(lakeside.house, timedelta(minutes=20), payment)
    assert payment.state is PaymentState.UNKNOWN
    lakeside.house.gateway.hidden = False
    assert isinstance(await lakeside.house.gateway.look_up(payment.id), Found)


async def test_nobody_else_is_led_to_the_payers_bank(lakeside: Lakeside, alice: Person) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, single_payment=True, max_uses=5)
    payer, other = await house.come(link), await house.come(link)
    payment = await _asked(payer)
    assert (await _page(other, payment)).bank is None
