"""Every page a patient meets in Spanish: nothing English on it, chosen as the rules say, never mixed up."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from quickpay.domain.links import LinkState
from quickpay.domain.money import Cents
from quickpay.domain.options import LogoutFunction
from quickpay.domain.reach import EVERYWHERE
from quickpay.domain.refunds import Refund
from quickpay.mfa.methods import Method as Way
from quickpay.ports.gateway import NoAnswer
from quickpay.ports.messages import STOPPED, Rejected
from quickpay.services.settling.refunds import GiveBack
from tests.handlers.portal_visitor import authorized, every_page
from tests.handlers.site import Answer, Browser, Site
from tests.services.portal_account import ACCOUNT
from tests.spanish import ENGLISH, OF_THE_PM, left_over

_WEIGHT = 50_000


def test_the_measure_finds_english() -> None:
    assert len(ENGLISH) > 300
    assert left_over("<p>Your bill</p>") == {"your", "bill"}
    assert left_over('<p data-many="It closes">Su factura</p>') == {"it", "closes"}
    assert left_over("<p>Su factura</p>") == set()


@pytest.fixture
async def spanish(site: Site) -> Site:
    """The site whose Alice reads Spanish."""
    return replace(site, alice=await site.house.edit(site.alice, ACCOUNT, language="es-MX"))


def _hold(pages: dict[str, Answer], site: Site) -> None:
    alice = site.alice
    data = (
        site.group.name,
        alice.name,
        alice.email or "",
        *(one.name for one in alice.patients),
        *OF_THE_PM,
    )
    for name, page in pages.items():
        assert '<html lang="es">' in page.text, name
        assert left_over(page.text, *data) == set(), name
        assert len(page.text.encode()) < _WEIGHT, name


async def test_the_way_from_a_link_to_a_receipt(spanish: Site, browser: Browser) -> None:
    link = await spanish.link(single_payment=False)
    pages = {"link": await browser.get(f"/q/{spanish.house.token(link)}?lang=es")}
    assert (await browser.open(link)).to == "/pay"
    browser.language = ""  # from here on it is hers, not the browser's
    for path in ("/pay", "/verify", "/not-me", "/session/extend", f"/g/{spanish.group.slug}/about"):
        pages[path] = await browser.get(path)
    pages["amount 422"] = await browser.post("/pay", {"amount_choice": "other", "amount": "x"})
    pages["too much"] = await browser.post("/pay", {"amount_choice": "other", "amount": "99999"})
    await browser.post("/pay", {"amount_choice": "other", "amount": "20"})
    pages["method"] = await browser.get("/pay/method")
    pages["method 422"] = await browser.post("/pay/method", {"method": "x"})
    await browser.post("/pay/method", {"method": "card"})
    pages["details"] = await browser.get("/pay/details")
    pages["details 422"] = await browser.post("/pay/details", {"email": "x"})
    pages["declined"] = await browser.pay("tok_no_funds")
    await browser.get("/pay/details")
    pages["paid"] = await browser.pay(email="alice@example.com")
    pages["nothing here"] = await browser.get("/payments/no-such", Accept_Language="es")
    _hold(pages, spanish)
    assert "No se hizo ningún cargo a su tarjeta." in pages["declined"].words
    assert "Gracias, recibimos su pago" in pages["paid"].words
    assert "terminada en 4242" in pages["paid"].words
    assert "21 nov 2026" in pages["paid"].words


async def test_a_payment_nobody_knows_the_end_of(spanish: Site, browser: Browser) -> None:
    await browser.come_to_pay(await spanish.link())
    spanish.house.gateway.then(NoAnswer(reason="timed_out"))
    unknown = await browser.pay()
    _hold({"unknown": unknown}, spanish)
    assert "Por favor, no vuelva a pagar." in unknown.words


async def test_the_proof(spanish: Site, browser: Browser) -> None:
    await spanish.options(require_mfa=False)
    await browser.open(await spanish.link())
    await browser.get("/verify")
    pages = {"choose 422": await browser.post("/verify", {"method": "x"})}
    await browser.post("/verify", {"method": "sms"})
    await spanish.house.at_rest()
    pages["code"] = await browser.get("/verify/code")
    pages["too soon"] = await browser.post("/verify/resend")
    pages["no code"] = await browser.post("/verify/code", {"code": "x"})
    for left in range(5):
        pages[f"wrong {left}"] = await browser.post("/verify/code", {"code": "000000"})
    assert pages["wrong 4"].status == 429
    _hold(pages, spanish)
    assert "por mensaje de texto a" in pages["code"].words
    assert spanish.house.texter.sent[-1].body.startswith("Su clave es ")


async def test_the_portal(spanish: Site) -> None:
    browser = await authorized(spanish)
    pages = await every_page(browser, papers=False)
    pages["paid hidden"] = await browser.get("/statements?hide=paid")
    pages["nothing fits"] = await browser.get("/account?show=open&year=2001")
    _hold(pages, spanish)
    assert "Código para" not in pages["/home"].words
    assert spanish.house.mailer.sent[-1].subject == "Su código para ver su factura"
    assert "Su código es " in spanish.house.mailer.sent[-1].text
    assert '<html lang="es">' in spanish.house.mailer.sent[-1].html


async def test_papers(spanish: Site) -> None:
    await spanish.options(visits_pdf_export=True, show_insurance_pending=True)
    browser = await authorized(spanish)
    pages = await every_page(browser)
    papers = {path: page.text for path, page in pages.items() if path.endswith(".pdf")}
    assert len(papers) == 3
    await browser.get("/pay")
    await browser.post("/language", {"language": "en", "back": "/pay"})
    for path, words in papers.items():
        assert left_over(words, spanish.group.name, spanish.alice.name, *OF_THE_PM) == set(), path
        assert "Número de cuenta" in words, path
        assert "Account number" in (await browser.get(path)).text, path
    await spanish.options(visits_pdf_export=False)
    browser.language = ""
    refused = await browser.get("/visits.pdf")
    assert refused.status == 403
    _hold({"no file": refused}, spanish)


async def test_a_contact_is_changed_and_who_had_it_is_told(spanish: Site) -> None:
    await spanish.options(contact_info_editing=True, footer_phone="(608) 555-0100")
    browser = await authorized(spanish)
    house, pages = spanish.house, {}
    for kind, typed in (("email", "new@example.com"), ("mobile", "(608) 555-0177")):
        pages[f"{kind} before"] = await browser.get(f"/profile/{kind}")
        pages[f"{kind} 422"] = await browser.post(f"/profile/{kind}", {kind: "x"})
        assert (await browser.post(f"/profile/{kind}", {kind: typed})).to == "/profile/confirm"
        await house.at_rest()
        pages[f"{kind} code"] = await browser.get("/profile/confirm")
        pages[f"{kind} wrong"] = await browser.post("/profile/confirm", {"code": "x"})
        pages[f"{kind} soon"] = await browser.post("/profile/resend")
        assert 'name="back" value="/profile/confirm"' in pages[f"{kind} soon"].text
        code = house.last_code(Way.EMAIL if kind == "email" else Way.SMS)
        done = await browser.post("/profile/confirm", {"code": code})
        pages[f"{kind} done"] = await browser.get(done.to)
    await spanish.options(contact_info_editing=False)
    pages["off"] = await browser.get("/profile/email")
    for page in pages.values():
        _hold({"of a contact": replace(page, text=page.text.replace("new@", "").replace(" am", ""))}, spanish)
    assert "Se cambió su número de celular." in pages["mobile done"].words
    assert re.search(
        r"A partir del 22 nov 2026, [0-9]+:[0-9]{2} [ap]\. m\., los códigos", pages["email done"].words
    )
    await house.outbox().run_once()
    told = house.mailer.sent[-1]
    assert told.subject == "Se cambió su correo electrónico"
    assert "Si no fue usted, llame al consultorio ahora mismo: (608) 555-0100." in told.text
    assert left_over(told.text + told.html, spanish.group.name, "example") == set()
    text = house.texter.sent[-1].body
    assert text.startswith(f"{spanish.group.name_in_texts}: cambiamos su celular: ")
    assert left_over(text, spanish.group.name_in_texts) == set()


async def test_a_receipt_is_sent_again(spanish: Site, browser: Browser) -> None:
    await browser.come_to_pay(await spanish.link(single_payment=False), amount="20")
    mine = (await browser.post("/pay/details", {"card_token": "tok_approved"})).to
    pages = {"offered": await browser.get(mine)}
    pages["no address"] = await browser.post(f"{mine}/receipt", {"sending": "1", "email": "x"})
    assert pages["no address"].status == 422
    assert f'href="{mine}?lang=en"' in pages["no address"].text
    await browser.post(f"{mine}/receipt", {"sending": "1", "email": "alice@example.com"})
    pages["on its way"] = await browser.get(mine)
    pages["overtaken"] = await browser.post(f"{mine}/receipt", {"sending": "1", "email": "other@example.com"})
    assert pages["overtaken"].status == 409
    await spanish.house.outbox().run_once()
    pages["sent"] = await browser.get(mine)
    _hold(pages, spanish)
    assert "El recibo se envió a " in pages["sent"].words
    assert "Estado" in (await browser.get(f"{mine}.pdf")).text


@pytest.mark.parametrize(("on_file", "chosen"), [("", "es"), ("en", "es"), ("es-MX", ""), ("es-MX", "en")])
async def test_a_receipt_is_in_the_language_it_was_paid_in(
    site: Site, browser: Browser, on_file: str, chosen: str
) -> None:
    alice = await site.house.edit(site.alice, ACCOUNT, language=on_file)
    browser.language = f"__Host-qpl={chosen}" if chosen else ""
    page = await browser.come_to_pay(await site.house.link(alice))
    spoken = (chosen or on_file)[:2]
    assert f'<html lang="{spoken}">' in page.text
    mine = (await browser.post("/pay/details", {"card_token": "tok_approved", "email": "a@example.com"})).to
    await browser.get(mine)
    await browser.post(f"{mine}/receipt", {"sending": "2", "email": ""})
    payment = mine.rpartition("/")[2]
    back = GiveBack(amount=Cents(1_00), reason="Too much", by="staff 1", number=None)
    assert isinstance(await site.house.refunds.give(payment, back, within=EVERYWHERE), Refund)
    await site.house.outbox().run_once()
    assert len(site.house.mailer.sent) == 3
    for mail in site.house.mailer.sent:
        is_spanish = left_over(mail.text, site.group.name, alice.name, "a@example.com") == set()
        assert is_spanish is (spoken == "es"), mail.text


async def test_blocked_texts(spanish: Site, browser: Browser) -> None:
    spanish.house.texter.then(Rejected(reason=STOPPED, permanent=True))
    await browser.open(await spanish.link())
    await browser.get("/verify")
    await browser.post("/verify", {"method": "sms"})
    await spanish.house.at_rest()
    pages = {"code": await browser.get("/verify/code"), "ways": await browser.get("/verify")}
    for page in pages.values():
        assert "responda START al último mensaje" in page.words
    _hold(pages, spanish)


async def test_doors_and_ends_in_the_browsers_language(spanish: Site, browser: Browser) -> None:
    slug, house = spanish.group.slug, spanish.house
    browser.language = "__Host-qpl=es"
    await spanish.options(require_mfa=False, logout_function=LogoutFunction.LOGOUT)
    pages = {
        path: await browser.get(path)
        for path in ("/", "/pay", "/nope", f"/g/{slug}/sign-in", f"/g/{slug}/on-hold")
    }
    pages["left"] = await browser.get(f"/g/{slug}/signed-out")
    await browser.get(f"/g/{slug}/sign-in")
    pages["sign in 422"] = await browser.post(f"/g/{slug}/sign-in", {"contact": "x"})
    says = {"first_name": "Alicia", "last_name": "Example", "contact": "alice@example.com"}
    assert (await browser.post(f"/g/{slug}/sign-in", says)).status == 303
    await house.at_rest()
    pages["knock"] = await browser.get(f"/g/{slug}/sign-in/code")
    pages["knock 422"] = await browser.post(f"/g/{slug}/sign-in/code", {"code": "000000"})
    for state in (LinkState.REVOKED, LinkState.SUSPENDED, LinkState.PAID, LinkState.SUPERSEDED):
        pages[state] = await _dead(spanish, browser, state)
    link = await spanish.link()
    house.clock.advance(timedelta(days=400))
    path = f"/q/{house.token(link)}"
    pages["expired"] = await browser.get(path)
    pages["renewed"] = await browser.post(f"{path}/renew")
    _hold(pages, spanish)
    assert "código de 6 números por correo electrónico" in pages["knock"].words


async def _dead(site: Site, browser: Browser, state: LinkState) -> Answer:
    link = await site.link()
    await site.house.end(link, state)
    page = await browser.get(f"/q/{site.house.token(link)}")
    assert page.status == 410
    return page


async def test_what_was_chosen_wins_over_the_guarantor_and_she_over_the_browser(
    spanish: Site, browser: Browser
) -> None:
    link = await spanish.link()
    path = f"/q/{spanish.house.token(link)}"
    assert '<html lang="en">' in (await browser.get(path)).text
    assert '<html lang="es">' in (await browser.get(path, Accept_Language="es-419,en;q=0.5")).text
    assert '<html lang="en">' in (await browser.get(path, Accept_Language="fr")).text
    await browser.open(link)
    page = await browser.get("/pay", Accept_Language="en")
    assert '<html lang="es">' in page.text
    assert 'action="/language"' in page.text
    answer = await browser.post("/language", {"language": "en", "back": "/verify"})
    assert answer.to == "/verify"
    assert answer.headers["Set-Cookie"] == "__Host-qpl=en; Path=/; HttpOnly; SameSite=Lax; Secure"
    page = await browser.get("/verify")
    assert '<html lang="en">' in page.text
    assert (await browser.post("/verify", {"method": "email"})).status == 303
    await spanish.house.at_rest()
    assert spanish.house.mailer.sent[-1].subject == "Your code to view your bill"
    assert '<html lang="es">' in (await browser.get("/pay?lang=es")).text
    assert '<html lang="es">' in (await browser.get("/pay", Accept_Language="en")).text


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/staff", "/q/x", "", "/pay/../x"]
)
async def test_the_choice_leads_nowhere_else(spanish: Site, browser: Browser, back: str) -> None:
    await browser.open(await spanish.link())
    await browser.get("/pay")
    assert (await browser.post("/language", {"language": "en", "back": back})).to == "/pay"
    answer = await browser.post("/language", {"language": "xx\r\nX: y", "back": "/pay"})
    assert "Set-Cookie" not in answer.headers


async def test_the_choice_carries_the_sessions_token_and_needs_a_session(
    spanish: Site, browser: Browser
) -> None:
    assert (await browser.post("/language", {"language": "es"})).status == 401
    await browser.open(await spanish.link())
    await browser.get("/pay")
    answer = await browser.post("/language", {"language": "en"}, csrf="x" * 43)
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("cookie", ["xx", "es; __Host-qpl=en", "ES", "es<script>", ""])
async def test_a_cookie_that_is_none_of_ours_says_nothing(site: Site, browser: Browser, cookie: str) -> None:
    page = await browser.get("/", Cookie=f"__Host-qpl={cookie}", Accept_Language="en")
    assert '<html lang="en">' in page.text


async def test_before_a_required_proof_her_language_shows_nothing_of_her(
    spanish: Site, browser: Browser
) -> None:
    await spanish.options(require_mfa=True)
    assert (await browser.open(await spanish.link())).to == "/verify"
    for path in ("/verify", f"/g/{spanish.group.slug}/about", "/session/extend", "/not-me"):
        assert '<html lang="en">' in (await browser.get(path, Accept_Language="en")).text, path
    await browser.prove(Way.EMAIL)
    assert spanish.house.mailer.sent[-1].subject == "Su código para ver su factura"  # it goes to her alone
    assert '<html lang="es">' in (await browser.get("/pay", Accept_Language="en")).text


async def test_two_at_once_each_in_her_own_language(spanish: Site) -> None:
    english, others = spanish.browser(), spanish.browser()
    for browser in (english, others):
        await browser.open(await spanish.link(single_payment=False))
    english.language = "__Host-qpl=en"
    paths = ["/pay", "/verify", "/not-me", "/session/extend", "/nope"] * 8
    pages = await asyncio.gather(*(one.get(path) for path in paths for one in (english, others)))
    for page, language in zip(pages, ["en", "es"] * len(paths), strict=True):
        if page.status == 404:
            continue
        assert f'<html lang="{language}">' in page.text
        words = set(unescape(page.words).lower().split())
        assert {"your", "bill"} & words if language == "en" else {"su", "factura"} & words


async def test_a_groups_own_words_go_as_they_are_written(spanish: Site, browser: Browser) -> None:
    await spanish.options(
        mfa_email_subject="Our own subject",
        mfa_email_body="Our own words: ${mfa.code}",
        footer_text="Open on Mondays",
    )
    await browser.open(await spanish.link())
    assert "Open on Mondays" in (await browser.get("/pay")).words
    await browser.prove()
    sent = spanish.house.mailer.sent[-1]
    assert sent.subject == "Our own subject"
    assert "Our own words: " in sent.text
