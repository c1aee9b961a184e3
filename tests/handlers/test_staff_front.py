"""The front page begins with a search and says what waits; the menu says where one is."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.api_keys import EVERY_SCOPE
from quickpay.domain.staff import StaffRole
from quickpay.handlers.staff.menu import menu_of
from quickpay.ports.group_tables import Draft
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.people import House


@pytest.fixture
async def here(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


async def _leave_something(here: StaffSite) -> None:
    """A draft of lakeside, and a key for all groups that ends in some days."""
    now = here.site.house.clock.now()
    draft = Draft(slug="lakeside", version=1, typed={}, saved_at=now, saved_by="staff 1")
    assert await here.site.house.do(lambda tx: tx.drafts.put(draft))
    await here.site.desk.keyring.create(name="old", scopes=EVERY_SCOPE, life=timedelta(days=3), by="tests")


async def test_what_waits_is_a_number_that_leads_to_its_list(here: StaffSite) -> None:
    ada = await here.sign_in(await here.member())
    assert "Waiting for you" not in (await ada.get("/staff")).words
    await _leave_something(here)
    front = await ada.get("/staff")
    assert '<a href="/staff/groups">1 draft of a group is not published</a>' in front.text
    assert '<a href="/staff/api-keys">1 API key ends soon</a>' in front.text


async def test_another_group_s_admin_and_other_roles_are_told_of_nothing(here: StaffSite) -> None:
    await here.site.house.group("hilltop")
    await _leave_something(here)
    for name, role, groups in (
        ("Bob", StaffRole.ADMIN, ("hilltop",)),
        ("Cara", StaffRole.BILLING, ()),
        ("Vera", StaffRole.VIEWER, ()),
    ):
        browser = await here.sign_in(await here.member(name, role, *groups))
        assert "Waiting for you" not in (await browser.get("/staff")).words, name


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/staff/guarantors/lakeside/1001", "Guarantors"),
        ("/staff/guarantors/lakeside/1001/send", "Send a link"),
        ("/staff/links/AAAAAAAAAAAAAAAAAAAAAA/end", "Guarantors"),
        ("/staff/links/batches/lakeside/autumn/end", "Batches"),
        ("/staff/guarantors/lakeside/1001/release", "Caller without a code"),
        ("/staff/groups/lakeside/history", "Groups"),
        ("/staff/groups/lakeside/templates/1", "Messages"),
    ],
)
def test_the_menu_marks_one_place(path: str, label: str) -> None:
    menu = menu_of(StaffRole.ADMIN, path, pops_management=True)
    marked = [one.label for one in (*menu.bar, *menu.more, *menu.within) if one.here]
    assert marked == [label]
    assert bool(menu.within) is (label in {"Groups", "Messages"})
    assert menu_of(StaffRole.ADMIN, path, pops_management=False).pops is None
