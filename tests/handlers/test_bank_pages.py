"""What a payer sees whose bank wants to hear from her, with and without a script."""

from quickpay.ports.gateway import DeclineReason, NeedsAction
from tests.fakes.gateway import BANK
from tests.handlers.site import Browser, Site


async def _asked(site: Site, browser: Browser) -> str:
    await browser.come_to_pay(await site.link())
    return (await browser.post("/pay/details", {"card_token": "tok_bank"})).to


async def test_she_is_led_to_her_bank_and_a_reload_leads_there_again(site: Site, browser: Browser) -> None:
    path = await _asked(site, browser)
    for _ in range(2):
        page = await browser.get(path)
        assert page.payment_status == "bank"
        assert "Your card has not been charged yet." in page.words
        assert f'href="{path}/bank"' in page.text
        assert (await browser.get(f"{path}/bank")).to == f"{BANK}/{path.rpartition('/')[2]}"
    assert (await browser.get("/pay")).to == path
    assert (await site.browser().get(f"{path}/bank")).status != 303


async def test_r85_what_the_way_back_says_is_not_believed(site: Site, browser: Browser) -> None:
    path = await _asked(site, browser)
    told = "?payment_intent=pi_1&payment_intent_client_secret=x&redirect_status=succeeded"
    assert (await browser.get(path + told)).to == path
    assert (await browser.get(path)).payment_status == "bank"
    site.house.gateway.confirm(path.rpartition("/")[2])
    site.house.later(seconds=3)
    await site.house.reconcile.run_once()
    assert (await browser.get(path)).payment_status == "paid"
    assert (await browser.get(f"{path}/bank")).to == path


async def test_a_no_of_her_bank_is_said_as_that_in_both_languages(site: Site, browser: Browser) -> None:
    path = await _asked(site, browser)
    site.house.gateway.confirm(path.rpartition("/")[2], DeclineReason.NOT_CONFIRMED)
    site.house.later(seconds=3)
    await site.house.reconcile.run_once()
    page = await browser.get(path)
    assert page.payment_status == "declined"
    assert "Your bank did not confirm that it was you." in page.words
    assert "Su banco no confirmó que fuera usted." in (await browser.get(f"{path}?lang=es")).words


async def test_where_the_gateways_script_asks_it_may_load_here_and_nowhere_else(
    site: Site, browser: Browser
) -> None:
    await browser.come_to_pay(await site.link())
    site.house.gateway.then(NeedsAction(transaction="pi_1", page=None, word="pi_1_secret_canary"))
    path = (await browser.post("/pay/details", {"card_token": "tok_approved"})).to
    page = await browser.get(path)
    assert page.payment_status == "bank"
    assert 'data-word="pi_1_secret_canary"' in page.text
    fields = site.house.gateway.card_fields()
    assert fields.script_src[0] in page.headers["Content-Security-Policy"]
    assert (await browser.get(f"{path}/bank")).to == path
