"""Send a receipt again from the desk: to the email on file or where it went before, to no other."""

from dataclasses import dataclass, field
from enum import StrEnum

from quickpay.domain.digests import Digests
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.payments import Payment
from quickpay.domain.staff import Staff
from quickpay.mfa.limits import Limits
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.links.desk import NobodyHere, guarantor_for
from quickpay.services.paying.resend import TooOften
from quickpay.services.settling.receipt_mail import (
    Asked,
    NotOffered,
    Overtaken,
    Queued,
    ReceiptMail,
    SentTooOften,
    Stopped,
    paid_by_somebody_else,
    receipt_mail,
    send_again,
)


class To(StrEnum):
    """Where a receipt may go from the desk."""

    ON_FILE = "on_file"
    BEFORE = "before"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFile:
    """A payment with how its receipt fared, and the addresses it may go to."""

    group: Group
    guarantor: Guarantor = field(repr=False)
    payment: Payment
    mail: ReceiptMail
    addresses: dict[To, str] = field(repr=False)
    by_somebody_else: bool


@dataclass(frozen=True, slots=True)
class NoAddress:
    """There is no such address for this receipt."""


DeskOutcome = Queued | Overtaken | NotOffered | Stopped | NoAddress | TooOften | NobodyHere


class DeskReceipts:
    """Receipts again, within the groups of the one who sends."""

    def __init__(self, *, store: Store[Tx], clock: Clock, digests: Digests, limits: Limits) -> None:
        self._store = store
        self._clock = clock
        self._digests = digests
        self._limits = limits

    async def look(self, staff: Staff, slug: str, number: str, payment_id: str) -> ReceiptFile | NobodyHere:
        """Show a receipt of one of her groups; of another there is none."""
        return await self._store.read(lambda tx: _file(tx, staff, slug, number, payment_id))

    async def send(
        self, staff: Staff, slug: str, number: str, payment_id: str, *, to: str, sending: int
    ) -> DeskOutcome:
        """Queue it once for each number, audited."""
        now = self._clock.now()

        async def unit(tx: Tx) -> DeskOutcome:
            file = await _file(tx, staff, slug, number, payment_id)
            if isinstance(file, NobodyHere):
                return file
            chosen = next((one for one in file.addresses if one.value == to), None)
            if chosen is None:
                return NoAddress() if file.mail.offered else NotOffered()
            asked = Asked(
                recipient=file.addresses[chosen], chosen=chosen.value, sending=sending, actor=staff.actor
            )
            return await send_again(
                tx, file.payment, file.group, asked, limits=self._limits, digests=self._digests, now=now
            )

        try:
            return await self._store.write(unit)
        except SentTooOften as refused:
            event = refused.event
            await self._store.write(lambda tx: tx.audit.add(event))
            return TooOften()


async def _file(tx: Tx, staff: Staff, slug: str, number: str, payment_id: str) -> ReceiptFile | NobodyHere:
    found = await guarantor_for(tx, staff, slug, number)
    if isinstance(found, NobodyHere):
        return found
    group, guarantor = found
    payment = await tx.payments.get(payment_id)
    if payment is None or payment.guarantor_id != guarantor.id or payment.receipt_number is None:
        return NobodyHere()
    mail = await receipt_mail(tx, payment, group)
    # What somebody else paid has that card on its receipt: it goes where its payer had it sent, or nowhere.
    shared = await paid_by_somebody_else(tx, payment)
    hers = None if shared else guarantor.email
    addresses = {} if hers is None else {To.ON_FILE: hers}
    before = mail.before(mail.sending)
    if before is not None and before != hers:
        addresses[To.BEFORE] = before
    return ReceiptFile(
        group=group,
        guarantor=guarantor,
        payment=payment,
        mail=mail,
        addresses=addresses,
        by_somebody_else=shared,
    )
