"""Who may pay, how much, and with what; asked for every page and once more at the moment of charge."""

from dataclasses import dataclass
from datetime import date, datetime

from quickpay.domain.balances import AmountChoice, AmountRefused, Balances, choose_amount, offered_amounts
from quickpay.domain.links import LinkState
from quickpay.domain.money import Cents
from quickpay.domain.payments import Method, Payment
from quickpay.domain.sessions import Purpose
from quickpay.ports.card_fields import Activated
from quickpay.ports.tables import Tx
from quickpay.services.account import account_now
from quickpay.services.stay import CLOSED, MustProve, NoStay, Stay, Visit, stay_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SeePayment:
    """There is a payment for this: its page says how it stands."""

    payment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEnded:
    """The link was revoked, superseded or suspended since (R10)."""

    stay: Stay
    state: LinkState


Refusal = NoStay | MustProve | LinkEnded | SeePayment


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidShare:
    """What somebody else paid for the guarantor, on which day, and how much of it was given back."""

    amount: Cents
    day: date
    refunded: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountPage:
    """Make Your Payment: what may be chosen, and what each figure means."""

    stay: Stay
    balances: Balances
    offered: dict[AmountChoice, Cents]
    methods: tuple[Method, ...]
    in_flight: Payment | None
    """A payment of this guarantor still on its way: nothing more is taken before it has ended."""
    paid_shares: tuple[PaidShare, ...] = ()
    """Only where the page is shown, and not to somebody else."""


async def payer_of(tx: Tx, visit: Visit, now: datetime) -> Stay | Refusal:
    """Find who is here if they may pay now."""
    stay = await stay_of(tx, visit, now, shares=True)
    return await may_pay(tx, stay) if isinstance(stay, Stay) else stay


async def may_pay(tx: Tx, stay: Stay) -> Stay | Refusal:
    """Check the challenge, the link and its one payment as they are in this very transaction (R90)."""
    if stay.must_prove:
        return MustProve()
    serial = stay.session.link_serial
    if serial is None:
        return stay
    link = await tx.links.by_serial(serial)
    if link is None or link.state in CLOSED:
        return LinkEnded(stay=stay, state=LinkState.REVOKED if link is None else link.state)
    if link.single_payment or stay.session.purpose is Purpose.RECEIPT:
        paid = await tx.payments.live_of_link(serial)
        if paid is not None:
            return SeePayment(payment_id=paid.id)
    if stay.session.purpose is Purpose.RECEIPT:
        return LinkEnded(stay=stay, state=link.state)
    return stay


async def amount_page(tx: Tx, stay: Stay, activated: Activated) -> AmountPage:
    """Add up what may be chosen now."""
    account = await account_now(tx, stay.guarantor.id)
    shows_current = stay.group.options.look_and_feel.show_current_balance
    return AmountPage(
        stay=stay,
        balances=account.balances,
        offered=offered_amounts(account.balances, show_current_balance=shows_current),
        methods=methods_offered(stay, activated),
        in_flight=await tx.payments.in_flight(stay.guarantor.id),
    )


def amount_chosen(page: AmountPage, choice: AmountChoice, other: Cents | None) -> Cents | AmountRefused:
    """Turn a choice into the amount to pay; of a share it is the share's, whatever the form said."""
    shared = page.stay.session.share_amount
    if shared is not None:  # how much is owed besides is not named to somebody else
        return choose_amount(AmountChoice.OTHER, shared, page.balances, show_current_balance=False)
    shows_current = page.stay.group.options.look_and_feel.show_current_balance
    return choose_amount(choice, other, page.balances, show_current_balance=shows_current)


def methods_offered(stay: Stay, activated: Activated) -> tuple[Method, ...]:
    """List what the group takes, the gateway has activated and the browser may have.

    A stored card is a card and not listed here: where no card is taken, none that is stored is.
    """
    can = {
        Method.CARD: activated.card,
        Method.APPLE_PAY: activated.apple_pay and stay.apple,
        Method.GOOGLE_PAY: activated.google_pay,
    }
    return tuple(method for method in stay.group.methods_on if can[method])
