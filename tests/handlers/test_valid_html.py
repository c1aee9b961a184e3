"""Every page and email, in both languages, is valid HTML by the Nu Html Checker: no error and no warning."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.languages import Language
from quickpay.handlers.access import Access
from quickpay.handlers.routes import ROUTES
from tests.handlers.patient_walk import patient_pages
from tests.handlers.portal_visitor import every_page
from tests.handlers.site import Browser, Site
from tests.handlers.staff_site import SIGN_IN, StaffSite, staff_site_of
from tests.handlers.test_group_editor import LAKESIDE, filled, save
from tests.handlers.test_share_pages import come, share, to_details
from tests.handlers.test_staff_matrix import walk_as_admin
from tests.handlers.vnu import findings
from tests.people import House, wrong
from tests.sandbox.conftest import make_world
from tests.services.portal_account import ACCOUNT
from tests.staff_people import PASSWORD

_NO_PAGES = re.compile(
    r"^/(static|api|webhooks|health|livez)|\.(css|csv|svg|png|pdf|json)$|^/(healthz|readyz|metrics)"
)
_CALL_CODE = re.compile(r'<span class="unseen">((?:[2-9A-HJ-NP-Z] ){5}[2-9A-HJ-NP-Z])</span>')
_RELEASE = "/staff/guarantors/lakeside/10067/release"
_OF_THE_SANDBOX = (
    "/",
    *(
        f"/{frame}&language={language}&dark={dark}"
        for frame in ("fields?cvc=1", "wallet?method=google_pay", "wallet?method=apple_pay")
        for language in Language
        for dark in (0, 1)
    ),
)


@pytest.fixture
async def here(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


def _looks() -> set[str]:
    """The routes a page can be looked at by."""
    return {
        route.path
        for route in ROUTES
        if route.method == "GET"
        and route.access not in {Access.API, Access.STATIC}
        and not _NO_PAGES.search(route.path)
    }


def _route_of(asked: str) -> str | None:
    """The route of a request: of several, the one with the fewest parts left open."""
    method, _, address = asked.partition(" ")
    path = address.partition("?")[0]
    fitting = [one for one in _looks() if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)]
    return min(fitting, key=lambda one: one.count("{"), default=None) if method == "GET" else None


async def _of_a_patient(site: Site, language: Language) -> None:
    """Meet what a patient meets, in her language, and everything her group can say."""
    await site.options(
        name="Ann & Bo's <Practice>",
        footer_text='Ask "us" & come <in>',
        footer_email="office@example.com",
        footer_phone="(608) 555-0100",
        show_escrow=True,
        require_mfa=False,
        contact_info_editing=True,
    )
    await patient_pages(site, _reader(site, language))
    inside = _reader(site, language)
    await inside.open(await site.link(single_payment=False))
    await inside.prove()
    await every_page(inside, papers=False)
    await inside.get("/account?show=open&year=2001")
    for kind, typed in (("email", "new@example.com"), ("mobile", "(608) 555-0177")):
        await inside.get(f"/profile/{kind}")
        await inside.post(f"/profile/{kind}", {kind: "x"})
        await inside.post(f"/profile/{kind}", {kind: typed})
        await site.house.at_rest()
        await inside.get("/profile/confirm")
        await inside.post("/profile/confirm", {"code": "x"})
    await inside.get("/session/extend")
    caller = _reader(site, language)
    await caller.open(await site.link())
    await caller.get("/verify/office")
    door = _reader(site, language)
    path = f"/g/{site.group.slug}/sign-in"
    await door.get(path)
    await door.post(path, {"contact": "x"})
    await door.post(path, {"first_name": "Alicia", "last_name": "Example", "contact": "alice@example.com"})
    await door.get(f"{path}/code")
    await door.post(f"{path}/code", {"code": wrong("123456")})


async def _of_another(site: Site, language: Language) -> None:
    """Meet what passes a bill on, and what whoever it was passed on to is shown."""
    inside = _reader(site, language)
    await inside.open(await site.link(single_payment=False))
    await inside.get("/pay/share")
    await inside.post("/pay/share", {"amount_choice": "other", "amount": "x"})
    address = await share(inside)
    other = _reader(site, language)
    await come(other, address)
    await to_details(other)
    await other.pay(email="payer@example.com")
    await inside.get("/pay/share")
    await inside.post("/pay/share/stop")
    await other.get(address)


async def _of_her_cards(site: Site, language: Language) -> None:
    """Meet a card that is stored, listed and removed, and a bank that wants to hear from her."""
    site.house.later(hours=1)  # so many cards from one address are card testing
    await site.options(payment_method_storage=True)
    payer = _reader(site, language)
    await payer.come_to_pay(await site.link(single_payment=False), amount="5")
    await payer.pay(store_card="true")
    holder = _reader(site, language)
    await holder.open(await site.link(single_payment=False))
    await holder.prove()
    [place] = re.findall(r'href="(/profile/cards/[0-9a-f-]{36})"', (await holder.get("/profile")).text)
    await holder.get("/pay")
    await holder.post("/pay", {"amount_choice": "other", "amount": "5"})
    await holder.get("/pay/method")
    await holder.post("/pay/method", {"method": f"stored:{place.rpartition('/')[2]}"})
    await holder.get("/pay/details")
    await holder.get(place)
    await holder.get((await holder.post(place)).to)
    payer = _reader(site, language)
    await payer.come_to_pay(await site.link(single_payment=False), amount="5")
    asked = await payer.post("/pay/details", {"card_token": "tok_bank"})
    assert (await payer.get(asked.to)).payment_status == "bank"
    await _reader(site, language).get(f"{asked.to}/bank")  # whose it is, is led on


async def _of_the_staff(here: StaffSite) -> None:
    """Meet every staff page as an admin, and what her routes alone do not show."""
    await walk_as_admin(here)
    ada = await here.sign_in(await here.member("Ada Quill"))
    kept = await filled(ada, LAKESIDE, branding__name="")
    assert (await save(ada, LAKESIDE, kept)).status == 422
    assert (await save(ada, LAKESIDE, kept, "draft")).status == 303
    await ada.get(f"{LAKESIDE}/draft")
    await ada.get(f"{LAKESIDE}/history?from=1&to=2")
    await ada.post(f"{LAKESIDE}/preview", kept)
    await ada.get("/staff/guarantors?q=a")
    await ada.get("/staff/guarantors?q=nobody")
    invited = (await here.rooms.invite("Bea")).url.partition("pay.example.com")[2]
    bea = here.site.browser()
    await bea.get(invited)
    await bea.post(invited, {"password": "short", "again": ""})
    await bea.get((await bea.post(invited, {"password": PASSWORD, "again": PASSWORD})).to)
    await bea.get(invited)
    await bea.get(SIGN_IN)
    await bea.post(SIGN_IN, {"name": "Bea", "password": "x", "code": "1"})
    caller = here.site.browser()
    await caller.open(await here.site.link())
    called = _CALL_CODE.search((await caller.get("/verify/office")).text)
    assert called
    await ada.get(_RELEASE)
    for day in ("2026-01-01", "2026-10-02"):
        said = {"identifier": "visit_date", "visit_date": day, "call_code": called[1].replace(" ", "")}
        await ada.post(_RELEASE, said)


def _reader(site: Site, language: Language) -> Browser:
    return Browser(site=site, language=f"__Host-qpl={language}")


async def _of_the_sandbox(place: Path) -> dict[str, str]:
    """Ask for the sandbox world's page and for its gateway's frames."""
    world = make_world(place)
    await world.start()
    try:
        async with aiohttp.ClientSession(world.url) as http:
            return {path: await (await http.get(path)).text() for path in _OF_THE_SANDBOX}
    finally:
        await world.stop()


async def test_every_page_is_valid_html(here: StaffSite, tmp_path: Path) -> None:
    site = here.site
    for number, language in (("7", Language.EN), ("8", Language.ES)):
        reader = await site.house.guarantor(site.group, ACCOUNT, number=number, language=language)
        await _of_a_patient(replace(site, alice=reader), language)
        payer = await site.house.guarantor(site.group, ACCOUNT, number=f"1{number}", language=language)
        await _of_another(replace(site, alice=payer), language)
        await _of_her_cards(replace(site, alice=payer), language)
    await _of_the_staff(here)
    pages = {f"{number} {asked}": page.text for number, (asked, page) in enumerate(site.met)}
    assert _looks() - {_route_of(asked) for asked, _ in site.met} == set(), "pages nobody looked at"
    pages |= {f"mail {one.subject}": one.html for one in site.house.mailer.sent}
    pages |= await _of_the_sandbox(tmp_path)
    assert findings(pages) == []


def test_a_page_with_an_error_and_one_with_a_warning_are_found() -> None:
    sound = '<!doctype html><html lang="en"><head><title>t</title></head><body>{}</body></html>'
    told = findings(
        {
            "sound": sound.format("<p>Your bill</p>"),
            "error": sound.format("<p><div></p>"),
            "warning": sound.format("<section></section>"),
        }
    )
    assert {one.partition(",")[0] for one in told} == {"error: error", "warning: warning"}
