"""Account: the sums, the visits since the last statement, the history of visits and of statements."""

from dataclasses import replace

from aiohttp import web

from quickpay.domain.options import LookAndFeel
from quickpay.domain.said import say, say_in, together
from quickpay.domain.visits import Visit, totals
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.pages import Frame, show
from quickpay.handlers.patient.answers import stay_frame
from quickpay.handlers.portal.parts import (
    address,
    due_sum,
    line_table,
    not_a_member,
    number_in,
    other_sums,
    pager,
    patient_name,
    pay_panel,
    statement_link,
    where,
)
from quickpay.handlers.portal.pieces import Choice, Filter, Place, Sum, VisitCard
from quickpay.handlers.portal.statements import statement_row
from quickpay.handlers.portal.views import AccountView
from quickpay.handlers.portal.words import (
    COLLECTIONS,
    EVERY_VISIT,
    OPEN_OR_PAID,
    VISIT_STATES,
    WHAT_COLLECTIONS,
)
from quickpay.handlers.words import day
from quickpay.services.portal.account import AccountPage, VisitFilter, VisitState
from quickpay.services.portal.sums import Owed
from quickpay.services.portal.visits import VisitsPage


async def show_account(request: web.Request) -> web.Response:
    """Show Account."""
    page = await request.app[DESK].portal.account(visit_of(request), chosen_in(request))
    if not isinstance(page, AccountPage):
        return not_a_member(request, page)
    return show(account_view(page, stay_frame(request, page.stay, here="account")))


def account_view(page: AccountPage, frame: Frame) -> AccountView:
    """Make Account of the sums and the visits."""
    stay, owed = page.stay, page.owed
    look = stay.group.options.look_and_feel
    return AccountView(
        frame=frame,
        guarantor=stay.guarantor.name,
        account=stay.guarantor.number,
        figures=(due_sum(owed, look), *other_sums(owed, look)),
        statement=None if owed.last is None else statement_link(owed.last),
        collections=_collections(owed, look),
        pay=pay_panel(owed),
        since=tuple(_place(page, visits, look) for visits in page.since),
        unlisted=page.unlisted,
        visits=tuple(_card(page, visit, look) for visit in page.history.items),
        filters=_filters(page),
        any_visits=bool(page.years),
        statements=tuple(statement_row(one, look) for one in page.statements),
        export=address("/visits.pdf", **_query(page.chosen)) if look.visits_pdf_export else None,
        pager=pager(page.history, "/account", **_query(page.chosen)),
    )


def chosen_in(request: web.Request) -> VisitFilter:
    """Read from the address which visits are chosen."""
    word = request.query.get("show", "")
    patient = number_in(request, "patient")
    return VisitFilter(
        patient=patient - 1 if patient else None,
        year=number_in(request, "year"),
        state=VisitState(word) if word in set(VisitState) else VisitState.ALL,
        page=number_in(request, "page") or 1,
    )


def said_of(page: AccountPage | VisitsPage) -> str:
    """Say which visits are chosen, patients by name."""
    chosen, patients = page.chosen, page.patients
    named = () if chosen.patient is None else patients[chosen.patient : chosen.patient + 1]
    said = (
        OPEN_OR_PAID.get(chosen.state, EVERY_VISIT),
        *(patient_name(page.stay.guarantor, one) for one in named),
        *(() if chosen.year is None else (str(chosen.year),)),
    )
    return together(*said, between=", ")


def sums_of(owed: Owed, look: LookAndFeel) -> tuple[Sum, ...]:
    """Every sum of the account the group shows."""
    collections = _collections(owed, look)
    return (due_sum(owed, look), *other_sums(owed, look), *(() if collections is None else (collections,)))


def _query(chosen: VisitFilter) -> dict[str, str]:
    return {
        "show": "" if chosen.state is VisitState.ALL else chosen.state.value,
        "patient": "" if chosen.patient is None else str(chosen.patient + 1),
        "year": "" if chosen.year is None else str(chosen.year),
    }


def _filters(page: AccountPage) -> tuple[Filter, ...]:
    """Offer what there is to choose by; one patient or one year is no choice."""
    chosen = page.chosen

    def choice(word: str, to: VisitFilter) -> Choice:
        return Choice(word=word, address=address("/account", **_query(to)) + "#visits", here=to == chosen)

    chosen = replace(chosen, page=1)
    names = (patient_name(page.stay.guarantor, one) for one in page.patients)
    filters = [
        Filter(
            label=say("Show"),
            choices=tuple(choice(word, replace(chosen, state=state)) for state, word in VISIT_STATES.items()),
        )
    ]
    if len(page.patients) > 1:
        every = choice(say("Everyone"), replace(chosen, patient=None))
        each = (choice(name, replace(chosen, patient=place)) for place, name in enumerate(names))
        filters.append(Filter(label=say("Patient"), choices=(every, *each)))
    if len(page.years) > 1:
        every = choice(say_in("years", "All"), replace(chosen, year=None))
        years = (choice(str(year), replace(chosen, year=year)) for year in page.years)
        filters.append(Filter(label=say("Year"), choices=(every, *years)))
    return tuple(filters)


def _collections(owed: Owed, look: LookAndFeel) -> Sum | None:
    if not look.show_collections or owed.collections == 0:
        return None
    pending = owed.collections_pending if look.show_insurance_pending else None
    return Sum(label=COLLECTIONS, amount=owed.collections, words=WHAT_COLLECTIONS, pending=pending)


def _place(page: AccountPage, visits: tuple[Visit, ...], look: LookAndFeel) -> Place:
    first = visits[0].lines[0]
    patient = patient_name(page.stay.guarantor, first.patient)
    lines = tuple(line for visit in visits for line in visit.lines)
    caption = (
        say("Visits of %(patient)s since the last statement", patient=patient)
        if patient
        else say("Visits since the last statement")
    )
    return Place(patient=patient, where=where(first), table=line_table(caption, lines, look, total=False))


def _card(page: AccountPage, visit: Visit, look: LookAndFeel) -> VisitCard:
    sums = totals(visit.lines)
    return VisitCard(
        date=visit.date,
        patient=patient_name(page.stay.guarantor, visit.patient),
        where=where(visit.lines[0]),
        remaining=sums.remaining,
        pending=sums.insurance_pending if look.show_insurance_pending else None,
        is_open=visit.is_open,
        is_paid=visit.is_paid,
        collections=sums.collections or None,
        table=line_table(
            say("Visit of %(date)s", date=day(visit.date)), visit.lines, look, total=len(visit.lines) > 1
        ),
    )
