"""J1 in Spanish, which the office knows and the browser does not; and the other language by a press."""

import re

import pytest
from playwright.async_api import expect

from quickpay.domain.languages import Language
from tests.household import Household
from tests.journeys.bills import MFA, Bills
from tests.journeys.person import APPROVED, Person
from tests.paper import paper_words
from tests.spanish import OF_THE_PM, left_over

pytestmark = pytest.mark.asyncio(loop_scope="session")

DECLINED = "4000000000000002"


@pytest.fixture
def bills(house: Household, bills: Bills) -> Bills:
    """Bills of somebody whose Spanish is on file; her browser speaks English."""
    bills.language = Language.ES
    return bills


async def _spanish(bills: Bills, contact: str, place: int) -> str:
    """Read one message to a contact, and hold that nothing of it is English."""
    message = await bills.house.next_message(contact, after=place)
    told = f"{message['subject']} {message['text']} {message['html']}"
    assert left_over(told, bills.name, "alice example com", *OF_THE_PM) == set()
    return told


async def test_j1_in_spanish_from_the_text_to_the_receipt(alice: Person, bills: Bills) -> None:
    await bills.make(authentication=MFA)
    await bills.made("sms", send=True)
    assert "usted tiene una factura por pagar" in await _spanish(bills, bills.mobile, 0)
    await alice.open(await alice.link_from(bills.mobile))
    await alice.at(f"Your bill from {bills.name}")  # nobody has said yet whose it is
    await alice.switch(Language.ES)
    await alice.at("Your bill from %(name)s", name=bills.name)
    await alice.press("Continue")
    assert "¿Adónde le enviamos un código de 6 números?" in await alice.words()
    await alice.press("Send code")
    code = await alice.code_from(bills.email)
    told = await _spanish(bills, bills.email, 0)
    assert "Su código para ver su factura" in told
    assert f"Su código es {code}" in told
    await alice.type_code("12")
    await expect(alice.page.get_by_role("alert")).to_contain_text("Escriba los 6 números del código.")
    await alice.type_code(code)

    await alice.radio("Other Amount").check()
    await alice.field("Amount in dollars").fill("230,5x")
    await alice.press("Next")
    await expect(alice.page.get_by_role("alert")).to_contain_text("Escriba una cantidad en dólares")
    await expect(alice.page).to_have_title(re.compile("^Error: Haga su pago"))
    await alice.choose_amount("Other Amount", "50")
    await alice.at("Pagar $50.00")
    await alice.pay(DECLINED)
    await alice.status("declined")
    assert "No se hizo ningún cargo a su tarjeta." in await alice.words()
    await alice.press("Try again", role="link")
    await alice.choose_amount("Amount Due")
    await alice.field("Email (optional)").fill(bills.email)
    await alice.fill_card(APPROVED)
    await expect(alice.pay_button).to_have_attribute("data-paying", "Pagando $150.00…")
    await alice.press(alice.starting("Pay %(amount)s"))
    await alice.status("paid")
    await alice.at("Gracias, recibimos su pago")
    words = await alice.words()
    for said in ("Cantidad pagada $150.00", "Falta por pagar $80.00", "N.º de recibo"):
        assert said in words
    told = await _spanish(bills, bills.email, 1)
    for said in (f"de {bills.name}", "Recibimos su pago de $150.00", "Visa terminada en 4242"):
        assert said in told
    answer = await alice.page.request.get(f"{alice.page.url}.pdf")
    paper = paper_words(await answer.body())
    assert left_over(paper, *alice.names, *OF_THE_PM) == set()
    assert "Cantidad pagada $150.00" in paper


async def test_by_a_press_both_ways_she_stays_where_she_is_and_what_she_typed_stays(
    alice: Person, bills: Bills
) -> None:
    await bills.make(authentication={"enable_mfa": True})
    await alice.open(await bills.link())
    async with alice.page.expect_navigation():
        await alice.page.get_by_role("button", name="Continue").click()
    alice.language = Language.ES  # the office's word for her, once it may be known who she is
    await alice.look()
    await alice.at("¿Cuánto quiere pagar?")
    await alice.radio("Other Amount").check()
    await alice.field("Amount in dollars").fill("12.34")
    asked = {Language.EN: "How much would you like to pay?", Language.ES: "¿Cuánto quiere pagar?"}
    for language, heading in asked.items():
        await alice.switch(language)
        await alice.at(heading)
        assert alice.path == "/pay"
        await expect(alice.radio("Other Amount")).to_be_checked()
        await expect(alice.field("Amount in dollars")).to_have_value("12.34")
    await alice.press("Next")
    await alice.press("Next")
    await alice.field("Email (optional)").fill("me@example.com")
    await alice.switch(Language.EN)
    await alice.at("Pay $12.34")
    await expect(alice.field("Email (optional)")).to_have_value("me@example.com")
    assert await alice.page.evaluate("sessionStorage.length") == 0
    await alice.pay()
    await alice.status("paid")
    await alice.switch(Language.ES)
    await alice.at("Gracias, recibimos su pago")
