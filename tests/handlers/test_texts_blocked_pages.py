"""Pages say that texts are blocked, what came of a text, and let the desk allow texts again."""

from collections.abc import AsyncIterator

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.origins import Origin
from quickpay.domain.staff import StaffRole
from quickpay.domain.text_fates import TextReport
from quickpay.ports.messages import STOPPED, Rejected
from tests.handlers.site import Answer, Browser, Site
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.handlers.test_markup import _sound
from tests.people import House

ALICE = "/staff/guarantors/lakeside/10067"
BLOCKED = "Texts to this number are blocked"


@pytest.fixture
async def office(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


async def _by_text(site: Site, browser: Browser, origin: Origin = Origin.STATEMENT) -> Answer:
    await browser.open(await site.link(origin=origin))
    await browser.get("/verify")
    assert (await browser.post("/verify", {"method": "sms"})).to == "/verify/code"
    await site.house.at_rest()
    return await browser.get("/verify/code")


async def test_r61_the_code_page_says_blocked_and_leads_to_the_other_way(
    site: Site, browser: Browser
) -> None:
    site.house.texter.then(Rejected(reason=STOPPED, permanent=True))
    page = await _by_text(site, browser)
    assert BLOCKED in page.words
    assert "Send a new code" not in page.words
    assert 'href="/verify"' in page.text
    _sound(page)
    assert (await browser.post("/verify/resend")).to == "/verify"
    ways = await browser.get("/verify")
    assert BLOCKED in ways.words
    assert 'value="email"' in ways.text
    assert 'value="sms"' not in ways.text
    assert "5550101" not in ways.text
    _sound(ways)


async def test_r61_without_another_way_the_page_says_why_and_names_the_office(
    site: Site, browser: Browser
) -> None:
    await site.options(require_opposing_contact_methods=True, require_mfa=True)
    site.house.texter.then(Rejected(reason=STOPPED, permanent=True))
    page = await _by_text(site, browser, Origin.EMAIL)
    assert page.status == 403
    assert BLOCKED in page.words
    assert "Please contact the office" in page.words
    _sound(page)


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        ("delivered", None, "The text reached your phone."),
        ("undelivered", "30003", "it is off or out of reach"),
        ("failed", "39999", "The text did not reach your phone."),
        ("sent", None, ""),
    ],
)
async def test_the_code_page_says_what_came_of_the_text(
    site: Site, browser: Browser, status: str, error: str | None, said: str
) -> None:
    first = await _by_text(site, browser)
    assert "reach" not in first.words
    sid = f"SM{0:032x}"
    now = site.house.clock.now()
    await site.house.do(lambda tx: tx.texts.report(sid, TextReport(status=status, error=error), now=now))
    page = await browser.get("/verify/code")
    assert said in page.words if said else "reach" not in page.words
    assert 'name="code"' in page.text
    _sound(page)


async def test_r61_the_desk_sees_the_stop_and_allows_texts_again(office: StaffSite) -> None:
    house = office.site.house
    now = house.clock.now()
    mobile = "+16085550101"
    assert "Allow texts again" not in (await (await _as(office)).get(ALICE)).words
    await house.do(lambda tx: tx.carrier_stops.add(mobile, heard_by="reply", asked_at=now, now=now))
    viewer = await _as(office, StaffRole.VIEWER)
    seen = await viewer.get(ALICE)
    assert "Texts are blocked" in seen.words
    assert "Allow texts again" not in seen.words
    assert (await viewer.get(f"{ALICE}/texts")).status == 403
    desk = await _as(office, StaffRole.BILLING)
    assert f'href="{ALICE}/texts"' in (await desk.get(ALICE)).text
    asked = await desk.get(f"{ALICE}/texts")
    assert "replied START" in asked.words
    _sound(asked)
    for _ in range(2):
        done = await desk.post(f"{ALICE}/texts")
        assert done.status == 303
        page = await desk.get(done.to)
        assert "Texts may go to the mobile number again." in page.words
        assert "Texts are blocked" not in page.words
        _sound(page)
    assert "Nothing to do" in (await desk.get(f"{ALICE}/texts")).text


async def _as(here: StaffSite, role: StaffRole = StaffRole.FRONT_DESK) -> Browser:
    return await here.sign_in(await here.member(f"one of {role}", role))
