"""The sums of the portal pages: the PM system's word less our own postings, and whether Pay Now leads on."""

from dataclasses import replace
from datetime import date

import pytest

from quickpay.domain.guarantors import Account
from quickpay.domain.options import LandingPage
from quickpay.domain.sessions import Purpose
from quickpay.ports.gateway import NoAnswer
from quickpay.services.portal.account import MOST_SINCE, AccountPage, VisitFilter, VisitState
from quickpay.services.portal.pages import HomePage
from quickpay.services.portal.paging import PAGE, paged
from quickpay.services.portal.statements import StatementPage, StatementsPage
from quickpay.services.portal.sums import PayNow
from tests.factories import make_line, make_statement
from tests.people import House, Person
from tests.services.conftest import Lakeside
from tests.services.portal_account import ACCOUNT, home, member


@pytest.fixture
async def alice(lakeside: Lakeside) -> Person:
    """Alice with `ACCOUNT`, past the challenge."""
    await lakeside.house.edit(lakeside.alice, ACCOUNT)
    return await member(lakeside.house, lakeside.alice)


async def _account(person: Person, **chosen: object) -> AccountPage:
    page = await person.house.portal.account(person.visit, VisitFilter(**chosen))  # type: ignore[arg-type]  # named by the test
    assert isinstance(page, AccountPage), page
    return page


def _sums(page: HomePage) -> tuple[int | None, int, int, int]:
    sums = page.owed.balances
    return sums.statement_balance, sums.amount_due, sums.current_balance, sums.payable


async def test_home_shows_what_is_owed_and_what_insurance_has_pending_of_each_sum(alice: Person) -> None:
    page = await home(alice)
    assert _sums(page) == (20_123, 15_000, 23_000, 23_000)
    owed = page.owed
    assert (owed.due_pending, owed.current_pending) == (100, 120)
    assert (owed.collections, owed.collections_pending) == (6_000, 3)
    assert owed.pay is PayNow.OFFERED


async def test_our_own_payment_is_taken_off_before_the_pm_system_knows_of_it(alice: Person) -> None:
    await alice.pays(amount=17_000)
    page = await home(alice)
    assert _sums(page) == (20_123, 0, 6_000, 6_000)
    account = await _account(alice)
    left = {line.service_id: line.remaining for visit in account.history.items for line in visit.lines}
    assert left == {"1-1": 0, "2-1": 6_000}
    statement = await alice.house.portal.statement(alice.visit, "S-2")
    assert isinstance(statement, StatementPage)
    assert (statement.statement.now.remaining, statement.statement.now.patient_paid) == (0, 15_000)


@pytest.mark.parametrize(
    ("day", "new"), [(date(2026, 11, 21), True), (date(2026, 12, 1), True), (date(2026, 11, 20), False)]
)
async def test_a_statement_is_new_until_its_due_date_is_over(alice: Person, day: date, *, new: bool) -> None:
    last = replace(ACCOUNT.statements[0], due_date=day)
    session = await alice.session()
    assert session is not None
    guarantor = await alice.house.do(lambda tx: tx.guarantors.get(session.guarantor_id))
    assert guarantor is not None
    await alice.house.edit(guarantor, replace(ACCOUNT, statements=(last,)))
    assert (await home(alice)).new_statement is new
    await alice.pays()
    assert (await home(alice)).new_statement is False


async def test_pay_now_says_why_it_is_not_there(lakeside: Lakeside, alice: Person) -> None:
    house = lakeside.house
    house.gateway.activated = replace(house.gateway.activated, card=False)
    assert (await home(alice)).owed.pay is PayNow.UNAVAILABLE
    house.gateway.activated = replace(house.gateway.activated, card=True)
    house.gateway.then(NoAnswer(reason="timed_out"))
    await alice.pays(amount=1_000)
    assert (await home(alice)).owed.pay is PayNow.ON_ITS_WAY
    await house.edit(lakeside.alice, Account())
    assert (await home(alice)).owed.pay is PayNow.ON_ITS_WAY


