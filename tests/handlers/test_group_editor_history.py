"""A group's history through its pages, and what hostile words become in each of them."""

import html
import re
from collections.abc import AsyncIterator

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.images import Purpose
from quickpay.domain.options import Options
from quickpay.handlers.staff.groups.fields import FIELDS
from tests.handlers.site import Browser
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.handlers.test_group_editor import GROUPS, LAKESIDE, filled, options_of, save, typed_in
from tests.people import House

LOGO = "https://www.example.com/logo.png"


@pytest.fixture
async def here(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


@pytest.fixture
async def ada(here: StaffSite) -> Browser:
    return await here.sign_in(await here.member("Ada Quill"))


async def saved(browser: Browser, **changed: str | None) -> None:
    answer = await save(browser, LAKESIDE, await filled(browser, LAKESIDE, **changed))
    assert answer.status == 303, answer.words


async def newest(here: StaffSite) -> tuple[int, Options]:
    group = await here.site.desk.groups.by_slug("lakeside")
    assert group is not None
    return group.version, group.options


async def test_the_history_says_who_changed_what_when_in_the_screen_s_words(
    here: StaffSite, ada: Browser
) -> None:
    key = await here.site.desk.keyring.create(name="Front PM", scopes=("groups:write",), by="tests")
    changed = (await newest(here))[1]
    await here.site.desk.groups.put("lakeside", _renamed(changed, "By Key"), f"key {key.key.id}")
    await saved(ada, payments__google_pay="on", authentication__mfa_sms_message="Code:\n${mfa.code}")
    page = await ada.get(f"{LAKESIDE}/history")
    assert page.status == 200
    words = page.words
    assert words.index("Version 3") < words.index("Version 2") < words.index("Version 1")
    assert "Ada Quill, Nov 21, 2026" in words
    assert "API key Front PM, Nov 21, 2026" in words
    third = words[words.index("Version 3 ") : words.index("Version 2 ")]
    assert "Enable Google Pay Off On" in third
    assert "MFA SMS Message QuickPay's own Code: ${mfa.code}" in html.unescape(third)
    assert "payments.google_pay" not in words
    assert "The group was made." in words


def _renamed(options: Options, name: str) -> Options:
    from dataclasses import replace  # noqa: PLC0415 - only here

    return replace(options, branding=replace(options.branding, name=name))


async def test_any_two_versions_are_compared_by_address(here: StaffSite, ada: Browser) -> None:
    for name in ("One", "Two", "Three"):
        await saved(ada, branding__name=name)
    page = await ada.get(f"{LAKESIDE}/history?from=2&to=4")
    assert "Name One Three" in page.words
    back = await ada.get(f"{LAKESIDE}/history?from=4&to=2")
    assert "Name Three One" in back.words
    assert "No option differs" in (await ada.get(f"{LAKESIDE}/history?from=2&to=2")).words
    for strange in (
        "from=2&to=9",
        "from=&to=1",
        "from=x&to=1",
        "to=2",
        f"from={'9' * 40}&to=1",
        "from=-1&to=0",
    ):
        answer = await ada.get(f"{LAKESIDE}/history?{strange}")
        assert answer.status == 404, strange
        assert "Write the numbers of two versions" in answer.words
    for strange in ("version=9", "version=", "version=x", "", f"version={'9' * 40}"):
        assert (await ada.get(f"{LAKESIDE}/restore?{strange}")).status == 404


async def test_a_long_history_has_pages(here: StaffSite, ada: Browser) -> None:
    options = (await newest(here))[1]
    for count in range(2, 54):
        await here.site.desk.groups.put("lakeside", _renamed(options, f"Name {count}"), "tests")
    first = await ada.get(f"{LAKESIDE}/history")
    assert 'id="version-53"' in first.text
    assert 'id="version-4"' in first.text
    assert 'id="version-3"' not in first.text
    assert "Name Name 3 Name 4" in first.words
    older = re.search(r'href="([^"]*until=[0-9]+)"', first.text)
    assert older
    rest = await ada.get(older[1])
    assert re.findall(r'id="version-([0-9]+)"', rest.text) == ["3", "2", "1"]


async def test_a_version_is_restored_in_two_steps_with_its_picture_and_no_fetch(
    here: StaffSite, ada: Browser
) -> None:
    await saved(ada, branding__logo_url=LOGO, payments__apple_pay="on")
    await saved(ada, branding__logo_url="", payments__apple_pay=None)
    asked = len(here.site.house.images.asked)
    here.site.house.images.down = {LOGO: next(iter(_refusals()))}
    page = await ada.get(f"{LAKESIDE}/restore?version=2")
    assert "Enable Apple Pay Off On" in page.words
    assert f"Logo URL blank {LOGO}" in page.words
    assert (await newest(here))[0] == 3
    hidden = dict(re.findall(r'name="(version|newest|accepted)" value="([^"]*)"', page.text))
    assert (await ada.post(f"{LAKESIDE}/restore", hidden)).to == f"{LAKESIDE}?saved=4"
    version, options = await newest(here)
    assert (version, options.branding.logo_url, options.payments.apple_pay) == (4, LOGO, True)
    assert len(here.site.house.images.asked) == asked
    group = await here.site.desk.groups.by_slug("lakeside")
    assert group is not None
    assert group.logo is not None
    assert await here.site.desk.groups.image("lakeside", Purpose.LOGO, group.logo) is not None
    again = await ada.post(f"{LAKESIDE}/restore", hidden)
    assert again.to == f"{LAKESIDE}?saved=4"
    assert (await newest(here))[0] == 4


def _refusals() -> list[object]:
    from quickpay.ports.images import Refusal  # noqa: PLC0415 - only here

    return [Refusal.UNREACHABLE]


async def test_restoring_what_was_overtaken_is_told_and_judged_by_today_s_rules(
    here: StaffSite, ada: Browser
) -> None:
    await saved(ada, branding__name="Second")
    page = await ada.get(f"{LAKESIDE}/restore?version=1")
    hidden = dict(re.findall(r'name="(version|newest|accepted)" value="([^"]*)"', page.text))
    await saved(ada, branding__name="Third")
    told = await ada.post(f"{LAKESIDE}/restore", hidden)
    assert told.status == 422
    assert "Ada Quill saved this group on" in told.words
    assert (await newest(here))[0] == 3
    # Its name has gone to another group since: the version cannot come back as it was.
    first = html.unescape(re.findall(r"<td[^>]*><span class=\"value\">([^<]*)</span>", told.text)[1])
    await here.site.desk.groups.put("other", _renamed((await newest(here))[1], first), "tests")
    hidden = dict(re.findall(r'name="(version|newest|accepted)" value="([^"]*)"', told.text))
    refused = await ada.post(f"{LAKESIDE}/restore", hidden)
    assert refused.status == 422
    assert "Another group already has this name" in refused.words
    assert (await newest(here))[0] == 3


async def test_restoring_shows_the_cautions_of_the_old_version(here: StaffSite, ada: Browser) -> None:
    asked = await save(ada, LAKESIDE, await filled(ada, LAKESIDE, payments__credit_card=None))
    await save(ada, LAKESIDE, typed_in(asked))
    await saved(ada, payments__credit_card="on")
    page = await ada.get(f"{LAKESIDE}/restore?version=2")
    assert "No payment method is on" in page.words
    unseen = await ada.post(f"{LAKESIDE}/restore", {"version": "2", "newest": "3"})
    assert unseen.status == 422
    assert (await newest(here))[0] == 3
    hidden = dict(re.findall(r'name="(version|newest|accepted)" value="([^"]*)"', page.text))
    assert (await ada.post(f"{LAKESIDE}/restore", hidden)).status == 303


_PRIVATE = [
    "http://www.example.com/a.png",
    "javascript:alert(1)",
    "data:image/png;base64,AAAA",
    "https://127.0.0.1/a.png",
    "https://169.254.169.254/latest",
    "https://[::1]/a.png",
    "https://localhost/a.png",
    "https://10.0.0.1/a",
    "https://user:pw@www.example.com/a.png",
]
_NO_COLOURS = ["red;}</style>", "url(x)", "#12345g", "expression(1)", "\u0661" * 6]
_REFUSED = [
    *[(f"branding.{name}_url", url) for name in ("favicon", "logo", "home_asset") for url in _PRIVATE],
    *[(f"theme.{name}", text) for name in ("background", "primary", "warning") for text in _NO_COLOURS],
    ("branding.name", "Lakeside\u2028Bcc: x@example.com"),
    ("branding.name", "Lakeside\u202egnp"),
    ("branding.name", "=?utf-8?q?x?="),
    ("branding.name", "Lake\r\nBcc: x@example.com"),
    ("branding.name", "Lake\x00side"),
    ("look_and_feel.footer_text", "Lake\nside"),
    ("look_and_feel.footer_text", "Lake\u2029side"),
    ("look_and_feel.footer_phone", "javascript:alert(1)"),
    ("look_and_feel.footer_email", "a@example.com\u2028Bcc: b@example.com"),
    ("notifications.email_from", "a@example.com\r\nBcc: b@example.com"),
    ("notifications.email_from", "A <a@example.com>"),
    ("notifications.email_from", "a@example.com, b@example.com"),
    ("authentication.mfa_email_subject", "${mfa.code}"),
    ("authentication.mfa_email_subject", "Code\u2028Bcc: x"),
    ("authentication.mfa_email_body", "${7*7} ${mfa.code}"),
    ("authentication.mfa_email_body", "{mfa.__init__}"),
    ("authentication.mfa_sms_message", "${mfa.__init__.__globals__} ${mfa.code}"),
    ("authentication.mfa_sms_message", "{{7*7}}"),
]  # fmt: skip


async def test_a40_a43_a47_a48_a49_hostile_input_is_refused_at_its_own_field(
    here: StaffSite, ada: Browser
) -> None:
    before = await options_of(here)
    form = await filled(ada, LAKESIDE)
    for name, typed in _REFUSED:
        answer = await save(ada, LAKESIDE, form | {name: typed})
        assert answer.status == 422, (name, typed)
        assert f'<a href="#{name}">' in answer.text, (name, typed)
        assert f'id="{name}-error"' in answer.text, (name, typed)
        assert "</style>" not in answer.text
        assert await options_of(here) == before
    assert here.site.house.images.asked == []


_INERT = {
    "branding.name": "<script>alert(1)</script>\"'{{7*7}}",
    "look_and_feel.footer_text": "</textarea><img src=x onerror=alert(1)>{{7001*7003}}${7001*7003}",
    "authentication.mfa_email_subject": "</title><script>alert(2)</script>",
    "authentication.mfa_email_body": "${mfa.code}</textarea><script>alert(3)</script>\n{mfa.__init__}",
}


async def test_a40_a48_html_and_templates_stand_inert_in_list_editor_draft_and_history(
    here: StaffSite, ada: Browser
) -> None:
    form = await filled(ada, LAKESIDE) | _INERT
    assert (await save(ada, LAKESIDE, form, "draft")).status == 303
    assert (await save(ada, LAKESIDE, form)).status == 303
    stale = await save(ada, LAKESIDE, await filled(ada, LAKESIDE) | {"version": "1", "theme.info": "#123456"})
    paths = (GROUPS, LAKESIDE, f"{LAKESIDE}/draft", f"{LAKESIDE}/history", f"{LAKESIDE}/history?from=1&to=2",
             f"{LAKESIDE}/restore?version=1")  # fmt: skip
    pages = {path: await ada.get(path) for path in paths} | {"stale": stale}
    for path, page in pages.items():
        assert page.status == (422 if path == "stale" else 200), path
        for live in ("<script>alert", "<img src=x", "</textarea><", "49028003", "</title><script"):
            assert live not in re.sub(r"#[0-9a-f]{6}", "", page.text), (path, live)
        assert "&lt;script&gt;alert(1)" in page.text, path
    assert {name: typed_in(pages[LAKESIDE])[name] for name in _INERT} == _INERT
    assert set(_INERT) <= set(FIELDS)
