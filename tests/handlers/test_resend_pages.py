"""Send again: the form on the result's and the receipt's page, and at the desk."""

import re
from collections.abc import AsyncIterator

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.staff import StaffRole
from tests.handlers.portal_visitor import authorized
from tests.handlers.site import Answer, Browser, Site
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.handlers.test_share_pages import come, share, to_details
from tests.people import House
from tests.services.rows import rows

HERS = "alice.pays@example.com"
OTHER = "other@example.com"
_SENDING = re.compile(r'name="sending" value="([0-9]+)"')


async def _paid(site: Site, browser: Browser, **fields: str) -> str:
    await browser.come_to_pay(await site.link(single_payment=False), amount="20")
    return (await browser.post("/pay/details", {"card_token": "tok_approved", **fields})).to


async def _press(browser: Browser, page: str, action: str, email: str = "") -> Answer:
    found = _SENDING.search((await browser.get(page)).text)
    assert found
    return await browser.post(action, {"sending": found[1], "email": email})


async def _recipients(site: Site) -> list[str]:
    return [row["recipient"] for row in await rows(site.house, "outbox") if row["kind"] == "receipt"]


async def test_the_result_tells_how_the_receipt_fares_and_sends_it_again(
    site: Site, browser: Browser
) -> None:
    mine = await _paid(site, browser, email=HERS)
    page = await browser.get(mine)
    assert "The receipt is on its way to al•••@example.com." in page.words
    assert HERS not in page.text
    assert ">Send again</button>" in page.text
    await site.house.outbox().run_once()
    assert "The receipt was sent to al•••@example.com." in (await browser.get(mine)).words
    assert (await _press(browser, mine, f"{mine}/receipt")).to == f"{mine}#mail"
    assert (await _press(browser, mine, f"{mine}/receipt", OTHER)).to == f"{mine}#mail"
    assert await _recipients(site) == [HERS, HERS, OTHER]
    page = await browser.get(mine)
    assert "on its way to ot•••@example.com" in page.words
    assert OTHER not in page.text
    await site.house.outbox().run_once()
    assert [one.to for one in site.house.mailer.sent] == [HERS, HERS, OTHER]


async def test_without_an_address_it_is_offered_and_one_is_asked_for(site: Site, browser: Browser) -> None:
    mine = await _paid(site, browser)
    assert ">Email me this receipt</button>" in (await browser.get(mine)).text
    for typed in ("", "a@example.com,b@example.com", "nonsense"):
        wrong = await _press(browser, mine, f"{mine}/receipt", typed)
        assert wrong.status == 422
        assert 'href="#email"' in wrong.text
        assert 'aria-invalid="true"' in wrong.text
        assert not typed or f'value="{typed}"' in wrong.text
        assert wrong.payment_status == "paid"
    assert await _recipients(site) == []
    (await _press(browser, mine, f"{mine}/receipt", OTHER)).to  # noqa: B018 - a 303 or it fails
    assert await _recipients(site) == [OTHER]


async def test_too_often_is_said_with_429_and_sends_nothing(site: Site, browser: Browser) -> None:
    mine = await _paid(site, browser, email=HERS)
    answers = [await _press(browser, mine, f"{mine}/receipt") for _ in range(4)]
    assert [one.status for one in answers] == [303, 303, 303, 429]
    assert "several times already" in answers[-1].words
    assert len(await _recipients(site)) == 4


async def test_a_form_from_before_says_so(site: Site, browser: Browser) -> None:
    mine = await _paid(site, browser, email=HERS)
    await browser.get(mine)
    await browser.post(f"{mine}/receipt", {"sending": "2", "email": OTHER})
    late = await browser.post(f"{mine}/receipt", {"sending": "2", "email": ""})
    assert late.status == 409
    assert "just sent from another page" in late.words
    for sending in ("", "x", "-1", "99999999999999999999", "²"):
        assert (await browser.post(f"{mine}/receipt", {"sending": sending})).status == 409
    assert await _recipients(site) == [HERS, OTHER]


async def test_email_receipt_off_offers_and_sends_nothing(site: Site, browser: Browser) -> None:
    mine = await _paid(site, browser)
    await site.options(email_receipt=False)
    page = await browser.get(mine)
    assert "/receipt" not in page.text
    refused = await browser.post(f"{mine}/receipt", {"sending": "1", "email": OTHER})
    assert refused.status == 409
    assert "cannot be sent by email" in refused.words
    assert await _recipients(site) == []


async def test_a_decline_offers_nothing(site: Site, browser: Browser) -> None:
    await browser.come_to_pay(await site.link(), amount="20")
    mine = (await browser.post("/pay/details", {"card_token": "tok_declined"})).to
    assert 'id="mail"' not in (await browser.get(mine)).text
    assert (await browser.post(f"{mine}/receipt", {"sending": "1", "email": OTHER})).status == 409
    assert await _recipients(site) == []


async def test_a59_another_s_receipt_is_not_sent(site: Site, browser: Browser) -> None:
    mine = await _paid(site, browser)
    other = site.browser()
    bob = await site.house.guarantor(site.group, number="B-1")
    await other.open(await site.house.link(bob))
    await other.prove()
    await other.get("/pay")
    fields = {"sending": "1", "email": OTHER}
    assert (await other.post(f"{mine}/receipt", fields)).status == 404
    assert (await other.post("/receipts/1/send", fields)).status == 404
    nobody = site.browser()
    assert (await nobody.post(f"{mine}/receipt", fields)).status in {401, 403}
    assert await _recipients(site) == []


