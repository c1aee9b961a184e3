"""Read NMI's book, the XML of query.php, and judge what it says of one order; a torn page says nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

import structlog

from quickpay.adapters.gateways.nmi_words import read_amount, read_card, reason_of
from quickpay.ports.gateway import (
    NO_CARD,
    RUBBISH,
    Approved,
    Card,
    Declined,
    Found,
    ListedCharge,
    LookUp,
    Mismatch,
    NoAnswer,
    NotFound,
)

_log = structlog.get_logger(__name__)

TIME: Final = "%Y%m%d%H%M%S"
"""How the book writes a time, always UTC."""

_TOOK: Final = frozenset({"pendingsettlement", "complete"})
_VOIDED: Final = frozenset({"canceled", "cancelled"})
# Without a document type there are no entities of its own, so nothing can grow while it is read.
_NEVER: Final = ("<!doctype", "<!entity", "\0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing done to a transaction; `amount` is in cents and without a sign."""

    kind: str
    amount: int
    success: bool
    at: datetime
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One transaction of the book; `original` is the sale's where this is a refund of its own."""

    transaction: str
    order: str
    condition: str
    currency: str
    original: str
    card: Card | None
    acts: tuple[Act, ...]

    @property
    def sale(self) -> Act | None:
        """The act that charged, or tried to."""
        return next((act for act in self.acts if act.kind == "sale"), None)

    @property
    def took_money(self) -> bool:
        """Whether the card was charged, even if the money was given back since."""
        sale = self.sale
        return sale is not None and sale.success and self.condition in _TOOK | _VOIDED

    @property
    def is_voided(self) -> bool:
        """Whether the charge was taken back before it settled."""
        return self.condition in _VOIDED

    @property
    def given_back(self) -> int:
        """The cents a refund of its own gave back; zero for one that failed or was itself voided."""
        if self.sale is not None or self.condition not in _TOOK:
            return 0
        return sum(act.amount for act in self.acts if act.kind == "refund" and act.success)

    def refunded(self, given_back: Mapping[str, int]) -> int:
        """Count the cents given back of this sale, by itself and by refunds that name it."""
        if self.sale is None:
            return 0
        if self.is_voided:
            return self.sale.amount
        own = sum(act.amount for act in self.acts if act.kind == "refund" and act.success)
        return own + given_back.get(self.transaction, 0)


def given_back(entries: Iterable[Entry]) -> Mapping[str, int]:
    """Sum what refunds gave back, by the transaction of the sale they name."""
    sums: Counter[str] = Counter()
    for entry in entries:
        if entry.original:
            sums[entry.original] += entry.given_back
    return sums


def read_book(body: bytes) -> tuple[Entry, ...] | None:
    """Read a page of the book; None if any of it makes no sense, or it says it refuses us."""
    try:
        text = body.decode()
        if any(word in text.lower() for word in _NEVER):
            return None
        root = ET.fromstring(text)  # noqa: S314 - no document type, see above  # nosec B314
        if root.tag != "nm_response" or any(child.tag != "transaction" for child in root):
            return None
        entries = tuple(_entry(element) for element in root)
    except (ValueError, ET.ParseError):
        return None
    return entries if len({entry.transaction for entry in entries}) == len(entries) else None


def _entry(element: ET.Element) -> Entry:
    transaction = _one(element, "transaction_id")
    if not transaction.isascii() or not transaction.isdigit():
        raise ValueError("a transaction without its number")
    acts = tuple(_act(act) for act in element.findall("action"))
    if sum(act.kind == "sale" for act in acts) > 1:
        raise ValueError("a transaction that charged twice")
    return Entry(
        transaction=transaction,
        order=_one(element, "order_id"),
        condition=_one(element, "condition"),
        currency=_one(element, "currency").lower(),
        original=_one(element, "original_transaction_id"),
        card=read_card(_one(element, "cc_number"), _one(element, "cc_type"), _one(element, "cc_exp")),
        acts=acts,
    )


def _act(element: ET.Element) -> Act:
    amount = read_amount(_one(element, "amount").removeprefix("-"))
    success = _one(element, "success")
    if amount is None or success not in {"0", "1"}:
        raise ValueError("an act without its amount or its end")
    return Act(
        kind=_one(element, "action_type"),
        amount=amount,
        success=success == "1",
        at=datetime.strptime(_one(element, "date"), TIME).replace(tzinfo=UTC),
        code=_one(element, "response_code"),
    )


def _one(element: ET.Element, tag: str) -> str:
    """Give the text of the one child of this name, nothing if there is none; two contradict each other."""
    found = element.findall(tag)
    if len(found) > 1:
        raise ValueError(f"{tag} stands twice")
    return (found[0].text or "").strip()[:255] if found else ""


def judge_order(entries: tuple[Entry, ...], *, order: str, refunds: tuple[Entry, ...] = ()) -> LookUp:
    """Judge all the book has of our order; a success outweighs declines, and two are for a person."""
    if any(entry.order != order for entry in entries):
        return NoAnswer(reason=RUBBISH)  # a book that ignored the question says nothing of our payment
    sales = [entry for entry in entries if entry.sale is not None]
    if not sales:
        return NotFound()
    paid = [entry for entry in sales if entry.took_money]
    if len(paid) > 1:
        _log.error("gateway_charged_twice", payment=order)
        return Found(outcome=mismatch(paid[-1], differs=("order",)))
    if not paid:
        if any(not _declined(entry) for entry in sales):
            return NoAnswer(reason="in_progress")
        return Found(outcome=_decline(sales[-1]))
    (entry,) = paid
    if entry.currency != "usd":
        return Found(outcome=mismatch(entry, differs=("currency",)))
    return Found(outcome=_approved(entry, refunded=entry.refunded(given_back((*entries, *refunds)))))


def _declined(entry: Entry) -> bool:
    sale = entry.sale
    return sale is not None and not sale.success and entry.condition == "failed"


def _decline(entry: Entry) -> Declined:
    sale = entry.sale
    code = "" if sale is None else sale.code
    return Declined(reason=reason_of(code), transaction=entry.transaction, card=entry.card)


def _approved(entry: Entry, *, refunded: int) -> Approved:
    sale = entry.sale
    if sale is None:
        raise AssertionError("only a sale takes money")
    return Approved(
        transaction=entry.transaction,
        card=entry.card or NO_CARD,
        amount=sale.amount,
        currency="usd",
        reference=entry.order,
        refunded=refunded,
    )


def mismatch(entry: Entry, *, differs: tuple[str, ...]) -> Mismatch:
    """Say what the book has that we did not ask for."""
    return Mismatch(
        differs=differs,
        transaction=entry.transaction,
        amount=None if entry.sale is None else entry.sale.amount,
        currency=entry.currency or None,
        reference=entry.order or None,
    )


def listed(entries: tuple[Entry, ...], *, since: datetime, until: datetime) -> tuple[ListedCharge, ...]:
    """List the sales of that time that took money, each with what was given back of it since."""
    back = given_back(entries)
    return tuple(
        ListedCharge(
            transaction=entry.transaction,
            reference=entry.order or None,
            amount=sale.amount,
            currency=entry.currency,
            refunded=entry.refunded(back),
            charged_at=sale.at,
        )
        for entry in entries
        if entry.took_money and (sale := entry.sale) is not None and since <= sale.at < until
    )
