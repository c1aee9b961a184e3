"""Jordan Sample's visits and statement: the invented account that previews of Home and Account show."""

import datetime as dt
from dataclasses import replace

from quickpay.domain.encounters import Line, ServiceId, Statement
from quickpay.domain.money import Cents
from quickpay.domain.payments import Method
from quickpay.domain.sessions import Authentication, Role
from quickpay.services.account import AccountNow
from quickpay.services.portal.account import AccountPage, VisitFilter, account_page
from quickpay.services.portal.pages import HomePage
from quickpay.services.portal.sums import Owed, PayNow, owed_sums
from quickpay.services.previews.samples import SAMPLE_BALANCES
from quickpay.services.stay import Stay

_STATEMENT = "S-1"
_LINES = (
    # encounter, days ago, billed, adjusted, insurance paid and pending, patient paid, remaining, collector's
    ("67563", 70, 32_000, 4_000, 16_000, 0, 0, 12_000, False),
    ("68110", 12, 9_000, 0, 4_000, 1_700, 0, 3_000, False),
    ("64020", 400, 6_000, 0, 0, 0, 0, 6_000, True),
    ("66001", 160, 8_000, 1_000, 5_000, 0, 2_000, 0, False),
)
"""What remains of them comes to the balances of the other previews; one was handed to a collector."""


def sample_home(stay: Stay, offered: tuple[Method, ...]) -> HomePage:
    """Stand on Home after the proof, with a statement that is not due yet."""
    return HomePage(stay=_proved(stay), owed=_owed(stay, offered), new_statement=True)


def sample_account(stay: Stay, offered: tuple[Method, ...]) -> AccountPage:
    """Stand on Account after the proof."""
    return account_page(_proved(stay), _account(stay), _owed(stay, offered), VisitFilter())


def _proved(stay: Stay) -> Stay:
    session = replace(stay.session, role=Role.AUTHORIZED_PATIENT, authentication=Authentication.MFA)
    return replace(stay, session=session)


def _owed(stay: Stay, offered: tuple[Method, ...]) -> Owed:
    return owed_sums(_account(stay), PayNow.OFFERED if offered else PayNow.UNAVAILABLE)


def _account(stay: Stay) -> AccountNow:
    today = stay.session.opened_at.date()
    statement = Statement(
        id=_STATEMENT,
        date=today - dt.timedelta(days=20),
        due_date=today + dt.timedelta(days=10),
        balance=SAMPLE_BALANCES.statement_balance or Cents(0),
        lines=(ServiceId("67563-1"), ServiceId("66001-1")),
    )
    lines = tuple(_line(today, *facts) for facts in _LINES)
    return AccountNow(lines=lines, statements=(statement,), receipts=(), balances=SAMPLE_BALANCES)


def _line(
    today: dt.date,
    encounter: str,
    days_ago: int,
    billed: int,
    adjusted: int,
    insurance_paid: int,
    insurance_pending: int,
    patient_paid: int,
    remaining: int,
    collected: bool,  # noqa: FBT001 - a column of it
) -> Line:
    return Line(
        encounter=encounter,
        line="1",
        date=today - dt.timedelta(days=days_ago),
        patient="Jordan Sample",
        facility="Main Street",
        provider="Dr. Sample",
        code="99213",
        description="Office visit",
        billed=Cents(billed),
        adjusted=Cents(adjusted),
        insurance_paid=Cents(insurance_paid),
        insurance_pending=Cents(insurance_pending),
        patient_paid=Cents(patient_paid),
        remaining=Cents(remaining),
        in_collections=collected,
    )
