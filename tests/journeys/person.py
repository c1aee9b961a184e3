"""Somebody with a browser who walks by what the page says, and looks hard at every page met."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import (
    Browser,
    FrameLocator,
    Locator,
    Page,
    Response,
    ViewportSize,
    expect,
)

from quickpay.catalogues import catalogue
from quickpay.domain.languages import Language
from quickpay.domain.said import say
from tests.household import Household
from tests.journeys.watched import Watched, violations
from tests.spanish import OF_THE_PM, left_over

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
APPROVED = "4242424242424242"
CLIPBOARD = ["clipboard-read", "clipboard-write"]
IN_BOTH = pytest.mark.parametrize("language", list(Language))
LOCALES = {Language.EN: "en-US", Language.ES: "es-US"}
CARD_FIELDS = {
    Language.EN: ("Card number", "Expiry date", "Security code"),
    Language.ES: ("Número de tarjeta", "Fecha de vencimiento", "Código de seguridad"),
}
# Of the people and offices these journeys make; an address at example.com is no English of ours.
NAMES = ("Alice Example", "Toby Example", "name example com alice practice patients", "is dr")
PAY_AT = re.compile(r"/pay/details$")


class Person:
    """One person at one device; `page` is the tab in hand, `language` what it is expected to speak.

    Whoever presses, types and looks by the names below names things in English, and the person finds them
    by what they are called in her language; of a Spanish page no word may be English.
    """

    def __init__(
        self, *, page: Page, house: Household, watched: Watched, language: Language = Language.EN
    ) -> None:
        self.page = page
        self.house = house
        self.watched = watched
        self.language = language
        self.names: tuple[str, ...] = NAMES

    @property
    def path(self) -> str:
        """Where we are, without the host."""
        return self.page.url.removeprefix(self.house.base_url)

    async def words(self) -> str:
        """Everything that can be read on the page, spaces closed up."""
        return " ".join((await self.page.locator("body").inner_text()).split())

    def say(self, message: str, **values: object) -> str:
        """Say words of ours in her language; other words stay as they are."""
        return str(say(message, **values).how(catalogue(self.language)))

    def starting(self, message: str) -> re.Pattern[str]:
        """Find words of ours by what stands in them before their first value."""
        return re.compile("^" + re.escape(self.say(message).partition("%(")[0]))

    def radio(self, label: str) -> Locator:
        """A choice."""
        return self.page.get_by_role("radio", name=self.say(label))

    def field(self, label: str) -> Locator:
        """A field by its label."""
        return self.page.get_by_label(self.say(label), exact=True)

    def reads(self, message: str, **values: object) -> Locator:
        """Words of ours on the page."""
        return self.page.get_by_text(self.say(message, **values))

    async def chooses(self, language: Language) -> None:
        """Have chosen a language before, as by the footer of a page."""
        self.language = language
        choice = {"name": "qpl", "value": language.value, "url": self.house.base_url}
        await self.page.context.add_cookies([choice])  # type: ignore[list-item]  # a cookie as it takes one

    async def switch(self, language: Language) -> None:
        """Press the footer's other language, and look."""
        self.language = language
        footer = self.page.get_by_role("contentinfo")
        async with self.page.expect_navigation():
            await footer.locator(".tongues").get_by_text(language.own_name, exact=True).click()
        await self.look()

    async def open(self, url: str) -> Response:
        """Go to an address and look."""
        answer = await self.page.goto(url if "://" in url else self.house.base_url + url)
        assert answer is not None
        await self.look()
        return answer

    async def press(self, name: str | re.Pattern[str], role: Any = "button") -> None:
        """Press what leads to another page, and look at it."""
        called = self.say(name) if isinstance(name, str) else name
        async with self.page.expect_navigation():
            await self.page.get_by_role(role, name=called, exact=isinstance(name, str)).click()
        await self.look()

    async def follow(self, marked: str) -> None:
        """Follow a link whose words are written with tags, as those are that say more to screen readers."""
        await self.press(re.sub("<[^>]*>", "", self.say(marked)), role="link")

    async def at(self, heading: str, **values: object) -> None:
        """Hold that this is the page we are on, by the one heading it has."""
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(self.say(heading, **values))

    async def look(self) -> None:
        """Hold what holds on every page: quiet console, no strangers, nothing in anybody's way."""
        await self.page.wait_for_load_state("load")
        if PAY_AT.search(self.path) and await self.page.locator("#card-fields").count() and self.scripts:
            await expect(self.card_field(2)).to_be_visible()
        await self.watched.settled()
        assert self.watched.complaints == [], self.watched.complaints
        self.asked_nobody_else()
        assert await self.violations() == []
        await self.speaks()

    async def speaks(self) -> None:
        """Hold that the page, and the gateway's fields in it, are in her language and in no other."""
        assert await self.page.locator("html").get_attribute("lang") == self.language
        if self.language is Language.ES:
            frames = [one for one in self.page.frames if "fields" in one.url or one.parent_frame is None]
            for frame in frames:
                found = left_over(await frame.content(), *self.names, *OF_THE_PM)
                assert found == set(), (self.path, found)

    async def violations(self) -> list[str]:
        """What axe finds here."""
        return await violations(self.page)

    @property
    def scripts(self) -> bool:
        """Whether this browser runs scripts."""
        return True

    def asked_nobody_else(self) -> None:
        """Hold that only we were asked, and the gateway on the details page alone (R108)."""
        own, gateway = self.house.base_url, self.house.world.url
        for url, page in self.watched.urls:
            path = page.removeprefix(own)
            at_the_card = PAY_AT.search(path) is not None
            assert url.startswith(own + "/") or (url.startswith(gateway + "/") and at_the_card), (url, page)

    async def type_code(self, code: str) -> None:
        """Type a code and go on."""
        await self.field("Your code").fill(code)
        await self.press("Continue")

    async def come_to_pay(self, link: str) -> None:
        """Open a link that asks for no proof."""
        await self.open(link)
        await self.press("Continue")
        await self.at("How much would you like to pay?")

    async def choose_amount(self, label: str, amount: str | None = None) -> None:
        """Choose how much, and go on to the card."""
        await self.radio(label).check()
        if amount is not None:
            await self.field("Amount in dollars").fill(amount)
        await self.press("Next")
        await self.radio("Card").check()
        await self.press("Next")

    @property
    def card(self) -> FrameLocator:
        """The gateway's fields."""
        return self.page.frame_locator("#card-fields iframe")

    def card_field(self, place: int) -> Locator:
        """One of the gateway's fields, from the number on."""
        return self.card.get_by_label(CARD_FIELDS[self.language][place])

    async def fill_card(self, number: str = APPROVED) -> None:
        """Type a card into the gateway's fields."""
        for place, typed in enumerate((number, "12 / 30", "123")):
            await self.card_field(place).fill(typed)

    @property
    def pay_button(self) -> Locator:
        """Pay, whatever the sum."""
        return self.page.get_by_role("button", name=self.starting("Pay %(amount)s"))

    async def pay(self, number: str = APPROVED) -> None:
        """Type a card, press Pay, and look at what came of it."""
        await self.fill_card(number)
        await self.press(self.starting("Pay %(amount)s"))
        assert self.path.startswith("/payments/"), self.path

    async def status(self, expected: str) -> None:
        """Hold how the page says the payment stands, waiting for it to say so."""
        await expect(self.page.locator("main")).to_have_attribute(
            "data-payment-status", expected, timeout=30_000
        )

    async def link_from(self, contact: str) -> str:
        """Open the newest message to a contact and find the link in it."""
        found = (await self.house.messages(contact))[-1]["text"]
        match = re.search(r"http\S+/q/\S+", found)
        assert match, found
        return match[0].rstrip(".")

    async def code_from(self, contact: str, *, after: int = 0) -> str:
        """Wait for the code that comes as the next message."""
        message = await self.house.next_message(contact, after=after)
        match = re.search(r"\b[0-9]{6}\b", message["text"])
        assert match, message["text"]
        return match[0]

    async def second_tab(self) -> "Person":
        """Open another tab of the same browser."""
        page = await self.page.context.new_page()
        return Person(page=page, house=self.house, watched=self.watched, language=self.language)