async def test_with_nothing_owed_or_all_of_it_received_there_is_no_pay_now(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.change(lakeside.group, auto_post=False)
    alice = await member(house, lakeside.alice)
    await alice.pays()
    page = await home(alice)
    assert page.owed.pay is PayNow.RECEIVED
    assert page.owed.balances.amount_due == 12_550, "it is received, and on no line yet"
    await house.edit(lakeside.alice, Account())
    bob = await house.guarantor(lakeside.group, Account(), number="2")
    assert (await home(await member(house, bob))).owed.pay is PayNow.NOTHING_OWED


async def test_a_link_that_took_its_one_payment_offers_no_other(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    alice = await house.come(link)
    await alice.prove()
    await alice.pays(amount=1_000)
    assert (await home(alice)).owed.pay is PayNow.LINK_USED
    reader = await house.enter.see_receipt(house.token(link), replace(alice.visit, secret=None))
    person = Person(house, reader.secret, address="203.0.113.8")  # type: ignore[union-attr]  # the link is paid
    session = await person.session()
    assert session is not None
    assert session.purpose is Purpose.RECEIPT
    await person.prove()
    assert (await home(person)).owed.pay is PayNow.LINK_USED


async def test_visits_are_listed_by_patient_year_and_what_is_left(lakeside: Lakeside, alice: Person) -> None:
    lines = (
        make_line("1-1", date=date(2026, 3, 1), patient="P1", remaining=5),
        make_line("2-1", date=date(2025, 3, 1), patient="P2", remaining=0),
        make_line("3-1", date=date(2025, 4, 1), patient="P1", remaining=0),
    )
    await lakeside.house.edit(lakeside.alice, Account(lines=lines))

    async def listed(**chosen: object) -> list[str]:
        return [visit.encounter for visit in (await _account(alice, **chosen)).history.items]

    assert await listed() == ["1", "3", "2"]
    assert await listed(patient=0) == ["1", "3"]
    assert await listed(patient=1) == ["2"]
    assert await listed(patient=2) == []
    assert await listed(year=2025) == ["3", "2"]
    assert await listed(state=VisitState.OPEN) == ["1"]
    assert await listed(state=VisitState.PAID, patient=0) == ["3"]
    page = await _account(alice)
    assert (page.patients, page.years) == (("P1", "P2"), (2026, 2025))


@pytest.mark.parametrize("shown", [True, False])
async def test_lines_with_a_collector_are_seen_only_with_show_collections(
    lakeside: Lakeside, alice: Person, *, shown: bool
) -> None:
    await lakeside.house.change(lakeside.group, show_collections=shown)
    account = await _account(alice)
    assert ("3" in {visit.encounter for visit in account.history.items}) is shown
    statement = await alice.house.portal.statement(alice.visit, "S-1")
    assert isinstance(statement, StatementPage)
    assert (statement.statement.now.collections, len(statement.lines)) == ((6_000, 1) if shown else (0, 0))
    assert statement.gone == (), "the PM system still lists it"


async def test_what_a_collector_has_is_never_called_paid_though_it_is_not_shown(
    lakeside: Lakeside, alice: Person
) -> None:
    lines = (make_line("3-1", in_collections=True, remaining=6_000), make_line("3-2", remaining=0))
    bill = make_statement("3-1", "3-2", id="S-1")
    await lakeside.house.edit(lakeside.alice, Account(lines=lines, statements=(bill,)))
    (visit,) = (await _account(alice)).history.items
    assert [line.service_id for line in visit.lines] == ["3-2"]
    assert not visit.is_paid
    assert (await _account(alice, state=VisitState.PAID)).history.items == ()
    page = await alice.house.portal.statement(alice.visit, "S-1")
    assert isinstance(page, StatementPage)
    assert (page.statement.now.remaining, page.statement.is_paid) == (0, False)


async def test_visits_since_the_last_statement_are_not_without_end(lakeside: Lakeside, alice: Person) -> None:
    many = tuple(make_line(f"{number}-1", remaining=1) for number in range(1, 2 * PAGE + 2))
    await lakeside.house.edit(lakeside.alice, Account(lines=many))
    page = await _account(alice, page=3)
    assert sum(map(len, page.since)) == MOST_SINCE
    assert page.unlisted == len(many) - MOST_SINCE
    assert (len(page.history.items), page.history.number, page.history.pages) == (1, 3, 3)


async def test_statements_stand_by_due_date_and_paid_ones_can_be_hidden(
    lakeside: Lakeside, alice: Person
) -> None:
    async def listed(*, hide_paid: bool) -> tuple[list[str], int]:
        page = await alice.house.portal.statements(alice.visit, hide_paid=hide_paid, number=1)
        assert isinstance(page, StatementsPage)
        return [one.statement.id for one in page.statements.items], page.hidden

    assert await listed(hide_paid=False) == (["S-2", "S-1"], 0)
    assert await listed(hide_paid=True) == (["S-2", "S-1"], 0), "a collector has S-1: nobody paid it"
    paid = replace(ACCOUNT, lines=tuple(line for line in ACCOUNT.lines if line.service_id != "3-1"))
    await lakeside.house.edit(
        lakeside.alice, replace(paid, lines=(*paid.lines, make_line("3-1", remaining=0)))
    )
    assert await listed(hide_paid=True) == (["S-2"], 1)


def test_a_page_beyond_the_last_is_the_last() -> None:
    assert (paged(("a",), 9).number, paged(("a",), 0).number, paged((), 1).pages) == (1, 1, 1)
    assert len(paged(tuple("a" * (PAGE + 1)), 2).items) == 1


async def test_a_proof_leads_where_the_group_says_and_only_the_portal_role_there(house: House) -> None:
    group = await house.group()
    assert group.options.look_and_feel.landing_page is LandingPage.PAY
    group = await house.change(group, landing_page=LandingPage.ACCOUNT)
    alice = await house.come(await house.link(await house.guarantor(group)))
    proved = await alice.type(await alice.ask())
    assert proved.landing is LandingPage.ACCOUNT
