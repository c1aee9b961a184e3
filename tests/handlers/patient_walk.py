"""Somebody who walks by HTTP through every page from a link to a receipt, and through what can go wrong."""

from quickpay.domain.links import LinkState
from quickpay.domain.origins import Origin
from quickpay.ports.gateway import NoAnswer
from tests.handlers.site import Answer, Browser, Site


async def patient_pages(site: Site, browser: Browser) -> list[Answer]:
    """Walk through every page there is."""
    link = await site.link(origin=Origin.STATEMENT, single_payment=False)
    path = f"/q/{site.house.token(link)}"
    pages = [
        await browser.get("/"),
        await browser.get("/nope"),
        await browser.get("/pay"),
        await browser.get(path),
    ]
    pages.append(await browser.post(path, {"note": "4242424242424242"}))
    await browser.open(link)
    pages += [await browser.get("/pay"), await browser.get("/verify"), await browser.post("/verify")]
    await browser.post("/verify", {"method": "email"})
    await site.house.at_rest()
    pages += [await browser.get("/verify/code"), await browser.post("/verify/code", {"code": "x"})]
    pages.append(await browser.post("/verify/resend"))
    pages.append(await browser.post("/pay"))
    pages.append(await browser.post("/pay", {"amount_choice": "other", "amount": '"><b>'}))
    await browser.post("/pay", {"amount_choice": "other", "amount": "5"})
    pages += [await browser.get("/pay/method"), await browser.post("/pay/method")]
    await browser.post("/pay/method", {"method": "card"})
    pages += [await browser.get("/pay/details"), await browser.post("/pay/details", {"email": "'><i>"})]
    pages.append(await browser.pay("tok_declined", email="alice@example.com"))
    pages.append(await browser.pay(email="alice@example.com"))
    await browser.post("/pay", {"amount_choice": "other", "amount": "6"})
    await browser.post("/pay/method", {"method": "card"})
    site.house.gateway.then(NoAnswer(reason="timed_out"))
    pages += [await browser.pay(), await browser.get("/pay")]
    pages.append(await browser.post("/pay", csrf="x"))
    pages.append(await browser.get((await browser.post("/sign-out")).to))
    await site.house.end(link)
    pages.append(await browser.get(path))
    sent = await site.link(origin=Origin.EMAIL, contact="alice@example.com")
    path = f"/q/{site.house.token(sent)}"
    await browser.open(sent)
    pages += [await browser.get(f"/g/{site.group.slug}/about"), await browser.get("/not-me")]
    pages.append(await browser.post("/not-me", {"note": "4242424242424242"}))
    pages.append(await browser.get((await browser.post("/not-me")).to))
    pages += [await browser.get(f"/g/{site.group.slug}/about"), await browser.get(path)]
    await site.house.links.restore(sent.id, by="desk")
    await site.house.end(sent, LinkState.SUPERSEDED)
    pages += [await browser.get(path), await browser.post(f"{path}/renew")]
    return pages + await _handed_over(site, browser)


async def _handed_over(site: Site, browser: Browser) -> list[Answer]:
    """Walk through what a hand-off has of its own."""
    path = f"/handoff/{site.house.token(await site.house.handoff(site.alice))}"
    pages = [await browser.get(path), await browser.post(path, {"note": "4242424242424242"})]
    assert (await browser.post(path)).to == "/pay"
    pages += [await browser.get(path), await browser.get("/pay")]
    pages.append(await browser.get((await browser.post("/sign-out")).to))
    return pages + await _simulated(site, browser)


async def _simulated(site: Site, browser: Browser) -> list[Answer]:
    """Walk through a simulation."""
    bo = await site.house.guarantor(site.group, number="2", email="bo@example.com")
    path = f"/launch/{site.house.token(await site.house.launch(bo))}"
    pages = [await browser.get(path), await browser.post(path, {"note": "4242424242424242"})]
    await browser.post(path)
    asked = "?amount_choice=other&amount=5&method=card"
    walk = ("/pay", "/pay/method", "/pay/details", "/verify", "/verify/code", "/not-me", "/nope")
    pages += [await browser.get(step + asked) for step in walk]
    pages += [await browser.get("/pay/method?amount_choice=other&amount=x"), await browser.get(path)]
    pages += [await browser.get("/payments/none"), await browser.post("/pay"), await browser.get("/pay")]
    pages.append(await browser.get((await browser.post("/sign-out")).to))
    return pages
