"""Walk through all that a group's and a guarantor's words appear in, and read it as browsers and mail do."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

from quickpay.adapters.letters import compose
from quickpay.domain.origins import Origin
from quickpay.mfa.methods import Method as Way
from quickpay.ports.messages import Email
from tests.handlers.options.office import Office
from tests.handlers.site import Answer
from tests.handlers.staff_site import StaffSite
from tests.people import wrong
from tests.staff_people import Member

HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
}
"""What an email of ours has, each once."""

_LEADS = {"href", "src", "action", "content", "data-gateway"}
_OUR_PLACES = re.compile(
    r"/[a-zA-Z0-9/_.#?=%&-]*|#[a-z_-]+|https://gateway\.example/fields\.js"
    r"|https://pay\.example\.com/[a-zA-Z0-9/_.-]*|cid:logo"
    r"|\?lang=[a-z]{2}|tel:\+?[0-9]+(;ext=[0-9]+)?|mailto:[A-Za-z0-9!$'*+%._-]+@[A-Za-z0-9.-]+"
    r"|width=device-width, initial-scale=1|strict-origin|noindex|light dark"
)
_NONCE = re.compile(r"'nonce-[A-Za-z0-9_-]{22}'")


class Read(HTMLParser):
    """What a browser makes of a page: its tags with their attributes, where they lead, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[tuple[str, ...]] = set()
        self.led_astray: list[str] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add((tag, *sorted(name for name, _ in attrs)))
        self.led_astray += [
            f"{tag} {name}={value}"
            for name, value in attrs
            if name in _LEADS and not _OUR_PLACES.fullmatch(value or "")
        ]
        self.text += [value for name, value in attrs if name in {"alt", "value"} and value]

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.add(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.tags.add(("declaration", decl))

    def unknown_decl(self, data: str) -> None:
        self.tags.add(("declaration", data))

    @property
    def words(self) -> str:
        """All it says, single spaces."""
        return " ".join(" ".join(self.text).split())


@dataclass(slots=True, kw_only=True)
class Said:
    """Everything that was said on a walk."""

    pages: list[Answer] = field(default_factory=list)
    emails: list[Email] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    code: str = ""

    @property
    def mail(self) -> list[EmailMessage]:
        """The emails as a mail program reads what goes over the wire."""
        when = datetime(2026, 1, 1, tzinfo=UTC)
        return [
            message_from_bytes(compose(one, date=when), policy=default)  # type: ignore[misc]  # the policy's class
            for one in self.emails
        ]

    @property
    def read(self) -> list[Read]:
        """Every page, and every email's."""
        return [Read(page.text) for page in self.pages if page.text] + [
            Read(part(one, "html")) for one in self.mail
        ]

    @property
    def tags(self) -> set[tuple[str, ...]]:
        """Every tag there was, with the names of its attributes."""
        return set().union(*(one.tags for one in self.read))

    @property
    def policies(self) -> set[str]:
        """The policies pages came with, nonces aside."""
        return {_NONCE.sub("'nonce'", page.headers["Content-Security-Policy"]) for page in self.pages}


def part(message: EmailMessage, kind: str) -> str:
    """One of an email's two parts."""
    body = message.get_body((kind,))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content


async def everywhere(here: StaffSite, office: Office, member: Member) -> Said:
    """Walk from links sent by text and email over a proof, a decline and a payment to the staff's pages."""
    site, house = here.site, here.site.house
    mails, texts = len(house.mailer.sent), len(house.texter.sent)
    house.later(days=2)  # past every limit of the walk before
    said = Said()
    staff = await here.sign_in(member)
    browser, pages = site.browser(), said.pages
    for origin in ("sms", "email"):
        body = {"group": "lakeside", "guarantor": site.alice.number, "origin": origin, "send": True}
        key = f"{origin}-{len(house.mailer.sent)}-{len(house.texter.sent)}"
        status, made = await office.call("POST", "/links", body, **{"Idempotency-Key": key})
        assert status == 201, made
        pages.append(await staff.get(f"/staff/links/{made['id']}"))
    await house.outbox().run_once()
    link = await site.link(origin=Origin.STATEMENT, single_payment=False)
    path = f"/q/{house.token(link)}"
    pages += [await browser.get(path), await browser.post(path), await browser.get("/verify")]
    pages.append(await browser.post("/verify", {"method": "email"}))
    await house.at_rest()
    pages.append(await browser.get("/verify/code"))
    said.code = house.last_code(Way.EMAIL)
    pages.append(await browser.post("/verify/code", {"code": wrong(said.code)}))
    pages.append(await browser.post("/verify/code", {"code": said.code}))
    pages += [await browser.get("/pay"), await browser.get("/not-me"), await browser.get("/g/lakeside/about")]
    pages.append(await browser.post("/pay", {"amount_choice": "other", "amount": "999"}))
    pages.append(await browser.post("/pay", {"amount_choice": "other", "amount": "1"}))
    pages.append(await browser.get("/pay/method"))
    pages.append(await browser.post("/pay/method", {"method": "card"}))
    pages.append(await browser.get("/pay/details"))
    pages.append(await browser.pay("tok_no_funds"))
    pages.append(await browser.get("/pay/details"))
    pages.append(await browser.pay(email="me@example.com"))
    left = await browser.post("/sign-out")
    pages += [left, await browser.get(left.to)]
    await house.end(link)
    pages.append(await browser.get(path))
    pages += [await staff.get("/staff"), await staff.get("/staff/groups")]
    await house.outbox().run_once()
    said.emails = house.mailer.sent[mails:]
    said.texts = [one.body for one in house.texter.sent[texts:]]
    assert {page.status for page in pages} <= {200, 303, 410, 422}, Counter(page.status for page in pages)
    assert (len(said.emails), len(said.texts)) == (3, 1), "a link, a code, a receipt; a link"
    return said
