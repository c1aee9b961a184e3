"""Other ways to pay, and what becomes of it: shares, stored cards, wallets, the bank's question, refunds."""

from datetime import UTC, datetime
from typing import Any

from playwright.async_api import expect

from quickpay.adapters.tasks import BackgroundTasks
from quickpay.app import furnish, open_world
from quickpay.domain.bank_steps import BankStep
from quickpay.domain.reach import EVERYWHERE
from quickpay.domain.refunds import Refund
from quickpay.ports.tables import Tx
from quickpay.services.settling.refunds import GiveBack
from quickpay.settings import Settings
from tests.household import Household, eventually, owing, settings_for
from tests.journeys.bills import MFA, Bills
from tests.journeys.person import Person
from tests.journeys.tour import Look, Visit, begin

STORES: dict[str, Any] = {"payment_method_storage": True, "require_cvv": True}
WALLETS: dict[str, Any] = {"apple_pay": True, "google_pay": True}
EITHER = MFA | {"require_mfa": False, "require_opposing_contact_methods": False}
IN_AN_APP = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 Instagram 350.0"
)
NO_APPLE_PAY = "window.ApplePaySession = {canMakePayments: () => false}"
NO_GOOGLE_PAY = "window.NoSandboxWallets = ['google_pay']"
SEEN_BEFORE = "mine => sessionStorage.setItem(`bank ${mine}`, 'shown')"


async def sharing(person: Person, bills: Bills, visit: Visit, *, look: Look) -> None:
    """Pass a sum on to somebody else, and be that somebody."""
    await begin(person, bills, look)
    await person.come_to_pay(await bills.link())
    await person.press("Somebody else pays", role="link")
    await visit(person, "share")
    await person.radio("Other Amount").check()
    await person.field("Amount in dollars").fill("1e3")
    await person.press("Make a link")
    await visit(person, "share-error")
    await person.field("Amount in dollars").fill("60")
    await person.press("Make a link")
    await visit(person, "share-made")
    address = await person.page.locator("#share-address").inner_text()
    await _as_a_stranger(person)
    await person.open(address)
    await visit(person, "shared-link")
    await person.press("Continue")
    await visit(person, "shared")
    await person.press("Next")
    await visit(person, "shared-method")
    await person.radio("Card").check()
    await person.press("Next")
    await visit(person, "shared-details")
    await person.pay()
    await person.status("paid")
    await visit(person, "shared-paid")
    await _as_a_stranger(person)
    await person.open(address)
    await visit(person, "shared-over")


async def storing(person: Person, bills: Bills, visit: Visit, *, look: Look) -> None:
    """Have a card stored, pay with it, and remove it."""
    theme = await begin(person, bills, look, payments=STORES, authentication=EITHER)
    await person.open(await bills.link("statement", single_payment=False))
    await person.press("Continue")
    await _prove(person, bills)
    await person.open("/pay")
    await person.choose_amount("Other Amount", "50")
    await visit(person, "details-store")
    await person.page.get_by_role("checkbox", name=person.say("Store card for future use")).check()
    await person.pay()
    await person.status("paid")
    stored = person.say("%(card)s ending in %(digits)s", card="Visa", digits="4242")
    await _to_methods(person, "30")
    await visit(person, "method-stored")
    await person.page.get_by_role("radio", name=stored).check()
    await person.press("Next")
    await visit(person, "details-stored")
    await bills.options(theme=theme, payments=STORES | {"require_cvv": False}, authentication=EITHER)
    await person.open("/pay/details")
    await visit(person, "details-stored-no-code")
    await person.open("/profile")
    await visit(person, "profile-cards")
    await bills.options(theme=theme, payments={"payment_method_storage": False}, authentication=EITHER)
    await person.open("/profile")
    await visit(person, "profile-cards-unused")
    await person.page.locator(".stored a").click()
    await person.at("Remove %(card)s?", card=stored)
    await visit(person, "remove-card")
    await person.press("Remove card")
    await visit(person, "profile-card-removed")


async def by_wallet(person: Person, bills: Bills, visit: Visit, *, look: Look) -> None:
    """Come upon the wallets: both, left, missing, and nothing else."""
    theme = await begin(person, bills, look, payments=WALLETS)
    await person.come_to_pay(await bills.link())
    await person.radio("Amount Due").check()
    browser = await person.page.context.new_cdp_session(person.page)
    await browser.send("Emulation.setUserAgentOverride", {"userAgent": IN_AN_APP})
    await person.press("Next")
    await visit(person, "method-wallets")
    await person.page.get_by_role("radio", name="Google Pay").check()
    await person.press("Next")
    frame = person.page.frame_locator("#wallet iframe")
    await expect(frame.get_by_role("button")).to_be_visible()
    await visit(person, "wallet")
    await frame.get_by_role("button").click()
    await frame.get_by_role("dialog").get_by_role("button").last.click()
    await expect(person.page.locator("#wallet-said")).not_to_be_empty()
    await visit(person, "wallet-left")
    await person.page.add_init_script(NO_GOOGLE_PAY)
    await person.open("/pay/details")
    await expect(person.page.locator("#unavailable")).to_be_visible()
    await visit(person, "wallet-unavailable")
    await person.page.add_init_script(NO_APPLE_PAY)
    await bills.options(theme=theme, payments={"apple_pay": True, "credit_card": False})
    await person.open("/pay/method")
    await expect(person.page.locator("#no-way")).to_be_visible()
    await visit(person, "method-none")


