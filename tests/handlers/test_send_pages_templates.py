"""The templates' pages: written, looked at, kept, changed, removed; what will not do is said at its field."""

import re
from collections.abc import AsyncIterator

import pytest

from quickpay.adapters.store import OpenStore
from tests.handlers.site import Browser
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.people import House
from tests.services.rows import rows

LIST = "/staff/groups/lakeside/templates"
SUBJECT = "For ${guarantor.first_name}"
GOOD = {"name": "soft", "channel": "email", "subject": SUBJECT, "body": "Open\r\n${link}"}


@pytest.fixture
async def office(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


@pytest.fixture
async def root(office: StaffSite) -> Browser:
    return await office.sign_in(await office.member("Root"))


async def test_a_template_is_looked_at_kept_changed_and_removed(office: StaffSite, root: Browser) -> None:
    assert 'href="/staff/templates"' in (await root.get("/staff/groups")).text
    assert f'href="{LIST}"' in (await root.get("/staff/templates")).text
    empty = await root.get(LIST)
    assert "This group has written none yet" in empty.words
    assert "Your bill from Lakeside" in empty.words
    assert (await root.get(f"{LIST}/add")).status == 200
    looked = await root.post(f"{LIST}/add", GOOD | {"step": "preview"})
    assert looked.status == 200
    assert "For Alice" in looked.words
    assert "Open https://pay.example.com/q/…" in looked.words
    assert await rows(office.site.house, "link_templates") == []
    assert (await root.post(f"{LIST}/add", GOOD | {"step": "save"})).to == LIST
    listed = await root.get(LIST)
    assert re.search(r"soft Email .* Root Ready", listed.words)
    assert f'href="{LIST}/1"' in listed.text

    page = await root.get(f"{LIST}/1")
    assert ">\nOpen\n${link}</textarea>" in page.text
    changed = GOOD | {"body": "Please open ${link}", "channel": "sms", "step": "save"}
    assert (await root.post(f"{LIST}/1", changed)).to == LIST
    assert (await root.get(f"{LIST}/1")).status == 404
    (old, new) = await rows(office.site.house, "link_templates")
    assert (old["ended_at"] is None, new["ended_at"] is None) == (False, True)
    assert (new["channel"], new["body"]) == ("email", "Please open ${link}")
    again = await root.post(f"{LIST}/1", changed | {"body": "Somebody else ${link}"})
    assert again.status == 422
    assert "changed or removed this template meanwhile" in again.words
    assert "Somebody else" in again.text
    for _ in range(2):
        await root.get(f"{LIST}/add")
        assert (await root.post(f"{LIST}/2/remove")).to == LIST
    assert "This group has written none yet" in (await root.get(LIST)).words


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "two words"}, "name"),
        ({"channel": ""}, "channel-email"),
        ({"channel": "pigeon"}, "channel-email"),
        ({"subject": ""}, "subject"),
        ({"subject": "${amount_due}"}, "subject"),
        ({"body": "no link"}, "body"),
        ({"body": "${link} ${mfa.code}"}, "body"),
        ({"body": "${link}\x00"}, "body"),
        ({"body": "${link} 4242 4242 4242 4242"}, "body"),
        ({"body": "${link} " + "x" * 2000}, "body"),
        ({"channel": "sms", "body": "“Hi” ${link}"}, "body"),
        ({"body": "${link} ${office.phone}"}, "body"),
    ],
)
@pytest.mark.parametrize("step", ["preview", "save"])
async def test_a42_what_will_not_do_is_said_at_its_field_and_stays(
    office: StaffSite, root: Browser, typed: dict[str, str], field: str, step: str
) -> None:
    await root.get(f"{LIST}/add")
    answer = await root.post(f"{LIST}/add", GOOD | typed | {"step": step})
    assert answer.status == 422
    assert f'<a href="#{field}">' in answer.text
    assert 'aria-invalid="true"' in answer.text or field == "channel-email"
    if "name" not in typed:
        assert 'name="name" type="text" value="soft"' in answer.text
    assert await rows(office.site.house, "link_templates") == []


async def test_a_template_the_group_s_options_forbid_meanwhile_is_marked(
    office: StaffSite, root: Browser
) -> None:
    await root.get(f"{LIST}/add")
    await root.post(f"{LIST}/add", GOOD | {"step": "save"})
    await office.site.options(require_mfa=True)
    listed = await root.get(LIST)
    assert "Cannot go out. Take ${guarantor.first_name} out: this group requires a proof" in listed.words


async def test_markup_in_a_template_is_text_on_every_page(office: StaffSite, root: Browser) -> None:
    hostile = GOOD | {"subject": "<script>x</script>", "body": '"><img src=x> </textarea><b>\n${link}'}
    await root.get(f"{LIST}/add")
    pages = [await root.post(f"{LIST}/add", hostile | {"step": "preview"})]
    await root.post(f"{LIST}/add", hostile | {"step": "save"})
    pages += [await root.get(path) for path in (LIST, f"{LIST}/1")]
    pages.append(
        await root.post(
            "/staff/guarantors/lakeside/10067/send",
            {"contact": "email", "template": "soft", "step": "preview"},
        )
    )
    for page in pages:
        assert page.status == 200
        assert "<script>x" not in page.text
        assert "<img src=x" not in page.text
        assert "<b>" not in page.text


async def test_another_groups_templates_and_strange_numbers_are_not_there(
    office: StaffSite, root: Browser
) -> None:
    await office.site.house.group("hilltop")
    await root.get(f"{LIST}/add")
    await root.post(f"{LIST}/add", GOOD | {"step": "save"})
    for path in ("/staff/groups/hilltop/templates/1", f"{LIST}/0", f"{LIST}/x", f"{LIST}/9" + "9" * 30):
        assert (await root.get(path)).status == 404
    assert (await root.get("/staff/groups/nowhere/templates")).status == 404