async def test_the_receipts_page_sends_it_too(site: Site, browser: Browser) -> None:
    await _paid(site, browser)
    assert (await browser.post("/receipts/1/send", {"sending": "1", "email": OTHER})).status == 403
    member = await authorized(site)
    page = await member.get("/receipts/1")
    assert ">Email me this receipt</button>" in page.text
    wrong = await _press(member, "/receipts/1", "/receipts/1/send", "nonsense")
    assert wrong.status == 422
    assert "Receipt 1" in wrong.words
    assert (await _press(member, "/receipts/1", "/receipts/1/send", OTHER)).to == "/receipts/1#mail"
    assert await _recipients(site) == [OTHER]
    assert (await member.post("/receipts/99/send", {"sending": "1"})).status == 404


@pytest.fixture
async def here(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


async def test_the_desk_sends_it_to_what_is_on_file_or_where_it_went(here: StaffSite) -> None:
    mine = await _paid(here.site, here.site.browser(), email=HERS)
    path = f"/staff/guarantors/lakeside/10067/receipts/{mine.rpartition('/')[2]}"
    desk = await here.sign_in(await here.member("Dora", StaffRole.FRONT_DESK))
    guarantor = await desk.get("/staff/guarantors/lakeside/10067")
    assert f'href="{path}"' in guarantor.text
    page = await desk.get(path)
    assert "Send receipt 1 again?" in page.words
    assert "It is on its way to" in page.words
    sending = _SENDING.search(page.text)
    assert sending
    fields = {"sending": sending[1], "to": "on_file"}
    for _ in range(2):
        assert (await desk.post(path, fields)).to == "/staff/guarantors/lakeside/10067?receipt=1"
    assert await _recipients(here.site) == [HERS, "alice@example.com"]
    assert "on its way" in (await desk.get("/staff/guarantors/lakeside/10067?receipt=1")).words
    for to in ("", "typed", "other@example.com"):
        assert (await desk.post(path, {"sending": "3", "to": to})).status == 422
    again = [row for row in await rows(here.site.house, "audit") if row["type"] == "receipt.sent_again"]
    assert [row["actor"].startswith("staff ") for row in again] == [True]
    assert (await desk.get("/staff/guarantors/lakeside/10067/receipts/none")).status == 404


async def test_the_desk_sends_what_somebody_else_paid_to_nobody_but_them(here: StaffSite) -> None:
    browser = here.site.browser()
    await browser.open(await here.site.link())
    address = await share(browser)
    desk = await here.sign_in(await here.member("Dora", StaffRole.FRONT_DESK))
    for given, ways in ((None, []), (HERS, ["before"])):
        other = here.site.browser()
        await come(other, address)
        await to_details(other)
        mine = (await other.post("/pay/details", {"card_token": "tok_approved", "email": given or ""})).to
        path = f"/staff/guarantors/lakeside/10067/receipts/{mine.rpartition('/')[2]}"
        page = await desk.get(path)
        assert re.findall('id="to-([a-z_]+)"', page.text) == ways
        assert ("gave no email address" in page.words) is not bool(ways)
        assert (await desk.post(path, {"sending": "1" if not ways else "2", "to": "on_file"})).status == 422
        address = await share(browser, "10.00")
    assert await _recipients(here.site) == [HERS]


async def test_who_only_looks_cannot_send_it(here: StaffSite) -> None:
    mine = await _paid(here.site, here.site.browser(), email=HERS)
    path = f"/staff/guarantors/lakeside/10067/receipts/{mine.rpartition('/')[2]}"
    looker = await here.sign_in(await here.member("Lou", StaffRole.VIEWER))
    assert path not in (await looker.get("/staff/guarantors/lakeside/10067")).text
    assert (await looker.get(path)).status == 403
    assert (await looker.post(path, {"sending": "2", "to": "on_file"})).status == 403
    assert await _recipients(here.site) == [HERS]


async def test_the_desk_sends_none_of_a_decline_or_of_a_group_without(here: StaffSite) -> None:
    browser = here.site.browser()
    await browser.come_to_pay(await here.site.link(single_payment=False), amount="20")
    declined = (await browser.post("/pay/details", {"card_token": "tok_declined"})).to
    paid = await _paid(here.site, here.site.browser())
    desk = await here.sign_in(await here.member("Dora", StaffRole.BILLING))
    paths = [
        f"/staff/guarantors/lakeside/10067/receipts/{one.rpartition('/')[2]}" for one in (declined, paid)
    ]
    guarantor = (await desk.get("/staff/guarantors/lakeside/10067")).text
    assert [path in guarantor for path in paths] == [False, True]
    assert "No money was taken" in (await desk.get(paths[0])).words
    assert (await desk.post(paths[0], {"sending": "1", "to": "on_file"})).status == 409
    await here.site.options(email_receipt=False)
    assert "sends no receipts by email" in (await desk.get(paths[1])).words
    assert (await desk.post(paths[1], {"sending": "1", "to": "on_file"})).status == 409
    assert await _recipients(here.site) == []
