"""Balances: what is owed, what of it may be paid now, and which amounts may be chosen."""

from dataclasses import dataclass
from enum import StrEnum

from quickpay.domain.encounters import Line, Statement, last_statement
from quickpay.domain.money import Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """What a guarantor owes, in cents; `statement_balance` is None where no statement was ever cut."""

    statement_balance: Cents | None
    amount_due: Cents
    current_balance: Cents
    unapplied: Cents
    held: Cents
    payable: Cents


class AmountChoice(StrEnum):
    """What Make Your Payment lets a patient choose."""

    CURRENT = "current"
    DUE = "due"
    OTHER = "other"


class WhyRefused(StrEnum):
    """Say why an amount cannot be taken; the page has the words."""

    NOTHING_PAYABLE = "nothing_payable"
    NOTHING_DUE = "nothing_due"
    CURRENT_NOT_OFFERED = "current_not_offered"
    OTHER_MISSING = "other_missing"
    OTHER_NOT_POSITIVE = "other_not_positive"
    MORE_THAN_OWED = "more_than_owed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountRefused:
    """Why an amount is not taken; `limit` is the most that would be, None where the page may not name it."""

    reason: WhyRefused
    limit: Cents | None = None


def balances(
    lines: tuple[Line, ...], statements: tuple[Statement, ...], *, unapplied: Cents, held: Cents
) -> Balances:
    """Add up what is owed: collections are in neither sum, and unapplied funds reduce neither.

    `unapplied` is only shown; what of it is QuickPay's own is in `held` too, so as not to be asked for twice.
    """
    last = last_statement(statements)
    on_last = frozenset(last.lines) if last else frozenset()
    current_balance = sum(line.payable for line in lines)
    return Balances(
        statement_balance=last.balance if last else None,
        amount_due=Cents(sum(line.payable for line in lines if line.service_id in on_last)),
        current_balance=Cents(current_balance),
        unapplied=unapplied,
        held=held,
        payable=Cents(max(0, current_balance - held)),
    )


def offered_amounts(owed: Balances, *, show_current_balance: bool) -> dict[AmountChoice, Cents]:
    """Give the choices that can be paid now and their sums, in the page's order; neither is above payable."""
    sums = {AmountChoice.CURRENT: owed.payable, AmountChoice.DUE: Cents(min(owed.amount_due, owed.payable))}
    if not show_current_balance:
        del sums[AmountChoice.CURRENT]
    return {choice: amount for choice, amount in sums.items() if amount > 0}


def choose_amount(
    choice: AmountChoice, other: Cents | None, owed: Balances, *, show_current_balance: bool
) -> Cents | AmountRefused:
    """Turn a choice into the amount to pay, or say why it cannot be; asked again when Pay is pressed.

    `other` is what was typed in *Other Amount*, and is read for that choice only.
    """
    if choice is AmountChoice.CURRENT and not show_current_balance:
        return AmountRefused(reason=WhyRefused.CURRENT_NOT_OFFERED)
    if owed.payable == 0:
        return AmountRefused(reason=WhyRefused.NOTHING_PAYABLE)
    if choice is AmountChoice.OTHER:
        return _other_amount(other, owed, show_current_balance=show_current_balance)
    offered = offered_amounts(owed, show_current_balance=show_current_balance)
    return offered.get(choice) or AmountRefused(reason=WhyRefused.NOTHING_DUE)


def _other_amount(
    other: Cents | None, owed: Balances, *, show_current_balance: bool
) -> Cents | AmountRefused:
    # The most that may be paid is the current balance; a group that does not show it must not show it here.
    limit = owed.payable if show_current_balance else None
    if other is None:
        return AmountRefused(reason=WhyRefused.OTHER_MISSING, limit=limit)
    if other <= 0:
        return AmountRefused(reason=WhyRefused.OTHER_NOT_POSITIVE, limit=limit)
    if other > owed.payable:
        return AmountRefused(reason=WhyRefused.MORE_THAN_OWED, limit=limit)
    return other
