"""A card typed where none belongs is in no answer, no log, no table, no queue and no backup (R84, A72)."""

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from quickpay.adapters.store import OpenStore, open_store
from quickpay.adapters.store.engine.sqlite_file import backup as copy
from quickpay.handlers.access import Access
from quickpay.handlers.routes import ROUTES
from quickpay.logs import set_up
from quickpay.sandbox.cards import luhn
from tests.handlers.options.office import Office
from tests.handlers.portal_visitor import authorized
from tests.handlers.site import Answer, Browser, Site
from tests.security.test_hostile_logs import logs_as_ever
from tests.store_fixtures import database_url, migrated_database, postgresql_url

__all__ = ["database_url", "logs_as_ever", "migrated_database", "postgresql_url"]

PAN, CVV = "4000056655665556", "cvv 987"
SPACED = "4000 0566 5566 5556"
NO_CARD = "00000000-0000-4000-8000-000000000000"
FIELDS = (
    *("amount", "amount_choice", "method", "card_token", "store_card", "email", "order", "code", "mobile"),
    *("first_name", "last_name", "contact", "language", "sending", "note", "notes"),
)
_OURS = frozenset({Access.SESSION, Access.LINK, Access.DOOR})
_PARTS = {"{token}": "token", "{group}": "lakeside", "{id}": NO_CARD, "{number}": "A-5501"}
_DIGITS = re.compile(rb"(?<![0-9A-Za-z.-])[0-9](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z-])")


@pytest.fixture
async def own_store(database_url: str) -> AsyncIterator[OpenStore]:
    """On a file and on a server: what one keeps where is another matter than what the other does."""
    opened = await open_store(database_url)
    yield opened
    await opened.close()


def _forms() -> list[str]:
    """Every address a patient's browser may post to, but the one that signs out."""
    found = []
    for route in ROUTES:
        if route.method != "POST" or route.access not in _OURS or route.path == "/sign-out":
            continue
        path = route.path.replace("{card}", NO_CARD)
        for part, example in _PARTS.items():
            path = path.replace(part, example)
        assert "{" not in path, "give the new part an example"
        found.append(path)
    return found


async def _type_everywhere(browser: Browser, token: str) -> list[Answer]:
    return [
        await browser.post(path.replace("/token", f"/{token}"), {name: typed})
        for path in _forms()
        for name in FIELDS
        for typed in (PAN, SPACED)
    ]


async def _in_file(url: str, backup: Path) -> tuple[bytes, bytes]:
    """Every row of a database as text, and all that is on disk of it and of its backup."""
    file = Path(url.removeprefix("sqlite:///"))
    await copy(file, backup)
    with closing(sqlite3.connect(file)) as live:
        rows = [
            str(row).encode()
            for (name,) in live.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for row in live.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - the names are the database's own
        ]
    files = (*sorted(file.parent.glob(f"{file.name}*")), backup)
    return b"\n".join(rows), b"".join(path.read_bytes() for path in files)


async def test_r84_a72_a_card_number_typed_into_any_field_of_any_form_is_kept_nowhere(
    site: Site,
    office: Office,
    database_url: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    logs_as_ever: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up("json")
    await office.save(
        payments={"payment_method_storage": True}, patient_permissions={"contact_info_editing": True}
    )
    alice = await authorized(site)
    await alice.get("/pay")
    await alice.post("/pay", {"amount_choice": "other", "amount": "5"})
    await alice.get("/pay/method")
    await alice.post("/pay/method", {"method": "card"})
    await alice.get("/pay/details")
    token = site.house.token(await site.link(single_payment=False))
    answers = await _type_everywhere(alice, token)
    assert len(answers) > 300
    assert [one.status for one in answers if one.status >= 500] == []
    for answer in answers:
        assert PAN not in answer.text
        assert SPACED not in answer.text
    assert site.house.gateway.asked == []
    # A code has no look of its own: it is taken for a word, and no form has a field that keeps it.
    await alice.get("/pay/details")
    await alice.pay(cvv=CVV, cvc=CVV, security_code=CVV, store_card="true")
    await site.house.outbox().run_once()

    if database_url.startswith("sqlite"):
        rows, on_disk = await _in_file(database_url, tmp_path / "backup.db")
        counted = on_disk
    else:  # a server's files are full of numbers of its own; what is ours of them is in its dump
        server = request.getfixturevalue("postgres_server")
        rows, on_disk = server.dump(database_url), server.on_disk()
        counted = rows
    said = capsys.readouterr()
    told = (said.out + said.err).encode()
    for where in (rows, on_disk):
        assert b"card_1" in where, "the stored card's token is there to be found"
    assert b"card_1" not in told
    for where in (on_disk, told, rows):
        assert PAN.encode() not in where
        assert SPACED.encode() not in where
        assert CVV.encode() not in where
    for where in (counted, told, rows):
        numbers = [re.sub(rb"[ -]", b"", found).decode() for found in _DIGITS.findall(where)]
        assert [one for one in numbers if luhn(one) and one[0] in "3456"] == []
