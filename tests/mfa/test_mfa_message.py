"""What staff may write around the code, and that the code is put in literally, in a line phones can read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickpay.mfa.codes import Code
from quickpay.mfa.gsm7 import gsm7_length, letters_outside_gsm7
from quickpay.mfa.message import (
    DEFAULT_EMAIL_BODY,
    DEFAULT_EMAIL_SUBJECT,
    DEFAULT_SMS,
    Fault,
    Kind,
    TemplateFault,
    bare_host,
    fill,
    template_faults,
    text_message,
)

HOST = "pay.example.com"
LINE = len(f"\n@{HOST} #000000")


def faults(text: str, kind: Kind, host: str = HOST) -> list[tuple[str, str]]:
    return [(one.fault.value, one.named) for one in template_faults(text, kind=kind, host=host)]


@pytest.mark.parametrize("kind", ["email_body", "sms"])
@pytest.mark.parametrize(
    "text",
    ["${mfa.code}", "$<mfa.code>", "Code: ${mfa.code}, again ${mfa.code} or $<mfa.code>",
     "It costs $5, $$ and ${mfa.code}",
     "a {x} ${mfa.code}", "{mfa.__init__.__globals__} ${mfa.code}", "{{7*7}} %s %(code)s ${mfa.code}",
     "{x:>999999999} ${mfa.code}", "two\nlines ${mfa.code}", "$ {mfa.code} is text, ${mfa.code} is not",
     "\\g<0> \\1 ${mfa.code}", "<script>alert(1)</script> ${mfa.code}", "$mfa.code ${mfa.code}"],
)  # fmt: skip
def test_accepted_templates_with_every_other_text_literal(text: str, kind: Kind) -> None:
    assert faults(text, kind) == []
    assert fill(text, "604913") == text.replace("${mfa.code}", "604913").replace("$<mfa.code>", "604913")


@pytest.mark.parametrize("kind", ["email_body", "sms"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("missing_code", "")]),
        ("Your code", [("missing_code", "")]),
        ("${ mfa.code }", [("unknown_placeholder", "${ mfa.code }"), ("missing_code", "")]),
        ("${MFA.CODE}", [("unknown_placeholder", "${MFA.CODE}"), ("missing_code", "")]),
        ("${mfa.code} ${7*7}", [("unknown_placeholder", "${7*7}")]),
        ("${mfa.code} ${}", [("unknown_placeholder", "${}")]),
        ("${mfa.code} $<patient.name>", [("unknown_placeholder", "$<patient.name>")]),
        ("${mfa.code} ${a} $<b> ${a}", [("unknown_placeholder", "${a}"), ("unknown_placeholder", "$<b>")]),
        ("${mfa.code} ${mfa.code.__class__}", [("unknown_placeholder", "${mfa.code.__class__}")]),
        ("${a ${mfa.code}", [("unknown_placeholder", "${a ${mfa.code}"), ("missing_code", "")]),
        ("${mfa.code} ${a\nb}", [("unknown_placeholder", "${a\nb}")]),
        ("${mfa.code}\r", [("control_character", "U+000D")]),
        ("${mfa.code}\x0c", [("control_character", "U+000C")]),
    ],
)  # fmt: skip
def test_a42_what_is_missing_or_unknown_is_refused_and_named(
    text: str, expected: list[tuple[str, str]], kind: Kind
) -> None:
    assert faults(text, kind) == expected


@pytest.mark.parametrize("letter", ["\x00", "\t", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"])
@pytest.mark.parametrize("kind", ["subject", "email_body", "sms"])
def test_a43_control_characters_are_refused_everywhere(letter: str, kind: Kind) -> None:
    code = "" if kind == "subject" else "${mfa.code}"
    assert ("control_character", f"U+{ord(letter):04X}") in faults(f"Hello{letter}{code}", kind)


def test_a_long_unknown_placeholder_is_named_in_short() -> None:
    (fault,) = template_faults("${mfa.code} ${" + "x" * 500 + "}", kind="email_body", host=HOST)
    assert fault == TemplateFault(fault=Fault.UNKNOWN_PLACEHOLDER, named="${" + "x" * 58)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Your code to view your bill", []),
        ("Costs $5 {x}", []),
        ("x" * 120, []),
        ("x" * 121, [("too_long", "121")]),
        ("x" * 50_000, [("too_long", "50000")]),
        ("", [("empty", "")]),
        ("  ", [("empty", "")]),
        ("Code ${mfa.code}", [("code_in_subject", "${mfa.code}")]),
        ("Code $<mfa.code>", [("code_in_subject", "$<mfa.code>")]),
        ("Code ${x}", [("unknown_placeholder", "${x}")]),
        ("Code\nBcc: mallory@example.com", [("control_character", "U+000A")]),
        ("=?utf-8?q?x?=", [("encoded_word", "=?")]),
    ],
)
def test_r35_a_subject_is_one_short_line_without_the_code(text: str, expected: list[tuple[str, str]]) -> None:
    assert faults(text, "subject") == expected


def test_r125_a_body_has_at_most_two_thousand_characters() -> None:
    code = "${mfa.code}"
    assert faults(code + "x" * (2_000 - len(code)), "email_body") == []
    assert faults(code + "x" * (2_001 - len(code)), "email_body") == [("too_long", "2001")]
    assert faults("${" * 1_000_000, "email_body") == [("too_long", "2000000")]


def test_r58_a_text_fits_160_septets_with_its_last_line() -> None:
    room = 160 - LINE - 6
    assert faults("${mfa.code}" + "x" * room, "sms") == []
    assert faults("${mfa.code}" + "x" * (room + 1), "sms") == [("too_long", "161")]
    assert faults("${mfa.code}" + "\u20ac" * (room // 2), "sms") == []
    assert faults("${mfa.code}" + "\u20ac" * (room // 2 + 1), "sms")[0][0] == "too_long"
    assert faults("${mfa.code}" + "x" * room, "sms", "www." + HOST) == [("too_long", "164")]
    assert len(text_message("${mfa.code}" + "x" * room, code="604913", host=HOST)) == 160


def test_r58_letters_outside_gsm7_are_named_each_once() -> None:
    assert faults("${mfa.code} na\u00efve \u201cquote\u201d \u201cagain\u201d \U0001f600", "sms") == [
        ("outside_gsm7", "\u00ef"),
        ("outside_gsm7", "\u201c"),
        ("outside_gsm7", "\u201d"),
        ("outside_gsm7", "\U0001f600"),
    ]
    assert faults("${mfa.code} na\u00efve \u201cquote\u201d", "email_body") == []


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("abc", 3),
        ("@\u00a3$\u00a5\n", 5),
        ("\u20ac[]{}^\\~|", 18),
        ("\u0394\u03a9\u00f1\u00bf", 4),
        ("`", None),
        ("\u00e7", None),  # only the capital is in the alphabet
        ("\u2019", None),
        ("\t", None),
    ],
)
def test_gsm7_lengths(text: str, length: int | None) -> None:
    assert gsm7_length(text) == length


def test_gsm7_has_its_127_letters_and_ten_more() -> None:
    every = "".join(map(chr, range(0xD800)))
    lengths = [gsm7_length(letter) for letter in every]
    # 128 places of which one is the escape to the ten of the extension table.
    assert (lengths.count(1), lengths.count(2)) == (127, 10)
    assert len(letters_outside_gsm7(every)) == len(every) - 137


def parsed_as_phones_do(message: str) -> tuple[str, str] | None:
    """Read the last line as "origin-bound one-time codes" says: @, host, one space, #, code."""
    line = message.rpartition("\n")[2]
    if not line.startswith("@"):
        return None
    host, space, rest = line[1:].partition(" ")
    if not host or not space or not rest.startswith("#"):
        return None
    code = rest[1:].partition(" ")[0]
    return (host, code) if code else None


