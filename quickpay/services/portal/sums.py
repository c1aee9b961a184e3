"""The sums the portal pages share, and whether Pay Now leads anywhere."""

from dataclasses import dataclass, replace
from enum import StrEnum

from quickpay.domain.balances import Balances
from quickpay.domain.encounters import Line, Statement, last_statement
from quickpay.domain.money import Cents
from quickpay.domain.visits import Visit, totals, visits_of
from quickpay.ports.card_fields import Activated
from quickpay.ports.tables import Tx
from quickpay.services.account import AccountNow
from quickpay.services.payer import may_pay, methods_offered
from quickpay.services.stay import Stay


class PayNow(StrEnum):
    """Whether Pay Now leads to a payment, or why there is none to make."""

    OFFERED = "offered"
    NOTHING_OWED = "nothing_owed"
    RECEIVED = "received"
    ON_ITS_WAY = "on_its_way"
    LINK_USED = "link_used"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What is owed as one reads it; each `…_pending` is insurance pending of the very lines of its sum."""

    balances: Balances
    last: Statement | None
    due_pending: Cents
    current_pending: Cents
    collections: Cents
    collections_pending: Cents
    pay: PayNow


async def owed_of(tx: Tx, stay: Stay, account: AccountNow, activated: Activated) -> Owed:
    """Add up what the pages show, inside the caller's unit."""
    return owed_sums(account, await _pay_now(tx, stay, account.balances, activated))


def owed_sums(account: AccountNow, pay: PayNow) -> Owed:
    """Add up what the pages show of an account."""
    last = last_statement(account.statements)
    on_last = frozenset(last.lines) if last else frozenset()
    current = tuple(line for line in account.lines if not line.in_collections)
    collected = totals(line for line in account.lines if line.in_collections)
    return Owed(
        balances=account.balances,
        last=last,
        due_pending=totals(line for line in current if line.service_id in on_last).insurance_pending,
        current_pending=totals(current).insurance_pending,
        collections=collected.collections,
        collections_pending=collected.insurance_pending,
        pay=pay,
    )


def shown_lines(stay: Stay, account: AccountNow) -> tuple[Line, ...]:
    """Give the lines a group lets its patients see: those in collections only with Show Collections."""
    if stay.group.options.look_and_feel.show_collections:
        return account.lines
    return tuple(line for line in account.lines if not line.in_collections)


def shown_visits(stay: Stay, account: AccountNow) -> tuple[Visit, ...]:
    """Give the visits of the lines shown; one of which a hidden line is unpaid is not a paid one."""
    shown = frozenset(line.service_id for line in shown_lines(stay, account))
    kept = (
        replace(visit, lines=tuple(line for line in visit.lines if line.service_id in shown))
        for visit in visits_of(account.lines)
    )
    return tuple(visit for visit in kept if visit.lines)


async def _pay_now(tx: Tx, stay: Stay, owed: Balances, activated: Activated) -> PayNow:
    """Say what Make Your Payment would, so that no button leads to a page that takes nothing."""
    if await tx.payments.in_flight(stay.guarantor.id) is not None:
        return PayNow.ON_ITS_WAY
    if owed.payable == 0:
        return PayNow.RECEIVED if owed.held > 0 else PayNow.NOTHING_OWED
    if not isinstance(await may_pay(tx, stay), Stay):
        return PayNow.LINK_USED
    return PayNow.OFFERED if methods_offered(stay, activated) else PayNow.UNAVAILABLE
