"""The two sides of a release: the patient reads and types, the desk asks, types and says."""

import re
from collections.abc import AsyncIterator

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.origins import Origin
from quickpay.domain.staff import StaffRole
from tests.handlers.site import Answer, Browser
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.people import House

FORM = "/staff/guarantors/lakeside/10067/release"
SAID = {"identifier": "visit_date", "visit_date": "2026-10-02"}
_CALL_CODE = re.compile(r'<span class="unseen">((?:[2-9A-HJ-NP-Z] ){5}[2-9A-HJ-NP-Z])</span>')
_SPOKEN = re.compile(r"<span aria-hidden=\"true\">([0-9]{4}) ([0-9]{4})</span>")


@pytest.fixture
async def here(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


async def _patient(here: StaffSite, **given: str) -> tuple[Browser, str]:
    """A patient who looks at the office page, and the call code on it."""
    browser = here.site.browser()
    await browser.open(await here.site.link())
    page = await browser.get("/verify/office")
    assert page.status == 200, page.words
    found = _CALL_CODE.search(page.text)
    assert found, page.text
    return browser, found[1].replace(" ", "")


async def _desk(here: StaffSite, role: StaffRole = StaffRole.FRONT_DESK) -> Browser:
    return await here.sign_in(await here.member(f"Fay {role}", role))


async def _code(desk: Browser, call_code: str) -> str:
    await desk.get(FORM)
    answer = await desk.post(FORM, {"call_code": call_code, **SAID})
    assert answer.status == 200, answer.words
    found = _SPOKEN.search(answer.text)
    assert found, answer.text
    return found[1] + found[2]


async def test_a_patient_without_contacts_is_let_in_by_phone(here: StaffSite) -> None:
    await here.site.options(require_mfa=True, require_opposing_contact_methods=True)
    await here.site.house.edit(here.site.alice, email=None)
    alice = here.site.browser()
    assert (await alice.open(await here.site.link(origin=Origin.SMS))).to == "/verify"
    dead_end = await alice.get("/verify")
    assert dead_end.status == 403
    assert 'href="/verify/office"' in dead_end.text
    page = await alice.get("/verify/office")
    assert "Example" not in page.words, "nothing of the guarantor before the proof (R128)"
    found = _CALL_CODE.search(page.text)
    assert found
    desk = await _desk(here)
    before = alice.cookie
    code = await _code(desk, found[1].lower())
    wrong = await alice.post("/verify/office", {"code": "1234"})
    assert wrong.status == 422
    assert "8 digits" in wrong.words
    answer = await alice.post("/verify/office", {"code": f"{code[:4]} {code[4:]}"})
    assert answer.to == "/pay"
    assert alice.cookie != before, "a new id (R64)"
    assert (await alice.get("/pay")).status == 200
    assert (await alice.get("/verify/office")).to == "/pay"


async def test_both_pages_of_the_challenge_lead_there(here: StaffSite) -> None:
    alice = here.site.browser()
    await alice.open(await here.site.link())
    assert 'href="/verify/office"' in (await alice.get("/verify")).text
    await alice.post("/verify", {"method": "email"})
    await here.site.house.at_rest()
    assert 'href="/verify/office"' in (await alice.get("/verify/code")).text


async def test_r28_a_wrong_code_and_no_code_at_all_get_the_same_page(here: StaffSite) -> None:
    alice, call_code = await _patient(here)
    none = await alice.post("/verify/office", {"code": "12345678"})
    code = await _code(await _desk(here), call_code)
    other = "00000000" if code != "00000000" else "00000001"
    for _ in range(3):
        assert _but_time(await alice.post("/verify/office", {"code": other})) == _but_time(none)
    assert _but_time(await alice.post("/verify/office", {"code": code})) == _but_time(none)
    assert none.status == 422


def _but_time(page: Answer) -> str:
    """The page without what is drawn for every answer, and without how long it stands."""
    return re.sub(r'nonce="[^"]*"|data-seconds="[0-9]+"', "", page.text)


async def test_where_there_is_no_challenge_the_page_leads_to_the_bill_or_to_a_dead_end(
    here: StaffSite,
) -> None:
    alice, _ = await _patient(here)
    await here.site.options(enable_mfa=False)
    assert (await alice.get("/verify/office")).to == "/pay"
    assert (await alice.post("/verify/office", {"code": "12345678"})).to == "/pay"
    assert (await here.site.browser().get("/verify/office")).status == 401


async def test_a_staff_launch_is_not_offered_it(here: StaffSite) -> None:
    launched = await here.site.house.come(await here.site.house.launch(here.site.alice))
    import base64  # noqa: PLC0415 - only here

    cookie = "__Host-qp=" + base64.urlsafe_b64encode(launched.secret).rstrip(b"=").decode()
    browser = Browser(site=here.site, cookie=cookie)
    assert "/verify/office" not in (await browser.get("/verify")).text
    page = await browser.get("/verify/office")
    assert page.status == 403
    assert "/verify/office" not in page.text


async def test_the_desk_finds_the_guarantor_by_group_and_number(here: StaffSite) -> None:
    desk = await _desk(here)
    assert 'href="/staff/release"' in (await desk.get("/staff")).text
    page = await desk.get("/staff/release")
    assert "Lakeside" in page.words
    assert (await desk.post("/staff/release", {"group": "lakeside", "guarantor": " 10067 "})).to == FORM
    missing = await desk.post("/staff/release", {"group": "lakeside", "guarantor": "99"})
    assert missing.status == 422
    assert 'value="99"' in missing.text
    assert (await desk.get(FORM.replace("10067", "99"))).status == 404
    assert (await desk.post(FORM.replace("10067", "99"), {})).status == 404


async def test_a_viewer_is_not_offered_it(here: StaffSite) -> None:
    vera = await _desk(here, StaffRole.VIEWER)
    assert "/staff/release" not in (await vera.get("/staff")).text
    assert (await vera.get(FORM)).status == 403


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({}, ("6 letters", "Choose what you asked for")),
        ({"call_code": "ABC", **SAID}, ("6 letters",)),
        ({"call_code": "ABC10O", **SAID}, ("6 letters",)),
        ({"call_code": "ABC234"}, ("Choose what you asked for",)),
        ({"call_code": "ABC234", "identifier": "birthday"}, ("Choose what you asked for",)),
        ({"call_code": "ABC234", "identifier": "visit_date", "visit_date": "May"}, ("Enter the date",)),
        ({"call_code": "ABC234", "identifier": "service_id"}, ("Enter the service id",)),
        (
            {"call_code": "ABC234", "identifier": "account_and_patient", "account": "1"},
            ("Enter the account",),
        ),
        ({"call_code": "ABC234", **SAID, "service_id": "4242424242424242"}, ("card number",)),
    ],
)
async def test_what_is_no_answer_is_said_at_its_field_and_not_counted(
    here: StaffSite, typed: dict[str, str], says: tuple[str, ...]
) -> None:
    desk = await _desk(here)
    await desk.get(FORM)
    for _ in range(4):
        answer = await desk.post(FORM, typed)
        assert answer.status == 422
        assert [words for words in says if words not in answer.words] == []
    for value in typed.values():
        assert (value in answer.text) == (value not in {"birthday", "4242424242424242"}), value
    _, call_code = await _patient(here)
    await _code(desk, call_code)


