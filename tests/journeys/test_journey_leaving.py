"""Leaving: by a press in each of the group's ways, and by time, with what can be seen afterwards."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from quickpay.domain.languages import Language
from tests.household import Household, eventually
from tests.journeys.bills import Bills
from tests.journeys.conftest import Later
from tests.journeys.person import Person, somebody

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOT_CHARGED_BEFORE = "4000000000000259"


async def test_log_out_ends_the_session_in_every_tab_and_back_shows_nothing(
    alice: Person, bills: Bills
) -> None:
    await bills.make()
    await alice.come_to_pay(await bills.link())
    other = await alice.second_tab()
    await other.open("/pay")
    await alice.press("Log out")
    await alice.at("You are logged out")
    assert await alice.page.context.cookies() == []
    for seen in ("back", "forward"):
        await (alice.page.go_back() if seen == "back" else alice.page.go_forward())
        assert "$" not in await alice.words()
    await other.page.reload()
    await other.look()
    assert "$" not in await other.words()
    assert other.watched.exchanges[-1].told


async def test_closing_says_that_the_page_may_be_closed(
    chromium: Browser, house: Household, bills: Bills
) -> None:
    await bills.make(look_and_feel={"logout_function": "close"})
    async with somebody(chromium, house) as alice:
        await alice.come_to_pay(await bills.link())
        popups = alice.page.context.pages
        async with alice.page.expect_navigation():
            await alice.page.get_by_role("button", name="Close").click()
        await alice.at("You are logged out")
        assert "You may close this page now." in await alice.words()
        said = [one for one in alice.watched.complaints if "Scripts may close only" not in one]
        assert said == []
        assert len(popups) == 1


async def test_a_tab_a_script_opened_closes_itself(chromium: Browser, house: Household, bills: Bills) -> None:
    await bills.make(look_and_feel={"logout_function": "close"})
    async with somebody(chromium, house) as alice:
        link = await bills.link()
        await alice.open("/")
        async with alice.page.context.expect_page() as opened:
            await alice.page.evaluate("url => { window.open(url); }", link)
        tab = Person(page=await opened.value, house=house, watched=alice.watched)
        await tab.press("Continue")
        async with tab.page.expect_event("close"):
            await tab.page.get_by_role("button", name="Close").click()


async def test_without_a_control_there_is_none_and_the_address_refuses(alice: Person, bills: Bills) -> None:
    await bills.make(look_and_feel={"logout_function": "none"})
    await alice.come_to_pay(await bills.link())
    await expect(alice.page.get_by_role("banner").get_by_role("button")).to_have_count(0)
    csrf = await alice.page.locator("input[name=csrf]").first.input_value()
    answer = await alice.page.request.post(
        f"{bills.house.base_url}/sign-out", form={"csrf": csrf}, headers={"Origin": bills.house.base_url}
    )
    assert answer.status == 403
    await alice.page.reload()
    await alice.at("How much would you like to pay?")


ENDED = {
    Language.EN: ("Your session has ended", "Nothing is charged by this.", "open your link again."),
    Language.ES: ("Su sesión terminó", "Esto no hace ningún cargo.", "abra otra vez su enlace."),
}


@pytest.mark.parametrize(
    ("extendable", "minutes", "language"), [(False, 10, Language.EN), (True, 20, Language.ES)]
)
async def test_a_session_ends_by_time_and_says_so_without_a_sum(
    later_alice: Person, later: Later, later_bills: Bills, extendable: bool, minutes: int
) -> None:
    alice, bills = later_alice, later_bills
    await bills.make(authentication={"session_extension": extendable})
    await alice.come_to_pay(await bills.link())
    await alice.choose_amount("Amount Due")
    later.passes(timedelta(minutes=minutes - 1))
    await alice.open("/pay/details")
    await alice.at("Pay %(amount)s", amount="$150.00")
    await alice.fill_card()
    later.passes(timedelta(minutes=1))
    await alice.pay_button.click()
    await alice.at("Your session has ended")
    await alice.look()
    words = await alice.words()
    for said in ENDED[alice.language]:
        assert said in words
    assert "$" not in words
    assert bills.name in words
    assert await bills.charges() == []


async def test_an_ended_session_still_shows_its_own_payment_and_takes_no_other(
    later_alice: Person, later: Later, later_bills: Bills
) -> None:
    alice, bills = later_alice, later_bills
    await bills.make()
    await alice.come_to_pay(await bills.link("statement"))
    await alice.choose_amount("Other Amount", "10")
    await alice.pay()
    await alice.status("paid")
    later.passes(timedelta(minutes=30))
    await alice.page.reload()
    await alice.look()
    await alice.status("paid")
    assert "Still to pay" not in await alice.words()
    await alice.open("/pay")
    await alice.at("Your session has ended")


async def test_a_payment_the_gateway_never_took_ends_as_not_charged(
    later_alice: Person, later: Later, later_bills: Bills
) -> None:
    alice, bills = later_alice, later_bills
    await bills.make()
    await alice.come_to_pay(await bills.link())
    await alice.choose_amount("Amount Due")
    await alice.pay(NOT_CHARGED_BEFORE)
    await alice.status("unknown")

    async def said() -> bool:
        later.passes(
            timedelta(seconds=3)
        )  # it is asked after again and again, until a charge would have to show
        return await alice.page.locator("main[data-payment-status=declined]").count() == 1

    await eventually(said)
    await alice.look()
    words = await alice.words()
    assert "Payment Failed" in words
    assert "Your card was not charged." in words
    assert "did not reach the bank" in words
    assert await bills.charges() == []
    await alice.press("Try again", role="link")
    await alice.choose_amount("Amount Due")
    await alice.pay()
    await alice.status("paid")
    assert len(await bills.charges()) == 1


async def test_a_code_runs_out_and_a_new_one_may_be_asked_for(
    later_alice: Person, later: Later, later_bills: Bills
) -> None:
    alice, bills = later_alice, later_bills
    await bills.make(authentication={"enable_mfa": True, "require_mfa": True})
    await alice.open(await bills.link())
    await alice.press("Continue")
    await alice.page.get_by_role("radio", name="Email").check()
    await alice.press("Send code")
    old = await alice.code_from(bills.email)
    later.passes(timedelta(minutes=6))
    await alice.type_code(old)
    await expect(alice.page.get_by_role("alert")).to_contain_text("That code has expired.")
    await alice.press("Send a new code")
    await alice.type_code(await alice.code_from(bills.email, after=1))
    await alice.at("How much would you like to pay?")
