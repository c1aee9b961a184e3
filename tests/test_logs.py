"""Whoever logs what: a line stays one line, and a secret or a contact in it is blanked (R129, A61)."""

import json
import logging
import time
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from quickpay.logs import scrubbed, set_up

_TOKEN = "AAAAAAAAAAAAAAAAAAAAAg.gGgKUOkdKXHF-oTQcudfhbIsAjzkfU5b0NcLm1oSYiU"
_SECRETS = {
    "a link": f"GET /q/{_TOKEN} 200",
    "a token by itself": f"bad signature {_TOKEN}",
    "a card": "cannot charge 4242 4242 4242 4242 now",
    "a card with hyphens": "4242-4242-4242-4242",
    "a number": "to +16085550101",
    "an address": "<alice@example.com> refused",
}
_BARE = (_TOKEN, "4242 4242 4242 4242", "4242-4242-4242-4242", "6085550101", "alice@example.com")
_FORGED = 'ok\r\n{"event": "staff.login", "level": "info"}\n\x1b[2J\x1b[31mred\u2028next'


@pytest.fixture(params=["json", "text"])
def log_format(request: pytest.FixtureRequest) -> Iterator[Literal["json", "text"]]:
    """Logs as the service sets them up, for one test."""
    root = logging.getLogger()
    before = root.handlers, root.level
    yield request.param
    root.handlers, _ = before
    root.setLevel(before[1])
    structlog.reset_defaults()


@pytest.mark.parametrize("what", list(_SECRETS))
def test_r129_whoever_logs_it_a_secret_is_blanked(
    capsys: pytest.CaptureFixture[str], log_format: Literal["json", "text"], what: str
) -> None:
    set_up(log_format)
    text = _SECRETS[what]
    logging.getLogger("a.dependency").warning("it said %s", text)
    logging.getLogger("a.dependency").warning(text)
    structlog.get_logger("quickpay.some").warning(
        text, detail=text, email=text, card_token="tok_1", code=604913
    )
    failure = RuntimeError(text)
    structlog.get_logger("quickpay.some").error("failed", exc_info=failure)
    logging.getLogger("a.dependency").error("failed", exc_info=failure)
    said = capsys.readouterr().err
    assert said.count("failed") >= 2
    assert "RuntimeError" in said
    assert [secret for secret in (*_BARE, "tok_1", "604913") if secret in said] == []


def test_a61_what_is_logged_cannot_make_a_line_of_its_own(
    capsys: pytest.CaptureFixture[str], log_format: Literal["json", "text"]
) -> None:
    set_up(log_format)
    structlog.get_logger("quickpay.some").warning("seen", detail=_FORGED)
    structlog.get_logger("quickpay.some").warning(_FORGED)
    logging.getLogger("a.dependency").warning("it said %s", _FORGED + "x" * 50_000)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3, lines
    assert [line for line in lines if "\x1b[2J" in line] == []
    assert max(map(len, lines)) < 2_000
    if log_format == "json":
        assert {json.loads(line)["level"] for line in lines} == {"warning"}


@pytest.mark.parametrize("piece", ["x", "x@", "x.", "1-", "a@b."])
def test_a_long_text_from_outside_stops_nothing_while_it_is_scrubbed(piece: str) -> None:
    began = time.perf_counter()
    scrubbed(piece * 50_000)
    assert time.perf_counter() - began < 3, "else whoever has it logged keeps everybody waiting"


def test_an_address_is_found_wherever_it_stands() -> None:
    for text in ("alice@example.com", "<alice@example.com>", "to:alice@example.com,", "x@alice@example.com"):
        assert "alice@example.com" not in scrubbed(text), text
