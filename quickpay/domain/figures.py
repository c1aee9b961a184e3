"""What one word of the PM system after another says of our payments: whether its figures took them in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from quickpay.domain.encounters import Line
from quickpay.domain.guarantors import Account
from quickpay.domain.money import Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSettled:
    """A payment of ours that we still deduct.

    `told`: acknowledged, or named by the figures that come now. `in_figures`: earlier figures took it in.
    `lines`: the service ids it was posted on here; none where it stands on no line.
    """

    payment_id: str
    amount: Cents
    told: bool
    in_figures: bool
    lines: frozenset[str] = frozenset()


def taken_in(before: Account, after: Account, payments: Iterable[NotSettled]) -> dict[str, bool]:
    """Say of which payments the new figures changed whether they are in them; `payments` the oldest first.

    Nobody tells us, so the figures must: they went down by the payment, and neither insurance nor an
    adjustment says why. What is acknowledged or named explains what went down first. Going up by it, they
    are older ones said again; what a new visit costs is no such rise.
    """
    waiting = tuple(payments)
    down = _fell(before, after) - sum(one.amount for one in waiting if one.told and not one.in_figures)
    up = _fell(_without_new_visits(before, after, waiting), before)
    found: dict[str, bool] = {}
    for one in waiting:
        if not one.told and not one.in_figures and one.amount <= down:
            found[one.payment_id] = True
            down -= one.amount
    for one in reversed(waiting):
        if not one.told and one.in_figures and one.amount <= up:
            found[one.payment_id] = False
            up -= one.amount
    return found


def _without_new_visits(before: Account, after: Account, waiting: Iterable[NotSettled]) -> Account:
    """Leave out the lines nobody had heard of; one that is back after a payment of it is no new one."""
    taken = [one for one in waiting if one.in_figures]
    if any(not one.lines for one in taken):  # it may have been put on any line
        return after
    known = {line.service_id for line in before.lines}.union(*(one.lines for one in taken))
    return replace(after, lines=tuple(line for line in after.lines if line.service_id in known))


def _fell(before: Account, after: Account) -> int:
    """Add up what lines that were there went down by, and what came to be unapplied."""
    lines = {line.service_id: line for line in after.lines}
    unapplied = sum(one.unapplied for one in after.receipts) - sum(one.unapplied for one in before.receipts)
    return sum(_line_fell(old, lines.get(old.service_id)) for old in before.lines) + max(0, unapplied)


def _line_fell(old: Line, new: Line | None) -> int:
    if new is None:
        return old.remaining
    explained = (
        max(0, new.insurance_paid - old.insurance_paid)
        + max(0, new.insurance_pending - old.insurance_pending)
        + max(0, new.adjusted - old.adjusted)
    )
    return max(0, old.remaining - new.remaining - explained)
