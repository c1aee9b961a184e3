"""Whatever is sent, a log line stays one line, and the audit holds fixed words alone (A61, A62)."""

import json
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import structlog
from sqlalchemy import select
from yarl import URL

from quickpay.adapters.store.schema import audit
from quickpay.adapters.store.statements import Statement
from quickpay.logs import set_up
from tests.handlers.options.office import Office
from tests.handlers.site import HOST, Site
from tests.handlers.staff_site import StaffSite
from tests.security.everywhere import everywhere
from tests.security.hostile import ADDRESS_LIKE, MARKUP, SQL

_FORGED = 'ok {"event": "staff.signed_in", "level": "info"} \x1b[2J\u2028'
_QUOTED = "ok%0d%0a%7B%22event%22%3A%22staff.signed_in%22%7D%1b%5B2J"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@pytest.fixture
def logs_as_ever() -> Iterator[None]:
    """Whatever a test sets up for logs is gone after it."""
    root = logging.getLogger()
    before = root.handlers, root.level
    yield
    root.handlers, _ = before
    root.setLevel(before[1])
    structlog.reset_defaults()


class _Falls:
    """A fetcher that fails in a way nobody thought of, with what it was given in its words."""

    async def fetch(self, url: str, purpose: Any) -> Any:
        raise RuntimeError(f"{_FORGED}\r\n{url} {purpose} alice@example.com")


async def test_a61_no_request_makes_a_log_line_of_its_own(
    site: Site, office: Office, logs_as_ever: None, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up("json")
    browser = site.browser()
    await browser.open(await site.link())
    heads = {
        "User-Agent": f"{_FORGED[:-6]}\t",
        "X-Forwarded-For": f"203.0.113.9, {_QUOTED}",
        "Referer": _QUOTED,
    }
    for path in (f"/{_QUOTED}", f"/q/{_QUOTED}", f"/pay?{_QUOTED}={_QUOTED}", f"/g/{_QUOTED}/about"):
        url = URL(site.address + path, encoded=True)
        sent = {"Host": HOST, "Cookie": browser.cookie} | {
            name: value.replace("\x1b", "") for name, value in heads.items()
        }
        async with site.session.get(url, headers=sent) as answer:
            assert answer.status in {200, 404}
            assert "staff.signed_in" not in str(list(answer.headers.items()))
    await browser.get("/pay")
    await browser.post("/pay", {"amount_choice": "other", "amount": _FORGED.replace("\u2028", "")})
    assert (await office.call("PUT", "/groups/lakeside", {_FORGED: _FORGED, "branding": {}}))[0] == 422
    site.desk.groups._images = _Falls()
    status, said = await office.put(branding={"logo_url": "https://www.example.com/forged.png"})
    assert (status, "RuntimeError" in str(said), "forged" in str(said)) == (500, False, False)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    [failed] = [json.loads(line) for line in lines]
    assert (failed["event"], failed["path"]) == ("request.failed", "/api/v1/groups/{slug}")
    assert failed["request_id"] == said["request_id"]
    assert _CONTROL.search(lines[0]) is None
    assert "alice@example.com" not in lines[0]


async def test_a61_the_audit_repeats_nothing_that_was_typed(here: StaffSite, office: Office) -> None:
    member = await here.member()
    for text in (MARKUP[3], ADDRESS_LIKE[1], SQL[0]):
        await office.save(branding={"name": text}, look_and_feel={"footer_text": text})
        path = f"/groups/lakeside/guarantors/{here.site.alice.number}"
        _, body = await office.call("GET", path)
        await office.call("PUT", path, body | {"first_name": text, "last_name": text})
        await everywhere(here, office, member)
    rows = await here.site.house.do(
        lambda tx: tx.audit._run.all(Statement(select(audit.c.type, audit.c.actor, audit.c.detail)))
    )
    told = json.dumps([list(map(str, row)) for row in rows])
    assert "staff.settings_change" in told
    assert "payment.succeeded" in told
    for word in ("evil", "spy", "DROP", "script", "Lake, Side"):
        assert word not in told
    assert all(len(str(part)) < 1_024 for row in rows for part in row)


@pytest.mark.parametrize("text", SQL)
async def test_a62_what_looks_like_sql_is_text_in_every_address_and_field(
    site: Site, office: Office, text: str
) -> None:
    written = quote(text, safe="")
    paths = ("/groups/{}", "/groups/lakeside/guarantors/{}", "/links/{}", "/payments/{}")
    for path in paths:
        assert await _status(office, path.format(written)) == 404, path
    for path in ("/groups?after={}", "/groups/lakeside/versions?after={}", "/payments?after={}"):
        assert await _status(office, path.format(written)) == 400, path
    assert await _status(office, f"/payments?group={written}") == 404
    browser = site.browser()
    await browser.open(await site.link())
    await browser.get("/pay")
    assert (await browser.post("/pay", {"amount_choice": text, "amount": text})).status == 422
    assert (await browser.post("/pay", {"amount_choice": "other", "amount": text})).status == 422
    assert (await browser.get("/pay")).status == 200
    assert len((await office.call("GET", "/groups"))[1]["data"]) == 1


async def _status(office: Office, path: str) -> int:
    """Ask for an address exactly as it is written."""
    url = URL(f"{office.site.address}/api/v1{path}", encoded=True)
    heads = {"Host": HOST, "Authorization": f"Bearer {office.secret}"}
    async with office.site.session.get(url, headers=heads) as answer:
        assert "10067" not in await answer.text()
        return answer.status


async def test_a62_a_wildcard_finds_nobody_else(here: StaffSite, office: Office) -> None:
    staff = await here.sign_in(await here.member())
    await here.site.link()
    for text in ("%", "_" * 22, "%" * 22, "*", "' OR '1'='1", "A" * 22):
        await staff.get("/staff")
        found = await staff.post("/staff/links", {"link": text})
        assert (found.status, "None of your groups has such a link." in found.words) == (422, True)
    for number in ("%25", "_____", "1006_", "1006%25"):
        assert (await office.call("GET", f"/groups/lakeside/guarantors/{number}"))[0] == 404
