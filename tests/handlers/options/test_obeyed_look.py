"""What pages show and how one leaves: each option both ways, on the next page of a session that was open."""

from typing import Any

import pytest

from quickpay.domain.guarantors import Account
from quickpay.domain.money import Cents
from tests.factories import make_line, make_outside_receipt, make_statement
from tests.handlers.options.office import Office
from tests.handlers.site import Answer, Browser, Site


@pytest.fixture
async def inside(site: Site, browser: Browser) -> Browser:
    """A session opened before anything is changed; she owes 125.50 of 777.00 and 43.21 lie unapplied."""
    account = Account(
        lines=(make_line("67563-1"), make_line("68110-1", remaining=5_005)),
        statements=(make_statement("67563-1", balance=77_700),),
        receipts=(make_outside_receipt(applied=Cents(0), amount=Cents(4_321)),),
    )
    await site.house.edit(site.alice, account)
    assert (await browser.open(await site.link(single_payment=False))).to == "/pay"
    return browser


async def _every_page(site: Site, inside: Browser) -> list[Answer]:
    """Each page from choosing to the result, and a link's."""
    fronts = site.browser()
    pages = [await fronts.get(f"/q/{site.house.token(await site.link())}"), await inside.get("/pay")]
    pages.append(await inside.post("/pay", {"amount_choice": "other", "amount": "999"}))
    pages.append(await inside.post("/pay", {"amount_choice": "other", "amount": "1"}))
    pages.append(await inside.get("/pay/method"))
    await inside.post("/pay/method", {"method": "card"})
    pages.append(await inside.get("/pay/details"))
    pages.append(await inside.pay())
    pages.append(await inside.get("/not-me"))
    return pages


def _footer(page: Answer) -> str:
    return page.text[page.text.index("<footer>") :]


@pytest.mark.parametrize(
    ("option", "value", "shown"),
    [
        ("footer_text", "Ask us <anything>", "<p>Ask us &lt;anything&gt;</p>"),
        (
            "footer_email",
            "office+bills@example.com",
            '<p><a href="mailto:office+bills@example.com">office+bills@example.com</a></p>',
        ),
        (
            "footer_phone",
            "(608) 555-0100 ext. 12",
            '<p><a href="tel:6085550100;ext=12">(608) 555-0100 ext. 12</a></p>',
        ),
    ],
    ids=["footer_text", "footer_email", "footer_phone"],
)
async def test_the_footer_says_what_is_set_and_leaves_out_what_is_not(
    site: Site, inside: Browser, office: Office, option: str, value: str, shown: str
) -> None:
    for now in (value, "", value, None):
        await office.save(look_and_feel={option: now})
        for page in await _every_page(site, inside):
            if page.status != 303:
                assert (shown in _footer(page)) is bool(now), page.text
                assert _footer(page).count("<p>") == (1 if now else 0)


async def test_the_footer_of_emails_says_it_too(site: Site, inside: Browser, office: Office) -> None:
    for look in (
        {"footer_text": "Ask us", "footer_phone": "(608) 555-0100"},
        {"footer_text": None, "footer_phone": ""},
    ):
        await office.save(look_and_feel=look)
        sent = len(site.house.mailer.sent)
        await inside.get("/pay")
        await inside.post("/pay", {"amount_choice": "other", "amount": "1"})
        await inside.post("/pay/method", {"method": "card"})
        await inside.get("/pay/details")
        await inside.pay(email="me@example.com")
        await site.house.outbox().run_once()
        [receipt] = site.house.mailer.sent[sent:]
        for part in (receipt.text, receipt.html):
            assert ("Ask us" in part, "(608) 555-0100" in part) == (bool(look["footer_text"]),) * 2


