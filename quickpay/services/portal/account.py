"""The Account page: the sums, visits since the last statement, the histories of visits and statements."""

from dataclasses import dataclass
from enum import StrEnum

from quickpay.domain.visits import Visit, open_first, since_statement
from quickpay.services.account import AccountNow
from quickpay.services.portal.paging import Paged, paged
from quickpay.services.portal.statements import StatementLine, statement_lines
from quickpay.services.portal.sums import Owed, shown_visits
from quickpay.services.stay import Stay

MOST_SINCE = 12
"""Visits shown above the history; a guarantor who never got a statement may have had any number."""


MOST_STATEMENTS = 3
"""Statements shown below the history; the rest stand on Statements."""


class VisitState(StrEnum):
    """Which visits to list by what is left to pay."""

    ALL = "all"
    OPEN = "open"
    PAID = "paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFilter:
    """Which visits to list; `patient` is a place in the page's list, so that no name stands in an address."""

    patient: int | None = None
    year: int | None = None
    state: VisitState = VisitState.ALL
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """Account; visits since the last statement stand by place, `unlisted` counts those left out of them."""

    stay: Stay
    owed: Owed
    since: tuple[tuple[Visit, ...], ...]
    unlisted: int
    history: Paged[Visit]
    patients: tuple[str, ...]
    years: tuple[int, ...]
    statements: tuple[StatementLine, ...]
    chosen: VisitFilter


def account_page(stay: Stay, account: AccountNow, owed: Owed, chosen: VisitFilter) -> AccountPage:
    """Gather the page; a filter that names no patient of the list lists nobody's visits."""
    visits = shown_visits(stay, account)
    patients = patients_of(visits)
    since, unlisted = _at_most(since_statement(visits, account.statements), MOST_SINCE)
    return AccountPage(
        stay=stay,
        owed=owed,
        since=since,
        unlisted=unlisted,
        history=paged(open_first(chosen_of(visits, chosen)), chosen.page),
        patients=patients,
        years=tuple(sorted({visit.date.year for visit in visits}, reverse=True)),
        statements=statement_lines(stay, account, owed.last)[:MOST_STATEMENTS],
        chosen=chosen,
    )


def patients_of(visits: tuple[Visit, ...]) -> tuple[str, ...]:
    """Give the patients in the order in which a filter counts them."""
    return tuple(sorted({visit.patient for visit in visits}))


def chosen_of(visits: tuple[Visit, ...], chosen: VisitFilter) -> tuple[Visit, ...]:
    """Give the visits a filter chooses."""
    patients = patients_of(visits)
    return tuple(visit for visit in visits if _listed(visit, patients, chosen))


def _listed(visit: Visit, patients: tuple[str, ...], chosen: VisitFilter) -> bool:
    if chosen.patient is not None and visit.patient not in patients[chosen.patient : chosen.patient + 1]:
        return False
    if chosen.year is not None and visit.date.year != chosen.year:
        return False
    match chosen.state:
        case VisitState.ALL:
            return True
        case VisitState.OPEN:
            return visit.is_open
        case VisitState.PAID:
            return visit.is_paid


def _at_most(places: tuple[tuple[Visit, ...], ...], most: int) -> tuple[tuple[tuple[Visit, ...], ...], int]:
    kept: list[tuple[Visit, ...]] = []
    left = most
    for place in places:
        if left > 0:
            kept.append(place[:left])
        left -= len(place)
    return tuple(kept), max(0, -left)
