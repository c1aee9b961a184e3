"""The portal hands its user over, the bill is paid, and the way back leads where the portal said (J4)."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.household import PORTAL, eventually
from tests.journeys.bills import MFA, Bills
from tests.journeys.conftest import Later
from tests.journeys.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _handoff(bills: Bills, *, authenticated: bool) -> str:
    """Ask for the address as the portal's server does."""
    body = {"group": bills.group, "guarantor": bills.number, "authenticated": authenticated}
    made: dict[str, Any] = await bills.house.api("POST", "/portal-handoffs", body | {"return_url": PORTAL})
    return str(made["url"])


async def _led_back(alice: Person) -> None:
    """Hold that the page leads back to the portal, by a plain link."""
    way_back = alice.page.get_by_role("banner").get_by_role("link", name="Back to portal")
    await expect(way_back).to_have_attribute("href", PORTAL)


async def _play_the_portal(alice: Person) -> None:
    async def answer(route: Route) -> None:
        await route.fulfill(body="<title>Portal</title><h1>Your portal</h1>", content_type="text/html")

    await alice.page.context.route("https://portal.example.com/**", answer)


async def test_j4_the_portal_s_user_pays_and_goes_back(alice: Person, bills: Bills) -> None:
    await bills.make(authentication=MFA)
    url = await _handoff(bills, authenticated=True)
    await alice.open(url)
    await _led_back(alice)
    assert bills.seen_in(await alice.words()) == []
    await alice.press("Continue")
    await alice.at("How much would you like to pay?")
    await _led_back(alice)
    await alice.choose_amount("Amount Due")
    await _led_back(alice)
    await alice.pay()
    await alice.status("paid")
    await _led_back(alice)
    assert [charge["amount"] for charge in await bills.charges()] == [15_000]

    async def told() -> Any:
        return (await bills.house.api("GET", f"/payments?group={bills.group}"))["data"]

    [payment] = await eventually(told)
    assert (payment["origin"], payment["authentication"]) == ("portal", "mfa")

    await _play_the_portal(alice)
    await alice.page.get_by_role("link", name="Back to portal").click()
    await expect(alice.page.get_by_role("heading", name="Your portal")).to_be_visible()
    assert alice.page.url == PORTAL
    asked = alice.watched.exchanges[-1].asked
    assert "/payments/" not in asked.get("referer", "")


async def test_j4_a_handoff_opens_once_and_the_page_leads_back(alice: Person, bills: Bills) -> None:
    await bills.make()
    url = await _handoff(bills, authenticated=False)
    await alice.open(url)
    other = await alice.second_tab()
    await other.open(url)
    await alice.press("Continue")
    await alice.at("How much would you like to pay?")
    await other.press("Continue")
    await other.at("Please open your bill again")
    await _led_back(other)
    await alice.press("Log out")
    await alice.at("You are logged out")
    await _led_back(alice)


async def test_j4_who_was_not_authenticated_is_challenged_first(alice: Person, bills: Bills) -> None:
    await bills.make(authentication=MFA)
    await alice.open(await _handoff(bills, authenticated=False))
    await alice.press("Continue")
    await _led_back(alice)
    assert bills.seen_in("\n".join(await alice.watched.everything())) == []
    await alice.page.get_by_role("radio", name="Email").check()
    await alice.press("Send code")
    await _led_back(alice)
    await alice.type_code(await alice.code_from(bills.email))
    await alice.at("How much would you like to pay?")
    await _led_back(alice)


async def test_j4_too_late_and_after_the_session_the_portal_is_one_press_away(
    later_alice: Person, later: Later, later_bills: Bills
) -> None:
    alice, bills = later_alice, later_bills
    await bills.make()
    url = await _handoff(bills, authenticated=True)
    await alice.open(url)
    later.passes(timedelta(seconds=61))
    await alice.press("Continue")
    await alice.at("Please open your bill again")
    await _led_back(alice)
    await alice.open(await _handoff(bills, authenticated=True))
    await alice.press("Continue")
    await alice.at("How much would you like to pay?")
    later.passes(timedelta(minutes=20))
    await alice.press("Next")
    await alice.at("Your session has ended")
    await _led_back(alice)
