"""Apple Pay and Google Pay: each option both ways, by what the gateway has and the browser calls itself."""

from dataclasses import replace

import pytest

from quickpay.adapters.store import OpenStore
from tests.handlers.options.office import Office
from tests.handlers.site import HOST, Browser, Site, site_of
from tests.people import House

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)
IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.6 Mobile/15E148 Safari/604.1"
)
MAC_CHROME = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Mobile Safari/537.36"
)
OLD_ANDROID = (
    "Mozilla/5.0 (Linux; U; Android 4.4; en-us) AppleWebKit/534.30 (KHTML, like Gecko) "
    "Version/4.0 Mobile Safari/534.30"
)
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
BOTH = {"apple_pay": True, "google_pay": True}


async def _to_methods(site: Site, browser: Browser) -> str:
    assert (await browser.open(await site.link(single_payment=False))).to == "/pay"
    await browser.get("/pay")
    chosen = {"amount_choice": "other", "amount": "20"}
    assert (await browser.post("/pay", chosen)).to == "/pay/method"
    return (await browser.get("/pay/method")).text


async def test_apple_pay_is_offered_and_taken_only_while_it_is_on_and_to_apples_browsers(
    site: Site, browser: Browser, office: Office
) -> None:
    browser.agent = IPHONE
    assert 'value="apple_pay"' not in await _to_methods(site, browser)
    assert (await browser.post("/pay/method", {"method": "apple_pay"})).status == 422
    await office.save(payments={"apple_pay": True})
    for agent, offered in (
        *((IPHONE, True), (IPAD, True), (MAC_CHROME, True)),
        *((ANDROID, False), (OLD_ANDROID, False), (WINDOWS, False), (FIREFOX, False), ("", False)),
    ):
        browser.agent = agent
        assert ('value="apple_pay"' in (await browser.get("/pay/method")).text) is offered, agent
        taken = await browser.post("/pay/method", {"method": "apple_pay"})
        assert taken.status == (303 if offered else 422), agent
    browser.agent = IPHONE
    await browser.post("/pay/method", {"method": "apple_pay"})
    page = await browser.get("/pay/details")
    assert 'data-method="apple_pay"' in page.text
    assert 'id="card-fields"' not in page.text
    await office.save(payments={"apple_pay": False})  # between the button and the token
    refused = await browser.post("/pay/details", {"card_token": "tok_apple_pay"})
    assert (refused.status, site.house.gateway.asked) == (422, [])
    await office.save(payments={"apple_pay": True})
    browser.agent = WINDOWS
    assert (await browser.post("/pay/details", {"card_token": "tok_apple_pay"})).status == 422
    assert site.house.gateway.asked == []
    browser.agent = IPHONE
    assert (await browser.pay("tok_apple_pay")).payment_status == "paid"
    assert [charge.wallet for charge in site.house.gateway.asked] == ["apple_pay"]
    [payment] = await office.payments()
    assert payment["method"] == "apple_pay"


async def test_google_pay_is_offered_and_taken_only_while_it_is_on_and_to_any_browser(
    site: Site, browser: Browser, office: Office
) -> None:
    assert 'value="google_pay"' not in await _to_methods(site, browser)
    assert (await browser.post("/pay/method", {"method": "google_pay"})).status == 422
    await office.save(payments={"google_pay": True})
    for agent in (IPHONE, ANDROID, WINDOWS, FIREFOX, ""):
        browser.agent = agent
        assert 'value="google_pay"' in (await browser.get("/pay/method")).text, agent
    await browser.post("/pay/method", {"method": "google_pay"})
    assert 'data-method="google_pay"' in (await browser.get("/pay/details")).text
    await office.save(payments={"google_pay": False})
    assert (await browser.post("/pay/details", {"card_token": "tok_google_pay"})).status == 422
    assert site.house.gateway.asked == []
    await office.save(payments={"google_pay": True})
    assert (await browser.pay("tok_google_pay")).payment_status == "paid"


