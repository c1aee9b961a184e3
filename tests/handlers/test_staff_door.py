"""The staff's door over HTTP: enrolment, sign-in, its cookie, and what it refuses (R119)."""

import re
from collections.abc import AsyncIterator

import pyotp
import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.staff import StaffRole
from tests.handlers.site import Answer, Browser
from tests.handlers.staff_site import SIGN_IN, StaffSite, staff_site_of
from tests.people import House
from tests.staff_people import PASSWORD

_KEY = re.compile(r'id="totp-secret">([A-Z2-7 ]+)<')


@pytest.fixture
async def here(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


@pytest.fixture
def browser(here: StaffSite) -> Browser:
    return here.site.browser()


async def _try(browser: Browser, **fields: str) -> Answer:
    await browser.get(SIGN_IN)
    return await browser.post(SIGN_IN, {"name": "Ada", "password": PASSWORD, "code": "000000"} | fields)


async def test_r119_a_new_member_enrols_and_is_in(here: StaffSite, browser: Browser) -> None:
    path = (await here.rooms.invite()).url.removeprefix("https://pay.example.com")
    page = await browser.get(path)
    assert (page.status, _KEY.search(page.text)) == (200, None)
    short = await browser.post(path, {"password": "too short", "again": "too short"})
    assert (short.status, "15 characters" in short.words) == (422, True)
    assert "too short" not in short.text
    assert (await browser.post(path, {"password": PASSWORD, "again": ""})).status == 422

    second = (await browser.post(path, {"password": PASSWORD, "again": PASSWORD})).to
    assert second != path
    assert (await here.site.browser().get(path)).status == 410
    page = await browser.get(second)
    found = _KEY.search(page.text)
    assert found
    assert '<svg class="qr"' in page.text
    app = pyotp.TOTP(found[1].replace(" ", ""))

    wrong = await browser.post(second, {"code": "000000"})
    shown_again = _KEY.search(wrong.text)
    assert shown_again
    assert (wrong.status, shown_again[1]) == (422, found[1])
    before = browser.cookie
    assert (await browser.post(second, {"code": app.at(here.site.house.clock.now())})).to == "/staff"
    assert browser.cookie != before
    front = await browser.get("/staff")
    assert "Hello, Ada" in front.words
    assert (await browser.get(second)).status == 410


@pytest.mark.parametrize("token", ["x", "A" * 42, "A" * 43 + "=", "A" * 42 + "B", "%00"])
async def test_what_is_no_enrolment_says_so(browser: Browser, token: str) -> None:
    assert (await browser.get(f"/staff/enrol/{token}")).status in {404, 410}


async def test_r119_the_session_s_cookie_is_its_own_and_as_tight_as_the_patients(
    here: StaffSite, browser: Browser
) -> None:
    ada = await here.member()
    door = await browser.get(SIGN_IN)
    assert re.fullmatch(
        r"__Host-qps=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Secure", door.headers["Set-Cookie"]
    )
    answer = await browser.post(SIGN_IN, {"name": "Ada", "password": PASSWORD, "code": ada.code()})
    given = answer.headers["Set-Cookie"]
    assert re.fullmatch(r"__Host-qps=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Secure", given)
    assert given != door.headers["Set-Cookie"]
    left = await browser.get("/staff")
    left = await browser.post("/staff/sign-out")
    assert "Max-Age=0" in left.headers["Set-Cookie"]
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'


async def test_r119_a60_a_known_and_an_unknown_name_get_the_same_page(
    here: StaffSite, browser: Browser
) -> None:
    ada = await here.member()
    answers = [
        await _try(browser, name="Ada", password="wrong", code=ada.code()),
        await _try(browser, name="Ada", code="000000"),
        await _try(browser, name="Eve"),
    ]
    assert {one.status for one in answers} == {401}
    same = {one.text.replace('value="Eve"', 'value="Ada"') for one in answers}
    assert len(same) == 1
    assert PASSWORD not in same.pop()


async def test_r119_a_locked_name_is_told_when_to_come_again(here: StaffSite, browser: Browser) -> None:
    for _ in range(10):
        assert (await _try(browser, name="Eve")).status == 401
    shut = await _try(browser, name="Eve")
    assert (shut.status, shut.headers["Retry-After"]) == (429, "1800")
    assert "30 minutes" in shut.words


async def test_what_is_missing_is_said_and_costs_no_try(here: StaffSite, browser: Browser) -> None:
    for _ in range(12):
        page = await _try(browser, password="", code="")
        assert page.status == 422
    assert "Enter your password." in page.words
    assert "Enter the 6 digits" in page.words
    assert (await _try(browser, name="Eve")).status == 401


async def test_a58_fields_nobody_asked_for_change_nothing(here: StaffSite, browser: Browser) -> None:
    vera = await here.member("Vera", StaffRole.VIEWER)
    await browser.get(SIGN_IN)
    more = {"role": "admin", "every_group": "1", "state": "active", "staff_id": "1", "totp_step": "0"}
    fields = {"name": "Vera", "password": PASSWORD, "code": vera.code(), **more}
    assert (await browser.post(SIGN_IN, fields)).to == "/staff"
    assert "Viewer" in (await browser.get("/staff")).words
    (account,) = await here.rooms.desk.accounts.list_()
    assert account.role is StaffRole.VIEWER


async def test_who_is_in_needs_no_door_and_who_was_idle_is_told_why(here: StaffSite) -> None:
    browser = await here.sign_in(await here.member())
    assert (await browser.get(SIGN_IN)).to == "/staff"
    here.site.house.later(minutes=15)
    assert (await browser.get("/staff")).to == SIGN_IN
    assert "signed out after a while" in (await browser.get(SIGN_IN)).words


async def test_a61_a_hostile_name_is_inert_wherever_it_stands(here: StaffSite) -> None:
    name = "<b onmouseover=x>&'\"</b>"
    browser = await here.sign_in(await here.member(name))
    for path in ("/staff", "/staff/groups"):
        assert "<b onmouseover" not in (await browser.get(path)).text
