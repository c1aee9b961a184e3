"""Receipts of every payment however made: ours, and those the PM system took, none of them twice."""

from dataclasses import dataclass
from datetime import date

from quickpay.domain.encounters import Line, ServiceId, natural
from quickpay.domain.guarantors import OutsideReceipt
from quickpay.domain.money import NO_CENTS, Cents
from quickpay.domain.payments import Payment
from quickpay.domain.receipts import Receipt, ReceiptStatus
from quickpay.ports.tables import Tx
from quickpay.services.account import AccountNow
from quickpay.services.portal.paging import Paged
from quickpay.services.portal.sums import shown_lines
from quickpay.services.settling.receipt_mail import ReceiptMail, receipt_mail
from quickpay.services.stay import Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """One receipt as it is listed; `payment` is ours, None where the PM system took it.

    `status` is None where the PM system has a word of its own for it, `said`.
    """

    number: str
    date: date
    status: ReceiptStatus | None
    said: str
    amount: Cents
    refunded: Cents
    unapplied: Cents
    method: str
    source: str
    payment: Payment | None
    by_somebody_else: bool = False
    """Paid by a share: whose card it was is not the guarantor's to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedLine:
    """How much went on one line; `line` is None where the PM system no longer lists it or it is not shown."""

    service_id: ServiceId
    amount: Cents
    line: Line | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptsPage:
    """The history of payments, the newest first."""

    stay: Stay
    receipts: Paged[ReceiptLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPage:
    """One receipt with what it was put on; `mail` is how it fared by email, None where it is not ours."""

    stay: Stay
    receipt: ReceiptLine
    posted: tuple[PostedLine, ...]
    mail: ReceiptMail | None


async def receipts_of(tx: Tx, stay: Stay, outside: tuple[OutsideReceipt, ...]) -> tuple[ReceiptLine, ...]:
    """List all receipts of the guarantor, the newest first; one of ours that the PM system names is one."""
    ours = await tx.receipts.of_guarantor(stay.guarantor.id)
    named = {_plain(one.number): one for one in outside}
    shares = await tx.links.shares(stay.guarantor.id)
    own = tuple(
        _own(receipt, payment, named.get(str(receipt.number)), shared=payment.link_serial in shares)
        for receipt, payment in ours
    )
    known = {one.number for one in own}
    others = tuple(_other(one) for one in outside if _plain(one.number) not in known)
    return tuple(sorted((*own, *others), key=lambda one: (one.date, natural(one.number)), reverse=True))


async def receipt_page(
    tx: Tx, stay: Stay, account: AccountNow, receipts: tuple[ReceiptLine, ...], number: str
) -> ReceiptPage | None:
    """Find one receipt among the guarantor's own, with where its money went."""
    found = next((one for one in receipts if one.number == number), None)
    if found is None:
        return None
    lines = {line.service_id: line for line in shown_lines(stay, account)}
    postings = await tx.ledger.postings(found.payment.id) if found.payment else ()
    posted = tuple(
        PostedLine(service_id=one.service_id, amount=one.amount, line=lines.get(one.service_id))
        for one in postings
    )
    hers = found.payment if not found.by_somebody_else else None
    mail = await receipt_mail(tx, hers, stay.group) if hers else None
    return ReceiptPage(stay=stay, receipt=found, posted=posted, mail=mail)


def _own(receipt: Receipt, payment: Payment, named: OutsideReceipt | None, *, shared: bool) -> ReceiptLine:
    """Show ours; what the PM system, which may put it on lines or give it back, knows better is its word."""
    refunded = max(payment.refunded, named.refunded if named else 0)
    return ReceiptLine(
        number=str(receipt.number),
        date=receipt.date,
        status=receipt.status_after(Cents(refunded)),
        said="",
        amount=receipt.amount,
        refunded=Cents(refunded),
        unapplied=named.unapplied if named else payment.unapplied,
        method="",
        source="",
        payment=payment,
        by_somebody_else=shared,
    )


def _other(one: OutsideReceipt) -> ReceiptLine:
    status = next((word for word in ReceiptStatus if word.casefold() == one.status.strip().casefold()), None)
    failed = status is ReceiptStatus.UNSUCCESSFUL
    return ReceiptLine(
        number=one.number,
        date=one.date,
        status=status,
        said=one.status,
        amount=NO_CENTS if failed else one.amount,
        refunded=one.refunded,
        unapplied=NO_CENTS if failed else one.unapplied,
        method=one.method,
        source=one.source,
        payment=None,
    )


def _plain(number: str) -> str:
    """Give a number as we write ours, in the reading by which the PM system's word ends what we deduct."""
    return str(int(number)) if number.isascii() and number.isdecimal() else number
