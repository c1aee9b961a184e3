"""Logs: a fixed event and ids, never a code, token, card, name, contact or whole request."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

_SECRET_KEYS = re.compile(
    r"token|code|secret|password|cookie|card|email|mobile|phone|authorization|body|name$", re.IGNORECASE
)
_PATTERNS = (
    (re.compile(r"/(q|handoff|launch)/[A-Za-z0-9_.-]{20,}"), r"/\1/…"),
    (re.compile(r"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"), "…token…"),
    (re.compile(r"(?<![0-9])(?:[0-9][ -]?){13,19}(?![0-9])"), "…digits…"),
    (re.compile(r"\+[1-9][0-9]{7,14}"), "…number…"),
    # Only from where a word begins: else a long one without an "@" is gone through once for each letter.
    (re.compile(r"(?<![^\s@<>\"'])[^\s@<>\"']+@[^\s@<>\"']+\.[a-z]{2,}", re.IGNORECASE), "…address…"),
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOT_IN_A_TRACEBACK = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_LONGEST = 1_000
_OURS = {"event", "level", "timestamp", "logger", "task", "request_id", "exception"}


def set_up(log_format: Literal["json", "text"]) -> None:
    """Send every log line, ours and the libraries', through one scrubbing pipeline to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        scrub,
    ]
    render: Any = structlog.processors.JSONRenderer()
    if log_format == "text":
        render = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        ),
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for loud in ("twilio.http_client", "aiosmtplib", "aiosqlite", "alembic", "mail.log"):
        logging.getLogger(loud).setLevel(logging.WARNING)


def scrub(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank values by their key and by their shape, and keep each line one, whoever logged it (R129, A61)."""
    for key, value in line.items():
        if key not in _OURS and _SECRET_KEYS.search(key):
            line[key] = "…"
        elif isinstance(value, str):
            line[key] = _in_one_line(scrubbed(value), whole=key == "exception")
    return line


def scrubbed(text: str) -> str:
    """Take tokens, numbers and addresses out of a text."""
    for pattern, blank in _PATTERNS:
        text = pattern.sub(blank, text)
    return text


def _in_one_line(text: str, *, whole: bool) -> str:
    """Show what would end a line or move a cursor as an escape; a traceback keeps its lines and length."""
    controls = _NOT_IN_A_TRACEBACK if whole else _CONTROLS
    shown = controls.sub(lambda found: repr(found[0])[1:-1], text)
    return shown if whole or len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