@pytest.mark.parametrize(
    ("host", "bare"),
    [
        ("pay.example.com", "pay.example.com"),
        ("pay.example.com:8443", "pay.example.com"),
        ("localhost:8080", "localhost"),
        ("127.0.0.1:80", "127.0.0.1"),
        ("[::1]:8080", "[::1]"),
    ],
)
@pytest.mark.parametrize(
    "template", [DEFAULT_SMS, "${mfa.code}", "$<mfa.code> @evil.example #999999", "\n@x #${mfa.code}\n"]
)
def test_a37_phones_bind_the_code_to_our_host(template: str, host: str, bare: str) -> None:
    message = text_message(template, code=Code("004913"), host=host)
    assert parsed_as_phones_do(message) == (bare, "004913")
    assert message.endswith(f"\n@{bare} #004913")
    assert bare_host(host) == bare


def test_a41_what_is_put_in_is_never_read_again() -> None:
    assert fill("${mfa.code}|$<mfa.code>", "${mfa.code}") == "${mfa.code}|${mfa.code}"
    assert fill("${mfa.code}", "\\g<0>$<mfa.code>") == "\\g<0>$<mfa.code>"


@pytest.mark.parametrize("template", ["", "no code", "${mfa.code} ${x}", "${mfa.cod}", "$<x>${mfa.code}"])
def test_a42_an_unchecked_template_is_refused_at_sending_too(template: str) -> None:
    with pytest.raises(ValueError, match="template") as refused:
        fill(template, "604913")
    assert "604913" not in str(refused.value)
    with pytest.raises(ValueError, match="template"):
        text_message(template, code="604913", host=HOST)


pieces = st.lists(
    st.sampled_from(
        [
            "${mfa.code}",
            "$<mfa.code>",
            "${x}",
            "$<",
            "${",
            "}",
            ">",
            "$",
            "\n",
            "\r",
            "{}",
            "\u20ac",
            "\u2028",
        ]
    )
    | st.text(max_size=5),
    max_size=12,
).map("".join)


@given(pieces)
def test_r125_every_accepted_template_can_be_filled_and_only_its_codes_change(text: str) -> None:
    if not template_faults(text, kind="email_body", host=HOST):
        filled = fill(text, "604913")
        assert "604913" in filled
        assert filled == text.replace("${mfa.code}", "604913").replace("$<mfa.code>", "604913")
    if not template_faults(text, kind="sms", host=HOST):
        message = text_message(text, code="604913", host=HOST)
        septets = gsm7_length(message)
        assert septets is not None
        assert septets <= 160
        assert parsed_as_phones_do(message) == (HOST, "604913")


def test_the_defaults_are_accepted_even_on_a_long_host() -> None:
    host = "payments.a-rather-long-name-of-a-group.example.com:8443"
    assert faults(DEFAULT_EMAIL_SUBJECT, "subject", host) == []
    assert faults(DEFAULT_EMAIL_BODY, "email_body", host) == []
    assert faults(DEFAULT_SMS, "sms", host) == []


@pytest.mark.parametrize("text", [DEFAULT_EMAIL_BODY, DEFAULT_SMS])
def test_r127_the_defaults_say_the_life_and_not_to_share_and_no_more(text: str) -> None:
    assert "5 minutes" in text
    assert "Do not share it" in text
    assert [word for word in ("$", "{", "#", "http", "amount", "visit") if word in fill(text, "604913")] == []


def test_a_browser_s_line_ends_are_none_of_ours() -> None:
    typed = "Your code:\r\n${mfa.code}\r\n"
    assert faults(typed, "email_body") == [("control_character", "U+000D")]
