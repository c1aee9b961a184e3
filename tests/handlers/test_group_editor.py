"""The group editor's pages: list, add, modify, cautions, another's change, drafts; the store is real."""

import html
import re
from collections.abc import AsyncIterator

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.options import Branding, Options
from quickpay.domain.staff import StaffRole
from quickpay.handlers.staff.groups.fields import FIELDS, typed_from_options
from quickpay.handlers.staff.groups.kinds import Field, Kind
from tests.handlers.site import Answer, Browser
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.people import House

GROUPS = "/staff/groups"
LAKESIDE = f"{GROUPS}/lakeside"
_HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">')


@pytest.fixture
async def here(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


@pytest.fixture
async def ada(here: StaffSite) -> Browser:
    return await here.sign_in(await here.member("Ada Quill"))


def typed_in(page: Answer) -> dict[str, str]:
    """The form as the page has it, as a browser would send it."""
    fields = {name: html.unescape(value) for name, value in _HIDDEN.findall(page.text) if name != "csrf"}
    for name, field in FIELDS.items():
        at = re.escape(name)
        if field.kind is Kind.SWITCH:
            found = re.search(rf'<input type="checkbox" id="{at}"[^>]*>', page.text)
            assert found, name
            if " checked" in found[0]:
                fields[name] = "on"
        elif field.kind is Kind.LINES:
            lines = re.search(rf'<textarea id="{at}"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
            assert lines, name
            fields[name] = html.unescape(lines[1])
        elif field.kind is Kind.CHOICE:
            box = re.search(rf'<select id="{at}".*?</select>', page.text, re.DOTALL)
            assert box, name
            chosen = re.findall(r'<option value="([^"]*)" selected>', box[0])
            assert len(chosen) == 1, (name, chosen)
            fields[name] = html.unescape(chosen[0])
        else:
            text = re.search(rf'id="{at}" name="{at}" value="([^"]*)"', page.text)
            assert text, name
            fields[name] = html.unescape(text[1])
    return fields


async def filled(browser: Browser, path: str, **changed: str | None) -> dict[str, str]:
    """Open a form and type; None turns a switch off."""
    fields = typed_in(await browser.get(path))
    for name, text in changed.items():
        fields[name.replace("__", ".")] = text or ""
        if text is None:
            del fields[name.replace("__", ".")]
    return fields


async def options_of(here: StaffSite, slug: str = "lakeside") -> Options:
    group = await here.site.desk.groups.by_slug(slug)
    assert group is not None
    return group.options


async def save(browser: Browser, path: str, fields: dict[str, str], act: str = "save") -> Answer:
    return await browser.post(path, fields | {"act": act})


async def test_the_form_of_a_group_is_the_group(here: StaffSite, ada: Browser) -> None:
    fields = await filled(ada, LAKESIDE)
    expected = dict(typed_from_options(await options_of(here)))
    assert {name: fields.get(name, "") for name in FIELDS} == expected
    answer = await save(ada, LAKESIDE, fields)
    assert answer.to == f"{LAKESIDE}?saved=1"
    assert await here.site.desk.groups.versions("lakeside") != []
    assert len(await here.site.desk.groups.versions("lakeside") or []) == 1


def _another(field: Field, before: str) -> str:
    if field.kind is Kind.SWITCH:
        return "" if before else "on"
    if field.kind is Kind.CHOICE:
        return next(value for value, _ in field.choices if value != before)
    return {
        Kind.COLOUR: "#123456" if field.name not in _GROUNDS else "#fefefe",
        Kind.NUMBER: "17",
        Kind.PHONE: "608 555 0199",
        Kind.TEXT: "Other words",
        Kind.LINES: "Use ${mfa.code}\nnow",
        Kind.EMAIL: "office@example.org",
        Kind.URL: "https://www.example.com/picture.png",
    }[field.kind]


# Alone, each of these forbids saving; the rest of the options is judged elsewhere.
_NOT_ALONE = {"theme.dark", "authentication.require_mfa"}
_GROUNDS = {"theme.background", "theme.surface"}


async def test_every_option_is_changed_through_its_own_field_and_no_other(
    here: StaffSite, ada: Browser
) -> None:
    first = await options_of(here)
    before = typed_from_options(first)
    for name, field in FIELDS.items():
        typed = _another(field, before[name])
        if name in _NOT_ALONE or (name == "authentication.enable_mfa" and not typed):
            continue
        sent = await filled(ada, LAKESIDE) | {name: typed}
        sent = {key: value for key, value in sent.items() if value}
        answer = await save(ada, LAKESIDE, sent)
        if answer.status == 200:
            answer = await save(ada, LAKESIDE, sent | {"accepted": typed_in(answer)["accepted"]})
        assert answer.status == 303, (name, answer.words)
        after = typed_from_options(await options_of(here))
        assert {key: after[key] for key in FIELDS if after[key] != before[key]} == {name: typed}
        assert not isinstance(await here.site.desk.groups.put("lakeside", first, "tests"), tuple)


async def test_a_new_group_is_added_and_can_be_entered(here: StaffSite, ada: Browser) -> None:
    new = f"{GROUPS}/new"
    fields = await filled(ada, new, slug="hilltop", branding__name="Hilltop <b>Dental</b>")
    answer = await save(ada, new, fields)
    assert answer.to == f"{GROUPS}/hilltop?saved=1"
    page = await ada.get(answer.to)
    assert "Saved as version 1" in page.words
    assert "Hilltop &lt;b&gt;Dental&lt;/b&gt;" in page.text
    assert (await here.site.browser().get("/g/hilltop/about")).status == 200
    assert (await options_of(here, "hilltop")).payments == Options(branding=Branding(name="x")).payments


@pytest.mark.parametrize("slug", ["", "new", "Hill Top", "-x", "x" * 64, "lakeside", "../x"])
async def test_a_slug_that_cannot_be_is_refused_at_its_field_and_nothing_typed_is_lost(
    here: StaffSite, ada: Browser, slug: str
) -> None:
    new = f"{GROUPS}/new"
    fields = await filled(ada, new, slug=slug, branding__name="Hilltop", theme__primary="#1F5C99")
    for act in ("save", "draft") if slug != "lakeside" else ("save",):
        answer = await save(ada, new, fields, act)
        assert answer.status == 422
        assert '<a href="#slug">' in answer.text
        assert {name: text for name, text in typed_in(answer).items() if name in FIELDS} == {
            name: text for name, text in fields.items() if name in FIELDS
        }
    assert [one.slug for one in await here.site.desk.groups.list_()] == ["lakeside"]


async def test_each_mistake_stands_at_its_field_and_above_and_nothing_typed_is_lost(
    here: StaffSite, ada: Browser
) -> None:
    wrong = {
        "branding.name": "",
        "branding.logo_url": "javascript:alert(1)",
        "theme.primary": "red;}</style>",
        "look_and_feel.landing_page": "moon",
        "look_and_feel.footer_email": "a@example.com, b@example.com",
        "authentication.mfa_email_body": "\nno code",
        "authentication.quickpay_max_access_attempts": "ten",
        "notifications.email_from": "nobody",
    }
    fields = await filled(ada, LAKESIDE) | wrong
    before = await options_of(here)
    answer = await save(ada, LAKESIDE, fields)
    assert answer.status == 422
    assert "<title>Error: Modify lakeside" in answer.text
    for name in wrong:
        assert f'<a href="#{name}">' in answer.text, name
        assert f'id="{name}-error"' in answer.text, name
    assert typed_in(answer) == fields
    assert await options_of(here) == before


async def test_cautions_are_shown_before_saving_and_new_ones_ask_anew(here: StaffSite, ada: Browser) -> None:
    fields = await filled(ada, LAKESIDE, payments__credit_card=None)
    asked = await save(ada, LAKESIDE, fields)
    assert asked.status == 200
    assert "No payment method is on" in asked.words
    assert "Save anyway [F2]" in asked.words
    assert (await options_of(here)).payments.credit_card
    again = typed_in(asked) | {"authentication.quickpay_max_access_attempts": "2"}
    asked = await save(ada, LAKESIDE, again)
    assert asked.status == 200
    assert "fewer than 3 uses" in asked.words
    assert (await save(ada, LAKESIDE, typed_in(asked))).status == 303
    changed = await options_of(here)
    assert (changed.payments.credit_card, changed.authentication.quickpay_max_access_attempts) == (False, 2)


async def test_r124_a_saved_change_meets_an_open_session_at_its_next_request(
    here: StaffSite, ada: Browser
) -> None:
    alice = here.site.browser()
    await alice.come_to_pay(await here.site.link())
    asked = await save(ada, LAKESIDE, await filled(ada, LAKESIDE, payments__credit_card=None))
    assert (await save(ada, LAKESIDE, typed_in(asked))).status == 303
    assert "online payment is unavailable" in (await alice.get("/pay")).words.lower()
    refused = await alice.post("/pay/details", {"card_token": "tok_approved"})
    assert refused.status != 303 or "/payments/" not in refused.to
    assert here.site.house.gateway.asked == []


async def test_another_s_change_is_told_with_who_and_what_and_nothing_is_overwritten_silently(
    here: StaffSite, ada: Browser
) -> None:
    bea = await here.sign_in(await here.member("Bea Lind"))
    hers = await filled(
        ada,
        LAKESIDE,
        look_and_feel__footer_text="Ada's footer",
        theme__primary="#123456",
        payments__apple_pay="on",
    )
    theirs = await filled(bea, LAKESIDE, look_and_feel__footer_text="Bea's footer", branding__name="Bea Care")
    assert (await save(bea, LAKESIDE, theirs)).status == 303
    told = await save(ada, LAKESIDE, hers)
    assert told.status == 422
    assert "Bea Lind saved this group on Nov 21, 2026" in told.words
    clash = told.text[told.text.index('id="clash"') : told.text.index('class="editor"')]
    assert re.findall(r'<a href="#([a-z_.]+)">', clash) == ["branding.name", "look_and_feel.footer_text"]
    assert "Ada&#39;s footer" in clash
    assert "Bea&#39;s footer" in clash
    assert (await options_of(here)).look_and_feel.footer_text == "Bea's footer"
    assert len(await here.site.desk.groups.versions("lakeside") or []) == 2
    merged = typed_in(told)
    assert merged["branding.name"] == "Bea Care"
    assert merged["look_and_feel.footer_text"] == "Ada's footer"
    assert (await save(ada, LAKESIDE, merged)).to == f"{LAKESIDE}?saved=3"
    kept = await options_of(here)
    assert kept.branding.name == "Bea Care"
    assert (kept.look_and_feel.footer_text, kept.theme.primary) == ("Ada's footer", "#123456")
    assert kept.payments.apple_pay


async def test_a_third_change_is_told_again(here: StaffSite, ada: Browser) -> None:
    bea = await here.sign_in(await here.member("Bea Lind"))
    hers = await filled(ada, LAKESIDE, branding__name="Ada Care")
    for name in ("Bea One", "Bea Two"):
        assert (await save(bea, LAKESIDE, await filled(bea, LAKESIDE, branding__name=name))).status == 303
        told = await save(ada, LAKESIDE, hers)
        assert told.status == 422
        assert name in told.text
        hers = typed_in(told)
    assert (await save(ada, LAKESIDE, hers)).status == 303


async def test_a_group_that_was_made_meanwhile_is_told_at_the_slug(here: StaffSite, ada: Browser) -> None:
    bea = await here.sign_in(await here.member("Bea Lind"))
    new = f"{GROUPS}/new"
    hers = await filled(ada, new, slug="hilltop", branding__name="Ada's Hilltop")
    theirs = await filled(bea, new, slug="hilltop", branding__name="Bea's Hilltop")
    assert (await save(bea, new, theirs)).status == 303
    told = await save(ada, new, hers)
    assert told.status == 422
    assert "Bea Lind saved it last. Choose another slug." in told.words
    assert typed_in(told)["branding.name"] == "Ada's Hilltop"
    taken = await filled(ada, new, slug="other", branding__name="BEA'S hilltop")
    assert (
        '<a href="#branding.name">Another group already has this name' in (await save(ada, new, taken)).text
    )


async def test_a_draft_keeps_what_was_typed_right_or_wrong_and_no_patient_meets_it(
    here: StaffSite, ada: Browser
) -> None:
    before = await options_of(here)
    fields = await filled(
        ada, LAKESIDE, theme__primary="rouge", branding__name="Draft Care", payments__auto_post=None
    )
    kept = await save(ada, LAKESIDE, fields, "draft")
    assert kept.to == f"{LAKESIDE}/draft?kept"
    page = await ada.get(kept.to)
    assert "Patients see nothing of it" in page.words
    drafted = typed_in(page)
    assert {name: text for name, text in drafted.items() if name in FIELDS} == {
        name: text for name, text in fields.items() if name in FIELDS
    }
    assert await options_of(here) == before
    assert "Draft Care" not in (await here.site.browser().get("/g/lakeside/about")).text
    listed = await ada.get(GROUPS)
    assert re.search(r"draft by Ada Quill, today, [0-9:]+ [ap]m", listed.words)
    assert "There is a draft of this group by Ada Quill" in (await ada.get(LAKESIDE)).words
    refused = await save(ada, LAKESIDE, drafted)
    assert refused.status == 422
    mended = typed_in(refused) | {"theme.primary": "#123456"}
    assert (await save(ada, LAKESIDE, mended)).to == f"{LAKESIDE}?saved=2"
    assert (await options_of(here)).branding.name == "Draft Care"
    assert "draft by" not in (await ada.get(GROUPS)).words
    assert (await ada.get(f"{LAKESIDE}/draft")).to == LAKESIDE


@pytest.mark.parametrize(
    ("name", "typed"),
    [("look_and_feel.footer_text", "Call us\tany time"), ("authentication.mfa_email_body", "x" * 6_001)],
)
async def test_a_draft_keeps_no_field_as_empty_that_could_not_be_read(
    here: StaffSite, ada: Browser, name: str, typed: str
) -> None:
    fields = await filled(ada, LAKESIDE) | {name: typed}
    answer = await save(ada, LAKESIDE, fields, "draft")
    assert answer.status == 422
    assert f'<a href="#{name}">' in answer.text
    assert (await ada.get(f"{LAKESIDE}/draft")).to == LAKESIDE  # there is none
    assert (await save(ada, LAKESIDE, fields | {name: "Call us"}, "draft")).status == 303


async def test_a_draft_that_was_overtaken_tells_so_when_opened(here: StaffSite, ada: Browser) -> None:
    await save(ada, LAKESIDE, await filled(ada, LAKESIDE, branding__name="Draft Care"), "draft")
    bea = await here.sign_in(await here.member("Bea Lind"))
    await save(bea, LAKESIDE, await filled(bea, LAKESIDE, branding__name="Bea Care", theme__info="#123456"))
    page = await ada.get(f"{LAKESIDE}/draft")
    assert "Bea Lind saved this group" in page.words
    fields = typed_in(page)
    assert (fields["branding.name"], fields["theme.info"]) == ("Draft Care", "#123456")
    assert (await save(ada, LAKESIDE, fields)).to == f"{LAKESIDE}?saved=3"


async def test_another_s_draft_is_replaced_and_discarded_only_knowingly(
    here: StaffSite, ada: Browser
) -> None:
    bea = await here.sign_in(await here.member("Bea Lind"))
    hers = await filled(ada, LAKESIDE, branding__name="Ada's draft")
    await save(bea, LAKESIDE, await filled(bea, LAKESIDE, branding__name="Bea's draft"), "draft")
    told = await save(ada, LAKESIDE, hers, "draft")
    assert told.status == 422
    assert "Your draft was not saved. Bea Lind saved a draft" in told.words
    seen = typed_in(await bea.get(f"{LAKESIDE}/draft"))
    assert seen["branding.name"] == "Bea's draft"
    here.site.house.later(seconds=1)
    assert (await save(ada, LAKESIDE, typed_in(told), "draft")).status == 303
    assert (await bea.post(f"{LAKESIDE}/discard", seen)).to == f"{LAKESIDE}/draft"
    now = typed_in(await bea.get(f"{LAKESIDE}/draft"))
    assert now["branding.name"] == "Ada's draft"
    assert (await bea.post(f"{LAKESIDE}/discard", now)).to == f"{GROUPS}?discarded"
    assert (await bea.get(f"{LAKESIDE}/draft")).to == LAKESIDE


async def test_a_draft_of_a_new_group_is_opened_from_the_list_and_published(
    here: StaffSite, ada: Browser
) -> None:
    new = f"{GROUPS}/new"
    await save(ada, new, await filled(ada, new, slug="hilltop", branding__name="Hilltop"), "draft")
    assert "not published yet" in (await ada.get(GROUPS)).words
    assert (await ada.get(f"{GROUPS}/hilltop")).to == f"{GROUPS}/hilltop/draft"
    fields = typed_in(await ada.get(f"{GROUPS}/hilltop/draft"))
    moved = await save(ada, new, fields | {"slug": "hilltop-two"}, "draft")
    assert moved.to == f"{GROUPS}/hilltop-two/draft?kept"
    assert (await ada.get(f"{GROUPS}/hilltop/draft")).status == 404
    fields = typed_in(await ada.get(moved.to))
    assert (await save(ada, new, fields | {"slug": "hilltop-two"})).to == f"{GROUPS}/hilltop-two?saved=1"
    assert "not published yet" not in (await ada.get(GROUPS)).words


async def test_a59_an_admin_of_one_group_finds_no_other_and_adds_none(here: StaffSite, ada: Browser) -> None:
    await here.site.house.group("hilltop")
    await save(ada, LAKESIDE, await filled(ada, LAKESIDE), "draft")
    new = f"{GROUPS}/new"
    await save(ada, new, await filled(ada, new, slug="secret", branding__name="Secret"), "draft")
    cara = await here.sign_in(await here.member("Cara", StaffRole.ADMIN, "hilltop"))
    own = await filled(cara, f"{GROUPS}/hilltop")
    listed = await cara.get(GROUPS)
    assert "Lakeside" not in listed.text
    assert "secret" not in listed.text
    assert "Add a group" not in listed.text
    for path in (LAKESIDE, new, f"{GROUPS}/secret"):
        for act in ("save", "draft"):
            assert (await save(cara, path, own | {"slug": "third"}, act)).status == 404
    for path in (
        LAKESIDE,
        new,
        f"{LAKESIDE}/draft",
        f"{GROUPS}/secret/draft",
        f"{LAKESIDE}/history",
        f"{LAKESIDE}/restore?version=1",
        f"{LAKESIDE}/history?from=1&to=1",
    ):
        assert (await cara.get(path)).status == 404, path
    for path in (f"{LAKESIDE}/discard", f"{LAKESIDE}/restore"):
        assert (await cara.post(path, {"draft": "b", "version": "1", "newest": "1"})).status == 404
    assert (await save(cara, f"{GROUPS}/hilltop", own | {"draft_of": "lakeside", "draft": "b"})).status == 303


async def test_a58_what_is_no_option_changes_nothing(here: StaffSite, ada: Browser) -> None:
    before = await options_of(here)
    extra = {
        "id": "7",
        "changed_by": "staff x",
        "group_id": "2",
        "options": "{}",
        "branding.images": "x",
        "authentication.role": "admin",
        "slug": "stolen",
        "max_uses": "1",
    }
    assert (await save(ada, LAKESIDE, await filled(ada, LAKESIDE) | extra)).status == 303
    assert await options_of(here) == before
    assert [one.slug for one in await here.site.desk.groups.list_()] == ["lakeside"]


async def test_a_form_without_its_version_overwrites_nothing(here: StaffSite, ada: Browser) -> None:
    before = await options_of(here)
    fields = await filled(ada, LAKESIDE, branding__name="Unseen")
    for version in ("", "0", "-1", "x", "9" * 30, "7"):
        assert (await save(ada, LAKESIDE, fields | {"version": version})).status == 422
    assert await options_of(here) == before
