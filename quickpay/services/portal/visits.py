"""Every visit of a guarantor, or those a filter chooses, as they are kept on paper (J13)."""

from dataclasses import dataclass
from datetime import date

from quickpay.domain.visits import Totals, Visit, by_place, totals
from quickpay.services.account import AccountNow
from quickpay.services.portal.account import VisitFilter, chosen_of, patients_of
from quickpay.services.portal.sums import Owed, shown_visits
from quickpay.services.stay import Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsPage:
    """Visits by place, latest place first, with what all come to; `today` is the day it was asked for."""

    stay: Stay
    owed: Owed
    places: tuple[tuple[Visit, ...], ...]
    all_told: Totals
    patients: tuple[str, ...]
    chosen: VisitFilter
    today: date


def visits_page(
    stay: Stay, account: AccountNow, owed: Owed, chosen: VisitFilter, *, today: date
) -> VisitsPage:
    """Gather the visits, never a page of them only."""
    visits = shown_visits(stay, account)
    listed = chosen_of(visits, chosen)
    return VisitsPage(
        stay=stay,
        owed=owed,
        places=by_place(listed),
        all_told=totals(line for visit in listed for line in visit.lines),
        patients=patients_of(visits),
        chosen=chosen,
        today=today,
    )
