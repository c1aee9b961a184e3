"""The receipt as a PDF: for who may see the payment, and for nobody else."""

import io

import aiohttp
from pypdf import PdfReader

from quickpay.ports.gateway import NoAnswer
from tests.handlers.site import HOST, Browser, Site


async def _pdf(site: Site, browser: Browser, path: str) -> tuple[int, str, bytes]:
    headers = {"Host": HOST, "Cookie": browser.cookie}
    async with site.session.get(site.address + path, headers=headers, allow_redirects=False) as found:
        return found.status, found.headers.get("Content-Type", ""), await found.read()


def _words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


async def _paid(site: Site, browser: Browser) -> str:
    await browser.come_to_pay(await site.link(), amount="20")
    answer = await browser.post("/pay/details", {"card_token": "tok_approved"})
    return answer.to


async def test_a_receipt_is_kept_as_a_pdf(site: Site, browser: Browser) -> None:
    await site.options(footer_text="Billing on weekdays", footer_phone="(608) 555-0100")
    mine = await _paid(site, browser)
    page = await browser.get(mine)
    assert f'href="{mine}.pdf"' in page.text
    status, kind, pdf = await _pdf(site, browser, f"{mine}.pdf")
    assert (status, kind) == (200, "application/pdf")
    words = _words(pdf)
    for said in ("Lakeside", "Receipt", "Alicia Example", "10067", "$20.00", "Paid", "Billing on weekdays"):
        assert said in words, said
    head = await browser.get(f"{mine}.pdf", method="HEAD")
    assert head.headers["Cache-Control"] == "no-store"
    assert head.headers["Content-Disposition"].startswith('inline; filename="receipt-')


async def test_a59_nobody_else_gets_it(site: Site, browser: Browser) -> None:
    mine = await _paid(site, browser)
    other = site.browser()
    assert (await _pdf(site, other, f"{mine}.pdf"))[0] == 401
    bob = await site.house.guarantor(site.group, number="B-1")
    await other.open(await site.house.link(bob))
    assert (await _pdf(site, other, f"{mine}.pdf"))[0] == 404
    assert (await _pdf(site, browser, "/payments/nothing.pdf"))[0] == 404


async def test_under_require_mfa_the_proof_comes_first(site: Site, browser: Browser) -> None:
    mine = await _paid(site, browser)
    await site.options(require_mfa=True)
    status, _, body = await _pdf(site, browser, f"{mine}.pdf")
    assert status == 303
    assert b"Alicia" not in body


async def test_a_decline_has_its_receipt_of_nothing(site: Site, browser: Browser) -> None:
    await browser.come_to_pay(await site.link(), amount="20")
    mine = (await browser.post("/pay/details", {"card_token": "tok_declined"})).to
    words = _words((await _pdf(site, browser, f"{mine}.pdf"))[2])
    assert "$0.00" in words
    assert "Unsuccessful" in words


async def test_while_the_bank_has_not_answered_there_is_no_paper(site: Site, browser: Browser) -> None:
    site.house.gateway.then(NoAnswer(reason="timeout"))
    mine = await _paid(site, browser)
    assert (await _pdf(site, browser, f"{mine}.pdf"))[0] == 404


async def test_a_paper_frame_is_nobody_s(site: Site, browser: Browser) -> None:
    mine = await _paid(site, browser)
    assert isinstance(site.session, aiohttp.ClientSession)
    head = await browser.get(f"{mine}.pdf", method="HEAD")
    assert "frame-ancestors 'none'" in head.headers["Content-Security-Policy"]
    assert head.headers["X-Content-Type-Options"] == "nosniff"
