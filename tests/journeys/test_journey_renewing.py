"""J15: a dead link renewed by a press; a bill that reached somebody else; a link held against the desk."""

import re

import pytest
from playwright.async_api import Browser, expect

from quickpay.domain.languages import Language
from tests.household import Household, eventually
from tests.journeys.bills import MFA, Bills
from tests.journeys.person import Person, somebody

pytestmark = pytest.mark.asyncio(loop_scope="session")

FRESH = re.compile("^Send me a fresh link to")


async def _used_up(bills: Bills, person: Person, origin: str) -> str:
    """A link that was sent, opened once, and opens no more."""
    contact = bills.mobile if origin == "sms" else bills.email
    await bills.made(origin, send=True, max_uses=1)
    await bills.house.next_message(contact)
    link = await person.link_from(contact)
    await person.come_to_pay(link)
    await person.page.context.clear_cookies()
    return link


@pytest.mark.parametrize(("origin", "language"), [("sms", Language.EN), ("email", Language.ES)])
async def test_j15_a_dead_link_sends_a_fresh_one_that_opens_and_pays(
    alice: Person, bills: Bills, origin: str
) -> None:
    await bills.make()
    contact = bills.mobile if origin == "sms" else bills.email
    dead = await _used_up(bills, alice, origin)
    assert (await alice.open(dead)).status == 410
    await alice.at("This link has been used up")
    to = f"Send me a fresh link to a number ending in {bills.mobile[-2:]}"
    if origin == "email":
        to = "Envíenme otro enlace a una dirección que empieza con al, en example.com"
    assert len(await bills.house.messages(contact)) == 1
    await alice.press(to)
    await alice.at("Look at your messages")
    await bills.house.next_message(contact, after=1)
    for told in await alice.watched.everything():
        assert contact not in told

    fresh = await alice.link_from(contact)
    assert fresh != dead
    await alice.come_to_pay(fresh)
    await alice.choose_amount("Amount Due")
    await alice.pay()
    await alice.status("paid")
    [charge] = await bills.charges()
    assert charge["amount"] == 15_000


async def test_j15_pressing_again_sends_nothing_more_and_says_the_same(alice: Person, bills: Bills) -> None:
    await bills.make()
    dead = await _used_up(bills, alice, "email")
    told = []
    for _ in range(3):
        await alice.open(dead)
        await alice.press(FRESH)
        told.append(await alice.words())
    assert len(set(told)) == 1
    await bills.house.next_message(bills.email, after=1)
    # One by text goes out after all that was queued before it, so there is nothing left to wait for.
    await bills.made("sms", send=True)
    await bills.house.next_message(bills.mobile)
    assert len(await bills.house.messages(bills.email)) == 2


async def test_j15_without_scripts(chromium: Browser, house: Household, bills: Bills) -> None:
    await bills.make()
    async with somebody(chromium, house, scripts=False) as alice:
        await alice.open(await _used_up(bills, alice, "email"))
        await alice.press(FRESH)
        await bills.house.next_message(bills.email, after=1)
        await alice.come_to_pay(await alice.link_from(bills.email))
        await alice.press("I am not this person", role="link")
        await alice.press("I am not this person")
        await alice.at("Thank you for telling us")


async def test_a_bill_that_reached_somebody_else_is_put_on_hold_and_restored(
    alice: Person, bills: Bills
) -> None:
    await bills.make(authentication=MFA)
    made = await bills.made("email", send=True)
    await bills.house.next_message(bills.email)
    await alice.open(await alice.link_from(bills.email))
    await expect(alice.page.get_by_role("link", name="I am not this person")).to_have_count(0)
    await alice.press("Continue")
    await alice.press("I am not this person", role="link")
    await alice.at("Did this reach the wrong person?")
    await alice.press("No, go back to the bill", role="link")
    assert alice.path == "/verify"
    await alice.press("I am not this person", role="link")
    await alice.press("I am not this person")
    await alice.at("Thank you for telling us")
    words = await alice.words()
    assert "Nothing was charged by this." in words
    assert "(608) 555-0100" in words
    for told in await alice.watched.everything():
        assert bills.seen_in(told) == []
    assert await alice.page.context.cookies() == []
    assert (await alice.open(made["url"])).status == 410
    await alice.at("This link is on hold")

    seen = await bills.house.api("GET", f"/links/{made['id']}")
    assert seen["state"] == "suspended"
    assert [one["type"] for one in seen["events"]].count("link.not_me") == 1
    restored = await bills.house.api("POST", f"/links/{made['id']}/restore")
    assert restored["state"] == "active"
    await bills.made("email", send=True)
    await bills.house.next_message(bills.email, after=1)
    await alice.open(made["url"])
    await alice.press("Continue")
    assert alice.path == "/verify"


async def test_the_desk_reads_out_what_the_page_shows(alice: Person, bills: Bills) -> None:
    await bills.make()
    made = await bills.made()
    code = (await bills.house.api("GET", f"/links/{made['id']}"))["match_code"]
    await alice.open(made["url"])
    await alice.press("Is this really my doctor?", role="link")
    await alice.at("Is this really my doctor?")
    assert code not in await alice.words()
    await alice.page.go_back()
    await alice.press("Continue")
    await alice.press("Is this really my doctor?", role="link")
    assert code in await alice.words()
    assert "(608) 555-0100" in await alice.words()
    await alice.press("Back to the bill", role="link")
    await alice.at("How much would you like to pay?")

    async def opened() -> bool:
        return await bills.uses(made["id"]) == 1

    await eventually(opened)
