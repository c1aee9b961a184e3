"""An email is to exactly one address, and nothing a group or a patient typed can add a header."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickpay.adapters.letters import compose
from quickpay.ports.messages import Email

WHEN = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def an_email(**changes: Any) -> Email:
    given_: dict[str, Any] = {
        "to": "ada@example.com",
        "sender": "billing@clinic.example.com",
        "sender_name": None,
        "subject": "Receipt",
        "text": "Paid",
        "html": "<p>Paid</p>",
        "message_id": "<1@pay.example.com>",
    }
    return Email(**(given_ | changes))


@pytest.mark.parametrize(
    "to",
    [
        "ada@example.com, eve@evil.example",
        "ada@example.com;eve@evil.example",
        "ada@example.com eve@evil.example",
        "<ada@example.com>",
        "Ada <ada@example.com>",
        "friends: ada@example.com, eve@evil.example;",
        '"ada@example.com, eve"@evil.example',
        '["ada@example.com", "eve@evil.example"]',
        "ada@example.com\r\nBcc: eve@evil.example",
        "ada@example.com\n",
        "ada(eve@evil.example)@example.com",
        "ada@example.com\x00",
        "ada@[127.0.0.1]",
        "ada",
        "@example.com",
        "ada@",
        "ada@a@example.com",
        "",
    ],
)
@pytest.mark.parametrize("side", ["to", "sender"])
def test_r57_f10_anything_but_one_plain_address_is_refused_and_not_repeated(side: str, to: str) -> None:
    with pytest.raises(ValueError, match="address") as refused:
        compose(an_email(**{side: to}), date=WHEN)
    assert "evil" not in str(refused.value)


@pytest.mark.parametrize("name", ["subject", "sender_name"])
@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r"])
def test_a_line_break_cannot_add_a_header(name: str, line_break: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)cr|linefeed|newline"):
        compose(an_email(**{name: f"Hi{line_break}Bcc: eve@evil.example"}), date=WHEN)


@pytest.mark.parametrize(
    "message_id", ["1@example.com", "<1>", "<1@x>\r\nBcc: e@evil.example", "<1@x> <2@x>", ""]
)
def test_a_message_id_is_one(message_id: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        compose(an_email(message_id=message_id), date=WHEN)


@given(
    subject=st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=300),
    name=st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=80),
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=2000),
)
def test_whatever_is_written_there_are_no_other_headers_and_no_long_lines(
    subject: str, name: str, text: str
) -> None:
    raw = compose(an_email(subject=subject, sender_name=name, text=text), date=WHEN)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = message_from_bytes(raw, policy=default)
    assert sorted({key.lower() for key in message}) == [
        "auto-submitted",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "subject",
        "to",
    ]
    assert [at.addr_spec for at in message["To"].addresses] == ["ada@example.com"]
    assert [at.addr_spec for at in message["From"].addresses] == ["billing@clinic.example.com"]


@pytest.mark.parametrize(
    "name",
    [
        'Lake Side, St. Mary\'s "Bay" \\ <eve@evil.example>, Family (and) Care; of: Example, Inc.',
        "eve@evil.example,eve@evil.example,eve@evil.example,eve@evil.example,eve@evil.example",
        'Clínica Ejemplo, «Sur» <eve@evil.example>, "Norte"; Pediatría: Ñuñoa, etcétera, S.A.',
        "診療所, <eve@evil.example>; " * 3,
        "x" * 900 + ", <eve@evil.example>",
    ],
)
def test_a43_a_long_name_full_of_signs_stays_one_name(name: str) -> None:
    raw = compose(an_email(sender_name=name, subject=f"Receipt 1 from {name}"), date=WHEN)
    message = message_from_bytes(raw, policy=default)
    [sender] = message["From"].addresses
    shown = "".join(sender.display_name.split())  # old parsers keep the space between two encoded words
    assert (shown, sender.addr_spec) == ("".join(name.split()), "billing@clinic.example.com")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_a_repr_shows_neither_address_nor_words() -> None:
    shown = repr(an_email(subject="s-canary", text="t-canary", html="h-canary"))
    assert "canary" not in shown
    assert "ada" not in shown
