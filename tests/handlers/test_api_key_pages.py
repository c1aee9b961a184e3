"""API keys on the staff's pages: made once whatever is pressed, shown once, revoked in two steps."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.api_keys import Scope
from quickpay.domain.staff import StaffRole
from quickpay.handlers.staff.api_key_views import SCOPES, STATES
from quickpay.services.staff.api_keys import KeyState, NewKey
from tests.handlers.site import Answer, Browser
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.people import House

LIST = "/staff/api-keys"
FIELDS = {"name": "PM system", "group": "lakeside", "scope.links_read": "yes", "days": "30"}


@pytest.fixture
async def here(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


@pytest.fixture
async def ada(here: StaffSite) -> Browser:
    return await here.sign_in(await here.member("Ada"))


def _secret(answer: Answer) -> str:
    found = re.search(r"qpk_[\w-]{43}", answer.text)
    assert found, answer.words
    return found[0]


async def _form_key(ada: Browser) -> str:
    found = re.search(r'name="form_key" value="([a-p]{32})"', (await ada.get(f"{LIST}/new")).text)
    assert found
    return found[1]


async def _make(ada: Browser, **fields: str) -> Answer:
    return await ada.post(f"{LIST}/new", {**FIELDS, "form_key": await _form_key(ada), **fields})


async def test_r120_a_key_is_shown_on_one_answer_and_works(here: StaffSite, ada: Browser) -> None:
    made = await _make(ada)
    assert made.status == 200
    assert made.headers["Cache-Control"] == "no-store"
    secret = _secret(made)
    api = {"Authorization": f"Bearer {secret}"}
    link = await here.site.link()
    assert (await here.site.browser().get(f"/api/v1/links/{link.id}", **api)).status == 200
    assert (await here.site.browser().get("/api/v1/groups", **api)).status == 403
    await here.site.desk.keyring.flush_used()
    page = await ada.get(LIST)
    assert secret not in page.text
    assert "PM system Lakeside links:read" in page.words
    assert "Never" not in page.words
    assert "Good" in page.words


async def test_the_same_form_sent_twice_makes_one_key(here: StaffSite, ada: Browser) -> None:
    key = await _form_key(ada)
    first = await ada.post(f"{LIST}/new", {**FIELDS, "form_key": key})
    second = await ada.post(f"{LIST}/new", {**FIELDS, "form_key": key})
    assert _secret(first) not in second.text
    assert "made already" in second.words
    assert len(await here.site.desk.keyring.list_()) == 1
    assert _secret(await _make(ada)) != _secret(first)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": " "}, "Write a name"),
        ({"scope.links_read": "no"}, "Name at least one scope"),
        ({"group": "nowhere"}, "There is no such group"),
        ({"days": "0"}, "at most 365 days"),
        ({"days": "366"}, "at most 365 days"),
        ({"days": "a year"}, "number of days"),
        ({"days": "-1"}, "number of days"),
        ({"form_key": "x"}, "Press once more"),
    ],
)
async def test_what_will_not_do_is_said_and_nothing_typed_is_lost(
    here: StaffSite, ada: Browser, fields: dict[str, str], says: str
) -> None:
    answer = await _make(ada, **fields)
    assert answer.status == 422
    assert says in answer.words
    sent = {**FIELDS, **fields}
    assert f'value="{sent["name"]}"' in answer.text
    assert f'value="{sent["days"]}"' in answer.text
    assert ('value="yes" checked' in answer.text) == (sent["scope.links_read"] == "yes")
    assert await here.site.desk.keyring.list_() == []
    again = re.search(r'name="form_key" value="([a-p]{32})"', answer.text)
    assert again
    assert (await ada.post(f"{LIST}/new", {**FIELDS, "form_key": again[1]})).status == 200


async def test_r120_revoking_takes_two_steps_and_holds_at_once(here: StaffSite, ada: Browser) -> None:
    secret = _secret(await _make(ada, **{"scope.groups_read": "yes", "group": ""}))
    (key,) = await here.site.desk.keyring.list_()
    sure = await ada.get(f"{LIST}/{key.id}/revoke")
    assert "Revoke the key of PM system?" in sure.words
    api = {"Authorization": f"Bearer {secret}"}
    assert (await here.site.browser().get("/api/v1/groups", **api)).status == 200
    for _ in range(2):
        assert (await ada.post(f"{LIST}/{key.id}/revoke")).to == LIST
    assert (await here.site.browser().get("/api/v1/groups", **api)).status == 401
    assert "Revoked" in (await ada.get(LIST)).words
    for gone in (key.id, "nobody"):
        assert (await ada.get(f"{LIST}/{gone}/revoke")).status == 404


async def test_a_key_that_ends_soon_is_marked(here: StaffSite, ada: Browser) -> None:
    await _make(ada, days="14")
    page = await ada.get(LIST)
    assert re.search(r'<td[^>]* class="marked"[^>]*>Ends soon</td>', page.text)


async def test_r118_an_admin_of_one_group_meets_its_keys_only(here: StaffSite) -> None:
    await here.site.house.group("hilltop")
    keyring = here.site.desk.keyring
    made = {}
    for group in (None, "lakeside", "hilltop"):
        key = await keyring.create(
            name=f"of {group}", scopes=("links:read",), group=group, life=timedelta(days=9), by="tests"
        )
        assert isinstance(key, NewKey)
        made[group] = key.key.id
    lim = await here.sign_in(await here.member("Lim", StaffRole.ADMIN, "lakeside"))
    page = await lim.get(LIST)
    assert "of lakeside" in page.text
    for group in (None, "hilltop"):
        assert f"of {group}" not in page.text
        assert (await lim.get(f"{LIST}/{made[group]}/revoke")).status == 404
        assert (await lim.post(f"{LIST}/{made[group]}/revoke")).status == 404
        assert (await _make(lim, group=group or "")).status == 422
    # Which others there are, her form does not tell.
    others = [await _make(lim, group=slug) for slug in ("hilltop", "nowhere")]
    assert all("Choose one of your groups" in page.words for page in others)
    assert "Every group" not in (await lim.get(f"{LIST}/new")).text
    assert all(key.revoked_at is None for key in await keyring.list_())


def test_every_scope_and_state_has_its_words() -> None:
    assert set(SCOPES) == set(Scope)
    assert set(STATES) == set(KeyState)