class Plain(Person):
    """Somebody whose browser runs no scripts."""

    @property
    def scripts(self) -> bool:
        return False

    async def violations(self) -> list[str]:
        """Let axe judge, in a browser that runs it, what stands here without scripts."""
        browser = self.page.context.browser
        assert browser is not None
        html = (await self.page.content()).replace("<noscript>", "<div>").replace("</noscript>", "</div>")
        context = await browser.new_context(viewport=self.page.viewport_size)
        page = await context.new_page()
        await page.route(self.page.url, lambda route: route.fulfill(body=html, content_type="text/html"))
        await page.goto(self.page.url)
        found = await violations(page)
        await context.close()
        return found


@asynccontextmanager
async def somebody(
    browser: Browser,
    house: Household,
    *,
    scripts: bool = True,
    language: Language = Language.EN,
    **device: Any,
) -> AsyncIterator[Person]:
    """Give a person with a fresh browser profile in a language; a phone unless the device says otherwise."""
    told = {"viewport": PHONE, "locale": LOCALES[language], **device}
    context = await browser.new_context(java_script_enabled=scripts, permissions=CLIPBOARD, **told)
    context.set_default_timeout(15_000)
    watched = Watched(context)
    kind = Person if scripts else Plain
    try:
        yield kind(page=await context.new_page(), house=house, watched=watched, language=language)
    finally:
        await watched.settled()
        await context.close()