async def asked_by_the_bank(person: Person, bills: Bills, visit: Visit, *, look: Look) -> None:
    """Stand at the bank's question, by a page of the bank's and by a script of the gateway's."""
    await begin(person, bills, look)
    house = bills.house
    await house.fault("webhooks", "refuse", seconds=120)
    await person.come_to_pay(await bills.link("statement"))
    await person.choose_amount("Amount Due")
    await house.fault("gateway", "drop_after_accept", count=1)
    await house.fault("gateway", "error", seconds=120)
    await person.pay()
    mine = person.path
    await person.page.evaluate(SEEN_BEFORE, mine)
    for name, way in (("page", {"page": f"{house.world.url}/bank"}), ("script", {"word": "a word"})):
        await _let_the_bank_ask(house, mine.rpartition("/")[2], **way)
        await person.page.goto(house.base_url + mine)  # the gateway's script may be asked for there
        await person.status("bank")
        await visit(person, f"bank-{name}")
    await person.page.locator("button[data-bank]").click()
    await expect(person.page.locator("#bank-error")).to_be_visible()
    await visit(person, "bank-error")
    await house.no_faults()


async def given_back(person: Person, bills: Bills, visit: Visit, *, look: Look) -> None:
    """Pay where no receipts are sent, and be given a part and then all of it back."""
    await begin(person, bills, look, payments={"email_receipt": False})
    await person.come_to_pay(await bills.link())
    await person.choose_amount("Other Amount", "20")
    await person.field("Email (optional)").fill("me@example.com")
    await person.pay()
    await person.status("paid")
    await visit(person, "paid-no-email")
    mine = person.path
    for name, amount in (("part", 500), ("whole", None)):
        await _give_back(bills.house, mine.rpartition("/")[2], amount)
        await person.open(mine)
        await visit(person, f"refunded-{name}")


async def stopped(person: Person, bills: Bills, visit: Visit, *, look: Look) -> None:
    """Answer STOP to a code, and look for another way; then there is none."""
    await begin(person, bills, look, authentication=MFA | {"require_opposing_contact_methods": False})
    await person.open(await bills.link("statement"))
    await person.press("Continue")
    await person.radio("Text message").check()
    await person.press("Send code")
    await person.code_from(bills.mobile)
    await _answer_stop(bills.house, bills.mobile)

    async def known() -> bool:
        await person.page.reload()
        return await person.page.locator("main p.error").count() > 0

    assert await eventually(known)
    await person.look()
    await visit(person, "code-blocked")
    await person.open("/verify")
    await visit(person, "verify-blocked")
    await bills.house.guarantor(bills.group, bills.number, email=None, language=bills.language.value)
    await person.open("/verify")
    await visit(person, "cannot-prove-blocked")


async def at_length(person: Person, bills: Bills, visit: Visit, *, look: Look) -> None:
    """Turn the pages of many visits, read what a payment was put on, and have no statement."""
    record = owing(bills.number)
    [first, _] = record["encounters"]
    visits = [
        first | {"id": f"{one}", "date": f"2025-{1 + one % 12:02d}-{1 + one % 28:02d}"} for one in range(60)
    ]
    await begin(
        person,
        bills,
        look,
        record=record | {"encounters": [first, *visits], "statements": []},
        authentication=EITHER,
    )
    await person.open(await bills.link("statement", single_payment=False))
    await person.press("Continue")
    await _prove(person, bills)
    await person.open("/pay")
    await person.choose_amount("Other Amount", "200")
    await person.pay()
    await person.status("paid")
    await person.open("/account?page=2")
    await visit(person, "account-second")
    await person.open("/statements")
    await visit(person, "statements-none")
    await person.open("/receipts")
    await person.page.locator("main th a").first.click()
    await person.look()
    await visit(person, "receipt-posted")


MONEY_WALKS = (sharing, storing, by_wallet, asked_by_the_bank, given_back, stopped, at_length)


async def _as_a_stranger(person: Person) -> None:
    await person.page.context.clear_cookies()
    await person.chooses(person.language)


async def _to_methods(person: Person, amount: str) -> None:
    await person.open("/pay")
    await person.radio("Other Amount").check()
    await person.field("Amount in dollars").fill(amount)
    await person.press("Next")


async def _prove(person: Person, bills: Bills) -> None:
    await person.press("View Account", role="link")
    await person.radio("Email").check()
    before = len(await bills.house.messages(bills.email))
    await person.press("Send code")
    await person.type_code(await person.code_from(bills.email, after=before))


async def _let_the_bank_ask(
    house: Household, payment: str, *, page: str | None = None, word: str | None = None
) -> None:
    step = BankStep(payment_id=payment, page=page, word=word, begun_at=datetime.now(UTC))

    async def unit(tx: Tx) -> None:
        await tx.bank_steps.end(payment)
        assert await tx.bank_steps.add(step)

    async with open_world(_settings(house)) as outside:
        await outside.store.write(unit)


async def _give_back(house: Household, payment: str, amount: int | None) -> None:
    order = GiveBack(amount=amount, reason="Paid twice", by="tests")
    async with open_world(_settings(house)) as outside:
        refunds = furnish(_settings(house), outside, BackgroundTasks()).desk.staff.refunds
        given = await refunds.give(payment, order, within=EVERYWHERE)
    assert isinstance(given, Refund), given


async def _answer_stop(house: Household, number: str) -> None:
    async with house.session.post(f"{house.world.url}/api/opt-outs", json={"number": number}) as answer:
        assert answer.status == 201, await answer.text()


def _settings(house: Household) -> Settings:
    return settings_for(base_url=house.base_url, world=house.world, database_url=house.database_url)
