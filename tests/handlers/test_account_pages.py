"""Accounts on the staff's pages: added, changed, reset and disabled by another admin, in two steps."""

import re
from collections.abc import AsyncIterator

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.staff import StaffRole, StaffState
from quickpay.handlers.staff.words import ROLES
from tests.handlers.site import Answer, Browser
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.people import House
from tests.staff_people import PASSWORD

LIST = "/staff/accounts"
LAKESIDE = {"reach": "some", "group.b": "yes"}  # the group's id, 1, in letters


@pytest.fixture
async def here(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


@pytest.fixture
async def ada(here: StaffSite) -> Browser:
    return await here.sign_in(await here.member("Ada"))


def _address(answer: Answer) -> str:
    found = re.search(r'id="enrolment">https://pay\.example\.com(/staff/enrol/[\w-]{43})<', answer.text)
    assert found, answer.words
    return found[1]


async def _states(here: StaffSite) -> dict[str, StaffState]:
    return {one.name: one.state for one in await here.rooms.desk.accounts.list_()}


async def test_somebody_is_added_and_enrols_at_the_address_that_is_shown_once(
    here: StaffSite, ada: Browser
) -> None:
    await ada.get(f"{LIST}/new")
    fields = {"name": "Bea Note", "role": "billing", **LAKESIDE}
    made = await ada.post(f"{LIST}/new", fields)
    assert made.status == 200
    assert made.headers["Cache-Control"] == "no-store"
    assert "<svg" in made.text
    address = _address(made)
    assert address not in (await ada.get(LIST)).text
    bea = here.site.browser()
    await bea.get(address)
    step = await bea.post(address, {"password": PASSWORD, "again": PASSWORD})
    assert step.to.startswith("/staff/enrol/")
    twice = await ada.post(f"{LIST}/new", fields)
    assert twice.status == 422
    assert "There is an account of this name" in twice.words
    rows = await ada.get(LIST)
    assert "Bea Note Billing Lakeside Invited" in rows.words
    assert "Ada Admin Every group Active" in rows.words


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "Choose a role"),
        ({"name": "Bea", "role": "owner", "reach": "every"}, "Choose a role"),
        ({"name": "", "role": "viewer", "reach": "every"}, "Write a name"),
        ({"name": "Bea", "role": "viewer", "reach": "some"}, "Tick at least one group"),
        ({"name": "Bea", "role": "viewer", "reach": "some", "group.j": "yes"}, "Tick at least one group"),
    ],
)
async def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    here: StaffSite, ada: Browser, fields: dict[str, str], says: str
) -> None:
    await ada.get(f"{LIST}/new")
    answer = await ada.post(f"{LIST}/new", fields)
    assert answer.status == 422
    assert says in answer.words
    assert f'value="{fields.get("name", "")}"' in answer.text
    assert list(await _states(here)) == ["Ada"]


async def test_a_change_needs_a_second_press_and_says_what_it_does(here: StaffSite, ada: Browser) -> None:
    await here.member("Bea", StaffRole.VIEWER)
    page = await ada.get(f"{LIST}/2")
    assert "Viewer" in page.words
    fields = {"role": "billing", **LAKESIDE}
    sure = await ada.post(f"{LIST}/2/change", fields)
    assert sure.status == 200
    assert "Now: Viewer, Every group." in sure.words
    assert "Then: Billing, Lakeside." in sure.words
    (_, bea) = await here.rooms.desk.accounts.list_()
    assert bea.role is StaffRole.VIEWER
    kept = dict(re.findall(r'<input type="hidden" name="([a-z.]+)" value="([a-z]+)">', sure.text))
    assert kept == {**fields, "sure": "yes"}
    assert (await ada.post(f"{LIST}/2/change", kept)).to == f"{LIST}/2"
    (_, bea) = await here.rooms.desk.accounts.list_()
    assert (bea.role, bea.groups) == (StaffRole.BILLING, frozenset({1}))


