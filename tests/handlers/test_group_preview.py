"""The preview shows what the form says, and nothing in it acts, whatever the form says (R125, A47)."""

import json
import re
from collections.abc import AsyncIterator

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.groups import Group
from quickpay.domain.staff import StaffRole
from quickpay.handlers.staff.groups.fields import typed_from_options
from quickpay.services.previews.looks import Shown
from tests.handlers.site import Answer, Browser
from tests.handlers.staff_site import SIGN_IN, StaffSite, staff_site_of
from tests.people import House
from tests.services.rows import rows

PREVIEW = "/staff/groups/lakeside/preview"
CHECK = "/staff/groups/lakeside/check"
HOSTILE = (
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "#fff;background:url(https://evil.example/x)",
    "url(https://evil.example/x)",
    "red;}*{display:none}",
    "{{ 7*7 }}",
    "javascript:alert(1)",
    "<form action=https://evil.example><button>Pay</button></form>",
)
ACTIVE = re.compile(
    r"""<script|<iframe|<object|<embed|<base|<style|<[^>]*\s(?:on\w+|action|formaction|srcdoc)\s*=|<a[^>]*\shref""",
    re.IGNORECASE,
)
THEME = {
    "background": "#f5f7fa",
    "surface": "#ffffff",
    "primary": "#1f5c99",
    "secondary": "#4a5b6c",
    "accent": "#6b4799",
    "info": "#1b6585",
    "success": "#21693f",
    "error": "#b3261e",
    "warning": "#855000",
}


