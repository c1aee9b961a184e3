"""What a simulation shows where a patient would have chosen what to pay: nothing of it is kept."""

from dataclasses import dataclass

from quickpay.domain.balances import AmountChoice, AmountRefused, choose_amount
from quickpay.domain.money import Cents
from quickpay.domain.payments import Method, Order
from quickpay.services.payer import AmountPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Imagined:
    """What the address says was chosen; what it does not say is taken for chosen as the page offers it."""

    choice: AmountChoice | None = None
    other: Cents | None = None
    method: Method | None = None
    stored_card: str | None = None


NOTHING_IMAGINED = Imagined()


def imagined_order(page: AmountPage, imagined: Imagined) -> Order | AmountRefused | None:
    """Give the order there would be; None where there is nothing to choose."""
    stay = page.stay
    choice = imagined.choice or (
        AmountChoice.DUE if AmountChoice.DUE in page.offered else next(iter(page.offered), None)
    )
    if choice is None or page.in_flight is not None:
        return None
    shows_current = stay.group.options.look_and_feel.show_current_balance
    amount = choose_amount(choice, imagined.other, page.balances, show_current_balance=shows_current)
    if isinstance(amount, AmountRefused):
        return amount
    method = imagined.method or next(iter(page.methods), None)
    return Order(
        id="",
        session_id=stay.session.id,
        amount=amount,
        choice=choice,
        method=method if method in (*page.methods, Method.STORED) else None,
        stored_card=imagined.stored_card,
        created_at=stay.session.opened_at,
    )
