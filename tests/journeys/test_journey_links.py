"""Links that open no more, were never links, are only looked at, and whose token stays with us."""

import itertools

import pytest
from playwright.async_api import expect

from quickpay.adapters.store import open_store
from quickpay.domain.languages import Language
from quickpay.domain.links import LinkState
from quickpay.ports.tables import Tx
from tests.household import Household, eventually
from tests.journeys.bills import Bills
from tests.journeys.person import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _expired(bills: Bills) -> str:
    made = await bills.made(expires_in="1s")

    async def over() -> bool:
        return bool((await bills.house.api("GET", f"/links/{made['id']}"))["state"] == "expired")

    await eventually(over)
    return str(made["url"])


async def _revoked(bills: Bills) -> str:
    made = await bills.made()
    await bills.house.api("POST", f"/links/{made['id']}/revoke")
    return str(made["url"])


async def _superseded(bills: Bills) -> str:
    link = await bills.link()
    await bills.link(supersede=True)
    return link


async def _suspended(bills: Bills) -> str:
    made = await bills.made()
    store = await open_store(bills.house.database_url)

    async def unit(tx: Tx) -> None:
        link = await tx.links.get(made["id"])
        assert link is not None
        await tx.links.end(link.serial, LinkState.SUSPENDED)

    await store.write(unit)
    await store.close()
    return str(made["url"])


DEAD = {
    "This link has expired": _expired,
    "This link was ended by the office": _revoked,
    "There is a newer link": _superseded,
    "This link is on hold": _suspended,
}


@pytest.mark.parametrize(("heading", "language"), [*zip(DEAD, itertools.cycle(Language), strict=False)])
async def test_a_dead_link_says_which_and_what_to_do(alice: Person, bills: Bills, heading: str) -> None:
    await bills.make()
    answer = await alice.open(await DEAD[heading](bills))
    assert answer.status == 410
    await alice.at(heading)
    await expect(alice.page.locator("main").get_by_role("link", name="(608) 555-0100")).to_be_visible()
    await expect(alice.page.get_by_role("button")).to_have_count(
        int(DEAD[heading] in {_expired, _superseded})
    )
    for told in await alice.watched.everything():
        assert bills.seen_in(told) == []


async def test_a_link_is_used_up_for_others_while_the_session_it_opened_goes_on(
    alice: Person, bills: Bills
) -> None:
    await bills.make()
    link = await bills.link(max_uses=1)
    await alice.come_to_pay(link)
    await alice.choose_amount("Amount Due")
    await alice.page.reload()
    await alice.look()
    await alice.at("Pay $150.00")
    cookies = await alice.page.context.cookies()
    await alice.page.context.clear_cookies()
    assert (await alice.open(link)).status == 410
    await alice.at("This link has been used up")
    await alice.page.context.add_cookies(cookies)  # type: ignore[arg-type]  # what it gave is what it takes
    await alice.open("/pay/details")
    await alice.pay()
    await alice.status("paid")


async def test_what_is_no_link_is_told_one_thing(alice: Person, bills: Bills) -> None:
    await bills.make()
    link = await bills.link()
    flipped = "A" if link[-3] != "A" else "B"
    told = []
    for address in (link[:-3] + flipped + link[-2:], link[:-1], "/q/nothing", "/q/" + "a" * 70):
        answer = await alice.open(address)
        assert answer.status == 404
        told.append((await alice.words()).partition("Reference")[0])
        assert bills.name not in told[-1]
    assert len(set(told)) == 1


async def test_looking_at_a_link_in_whatever_way_opens_nothing(house: Household, bills: Bills) -> None:
    await bills.make()
    made = await bills.made()
    for headers in ({"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}):
        async with house.session.get(made["url"], headers=headers) as answer:
            assert answer.status == 503
            assert answer.headers["Cache-Control"] == "no-store"
            assert bills.name not in await answer.text()
    for agent in ("WhatsApp/2.23", "facebookexternalhit/1.1", "Barracuda Sentinel", "Mozilla/5.0 (iPhone)"):
        for method in ("GET", "HEAD"):
            async with house.session.request(method, made["url"], headers={"User-Agent": agent}) as answer:
                assert answer.status == 200
                assert "Set-Cookie" not in answer.headers
    assert await bills.uses(made["id"]) == 0
    assert await house.messages(bills.email) == await house.messages(bills.mobile) == []


async def test_the_token_goes_nowhere_and_leaves_the_address_bar(alice: Person, bills: Bills) -> None:
    await bills.make()
    link = await bills.link()
    token = link.rpartition("/")[2]
    await alice.come_to_pay(link)
    assert alice.path == "/pay"
    await alice.choose_amount("Amount Due")
    await alice.pay()
    await alice.watched.settled()
    told_elsewhere = 0
    for one in alice.watched.exchanges:
        if one.host not in house_of(alice):
            told_elsewhere += 1
            assert token not in one.url
        assert not [name for name, value in one.asked.items() if token in value and name != ":path"]
        assert token not in one.asked.get("referer", "")
        assert "/q/" not in one.asked.get("referer", "")
    assert told_elsewhere > 3
    for html in await alice.watched.everything():
        assert token not in html.partition("\n")[2]


def house_of(person: Person) -> str:
    """The host that is ours."""
    return person.house.base_url


async def test_continue_pressed_twice_is_one_use_and_leads_in(alice: Person, bills: Bills) -> None:
    await bills.make()
    made = await bills.made(max_uses=1)
    await alice.open(str(made["url"]))
    await alice.page.get_by_role("button", name="Continue").dblclick()
    await alice.at("How much would you like to pay?")
    assert await bills.uses(made["id"]) == 1