@pytest.fixture
async def here(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


@pytest.fixture
async def ada(here: StaffSite) -> Browser:
    return await here.sign_in(await here.member())


def _typed(group: Group, **changed: str) -> dict[str, str]:
    """The editor's form of a group, with some fields typed over; `__` stands for the dot."""
    typed = dict(typed_from_options(group.options))
    typed |= {name.replace("__", "."): text for name, text in changed.items()}
    return {name: text for name, text in typed.items() if text}


async def _see(ada: Browser, here: StaffSite, shown: Shown = Shown.LINK, **changed: str) -> Answer:
    return await ada.post(f"{PREVIEW}?page={shown}", _typed(here.site.group, **changed))


async def test_what_is_typed_is_what_is_seen(here: StaffSite, ada: Browser) -> None:
    seen = await _see(
        ada,
        here,
        Shown.PAY,
        branding__name="Birch Family Care",
        theme__primary="#7a1fa2",
        look_and_feel__footer_text="Bring your card.",
        look_and_feel__footer_phone="(608) 555-0177",
    )
    assert seen.status == 200
    for words in ("Preview", "Birch Family Care", "Bring your card.", "(608) 555-0177", "Jordan Sample"):
        assert words in seen.words
    assert "$150.00" in seen.words
    address = re.search(r'href="(/staff/theme\.css\?[^"]+)"', seen.text)
    assert address
    colours = await ada.get(address[1].replace("&amp;", "&"))
    assert "--primary: #7a1fa2;" in colours.text
    assert colours.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("shown", Shown)
async def test_every_page_is_shown_with_nothing_to_press_and_no_token(
    here: StaffSite, ada: Browser, shown: Shown
) -> None:
    seen = await _see(ada, here, shown)
    assert seen.status == 200
    assert "Not shown" not in seen.words
    assert ACTIVE.search(seen.text) is None, ACTIVE.search(seen.text)
    assert "csrf" not in seen.text
    assert ada.csrf not in seen.text
    assert 'type="submit"' not in seen.text
    assert 'name="card_token"' not in seen.text
    policy = seen.headers["Content-Security-Policy"]
    for part in ("frame-ancestors 'self'", "form-action 'none'", "sandbox allow-same-origin"):
        assert part in policy
    assert "script-src" not in policy
    assert seen.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in seen.headers


@pytest.mark.parametrize("shown", Shown)
@pytest.mark.parametrize("text", HOSTILE)
async def test_a45_a47_hostile_words_stay_words(
    here: StaffSite, ada: Browser, shown: Shown, text: str
) -> None:
    form = _typed(here.site.group)
    texts = ("branding.name", "branding.logo_url", "look_and_feel.footer_text", "look_and_feel.footer_email")
    texts += ("look_and_feel.footer_phone", "authentication.mfa_email_subject", "notifications.email_from")
    form |= dict.fromkeys((*texts, *(f"theme.{name}" for name in THEME)), text)
    form["authentication.mfa_email_body"] = form["authentication.mfa_sms_message"] = f"{text} ${{mfa.code}}"
    seen = await ada.post(f"{PREVIEW}?page={shown}", form)
    assert seen.status == 200
    assert ACTIVE.search(seen.text) is None, ACTIVE.search(seen.text)
    address = re.search(r'/staff/theme\.css\?([^"]+)"', seen.text)
    if address:  # every colour was none, and the group's own are shown
        assert (await ada.get(f"/staff/theme.css?{address[1].replace('&amp;', '&')}")).status == 200
    assert "evil.example" not in "".join(re.findall(r'(?:src|href)="[^"]*"', seen.text))


async def test_a_colour_that_is_none_falls_back_alone_and_is_told(here: StaffSite, ada: Browser) -> None:
    seen = await _see(ada, here, theme__primary="blue", theme__accent="#123456")
    assert "primary=%231f5c99" in seen.text
    assert "accent=%23123456" in seen.text
    assert "Primary: Write the colour as #" in seen.words


async def test_a_message_without_its_code_falls_back_and_is_told(here: StaffSite, ada: Browser) -> None:
    seen = await _see(ada, here, Shown.TEXT, authentication__mfa_sms_message="Hello")
    assert "Your code is 123456" in seen.words
    assert "MFA SMS Message: Put ${mfa.code} where" in seen.words


async def test_r125_messages_are_filled_with_a_fake_code(here: StaffSite, ada: Browser) -> None:
    own = "Here: ${mfa.code}"
    text = await _see(ada, here, Shown.TEXT, authentication__mfa_sms_message=own)
    assert "Here: 123456 @pay.example.com #123456" in text.words
    email = await _see(
        ada, here, Shown.EMAIL, authentication__mfa_email_body=own, authentication__mfa_email_subject="Hi"
    )
    assert "Here: 123456" in email.words
    assert "Subject Hi" in email.words
    receipt = await _see(ada, here, Shown.RECEIPT_EMAIL)
    for words in ("Receipt #", "Jordan Sample", "Visa •••• 4242", "$150.00", "office@example.com"):
        assert words in receipt.words


async def test_what_no_patient_would_see_is_said_to_be_absent(here: StaffSite, ada: Browser) -> None:
    off = {"authentication__enable_mfa": "", "payments__email_receipt": ""}
    for shown in (Shown.VERIFY, Shown.CODE, Shown.EMAIL, Shown.TEXT, Shown.HOME, Shown.ACCOUNT):
        assert "With Enable MFA off" in (await _see(ada, here, shown, **off)).words
    assert "With Email Receipt off" in (await _see(ada, here, Shown.RECEIPT_EMAIL, **off)).words
    for shown in (Shown.HOME, Shown.ACCOUNT):
        seen = await _see(ada, here, shown, authentication__mfa_success_role="quickpay")
        assert "With MFA Success Role QuickPay" in seen.words


async def test_home_and_account_show_what_the_options_say(here: StaffSite, ada: Browser) -> None:
    every = {
        f"look_and_feel__{name}": "on"
        for name in (
            "show_statement_balance",
            "show_current_balance",
            "show_escrow",
            "show_collections",
            "show_insurance_pending",
        )
    } | {"look_and_feel__show_procedures_in_visits": "description"}
    home = await _see(ada, here, Shown.HOME, **every)
    for words in (
        "You have a new statement",
        "$120.00",
        "$200.00",
        "$150.00",
        "$25.00",
        "Pay Now",
        "Account",
    ):
        assert words in home.words
    account = await _see(ada, here, Shown.ACCOUNT, **every)
    for words in ("Office visit", "67563-1", "68110-1", "Main Street", "Collections", "$60.00", "$17.00"):
        assert words in account.words
    off = dict.fromkeys(every, "") | {"look_and_feel__show_procedures_in_visits": "none"}
    bare = (await _see(ada, here, Shown.HOME, **off)).words
    bare += (await _see(ada, here, Shown.ACCOUNT, **off)).words
    assert "$120.00" in bare
    for words in ("$200.00", "$150.00", "$25.00", "Office visit", "Collections", "$17.00"):
        assert words not in bare


async def test_options_change_the_page_as_they_do_for_patients(here: StaffSite, ada: Browser) -> None:
    pay = await _see(ada, here, Shown.PAY, look_and_feel__show_current_balance="")
    assert "Current Balance" not in pay.words
    none = await _see(ada, here, Shown.METHOD, payments__credit_card="")
    assert "Online payment is unavailable" in none.words
    ways = await _see(ada, here, Shown.VERIFY, authentication__require_opposing_contact_methods="on")
    assert "Email" in ways.words
    assert "Text message" not in ways.words
    assert "Log out" in pay.words
    assert "Log out" not in (await _see(ada, here, Shown.PAY, look_and_feel__logout_function="none")).words


async def test_the_page_may_be_chosen_in_the_form_and_no_other_is_there(
    here: StaffSite, ada: Browser
) -> None:
    form = _typed(here.site.group)
    assert "How much" in (await ada.post(PREVIEW, form | {"page": "pay"})).words
    assert (await ada.post(PREVIEW, form | {"page": "home.html"})).status == 404
    assert (await ada.post(f"{PREVIEW}?page=../x", form)).status == 404


async def test_nothing_is_kept_or_audited_by_looking(here: StaffSite, ada: Browser) -> None:
    async def kept() -> list[object]:
        return [
            await rows(here.site.house, table) for table in ("groups", "group_versions", "audit", "outbox")
        ]

    before = await kept()
    for shown in Shown:
        await _see(ada, here, shown, branding__name="Somebody Else")
    await ada.post(CHECK, _typed(here.site.group, branding__name="Somebody Else"))
    assert await kept() == before
    assert here.site.house.mailer.sent == []
    assert here.site.house.texter.sent == []


async def test_a_group_that_is_not_there_yet_can_be_seen_by_who_may_make_it(
    here: StaffSite, ada: Browser
) -> None:
    form = _typed(here.site.group, branding__name="Quite New")
    assert "Quite New" in (await ada.post("/staff/groups/new/preview?page=about", form)).words
    bea = await here.sign_in(await here.member("Bea", StaffRole.ADMIN, "lakeside"))
    assert (await bea.post("/staff/groups/new/preview?page=about", form)).status == 404
    assert (await bea.post("/staff/groups/new/check", form)).status == 404
    assert (await bea.post(PREVIEW, form)).status == 200


async def test_a59_another_group_s_admin_finds_no_preview(here: StaffSite) -> None:
    await here.site.house.group("hilltop")
    bea = await here.sign_in(await here.member("Bea", StaffRole.ADMIN, "hilltop"))
    form = _typed(here.site.group)
    assert (await bea.post(PREVIEW, form)).status == 404
    assert (await bea.post(CHECK, form)).status == 404


async def test_a_patients_cookie_previews_nothing(here: StaffSite) -> None:
    patient = here.site.browser()
    await patient.open(await here.site.link())
    await patient.get("/pay")
    form = _typed(here.site.group)
    assert (await patient.post(PREVIEW, form)).to == SIGN_IN
    assert (await patient.get("/staff/theme.css")).to == SIGN_IN


async def test_a_preview_needs_the_forms_token(here: StaffSite, ada: Browser) -> None:
    for path in (PREVIEW, CHECK):
        assert (await ada.post(path, _typed(here.site.group), csrf="x")).status == 403


async def test_other_pages_still_stand_in_no_frame(here: StaffSite, ada: Browser) -> None:
    for path in ("/staff", "/staff/groups"):
        assert "frame-ancestors 'none'" in (await ada.get(path)).headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in (await ada.get("/pay")).headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"primary": "red"},
        {"primary": "#fff"},
        {"primary": "#1f5c99;}"},
        {"primary": "url(x)"},
        {"primary": ""},
        {"dark": "yes"},
        {"more": "#ffffff"},
    ],
)
async def test_a47_the_stylesheet_takes_nine_colours_and_nothing_else(
    ada: Browser, wrong: dict[str, str]
) -> None:
    def path(colours: dict[str, str]) -> str:
        return "/staff/theme.css?" + "&".join(f"{n}={c.replace('#', '%23')}" for n, c in colours.items())

    assert (await ada.get(path(THEME))).status == 200
    assert "color-scheme: dark" in (await ada.get(path(THEME | {"dark": "1"}))).text
    assert (await ada.get(path(THEME | wrong))).status == 422
    assert (await ada.get(path(THEME) + "&primary=%23000000")).status == 422
    assert (await ada.get(path({n: c for n, c in THEME.items() if n != "info"}))).status == 422


async def test_the_check_says_every_pair_and_the_nearest_colour(here: StaffSite, ada: Browser) -> None:
    answer = await ada.post(CHECK, _typed(here.site.group, theme__primary="#88aadd", branding__name=""))
    assert answer.headers["Content-Type"] == "application/json"
    said = json.loads(answer.text)
    primary = next(one for one in said["colours"] if one["name"] == "primary")
    assert len(said["colours"]) == 9
    assert sum(len(one["pairs"]) for one in said["colours"]) == 2 + 7 * 2
    assert not primary["passes"]
    assert {pair["ground"] for pair in primary["pairs"]} == {"background", "surface"}
    again = await ada.post(CHECK, _typed(here.site.group, theme__primary=primary["nearest"]))
    assert all(one["passes"] for one in json.loads(again.text)["colours"])
    assert {one["field"] for one in said["faults"]} == {"branding.name", "theme.primary"}
    assert any(one["field"] == "look_and_feel.footer_phone" for one in said["cautions"])
