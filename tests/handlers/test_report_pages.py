"""The staff read reports: filters in the address, a picture that can be heard, a table, a file."""

import csv
import io
import re
from collections.abc import AsyncIterator

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.staff import StaffRole
from quickpay.handlers.sheets import sheet
from quickpay.handlers.staff.reports.chart import Bar, chart
from tests.handlers.site import Browser
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.handlers.test_markup import _sound
from tests.people import House

SESSIONS = "/staff/reports/session-usage"
PAYMENTS = "/staff/reports/payments"


@pytest.fixture
async def here(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


@pytest.fixture
async def viewer(here: StaffSite) -> Browser:
    """Somebody who may only look, after three visits of Alice's: paid, tried in vain, looked."""
    house, alice = here.site.house, here.site.alice
    await (await house.come(await house.link(alice))).pays(amount=25_50)
    await (await house.come(await house.link(alice))).pays("tok_declined", amount=1_00)
    await house.come(await house.link(alice))
    return await here.sign_in(await here.member("Vera", StaffRole.VIEWER))


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


async def test_session_usage_counts_and_shows_and_says(viewer: Browser) -> None:
    page = await viewer.get(SESSIONS)
    assert page.status == 200
    _sound(page)
    assert "Total 3 1 1 1 1 0 0 0" in page.words
    words = "3 sessions; Quick Pay 1 of 3 paid, MFA 0 of 0 paid"
    assert len(re.findall(rf'role="listitem" aria-label="[^"]*{words}"', page.text)) == 1
    assert "style=" not in page.text


async def test_totals_alone_leave_lines_and_picture_out(viewer: Browser) -> None:
    page = await viewer.get(f"{SESSIONS}?totals=1")
    assert "Total 3 1 1 1 1 0 0 0" in page.words
    assert "<svg" not in page.text
    assert len(re.findall("<tr>", page.text)) == 2
    body = table((await viewer.get(f"{SESSIONS}.csv?totals=1")).text)
    assert [row[0] for row in body] == ["day", "Total"]


async def test_a_report_of_nothing_says_so_instead_of_thirty_lines_of_zeros(viewer: Browser) -> None:
    for path in (SESSIONS, PAYMENTS):
        page = await viewer.get(f"{path}?from=2026-01-01&until=2026-01-31")
        assert "Nothing fits" in page.words
        assert len(re.findall("<tr>", page.text)) == 2
        _sound(page)
        assert "Nothing fits" not in (await viewer.get(path)).words


def test_a_picture_shows_the_newest_days_and_is_measured_by_what_it_shows() -> None:
    bars = [Bar(mark=str(day), words=str(day), parts=(day,)) for day in range(100, 0, -1)]
    by_day = chart("", ("",), bars, said=str, newest=True)
    assert by_day is not None
    assert (by_day.columns[-1].words, by_day.most, by_day.left_out) == ("1", "62", 38)
    by_group = chart("", ("",), bars[::-1], said=str, newest=False)
    assert by_group is not None
    assert (by_group.columns[0].words, by_group.most, by_group.left_out) == ("1", "62", 38)
    for column in (*by_day.columns, *by_group.columns):
        half = 3 * len(column.mark)
        assert half < column.x + column.width // 2 < by_day.width - half, "nothing written is cut off"


async def test_payments_say_money_and_the_file_adds_up(viewer: Browser) -> None:
    page = await viewer.get(f"{PAYMENTS}?by=method")
    _sound(page)
    assert "Card 2 1 $25.50 $0.00 $25.50 1 0 $0.00" in page.words
    (link,) = re.findall(r'href="([^"]*\.csv[^"]*)"', page.text)
    answer = await viewer.get(link.replace("&amp;", "&"))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="payments.csv"'
    head, card, total = table(answer.text)
    assert head[:4] == ["method", "name", "Payments", "Succeeded"]
    assert card[2:5] == total[2:5] == ["2", "1", "25.50"]


async def test_filters_stay_in_the_form_and_faults_stand_at_their_field(viewer: Browser) -> None:
    page = await viewer.get(f"{SESSIONS}?by=origin&origin=sms&guarantor=10067")
    assert '<option value="origin" selected>' in page.text
    assert '<option value="sms" selected>' in page.text
    assert 'value="10067"' in page.text
    wrong = await viewer.get(f"{SESSIONS}?from=soon&guarantor=10067")
    assert wrong.status == 422
    assert 'id="from-error"' in wrong.text
    assert 'value="soon"' in wrong.text
    assert 'value="10067"' in wrong.text
    assert "<table" not in wrong.text
    assert (await viewer.get(f"{SESSIONS}.csv?from=soon")).status == 404


async def test_a59_staff_of_another_group_see_none_of_it(here: StaffSite, viewer: Browser) -> None:
    del viewer
    await here.site.house.group("hilltop")
    bob = await here.sign_in(await here.member("Bob", StaffRole.BILLING, "hilltop"))
    for path in (SESSIONS, PAYMENTS):
        page = await bob.get(f"{path}?by=group")
        assert "Lakeside" not in page.text
        assert "25.50" not in page.text
        assert (await bob.get(f"{path}?group=lakeside")).status == 422
        assert "25.50" not in (await bob.get(f"{path}.csv")).text


async def test_reports_are_reached_from_the_bar_and_from_pops_management(here: StaffSite) -> None:
    ada = await here.sign_in(await here.member())
    assert 'href="/staff/reports"' in (await ada.get("/staff")).text
    listed = await ada.get("/staff/reports")
    assert f'href="{SESSIONS}"' in listed.text
    assert f'href="{PAYMENTS}"' in listed.text
    assert f'href="{SESSIONS}"' in (await ada.get("/staff/groups")).text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_of_a_file_is_a_formula(start: str) -> None:
    evil = f'{start}HYPERLINK("http://evil.example","x")'
    (head, row) = table(sheet(("a", "b"), [(evil, -5)]).decode())
    assert row[0] == f"'{evil}"
    assert row[1] == "-5"  # a number of ours is a number
    assert head == ["a", "b"]
