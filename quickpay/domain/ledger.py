"""The ledger's rule: received money goes on lines, oldest first, and what fits on none stays unapplied."""

from dataclasses import dataclass, replace
from enum import StrEnum

from quickpay.domain.encounters import Line, ServiceId, oldest_first
from quickpay.domain.money import Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """How much of a receipt went on one line; always more than 0."""

    service_id: ServiceId
    amount: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Where a receipt's money went: its postings in order and the rest, together the whole amount."""

    postings: tuple[Posting, ...]
    unapplied: Cents


class WhyNotPosted(StrEnum):
    """Say to staff why a receipt was made but not posted."""

    AUTO_POST_OFF = "auto_post_off"
    UNAPPLIED_FUNDS = "unapplied_funds"


def why_not_posted(*, auto_post: bool, unapplied_before: Cents) -> WhyNotPosted | None:
    """Tell whether a receipt is posted at once (None) or why not.

    `unapplied_before` is the guarantor's unapplied funds without the receipt in question: where there are
    some, staff must first say what they were for (Auto-Post Payments).
    """
    if not auto_post:
        return WhyNotPosted.AUTO_POST_OFF
    return WhyNotPosted.UNAPPLIED_FUNDS if unapplied_before > 0 else None


def post_oldest_first(amount: Cents, lines: tuple[Line, ...]) -> Posted:
    """Put received money on lines by service date, encounter and line, never more than remains on one.

    Lines in collections get nothing.

    Raises:
        ValueError: the amount is below 0.
    """
    if amount < 0:
        raise ValueError("less than nothing cannot be posted")
    left = amount
    postings: list[Posting] = []
    for line in oldest_first(lines):
        share = Cents(min(left, line.payable))
        if share > 0:
            postings.append(Posting(service_id=line.service_id, amount=share))
            left = Cents(left - share)
    return Posted(postings=tuple(postings), unapplied=left)


def take_back(amount: Cents, postings: tuple[Posting, ...], *, unapplied: Cents) -> Posted:
    """Say where money that is given back comes from: what is on no line first, then the newest posting.

    It is posting the other way round; the postings given are those to be undone, each with how much.

    Raises:
        ValueError: less than 0, or more than there is.
    """
    loose = Cents(min(amount, unapplied))
    left = Cents(amount - loose)
    undone: list[Posting] = []
    for posting in reversed(postings):
        share = Cents(min(left, posting.amount))
        if share > 0:
            undone.append(Posting(service_id=posting.service_id, amount=share))
            left = Cents(left - share)
    if left != 0:
        raise ValueError("this much is neither on lines nor unapplied")
    return Posted(postings=tuple(undone), unapplied=loose)


def with_postings(lines: tuple[Line, ...], postings: tuple[Posting, ...]) -> tuple[Line, ...]:
    """Give the lines as they stand once the postings are on them, in the order they came.

    Raises:
        ValueError: a posting is more than remains on its line, or there is no such line.
    """
    posted: dict[ServiceId, int] = {}
    for posting in postings:
        posted[posting.service_id] = posted.get(posting.service_id, 0) + posting.amount
    if not posted.keys() <= {line.service_id for line in lines}:
        raise ValueError("a posting names no line of these")
    return tuple(_paid(line, Cents(posted.get(line.service_id, 0))) for line in lines)


def _paid(line: Line, amount: Cents) -> Line:
    if amount == 0:
        return line
    return replace(
        line, remaining=Cents(line.remaining - amount), patient_paid=Cents(line.patient_paid + amount)
    )
