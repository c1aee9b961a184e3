"""The message that carries a code: what staff may write, and the code put in its place."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from quickpay.domain.said import say
from quickpay.mfa.codes import CODE_DIGITS, Code
from quickpay.mfa.gsm7 import TEXT_SEPTETS, gsm7_length, letters_outside_gsm7

Kind = Literal["subject", "email_body", "sms"]

DEFAULT_EMAIL_SUBJECT = say("Your code to view your bill")
DEFAULT_EMAIL_BODY = say("""\
Your code is ${mfa.code}

Type it on the page that asks for it. It works for 5 minutes, once.

Do not share it with anyone. We will never call or write to ask you for it.
If you did not ask for this code, you can ignore this email.
""")
DEFAULT_SMS = say("Your code is ${mfa.code}. It works for 5 minutes. Do not share it with anyone.")

SUBJECT_LONGEST = 120
BODY_LONGEST = 2_000

_CODE_NAME = "mfa.code"
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}|\$<([^>]*)>")
# Controls, line and paragraph separators, and halves of surrogate pairs: none of them is a letter, and each
# ends a header or a line somewhere (A43).
_NOT_TEXT = {"Cc", "Zl", "Zp", "Cs"}
# They turn the writing round: a code behind one would be read backwards.
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_HOST_PORT = re.compile(r":[0-9]+\Z")
_NAMED_LONGEST = 60


class Fault(StrEnum):
    """Say what is wrong with a template."""

    EMPTY = "empty"
    MISSING_CODE = "missing_code"
    CODE_IN_SUBJECT = "code_in_subject"
    UNKNOWN_PLACEHOLDER = "unknown_placeholder"
    CONTROL_CHARACTER = "control_character"
    ENCODED_WORD = "encoded_word"
    TOO_LONG = "too_long"
    OUTSIDE_GSM7 = "outside_gsm7"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFault:
    """One thing wrong with a template, and the part of it that is (a placeholder, a letter, a length)."""

    fault: Fault
    named: str = ""


def template_faults(text: str, *, kind: Kind, host: str) -> tuple[TemplateFault, ...]:
    """List what forbids saving a template; nothing listed means it can always be filled in (R125).

    `host` is the host patients see; it stands in the last line of every text (R58).
    """
    if len(text) > BODY_LONGEST:  # before anything that reads it more than once
        return (TemplateFault(fault=Fault.TOO_LONG, named=str(len(text))),)
    faults = [*_placeholder_faults(text, kind=kind), *_letter_faults(text, kind=kind)]
    match kind:
        case "subject":
            faults += _subject_faults(text)
        case "sms":
            faults += _sms_faults(text, host=host)
        case "email_body":
            pass
    return tuple(faults)


def fill(template: str, code: Code | str) -> str:
    """Put the code into a template in one pass: what is put in is never read again (A41).

    Raises: ValueError for a template that `template_faults` would have refused for its placeholders (A42).
    """
    if _placeholder_faults(template, kind="email_body"):
        raise ValueError("the template has no code or a placeholder nobody knows")
    digits = code.reveal() if isinstance(code, Code) else code
    return _PLACEHOLDER.sub(lambda _: digits, template)


def text_message(template: str, *, code: Code | str, host: str) -> str:
    """Write the whole text; its last line binds the code to our origin, phones offer it only there (R58)."""
    digits = code.reveal() if isinstance(code, Code) else code
    return f"{fill(template, digits)}\n@{bare_host(host)} #{digits}"


def bare_host(host: str) -> str:
    """Give the host without a port: phones bind a code to a host and cannot read the line with one."""
    return _HOST_PORT.sub("", host)


def _placeholder_faults(text: str, *, kind: Kind) -> list[TemplateFault]:
    found = [match[0] for match in _PLACEHOLDER.finditer(text)]
    codes = [one for one in found if one[2:-1] == _CODE_NAME]
    faults = [
        TemplateFault(fault=Fault.UNKNOWN_PLACEHOLDER, named=one[:_NAMED_LONGEST])
        for one in dict.fromkeys(found)
        if one not in codes
    ]
    if kind == "subject":
        faults += [TemplateFault(fault=Fault.CODE_IN_SUBJECT, named=one) for one in dict.fromkeys(codes)]
    elif not codes:
        faults.append(TemplateFault(fault=Fault.MISSING_CODE))
    return faults


def _letter_faults(text: str, *, kind: Kind) -> list[TemplateFault]:
    allowed = "" if kind == "subject" else "\n"
    return [
        TemplateFault(fault=Fault.CONTROL_CHARACTER, named=f"U+{ord(letter):04X}")
        for letter in dict.fromkeys(text)
        if letter not in allowed and (unicodedata.category(letter) in _NOT_TEXT or letter in _TURNS)
    ]


def _subject_faults(text: str) -> list[TemplateFault]:
    faults = []
    if not text.strip():
        faults.append(TemplateFault(fault=Fault.EMPTY))
    if len(text) > SUBJECT_LONGEST:
        faults.append(TemplateFault(fault=Fault.TOO_LONG, named=str(len(text))))
    if "=?" in text:  # mail libraries decode it, so the subject sent would not be the one saved
        faults.append(TemplateFault(fault=Fault.ENCODED_WORD, named="=?"))
    return faults


def _sms_faults(text: str, *, host: str) -> list[TemplateFault]:
    digits = "0" * CODE_DIGITS
    filled = f"{_PLACEHOLDER.sub(digits, text)}\n@{bare_host(host)} #{digits}"
    septets = gsm7_length(filled)
    if septets is None:
        return [
            TemplateFault(fault=Fault.OUTSIDE_GSM7, named=letter) for letter in letters_outside_gsm7(filled)
        ]
    if septets > TEXT_SEPTETS:
        return [TemplateFault(fault=Fault.TOO_LONG, named=str(septets))]
    return []