async def test_a_reset_shows_a_new_address_and_ends_her_session(here: StaffSite, ada: Browser) -> None:
    bea = await here.sign_in(await here.member("Bea", StaffRole.VIEWER))
    assert "Let Bea enrol anew?" in (await ada.get(f"{LIST}/2/reset")).words
    assert (await bea.get("/staff")).status == 200, "looking changes nothing"
    address = _address(await ada.post(f"{LIST}/2/reset", {"sure": "yes"}))
    assert (await bea.get("/staff")).to == "/staff/sign-in"
    assert (await here.site.browser().get(address)).status == 200


async def test_disabling_ends_at_once_and_pressing_again_is_no_fault(here: StaffSite, ada: Browser) -> None:
    bea = await here.sign_in(await here.member("Bea", StaffRole.VIEWER))
    assert "Disable the account of Bea?" in (await ada.get(f"{LIST}/2/disable")).words
    for _ in range(2):
        assert (await ada.post(f"{LIST}/2/disable", {"sure": "yes"})).to == f"{LIST}/2"
    assert (await bea.get("/staff")).to == "/staff/sign-in"
    page = await ada.get(f"{LIST}/2")
    assert "Disabled" in page.words
    assert "/disable" not in page.text


async def test_nobody_does_it_to_her_own_account(here: StaffSite, ada: Browser) -> None:
    await here.member("Bea")
    page = await ada.get(f"{LIST}/1")
    assert "your own account" in page.words
    assert "/disable" not in page.text
    for step in ("reset", "disable"):
        assert (await ada.get(f"{LIST}/1/{step}")).status == 422
        assert (await ada.post(f"{LIST}/1/{step}", {"sure": "yes"})).status == 422
    change = {"role": "viewer", "reach": "every", "sure": "yes"}
    assert (await ada.post(f"{LIST}/1/change", change)).status == 422
    assert (await _states(here))["Ada"] is StaffState.ACTIVE
    assert (await ada.get(LIST)).status == 200


async def test_the_last_admin_of_every_group_is_kept_from_an_admin_of_the_same_right(
    here: StaffSite, ada: Browser
) -> None:
    """A second admin, demoted while her page is open, cannot end the last one by it."""
    bea = await here.sign_in(await here.member("Bea"))
    await bea.get(f"{LIST}/1/disable")
    await here.rooms.desk.accounts.change("Bea", role=StaffRole.ADMIN, groups=["lakeside"], by="tests")
    assert (await bea.post(f"{LIST}/1/disable", {"sure": "yes"})).status == 404
    await here.rooms.desk.accounts.change("Bea", role=StaffRole.ADMIN, groups=None, by="tests")
    assert (await bea.post(f"{LIST}/1/disable", {"sure": "yes"})).to == f"{LIST}/1"
    assert (await ada.get(LIST)).to == "/staff/sign-in"


async def test_r118_an_admin_of_one_group_meets_its_accounts_only(here: StaffSite, ada: Browser) -> None:
    await here.site.house.group("hilltop")
    await here.member("Hal", StaffRole.VIEWER, "hilltop")
    lim = await here.sign_in(await here.member("Lim", StaffRole.ADMIN, "lakeside"))
    page = await lim.get(LIST)
    assert "Hal" not in page.text
    assert "Ada" not in page.text
    for account in (1, 2, 99, "x", "²"):
        for step in ("", "/reset", "/disable"):
            assert (await lim.get(f"{LIST}/{account}{step}")).status == 404, (account, step)
    form = await lim.get(f"{LIST}/new")
    assert "every" not in form.text.casefold().replace("everybody", "")
    assert "Hilltop" not in form.text
    for reach in ({"reach": "every"}, {"reach": "some", "group.c": "yes"}):
        refused = await lim.post(f"{LIST}/new", {"name": "New", "role": "viewer", **reach})
        assert refused.status == 422
    assert "New" not in await _states(here)
    assert ada.cookie != lim.cookie


def test_every_role_has_its_word() -> None:
    assert set(ROLES) == set(StaffRole)
