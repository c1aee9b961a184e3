"""How a payment stands: the page after Pay, the same by reload, Back or a second tab."""

from dataclasses import dataclass, replace
from datetime import date

from quickpay.domain.balances import Balances
from quickpay.domain.bank_steps import BankStep
from quickpay.domain.money import Cents
from quickpay.domain.payments import IN_FLIGHT, Payment
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.account import account_now
from quickpay.services.settling.receipt_mail import ReceiptMail, receipt_mail
from quickpay.services.stay import CLOSED, MustProve, NoStay, Stay, Visit, reader_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    """One payment as its payer may see it.

    `paid_on` is the receipt's date, None while there is no receipt. `again` says whether another payment may
    be tried from here: after a decline, and while the session lives. `mail` is None where it is another's:
    whoever else opens a share learns neither the payer's card nor where the receipt went.
    """

    stay: Stay
    payment: Payment
    paid_on: date | None
    balances: Balances
    again: bool
    live: bool
    mail: ReceiptMail | None
    bank: BankStep | None = None
    """What the payer's bank waits for; hers alone."""

    @property
    def remains(self) -> Cents:
        """What may still be asked for after this payment."""
        return self.balances.payable


@dataclass(frozen=True, slots=True)
class NotYours:
    """There is no such payment for this visitor; said alike for another's and for none (R73)."""


class Results:
    """Show payments to those who made them."""

    def __init__(self, *, store: Store[Tx], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def see(self, visit: Visit, payment_id: str) -> ResultPage | NotYours | MustProve | NoStay:
        """Show one payment of this session, or, to a session opened for a paid link's receipt, the link's.

        An expired session, not a signed-out one, may read its own for 24 hours (R64).
        """
        now = self._clock.now()

        async def unit(tx: Tx) -> ResultPage | NotYours | MustProve | NoStay:
            stay = await reader_of(tx, visit, now)
            if isinstance(stay, NoStay):
                return stay
            payment = await tx.payments.get(payment_id)
            if payment is None or not await may_see(tx, stay, payment):
                return NotYours()
            if stay.must_prove:
                return MustProve()
            receipt = None
            if payment.receipt_number is not None:
                receipt = await tx.ledger.receipt(payment.receipt_number)
            account = await account_now(tx, stay.guarantor.id)
            anothers = is_anothers(stay, payment)
            return ResultPage(
                stay=stay,
                payment=_without_the_card(payment) if anothers else payment,
                paid_on=None if receipt is None else receipt.date,
                balances=account.balances,
                again=stay.live and account.balances.payable > 0,
                live=stay.live,
                mail=None if anothers else await receipt_mail(tx, payment, stay.group),
                bank=await _bank_step(tx, stay, payment),
            )

        return await self._store.read(unit)


async def _bank_step(tx: Tx, stay: Stay, payment: Payment) -> BankStep | None:
    if payment.state not in IN_FLIGHT or payment.session_id != stay.session.id:
        return None
    return await tx.bank_steps.of_payment(payment.id)


def is_anothers(stay: Stay, payment: Payment) -> bool:
    """Whether a share was paid from another session: by somebody else still, for all that can be told.

    The guarantor has the share's address too, and is not to learn whose card it was.
    """
    return stay.shared and payment.session_id != stay.session.id


def _without_the_card(payment: Payment) -> Payment:
    return replace(payment, card_brand=None, card_last4=None, receipt_email=None)


async def may_see(tx: Tx, stay: Stay, payment: Payment) -> bool:
    """Whether it is this session's to see: its own; while it lives, also others' through the same link.

    Once staff have ended the link, nobody but who paid sees that anybody did (R10).
    """
    session = stay.session
    if payment.guarantor_id != session.guarantor_id or payment.group_id != session.group_id:
        return False
    if payment.session_id == session.id:
        return True
    serial = session.link_serial
    if serial is None or payment.link_serial != serial or not stay.live:
        return False
    link = await tx.links.by_serial(serial)
    return link is not None and link.state not in CLOSED
