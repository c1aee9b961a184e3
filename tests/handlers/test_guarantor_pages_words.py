"""Every event a link's timeline can hold has its sentence; the list is read from the source."""

import ast
import re
from functools import cache
from itertools import chain

import pytest

from quickpay.handlers.staff.words import _EVENTS, sentence
from tests.arch.house import PACKAGE, modules

_KINDS = "link|challenge|session|payment|message|rate|receipt|launch|release|code|staff|contact|card"
_TYPE = re.compile(rf"(?:{_KINDS})\.[a-z_]+")
_ROOMS = (PACKAGE / "services", PACKAGE / "adapters" / "store" / "tables")
# Of no link: what the PM system says of contacts.
_OF_NO_LINK = {"contact.kept", "contact.adopted", "contact.overruled"}
# Written with what became of the message: `message.{…}`.
_MADE_UP = {"message.sent", "message.failed", "message.dropped"}


@cache
def _types() -> frozenset[str]:
    found = set(_MADE_UP)
    for one in chain.from_iterable(modules(room) for room in _ROOMS):
        for node in ast.walk(one.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _TYPE.fullmatch(node.value):
                found.add(node.value)
    return frozenset(found - _OF_NO_LINK)


def _limits() -> set[str]:
    """Words that look like a type and are none: names of counters."""
    return {"code.block"}


def _of_the_staff() -> set[str]:
    """What was done by the staff among themselves, or to a group: on no link's timeline."""
    return {one for one in _types() if one.startswith("staff.") and one not in _EVENTS}


def test_the_list_is_read_from_the_source() -> None:
    assert {"link.created", "link.not_me", "link.seen", "challenge.undeliverable", "rate.limited"} <= _types()


@pytest.mark.parametrize("kind", sorted(_types() - _limits() - _of_the_staff()))
def test_every_event_has_its_sentence(kind: str) -> None:
    assert kind in _EVENTS
    said = sentence(kind, {})
    assert said.endswith(".")
    assert said[0].isupper()
    assert not re.search(r"[{}_]|\b" + re.escape(kind), said)


def test_no_sentence_is_left_of_an_event_that_is_no_more() -> None:
    with_what_became = {
        "link.created.sent",
        *(one for one in _EVENTS if one.endswith(".contact_change")),
    }
    assert set(_EVENTS) - with_what_became <= _types()


@pytest.mark.parametrize(
    ("kind", "detail", "by", "said"),
    [
        ("link.created", {"template": "statement"}, "Ada Quill", "The link was made by Ada Quill."),
        ("link.created", {}, "patient", "The link was made."),
        (
            "link.seen",
            {"times": 1},
            "",
            "Looked at once and not opened, as mail scanners and previews do: ignored.",
        ),
        (
            "link.seen",
            {"times": 3},
            "",
            "Looked at 3 times and not opened, as mail scanners and previews do: ignored.",
        ),
        ("link.opened", {"use": 2, "of": 10}, "patient", "Opened: use 2 of 10."),
        ("link.refused", {"reason": "used_up"}, "patient", "Not opened: it was used up."),
        ("link.revoked", {"batch": "autumn"}, "PM key", "Ended by PM key."),
        (
            "payment.declined",
            {"amount": 12550, "reason": "insufficient_funds", "receipt": 7},
            "gateway",
            "Declined: not enough funds. Nothing was charged; receipt 7 says so.",
        ),
        (
            "payment.succeeded",
            {"amount": 12550, "receipt": 8, "not_posted_because": None},
            "gateway",
            "Paid $125.50; receipt 8. Posted to the oldest lines first.",
        ),
        (
            "payment.succeeded",
            {"amount": 100, "receipt": 9, "not_posted_because": "unapplied_funds"},
            "gateway",
            "Paid $1.00; receipt 9. Not posted: there were unapplied funds.",
        ),
        (
            "challenge.undeliverable",
            {"method": "sms", "outcome": "rejected: stopped"},
            "courier",
            "The code could not be delivered by text: the carrier was told STOP.",
        ),
        (
            "message.failed",
            {"kind": "link", "channel": "email", "reason": "recipient_550"},
            "outbox",
            "The message with the link could not be delivered by email: recipient 550.",
        ),
        ("message.sent", {"kind": "receipt", "channel": "email", "reason": None}, "outbox",
         "The message with the receipt went out by email."),
        ("link.renewed", {"new": "a_b-c"}, "patient",
         "A fresh link took its place, by the patient's press: a_b-c."),
        ("link.renewed", {"old": "a_b-c"}, "patient",
         "It was made by the patient's press, as the link before had ended: a_b-c."),
    ],
)  # fmt: skip
def test_the_sentences_say(kind: str, detail: dict[str, str | int | None], by: str, said: str) -> None:
    assert sentence(kind, detail, by=by) == said
