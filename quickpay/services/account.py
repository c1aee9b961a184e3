"""What a guarantor owes right now: the PM system's word, less what we took and it does not know yet."""

from dataclasses import dataclass, replace

from quickpay.domain.balances import Balances, balances
from quickpay.domain.encounters import Line, Statement
from quickpay.domain.guarantors import OutsideReceipt
from quickpay.domain.money import Cents
from quickpay.ports.tables import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNow:
    """Lines as they stand with our own postings on them, and the sums."""

    lines: tuple[Line, ...]
    statements: tuple[Statement, ...]
    receipts: tuple[OutsideReceipt, ...]
    balances: Balances


async def account_now(tx: Tx, guarantor_id: int) -> AccountNow:
    """Add it up inside the caller's unit; for a decision, lock the guarantor first."""
    account = await tx.guarantors.account(guarantor_id)
    deducted = await tx.ledger.deducted(guarantor_id)
    lines = tuple(_less(line, deducted.get(line.service_id, Cents(0))) for line in account.lines)
    taken_off = sum(old.remaining - new.remaining for old, new in zip(account.lines, lines, strict=True))
    # What was posted on a line that the PM system has made smaller since, or taken away, is money all the
    # same: until the PM system has the payment, it is not asked for again on another line.
    homeless = sum(deducted.values()) - taken_off
    outside = sum(receipt.unapplied for receipt in account.receipts)
    own = await tx.ledger.unapplied(guarantor_id)
    return AccountNow(
        lines=lines,
        statements=account.statements,
        receipts=account.receipts,
        balances=balances(
            lines,
            account.statements,
            unapplied=Cents(outside + own),
            held=Cents(await tx.ledger.held(guarantor_id) + homeless),
        ),
    )


def _less(line: Line, posted: Cents) -> Line:
    """Take our posting off; the PM system may meanwhile have taken off more, a line is never below 0."""
    if posted == 0:
        return line
    share = Cents(min(posted, line.remaining))
    return replace(
        line, remaining=Cents(line.remaining - share), patient_paid=Cents(line.patient_paid + share)
    )