async def test_what_does_not_fit_is_worded_alike_counted_and_then_closed(here: StaffSite) -> None:
    desk = await _desk(here)
    _, call_code = await _patient(here)
    await desk.get(FORM)
    unknown = await desk.post(FORM, {"call_code": "222222", **SAID})
    answers = [
        await desk.post(FORM, {"call_code": call_code, **SAID, "visit_date": "2026-10-01"}) for _ in range(3)
    ]
    for answer in answers:
        assert answer.status == 422
        assert answer.text.replace(call_code, "222222").replace("2026-10-01", "2026-10-02") == unknown.text
    closed = await desk.post(FORM, {"call_code": call_code, **SAID})
    assert closed.status == 429
    assert "too many" in closed.words
    assert "too many" in (await desk.get(FORM)).words


async def test_the_code_is_on_one_answer_which_nobody_keeps(here: StaffSite) -> None:
    alice, call_code = await _patient(here)
    desk = await _desk(here)
    await desk.get(FORM)
    answer = await desk.post(FORM, {"call_code": call_code, **SAID})
    assert answer.headers["Cache-Control"] == "no-store"
    found = _SPOKEN.search(answer.text)
    assert found
    for path in (FORM, "/staff", "/staff/release"):
        assert not _SPOKEN.search((await desk.get(path)).text)
    colleague = await _desk(here, StaffRole.BILLING)
    await colleague.get(FORM)
    assert (await colleague.post(FORM, {"call_code": call_code, **SAID})).status == 409
    assert (await alice.post("/verify/office", {"code": found[1] + found[2]})).to == "/pay"


async def test_the_link_s_timeline_says_who_was_let_in_and_how_in_a_sentence(here: StaffSite) -> None:
    alice, call_code = await _patient(here)
    desk = await _desk(here)
    code = await _code(desk, call_code)
    await alice.post("/verify/office", {"code": code})
    link = await here.site.house.do(lambda tx: tx.links.by_serial(1))
    assert link is not None
    page = await desk.get(f"/staff/links/{link.id}")
    assert "Let in by the office: the caller was asked for the date of a visit." in page.words
    assert code not in page.text
    assert "2026-10-02" not in page.text


async def test_a_guarantor_of_whom_nothing_is_on_file_and_a_group_without_codes_have_no_form(
    here: StaffSite,
) -> None:
    from quickpay.domain.guarantors import Account  # noqa: PLC0415 - only here

    desk = await _desk(here)
    await here.site.house.edit(here.site.alice, Account(), patients=())
    assert "nothing on file" in (await desk.get(FORM)).words
    await here.site.options(enable_mfa=False)
    page = await desk.get(FORM)
    assert "no codes" in page.words
    assert 'name="call_code"' not in page.text
