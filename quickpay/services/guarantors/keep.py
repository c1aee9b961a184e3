"""Keep guarantors as the PM system tells them, and say what they owe."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from quickpay.domain.balances import Balances
from quickpay.domain.contact_changes import ContactChange
from quickpay.domain.faults import Fault
from quickpay.domain.figures import NotSettled, taken_in
from quickpay.domain.guarantors import Account, Guarantor
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.account import account_now
from quickpay.services.contacts.words import heard
from quickpay.services.groups.keep import NoGroup, group_within
from quickpay.services.guarantors.checks import checked
from quickpay.services.guarantors.records import GuarantorRecord, account_of, patients_of

_NUMBER_LONGEST = 64
_NO_ADDRESS = {".", ".."}
"""Browsers take these out of an address: the staff would find somebody whose page nobody can open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuarantorView:
    """One guarantor: what the PM system last said, and the sums with our own payments taken off.

    `changes` are the contacts in force that she changed herself.
    """

    group: str
    guarantor: Guarantor = field(repr=False)
    account: Account = field(repr=False)
    balances: Balances
    changes: tuple[ContactChange, ...] = ()


class GuarantorBook:
    """Guarantors, as the API and the import keep them."""

    def __init__(self, *, store: Store[Tx], clock: Clock, countries: tuple[str, ...] = ("US",)) -> None:
        self._store = store
        self._clock = clock
        self._countries = countries

    async def put(
        self, group_slug: str, number: str, record: GuarantorRecord, *, within: int | None = None
    ) -> GuarantorView | tuple[Fault, ...] | NoGroup:
        """Make a guarantor, or replace what the PM system said before; or say everything that forbids it.

        Payments of ours stay deducted until acknowledged or named in the record's receipts.
        """
        kept = self.check(number, record)
        if isinstance(kept, tuple):
            return kept
        now = self._clock.now()

        async def unit(tx: Tx) -> GuarantorView | NoGroup:
            group = await group_within(tx, group_slug, within)
            if group is None:
                return NoGroup()
            guarantor, account = await put_checked(tx, group.id, number, kept, now)
            owed = await account_now(tx, guarantor.id)
            return GuarantorView(
                group=group.slug,
                guarantor=guarantor,
                account=account,
                balances=owed.balances,
                changes=tuple(await tx.contact_changes.standing(guarantor.id)),
            )

        return await self._store.write(unit)

    def check(self, number: str, record: GuarantorRecord) -> GuarantorRecord | tuple[Fault, ...]:
        """Give the record as it is kept, or its faults; asks nothing of the store."""
        fits = number.strip() and len(number) <= _NUMBER_LONGEST and number.isprintable()
        if not fits or number in _NO_ADDRESS:
            message = f"Send a number of 1 to {_NUMBER_LONGEST} printable characters, but not . or .. alone."
            return (Fault(path="id", message=message),)
        return checked(record, countries=self._countries)

    def faults(self, number: str, record: GuarantorRecord) -> tuple[Fault, ...]:
        """Name what forbids keeping the record."""
        kept = self.check(number, record)
        return kept if isinstance(kept, tuple) else ()

    async def get(self, group_slug: str, number: str, *, within: int | None = None) -> GuarantorView | None:
        """Return one with the balances of this moment."""

        async def unit(tx: Tx) -> GuarantorView | None:
            group = await group_within(tx, group_slug, within)
            guarantor = None if group is None else await tx.guarantors.by_number(group.id, number)
            if group is None or guarantor is None:
                return None
            account = await tx.guarantors.account(guarantor.id)
            owed = await account_now(tx, guarantor.id)
            return GuarantorView(
                group=group.slug,
                guarantor=guarantor,
                account=account,
                balances=owed.balances,
                changes=tuple(await tx.contact_changes.standing(guarantor.id)),
            )

        return await self._store.read(unit)


async def put_checked(
    tx: Tx, group_id: int, number: str, record: GuarantorRecord, now: datetime
) -> tuple[Guarantor, Account]:
    """Write a checked record inside the caller's unit."""
    account = account_of(record)
    receipts = tuple(receipt.number for receipt in account.receipts)
    await _note_taken_in(tx, group_id, number, account, receipts)
    # Writing the row locks it, as payments do first: none is judged between the old word and the new.
    guarantor = await tx.guarantors.put(
        Guarantor(
            id=0,
            group_id=group_id,
            number=number,
            first_name=record.first_name.strip(),
            preferred_name=record.preferred_name,
            last_name=record.last_name.strip(),
            language=record.language,
            email=record.email,
            mobile=record.mobile,
            text_opt_out=record.text_opt_out,
            patients=patients_of(record),
            changed_at=now,
        ),
        account,
    )
    guarantor = await heard(tx, guarantor, now)
    await tx.payments.settle_by_pm(guarantor.id, receipt_numbers=receipts)
    await tx.payments.hear_of_refunds(guarantor.id, {one.number: one.refunded for one in account.receipts})
    return guarantor, account


async def _note_taken_in(
    tx: Tx, group_id: int, number: str, account: Account, receipts: tuple[str, ...]
) -> None:
    """Note which payments the new figures have taken in, for when the PM system says that it has them."""
    before = await tx.guarantors.by_number(group_id, number)
    if before is None:
        return
    await tx.guarantors.lock(before.id)
    waiting = await tx.ledger.not_settled(before.id, receipt_numbers=receipts)
    if not waiting:
        return
    posted = [await _with_lines(tx, one) for one in waiting]
    found = taken_in(await tx.guarantors.account(before.id), account, posted)
    for payment_id, is_in in found.items():
        await tx.ledger.set_in_figures(payment_id, is_in=is_in)


async def _with_lines(tx: Tx, one: NotSettled) -> NotSettled:
    postings = await tx.ledger.postings(one.payment_id)
    return replace(one, lines=frozenset(posting.service_id for posting in postings))
