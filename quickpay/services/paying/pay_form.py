"""What pressing Pay asks for: the payment as it is written down, and the charge the gateway is asked for."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from quickpay.domain.languages import Language
from quickpay.domain.links import Link
from quickpay.domain.money import Cents
from quickpay.domain.payments import GATEWAY_PATIENCE, Method, Order, Payment, PaymentState, look_up_gap
from quickpay.ports.card_fields import Activated
from quickpay.ports.gateway import Charge
from quickpay.services.cards.stored import card_of, may_store
from quickpay.services.paying.order import MethodPage
from quickpay.services.stay import Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class PayForm:
    """What the details form says; the card itself is only the gateway's token."""

    order_id: str | None
    card_token: str = field(repr=False)
    email: str | None = field(repr=False)
    store_card: bool = False
    browser: Language | None = None
    """The language the browser asks for: that of the pages, where nobody chose one or may know hers."""


@dataclass(frozen=True, slots=True)
class NoToken:
    """The gateway's fields gave no token, and nothing can be paid without one."""


@dataclass(frozen=True, slots=True)
class CardNotStored:
    """Cards are not stored here, or not paid so; what asks for it all the same is refused."""


def asked_for(
    page: MethodPage, form: PayForm, activated: Activated, *, payment_id: str
) -> Charge | NoToken | CardNotStored:
    """Say what the gateway is to be asked for; a stored card's token is read now, before it can go."""
    method, card = page.order.method, card_of(page.order, page.stored)
    if form.store_card and not (method is Method.CARD and may_store(page.stay, activated)):
        return CardNotStored()
    require_cvc = page.stay.group.options.payments.require_cvv
    if not form.card_token and (card is None or require_cvc):
        return NoToken()
    charge = Charge(
        payment_id=payment_id,
        amount=page.order.amount,
        currency="usd",
        token=form.card_token,
        require_cvc=require_cvc,
        description=f"QuickPay {payment_id}",
        store=form.store_card,
    )
    match method:
        case Method.APPLE_PAY:
            return _by_wallet(charge, "apple_pay")
        case Method.GOOGLE_PAY:
            return _by_wallet(charge, "google_pay")
        case Method.STORED if card is not None and card.token is not None:
            return replace(charge, token=card.token, cvc_token=form.card_token or None)
        case _:
            return charge


def _by_wallet(charge: Charge, wallet: Literal["apple_pay", "google_pay"]) -> Charge:
    """A wallet has proved its owner, and has no code that could be asked for."""
    return replace(charge, wallet=wallet, require_cvc=False)


def new_payment(
    stay: Stay,
    order: Order,
    link: Link | None,
    form: PayForm,
    *,
    payment_id: str,
    language: str,
    now: datetime,
) -> Payment:
    """Make the row of write 1."""
    if order.method is None:
        raise AssertionError("an order without a method is refused before")
    return Payment(
        id=payment_id,
        order_id=order.id,
        session_id=stay.session.id,
        link_serial=stay.session.link_serial,
        group_id=stay.group.id,
        guarantor_id=stay.guarantor.id,
        single_payment=link is not None and link.single_payment,
        amount=order.amount,
        currency="usd",
        method=order.method,
        state=PaymentState.SUBMITTING,
        reason=None,
        card_brand=None,
        card_last4=None,
        transaction=None,
        receipt_email=form.email,
        receipt_number=None,
        batch_id=None,
        unapplied=Cents(0),
        not_posted_because=None,
        origin=stay.session.origin,
        authentication=stay.session.authentication,
        created_at=now,
        deadline=now + GATEWAY_PATIENCE,
        changed_at=now,
        change_number=0,
        look_ups=0,
        misses=0,
        # Should this process die now, the reconciler asks once the gateway's time is over.
        next_look_up_at=now + GATEWAY_PATIENCE + look_up_gap(0),
        acknowledged_at=None,
        refunded=Cents(0),
        language=language,
    )
