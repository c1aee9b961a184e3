"""The desk finds a guarantor, reads the page, ends and restores links: by role, within her groups, twice."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.links import Link, LinkState
from quickpay.domain.origins import Origin
from quickpay.domain.staff import StaffRole
from tests.handlers.site import Answer, Browser
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.handlers.test_markup import _sound
from tests.people import House

SEARCH = "/staff/guarantors"
ALICE = "/staff/guarantors/lakeside/10067"
BATCHES = "/staff/links/batches"


@pytest.fixture
async def site(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


async def _as(here: StaffSite, role: StaffRole = StaffRole.FRONT_DESK, *groups: str) -> Browser:
    return await here.sign_in(await here.member(f"one of {role} {groups}", role, *groups))


async def _search(browser: Browser, typed: str, path: str = SEARCH) -> Answer:
    await browser.get(path)
    return await browser.get((await browser.post(path, {"q": typed})).to)


async def _state(here: StaffSite, link: Link) -> LinkState:
    found = await here.site.house.do(lambda tx: tx.links.get(link.id))
    assert found is not None
    return found.state


async def test_a_search_leads_to_the_guarantor_and_names_nobody_in_an_address(site: StaffSite) -> None:
    browser = await _as(site)
    await browser.get(SEARCH)
    answer = await browser.post(SEARCH, {"q": " alicia exam "})
    assert answer.to.startswith(f"{SEARCH}?find=")
    assert not re.search("alic|exam", answer.to, re.IGNORECASE)
    found = await browser.get(answer.to)
    assert "Alicia Example (Alice) 10067 Lakeside" in found.words
    assert "(608) 555-0101" in found.words
    assert "$125.50" in found.words
    assert "1 guarantor found." in found.words
    assert f'href="{ALICE}"' in found.text
    assert (await browser.get(answer.to)).text == found.text  # as Back and reload do
    assert 'value="alicia exam"' in found.text
    _sound(found)


async def test_a_viewer_sees_contacts_masked_and_nothing_to_press(site: StaffSite) -> None:
    link = await site.site.link(batch="autumn")
    browser = await _as(site, StaffRole.VIEWER)
    url = site.site.house.token(link)
    for page in (
        await _search(browser, "alice@example.com"),
        await browser.get(ALICE),
        await browser.get(f"/staff/links/{link.id}"),
    ):
        assert page.status == 200
        for secret in ("alice@example.com", "555-0101", "6085550101", url, "/end", "/send", "/restore"):
            assert secret not in page.text.replace('value="alice@example.com"', ""), secret
        _sound(page)
    assert "al•••@example.com" in (await browser.get(ALICE)).words


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type a name"),
        ("  ", "Type a name"),
        ("x" * 10_000, "too long"),
        ("al\x00ice", "signs from the keyboard"),
        ("\x1b[31mAlice", "signs from the keyboard"),
        ("4242 4242 4242 4242", "card number"),
    ],
)
async def test_a61_a62_what_cannot_be_sought_is_said_so(site: StaffSite, typed: str, said: str) -> None:
    browser = await _as(site)
    await browser.get(SEARCH)
    answer = await browser.post(SEARCH, {"q": typed})
    assert answer.status == 422
    assert said in answer.words
    assert 'href="#q"' in answer.text
    _sound(answer)


@pytest.mark.parametrize("typed", ["'", "%", "_", "' OR 1=1 --", "<script>alert(1)</script>", "\U0010ffff"])
async def test_a62_signs_find_nobody_and_stay_signs(site: StaffSite, typed: str) -> None:
    answer = await _search(await _as(site), typed)
    assert answer.status == 200
    assert "Nobody was found." in answer.words
    assert "<script>alert" not in answer.text


async def test_somebody_else_s_search_and_strange_pages_are_nothing(site: StaffSite) -> None:
    browser, other = await _as(site), await _as(site, StaffRole.ADMIN)
    await browser.get(SEARCH)
    address = (await browser.post(SEARCH, {"q": "alice"})).to
    refused = await other.get(address)
    assert refused.status == 422
    assert "Alicia" not in refused.text
    for query in ("&page=999999999999", "&page=x", "&page=-1", "&page=%00", "&group=nowhere", "&page=0"):
        assert (await browser.get(address + query)).status in {200, 404}
    assert (await browser.get(f"{ALICE}?links=9999999&payments=x&ended=99999999999999")).status == 200


async def test_a_group_is_chosen_by_address(site: StaffSite) -> None:
    await site.site.house.group("hilltop")
    browser = await _as(site)
    found = await _search(browser, "alice", f"{SEARCH}?group=hilltop")
    assert "Nobody was found." in found.words
    every = re.search(r'href="([^"]*)">All groups', found.text)
    assert every
    assert "Alicia Example" in (await browser.get(every[1].replace("&amp;", "&"))).words


async def test_a59_another_group_s_guarantors_links_and_batches_are_not_there(site: StaffSite) -> None:
    await site.site.house.group("hilltop")
    link = await site.site.link(batch="autumn")
    paths = [
        ALICE,
        f"{ALICE}/end-links",
        f"/staff/links/{link.id}",
        f"/staff/links/{link.id}/end",
        f"/staff/links/{link.id}/restore",
        f"{BATCHES}/lakeside/autumn/end",
        "/staff/links/groups/lakeside/end",
    ]
    bob = await _as(site, StaffRole.ADMIN, "hilltop")
    for path in paths:
        assert (await bob.get(path)).status == 404, path
        if path.endswith(("end", "restore", "end-links")):
            await bob.get(BATCHES)
            assert (await bob.post(path)).status == 404, path
    for page in (await _search(bob, "alice"), await bob.get(BATCHES)):
        assert "Alicia" not in page.text
        assert "autumn" not in page.text
        assert "Lakeside" not in page.text
    assert await _state(site, link) is LinkState.ACTIVE
    cara = await _as(site, StaffRole.ADMIN, "lakeside")
    for path in paths:
        assert (await cara.get(path)).status == 200, path


async def test_nothing_ends_by_looking(site: StaffSite) -> None:
    link = await site.site.link(batch="autumn")
    browser = await _as(site, StaffRole.ADMIN)
    for path in (
        f"{ALICE}/end-links",
        f"/staff/links/{link.id}/end",
        f"{BATCHES}/lakeside/autumn/end",
        "/staff/links/groups/lakeside/end",
    ):
        page = await browser.get(path)
        assert page.status == 200
        assert "cannot be made good again" in page.words
        _sound(page)
    assert await _state(site, link) is LinkState.ACTIVE


async def test_a_link_is_ended_once_however_often_it_is_pressed(site: StaffSite) -> None:
    link = await site.site.link()
    browser = await _as(site)
    path = f"/staff/links/{link.id}"
    await browser.get(f"{path}/end")
    for _ in range(3):  # pressed twice, and once more in another tab that was open all along
        assert (await browser.post(f"{path}/end")).to == f"{path}?done=ended"
    page = await browser.get(f"{path}?done=ended")
    assert "This link is ended" in page.words
    assert page.words.count("Ended by one of front_desk") == 1
    assert f"{path}/end" not in page.text
    assert "There is nothing to end" in (await browser.get(f"{path}/end")).words
    assert (await site.site.browser().get(f"/q/{site.site.house.token(link)}")).status == 410
    assert (await site.site.house.events(link)).count("link.revoked") == 1


async def test_a_paid_link_stays_paid(site: StaffSite) -> None:
    link = await site.site.link()
    await site.site.house.end(link, LinkState.PAID)
    browser = await _as(site)
    await browser.get(f"/staff/links/{link.id}")
    await browser.post(f"/staff/links/{link.id}/end")
    await browser.post(f"/staff/links/{link.id}/restore")
    assert await _state(site, link) is LinkState.PAID
    assert "is ended" not in (await browser.get(f"/staff/links/{link.id}?done=ended")).words


async def test_every_active_link_of_a_guarantor_ends_and_no_other(site: StaffSite) -> None:
    house = site.site.house
    bob = await house.guarantor(site.site.group, number="20001")
    his = await house.link(bob)
    mine = [await site.site.link() for _ in range(3)]
    await house.end(mine[0], LinkState.PAID)
    browser = await _as(site)
    asked = await browser.get(f"{ALICE}/end-links")
    assert "End 2 links of Alicia Example?" in asked.words
    assert (await browser.post(f"{ALICE}/end-links")).to == f"{ALICE}?ended=2"
    assert "2 links of this guarantor ended." in (await browser.get(f"{ALICE}?ended=2")).words
    assert (await browser.post(f"{ALICE}/end-links")).to == f"{ALICE}?ended=0"
    states = [await _state(site, link) for link in (*mine, his)]
    assert states == [LinkState.PAID, LinkState.REVOKED, LinkState.REVOKED, LinkState.ACTIVE]
    told = await house.do(lambda tx: tx.links.events(mine[1].serial))
    assert [event.actor for event in told] == ["staff 1"]


async def test_a_batch_ends_in_its_group_alone(site: StaffSite) -> None:
    house = site.site.house
    hilltop = await house.group("hilltop")
    theirs = await house.link(await house.guarantor(hilltop, number="30001"), batch="autumn")
    mine = [await site.site.link(batch="autumn"), await site.site.link(batch="autumn", uses=2)]
    other = await site.site.link(batch="winter")
    browser = await _as(site, StaffRole.BILLING, "lakeside")
    listed = await browser.get(BATCHES)
    assert re.search(r"autumn Lakeside \w+ \d+, 2026, [\d:]+ [ap]m 2 1 0 2 End every link", listed.words)
    assert "Hilltop" not in listed.text
    assert "Every link of a group" not in listed.words
    _sound(listed)
    path = f"{BATCHES}/lakeside/autumn/end"
    assert "Of 2 links made, 1 were opened and 0 paid." in (await browser.get(path)).words
    assert (await browser.post(path)).to == f"{BATCHES}?ended=2"
    assert (await browser.post(path)).to == f"{BATCHES}?ended=0"
    assert "There is no active link to end." in (await browser.get(path)).words
    states = [await _state(site, link) for link in (*mine, theirs, other)]
    assert states == [LinkState.REVOKED, LinkState.REVOKED, LinkState.ACTIVE, LinkState.ACTIVE]


async def test_every_link_of_a_group_is_an_admin_s_to_end(site: StaffSite) -> None:
    links = [await site.site.link(batch=batch) for batch in (None, "autumn", "winter")]
    path = "/staff/links/groups/lakeside/end"
    for role in (StaffRole.VIEWER, StaffRole.FRONT_DESK, StaffRole.BILLING):
        browser = await _as(site, role)
        assert (await browser.get(path)).status == 403
        assert (await browser.post(path)).status == 403
        assert path not in (await browser.get(BATCHES)).text
    admin = await _as(site, StaffRole.ADMIN)
    assert path in (await admin.get(BATCHES)).text
    assert "End 3 links" in (await admin.get(path)).words
    assert (await admin.post(path)).to == f"{BATCHES}?ended=3"
    assert {await _state(site, link) for link in links} == {LinkState.REVOKED}


async def test_what_was_put_on_hold_is_restored_and_says_by_whom(site: StaffSite) -> None:
    link = await site.site.link()
    patient = site.site.browser()
    await patient.open(link)
    await patient.get("/not-me")
    await patient.post("/not-me")
    browser = await _as(site)
    page = await browser.get(f"/staff/links/{link.id}")
    assert "On hold" in page.words
    assert "Somebody said “I am not this person”" in page.words
    file = await browser.get(ALICE)
    assert "Its holder said “I am not this person”: nothing goes there." in file.words
    assert "opens again as before" in (await browser.get(f"/staff/links/{link.id}/restore")).words
    for _ in range(2):
        restored = await browser.post(f"/staff/links/{link.id}/restore")
        assert restored.to == f"/staff/links/{link.id}?done=restored"
    page = await browser.get(restored.to)
    assert "This link is good again." in page.words
    assert page.words.count("Restored by one of front_desk") == 1
    assert "I am not this person" not in (await browser.get(ALICE)).words
    assert (await site.site.browser().open(link)).to == "/pay"


async def test_the_page_says_what_each_balance_means_and_what_was_paid(site: StaffSite) -> None:
    link = await site.site.link(origin=Origin.STATEMENT, single_payment=False, batch="autumn")
    patient = site.site.browser()
    await patient.come_to_pay(link, amount="25.00")
    assert (await patient.pay()).payment_status == "paid"
    page = await (await _as(site)).get(ALICE)
    for words in (
        "Statement balance What the last statement said; it does not change. $125.50",
        "Amount due What remains of the last statement. $100.50",
        "most that can be paid now. $100.50",
        "(608) 555-0101",
        "Alice Example, Toby Example",
        "1 opened from links",
        "1 of 10",
        "(•••) •••-••01 autumn",
        "$25.00 Paid 1 Send again receipt 1 The link",
        "English",
    ):
        assert words in page.words, words
    _sound(page)
    for way in ("/send", "/qr", "/staff/launch?group=lakeside&amp;guarantor=10067", "/release"):
        assert way in page.text


async def test_the_page_says_what_is_wrong_with_a_contact(site: StaffSite) -> None:
    house = site.site.house
    await house.edit(site.site.alice, text_opt_out=True)
    page = await (await _as(site)).get(ALICE)
    assert "Has opted out of texts: notices do not go there, codes do." in page.words


async def test_links_are_paged_newest_first(site: StaffSite) -> None:
    for _ in range(21):
        site.site.house.later(seconds=61)
        newest = await site.site.link()
    browser = await _as(site)
    first, second = await browser.get(ALICE), await browser.get(f"{ALICE}?links=2&payments=1")
    assert first.text.count('href="/staff/links/') == 22  # twenty links and the menu, wide and folded
    assert newest.id in first.text
    assert "Older links" in first.words
    assert "Newer links" in second.words
    assert second.text.count('href="/staff/links/') == 3


async def test_a_number_with_signs_in_it_has_its_page(site: StaffSite) -> None:
    number = "A/5 %?#&Ü"
    await site.site.house.guarantor(site.site.group, number=number)
    browser = await _as(site)
    path = f"/staff/guarantors/lakeside/{quote(number, safe='')}"
    assert f'href="{path}"' in (await _search(browser, "a/5")).text
    page = await browser.get(path)
    assert page.status == 200
    assert "Account A/5 %?#&amp;Ü" in page.words
    await browser.get(f"{path}/end-links")
    assert (await browser.post(f"{path}/end-links")).to == f"{path}?ended=0"
    assert f"{path}/send" in page.text
    assert (await browser.get("/staff/guarantors/lakeside/nobody")).status == 404


async def test_the_desk_copies_the_address_while_it_opens(site: StaffSite) -> None:
    link = await site.site.link()
    browser = await _as(site)
    page = await browser.get(f"/staff/links/{link.id}")
    address = f"https://pay.example.com/q/{site.site.house.token(link)}"
    assert address in page.text
    code = site.site.house.digests.match_code(link.id)
    assert code in page.words
    await site.site.house.end(link)
    ended = await browser.get(f"/staff/links/{link.id}")
    assert address not in ended.text
    assert code in ended.words
    handoff = await site.site.house.handoff(site.site.alice)
    assert "/q/" not in (await browser.get(f"/staff/links/{handoff.id}")).text


@pytest.mark.parametrize("csrf", ["", "x"])
async def test_a53_every_form_needs_its_token(site: StaffSite, csrf: str) -> None:
    link = await site.site.link(batch="autumn")
    browser = await _as(site, StaffRole.ADMIN)
    for path in (
        SEARCH,
        f"{ALICE}/end-links",
        f"/staff/links/{link.id}/end",
        f"/staff/links/{link.id}/restore",
        f"{BATCHES}/lakeside/autumn/end",
        "/staff/links/groups/lakeside/end",
    ):
        assert (await browser.post(path, {"q": "alice"}, csrf=csrf)).status == 403, path
    assert await _state(site, link) is LinkState.ACTIVE


async def test_the_menu_leads_there(site: StaffSite) -> None:
    for role in StaffRole:
        front = await (await _as(site, role)).get("/staff")
        assert f'href="{SEARCH}"' in front.text
        assert (f'href="{BATCHES}"' in front.text) is (role is not StaffRole.VIEWER)
