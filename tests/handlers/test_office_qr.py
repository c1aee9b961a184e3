"""Codes at the desk: made by a press and once, good for their time, and for paper in files (J7)."""

import re
import struct
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.links import LinkState
from quickpay.domain.staff import StaffRole
from tests.handlers.qr_reader import read_path, read_png
from tests.handlers.site import HOST, Answer, Browser
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.people import House
from tests.services.rows import rows

SCREEN = "/staff/office-qr"
PAPER = "/staff/guarantors/lakeside/10067/qr"


@pytest.fixture
async def desk(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


@pytest.fixture
async def ada(desk: StaffSite) -> Browser:
    return await desk.sign_in(await desk.member("Ada", StaffRole.FRONT_DESK))


async def links(desk: StaffSite) -> list[dict[str, Any]]:
    return await rows(desk.site.house, "links")


def asked(page: Answer, **more: str) -> dict[str, str]:
    """The form of whom, with its key."""
    found = re.search(r'name="form_key" value="([^"]+)"', page.text)
    assert found
    return {"form_key": found[1], "group": "lakeside", "guarantor": "10067"} | more


def scanned(page: Answer) -> str:
    """What a phone reads off the page."""
    found = re.search(r'<svg class="qr".*?viewBox="0 0 (\d+) \d+".*?<path d="([^"]+)"', page.text)
    assert found, page.text
    return read_path(found[2], int(found[1]))


async def code(desk: StaffSite, browser: Browser) -> tuple[str, Answer]:
    """Make a code; where its page is, and the page."""
    made = await browser.post(SCREEN, asked(await browser.get(SCREEN)))
    return made.to, await browser.get(made.to)


async def test_j7_the_code_on_the_screen_opens_the_guarantors_bill(desk: StaffSite, ada: Browser) -> None:
    _, page = await code(desk, ada)
    (link,) = await links(desk)
    assert (link["origin"], link["state"], link["uses"]) == ("office_qr", "active", 0)
    assert link["expires_at"] - link["created_at"] == 15 * 60 * 1_000_000
    url = scanned(page)
    assert url == desk.site.desk.links.url(link["id"])
    patient = desk.site.browser()
    path = url.removeprefix(f"https://{HOST}")
    await patient.get(path)
    assert (await patient.post(path)).to == "/pay"
    match = (await desk.site.desk.links.get(link["id"])).match_code  # type: ignore[union-attr]  # it is there
    assert f'<strong class="key">{match}</strong>' in page.text
    assert 'data-countdown="900"' in page.text
    assert "It has been opened." in (await ada.get(f"{SCREEN}/{link['id']}")).words


async def test_reload_back_and_a_second_press_make_no_second_link(desk: StaffSite, ada: Browser) -> None:
    form = asked(await ada.get(SCREEN))
    first, second = await ada.post(SCREEN, form), await ada.post(SCREEN, form)
    assert first.to == second.to
    for _ in range(3):
        assert (await ada.get(first.to)).status == 200
    assert len(await links(desk)) == 1
    other = await ada.post(SCREEN, asked(await ada.get(SCREEN)))
    assert other.to != first.to


async def test_when_its_time_is_over_the_code_is_gone_and_a_new_one_is_offered(
    desk: StaffSite, ada: Browser
) -> None:
    where, page = await code(desk, ada)
    url = scanned(page)
    desk.site.house.later(minutes=14, seconds=59)
    assert 'data-countdown="1"' in (await ada.get(where)).text
    desk.site.house.later(seconds=1)
    over = await ada.get(where)
    assert "The time of this code is over." in over.words
    assert '<svg class="qr"' not in over.text
    assert url.rpartition("/")[2] not in over.text
    new = await ada.post(SCREEN, asked(over))
    assert new.to != where
    assert scanned(await ada.get(new.to)) != url


async def test_ending_it_ends_the_link_at_once(desk: StaffSite, ada: Browser) -> None:
    where, page = await code(desk, ada)
    url = scanned(page)
    for _ in range(2):
        assert (await ada.post(f"{where}/end")).to == where
    over = await ada.get(where)
    assert "This code was ended." in over.words
    assert '<svg class="qr"' not in over.text
    assert (await desk.site.browser().get(url.removeprefix(f"https://{HOST}"))).status == 410
    assert [row["type"] for row in await rows(desk.site.house, "audit")].count("link.revoked") == 1


async def test_a59_only_codes_of_her_own_groups_and_only_codes_are_shown(
    desk: StaffSite, ada: Browser
) -> None:
    where, _ = await code(desk, ada)
    await desk.site.house.group("hilltop")
    bob = await desk.sign_in(await desk.member("Bob", StaffRole.FRONT_DESK, "hilltop"))
    assert (await bob.get(where)).status == 404
    await bob.get("/staff/send")
    assert (await bob.post(f"{where}/end")).status == 404
    assert (await links(desk))[0]["state"] == LinkState.ACTIVE
    texted = await desk.site.link()
    paper = where.replace("office-qr", "links") + "/qr"
    for path in (
        f"{SCREEN}/{texted.id}",
        f"/staff/links/{texted.id}/qr",
        paper,
        f"{paper}.svg",
        f"{paper}.png",
    ):
        assert (await ada.get(path)).status == 404, path


async def _bytes(desk: StaffSite, browser: Browser, path: str) -> tuple[aiohttp.ClientResponse, bytes]:
    url = desk.site.address + path
    async with desk.site.session.get(url, headers={"Host": HOST, "Cookie": browser.cookie}) as answer:
        return answer, await answer.read()


async def test_a_statements_code_is_made_once_and_prints_at_300_dots_and_more(
    desk: StaffSite, ada: Browser
) -> None:
    form = asked(await ada.get(PAPER))
    made = await ada.post(PAPER, form)
    assert (await ada.post(PAPER, form)).to == made.to
    (link,) = await links(desk)
    assert (link["origin"], link["single_payment"], link["contact"]) == ("statement", 0, None)
    assert made.to == f"/staff/links/{link['id']}/qr"
    page = await ada.get(made.to)
    url = desk.site.desk.links.url(link["id"])
    assert scanned(page) == url
    assert f'<p class="key" id="address">{url}</p>' in page.text

    answer, png = await _bytes(desk, ada, f"{made.to}.png")
    assert (answer.status, answer.content_type) == (200, "image/png")
    assert answer.headers["Cache-Control"] == "no-store"
    name = f"quickpay-{link['id']}.png"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    picture = read_png(png)
    assert picture.text == url
    assert picture.quiet_modules == 4
    dots_a_metre = struct.unpack(">I", png[png.index(b"pHYs") + 4 :][:4])[0]
    width_mm = picture.width / dots_a_metre * 1000
    assert 29.5 <= width_mm <= 30.5
    assert picture.width / (width_mm / 25.4) >= 300

    answer, svg = await _bytes(desk, ada, f"{made.to}.svg")
    assert (answer.status, answer.content_type) == (200, "image/svg+xml")
    assert answer.headers["Content-Disposition"].endswith('.svg"')
    assert b"<script" not in svg
    assert b"<svg" in svg


async def test_an_ended_statement_link_gives_no_code_any_more(desk: StaffSite, ada: Browser) -> None:
    made = await ada.post(PAPER, asked(await ada.get(PAPER)))
    desk.site.house.clock.advance(timedelta(days=366))
    ada = await desk.sign_in(await desk.member("Cara", StaffRole.BILLING))
    page = await ada.get(made.to)
    assert "The time of this code is over." in page.words
    assert '<svg class="qr"' not in page.text
    for kind in ("svg", "png"):
        assert (await ada.get(f"{made.to}.{kind}")).status == 404
