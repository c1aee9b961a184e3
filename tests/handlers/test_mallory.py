"""Mallory meets each page of a session: without one, after it, below her role, by ids of others.

The addresses come from the table of routes, so that a new one is met without anybody thinking of it.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from quickpay.domain.options import LogoutFunction
from quickpay.handlers.access import Access, Route
from quickpay.handlers.portal.routes import ROUTES as PORTAL
from quickpay.handlers.routes import ROUTES
from tests.handlers.portal_visitor import authorized
from tests.handlers.site import Answer, Browser, Site
from tests.services.portal_account import ACCOUNT

_OF_A_SESSION = tuple(route for route in ROUTES if route.access is Access.SESSION)
_NAMING = tuple(route for route in _OF_A_SESSION if "{" in route.path)
_OF_BOB = ("Bob", "Bobson", "B-1", "S-BOB", "bob@")
_FIELDS = {
    "amount_choice": "current",
    "method": "card",
    "card_token": "tok_approved",
    "code": "12345678",
    "email": "mallory@example.com",
    "mobile": "(608) 555-0166",
    "sending": "1",
    "language": "es",
}


def _named(route: Route) -> str:
    return f"{route.method} {route.path}"


async def _meet(browser: Browser, route: Route, path: str) -> Iterator[Answer]:
    if route.method == "POST":
        return iter([await browser.post(path, _FIELDS)])
    return iter([await browser.get(path), await browser.get(path, method="HEAD")])


def _filled(path: str, *, payment: str, number: str, statement: str) -> str:
    thing = payment if path.startswith("/payments/") else statement
    return path.replace("{number}", number).replace("{id}", thing).replace("{card}", payment or "1")


async def _account_of_bob(site: Site) -> dict[str, str]:
    """Bob, who owes, has a statement and a receipt of the PM system's, and has paid here."""
    record = replace(
        ACCOUNT,
        statements=(replace(ACCOUNT.statements[0], id="S-BOB"),),
        receipts=(replace(ACCOUNT.receipts[0], number="B-1"),),
    )
    bob = await site.house.guarantor(site.group, record, number="2", first_name="Bob", last_name="Bobson")
    paying = await site.house.come(await site.house.link(bob))
    payment = await paying.pays(amount=500)
    return {"payment": payment.id, "number": "B-1", "statement": "S-BOB"}


async def _at_rest(site: Site) -> tuple[int, int, int]:
    await site.house.at_rest()
    house = site.house
    return len(house.mailer.sent), len(house.texter.sent), len(house.gateway.asked)


def _shows_nobody(answer: Answer) -> None:
    everything = answer.text + str(list(answer.headers.items()))
    assert [one for one in (*_OF_BOB, "Alicia", "201.23", "10067") if one in everything] == []


@pytest.fixture(autouse=True)
async def _account(site: Site) -> None:
    await site.house.edit(site.alice, ACCOUNT)
    await site.options(visits_pdf_export=True, contact_info_editing=True)


@pytest.mark.parametrize("route", _NAMING, ids=_named)
async def test_a59_what_is_somebody_elses_is_as_if_it_were_not(site: Site, route: Route) -> None:
    bobs = await _account_of_bob(site)
    browser = await authorized(site)
    await browser.get("/home")
    before = await _at_rest(site)
    nothing = dict.fromkeys(bobs, "00000000-0000-7000-8000-000000000000")
    theirs = await _meet(browser, route, _filled(route.path, **bobs))
    none = await _meet(browser, route, _filled(route.path, **nothing))
    for one, other in zip(theirs, none, strict=True):
        assert one.status == other.status == 404
        _shows_nobody(one)
        assert len(one.text) == len(other.text), "said alike"
    assert await _at_rest(site) == before


@pytest.mark.parametrize("route", PORTAL, ids=_named)
async def test_every_page_above_her_role_is_refused_with_the_way_up(
    site: Site, browser: Browser, route: Route
) -> None:
    await browser.open(await site.link())
    await browser.get("/pay")
    before = await _at_rest(site)
    for answer in await _meet(
        browser, route, _filled(route.path, payment="", number="A-5501", statement="S-2")
    ):
        assert answer.status == 403
        _shows_nobody(answer)
        assert ('href="/verify"' in answer.text) is (answer.text != "")
    assert await _at_rest(site) == before


@pytest.mark.parametrize("function", list(LogoutFunction))
async def test_without_a_session_and_after_it_every_address_is_closed(
    site: Site, function: LogoutFunction
) -> None:
    await site.options(logout_function=function)
    mine = await _account_of_bob(site)
    late = await authorized(site)
    await late.get("/pay")
    site.house.later(minutes=20, seconds=1)
    before = await _at_rest(site)
    for browser in (site.browser(), late):
        for route in _OF_A_SESSION:
            if route.path == "/sign-out":
                continue  # it takes a cookie that is over away, and says so
            for met in await _meet(browser, route, _filled(route.path, **mine)):
                answer = await browser.get(met.to) if met.status == 303 else met
                # A session that ran out reads its own payments for a day (R64): others' are not there.
                of_others = {404} if route.path.startswith("/payments/") else set()
                assert answer.status in {401} | of_others, _named(route)
                _shows_nobody(answer)
    assert await _at_rest(site) == before