@pytest.mark.parametrize(
    ("function", "label", "closes"),
    [("logout", "Log out", False), ("close", "Close", True), ("none", None, None)],
)
async def test_the_logout_control_is_what_the_group_chose(
    site: Site, inside: Browser, office: Office, function: str, label: str | None, closes: bool | None
) -> None:
    for other in {"logout", "close", "none"} - {function}:
        await office.save(look_and_feel={"logout_function": other})
        await inside.get("/pay")
    await office.save(look_and_feel={"logout_function": function})
    page = await inside.get("/pay")
    assert ('action="/sign-out"' in page.text) is (label is not None)
    if label is None:
        assert (await inside.post("/sign-out")).status == 403
        assert (await inside.get("/pay")).status == 200
        site.house.later(minutes=21)
        assert (await inside.get("/pay")).status == 401
        return
    assert f">{label}</button>" in page.text
    cookie = inside.cookie
    left = await inside.post("/sign-out")
    after = await inside.get(left.to)
    assert ("may close this page" in after.words, "close-" in after.text) == (closes, closes)
    assert (await Browser(site=site, cookie=cookie).get("/pay")).status == 401


async def test_the_current_balance_is_shown_offered_and_taken_only_while_it_is_on(
    site: Site, inside: Browser, office: Office
) -> None:
    for on in (True, False, True):
        await office.save(look_and_feel={"show_current_balance": on})
        page = await inside.get("/pay")
        assert ('value="current"' in page.text, "Current Balance" in page.text) == (on, on)
        assert ("$175.55" in page.text) is on  # 125.50 of the statement and 50.05 since
        assert ("You can pay up to" in (await _too_much(inside)).words) is on
        chosen = await inside.post("/pay", {"amount_choice": "current"})
        assert chosen.status == (303 if on else 422)
        assert ("$175.55" in chosen.text) is False


async def test_a_current_balance_chosen_before_it_was_hidden_is_not_charged(
    site: Site, inside: Browser, office: Office
) -> None:
    await inside.get("/pay")
    await inside.post("/pay", {"amount_choice": "current"})
    await inside.get("/pay/method")
    await inside.post("/pay/method", {"method": "card"})
    await inside.get("/pay/details")
    await office.save(look_and_feel={"show_current_balance": False})
    for path in ("/pay/method", "/pay/details"):  # the sum stands on these, too
        assert (await Browser(site=site, cookie=inside.cookie).get(path)).status == 303
    page = await inside.post("/pay/details", {"card_token": "tok_approved"})
    assert (page.status, "Your card was not charged." in page.words) == (422, True)
    assert site.house.gateway.asked == []


async def test_a_hidden_current_balance_is_on_no_page_at_all(
    site: Site, inside: Browser, office: Office
) -> None:
    await office.save(look_and_feel={"show_current_balance": False, "show_escrow": False})
    pages = await _every_page(site, inside)
    assert len(pages) == 8
    for page in pages:
        said = page.text + str(list(page.headers.items()))
        for hidden in ("175.55", "17555", "174.55", "Current Balance", "43.21", "4321", "Unapplied"):
            assert hidden not in said


async def test_unapplied_funds_are_shown_only_while_that_is_on(
    site: Site, inside: Browser, office: Office
) -> None:
    await _shown_while_on(inside, office, option="show_escrow", label="Unapplied Funds", sum_="$43.21")


async def test_the_statement_balance_is_shown_only_while_that_is_on_and_is_never_payable(
    site: Site, inside: Browser, office: Office
) -> None:
    await _shown_while_on(
        inside, office, option="show_statement_balance", label="Statement Balance", sum_="$777.00"
    )
    for word in ("statement", "statement_balance"):
        assert (await inside.post("/pay", {"amount_choice": word})).status == 422


async def _shown_while_on(inside: Browser, office: Office, *, option: str, label: str, sum_: str) -> None:
    for on in (True, False, True):
        change: dict[str, Any] = {option: on}
        await office.save(look_and_feel=change)
        page = await inside.get("/pay")
        assert (label in page.text, sum_ in page.text) == (on, on)


async def _too_much(inside: Browser) -> Answer:
    page = await inside.post("/pay", {"amount_choice": "other", "amount": "999"})
    assert (page.status, "That is more than is owed." in page.words) == (422, True)
    return page