@pytest.mark.parametrize("wallet", ["apple_pay", "google_pay"])
async def test_a_wallet_the_gateway_has_not_activated_is_neither_offered_nor_taken(
    site: Site, browser: Browser, office: Office, wallet: str
) -> None:
    browser.agent = IPHONE
    gateway = site.house.gateway
    gateway.activated = replace(gateway.activated, apple_pay=False, google_pay=False)
    await office.save(payments=BOTH)
    assert f'value="{wallet}"' not in await _to_methods(site, browser)
    assert (await browser.post("/pay/method", {"method": wallet})).status == 422
    assert gateway.asked == []


@pytest.mark.parametrize(
    ("method", "token"),
    [("apple_pay", "tok_approved"), ("google_pay", "tok_apple_pay"), ("card", "tok_google_pay")],
)
async def test_a_token_of_another_kind_than_was_chosen_is_not_charged(
    site: Site, browser: Browser, office: Office, method: str, token: str
) -> None:
    browser.agent = IPHONE
    await office.save(payments=BOTH)
    await _to_methods(site, browser)
    await browser.post("/pay/method", {"method": method})
    await browser.get("/pay/details")
    assert (await browser.pay(token)).payment_status == "declined"


async def test_no_wallet_asks_for_a_security_code_or_stores_its_card(
    site: Site, browser: Browser, office: Office
) -> None:
    browser.agent = IPHONE
    await office.save(payments=BOTH | {"require_cvv": True, "payment_method_storage": True})
    await _to_methods(site, browser)
    await browser.post("/pay/method", {"method": "apple_pay"})
    assert 'name="store_card"' not in (await browser.get("/pay/details")).text
    refused = await browser.post("/pay/details", {"card_token": "tok_apple_pay", "store_card": "true"})
    assert (refused.status, "Cards cannot be stored here." in refused.words) == (422, True)
    assert site.house.gateway.asked == []
    assert (await browser.post("/pay/details", {"card_token": ""})).status == 422
    await browser.pay("tok_apple_pay")
    assert [charge.require_cvc for charge in site.house.gateway.asked] == [False]


@pytest.mark.parametrize(
    ("agent", "instead"),
    [
        (IPHONE.replace(" Version/18.0", "").replace(" Safari/604.1", " [FBAN/FBIOS;FBAV/480.0]"), "Safari"),
        (IPHONE.replace("Safari/604.1", "Instagram 350.0.0.0"), "Safari"),
        (IPHONE.replace("Version/18.0", "GSA/340.0"), "Safari"),
        (IPHONE.replace("Version/18.0 ", "").replace(" Safari/604.1", ""), "Safari"),
        (ANDROID.replace("Pixel 9)", "Pixel 9; wv)"), "Chrome"),
        (ANDROID + " [FB_IAB/FB4A;FBAV/480.0]", "Chrome"),
        (IPHONE, None),
        (ANDROID, None),
        (MAC_CHROME, None),
    ],
)
async def test_inside_another_app_it_is_said_where_wallets_are(
    site: Site, browser: Browser, office: Office, agent: str, instead: str | None
) -> None:
    browser.agent = agent
    await office.save(payments=BOTH)
    text = await _to_methods(site, browser)
    assert ("inside another app" in text) is (instead is not None)
    assert 'value="card"' in text
    if instead is not None:
        assert f"open your link in {instead}." in text
    browser.language = "__Host-qpl=es"
    assert ("dentro de otra aplicación" in (await browser.get("/pay/method")).text) is (instead is not None)
    await office.save(payments={"apple_pay": False, "google_pay": False})
    assert "inside another app" not in (await browser.get("/pay/method")).text


_APPLES = "/.well-known/apple-developer-merchantid-domain-association"


async def test_the_file_apple_asks_for_is_there_only_if_it_is_set(site: Site, browser: Browser) -> None:
    assert (await browser.get(_APPLES)).status == 404


async def test_apple_gets_its_file_byte_for_byte_as_plain_text_and_no_cookie(own_store: OpenStore) -> None:
    body = b"7B227073704964223A2239\r\n\xff\x00 as Apple gave it, no line feed at its end"
    async with site_of(House(own_store), apple_pay_domain=body) as site:
        for headers in ({}, {"Cookie": "__Host-qp=somebody"}):
            async with site.session.get(
                f"{site.address}{_APPLES}", headers={"Host": HOST, **headers}
            ) as said:
                assert (said.status, await said.read()) == (200, body)
                assert said.content_type == "text/plain"
                assert "Set-Cookie" not in said.headers
