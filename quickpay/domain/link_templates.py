"""A message a group wrote for its links: which words may stand in it, what forbids it, and filling it in."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from quickpay.domain.faults import Fault
from quickpay.domain.messages import Channel
from quickpay.domain.options import Options

DEFAULT_NAME = "default"
"""What is meant where no template is named: the group's own of this name, else QuickPay's words."""

SUBJECT_LONGEST = 120
BODY_LONGEST = 2_000

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}|\$<([^>]*)>")
_GLUED = re.compile(r"\S(?:\$\{link\}|\$<link>)|(?:\$\{link\}|\$<link>)\S")
_NAMED_LONGEST = 60
# Controls, line and paragraph separators, and halves of surrogate pairs: each ends a header or a line
# somewhere (A43).
_NOT_TEXT = {"Cc", "Zl", "Zp", "Cs"}
# What besides these turns text round or is seen by nobody; of a value it is taken out.
_NOT_IN_A_VALUE = _NOT_TEXT | {"Cf", "Co"}


class Field(StrEnum):
    """The fields a message may have, each written `${name}`; there are no others (A40)."""

    LINK = "link"
    GROUP = "group"
    FIRST_NAME = "guarantor.first_name"
    AMOUNT_DUE = "amount_due"
    CURRENT_BALANCE = "current_balance"
    EXPIRES = "expires"
    OFFICE_PHONE = "office.phone"
    OFFICE_EMAIL = "office.email"


OF_THE_GUARANTOR = frozenset({Field.FIRST_NAME, Field.AMOUNT_DUE, Field.CURRENT_BALANCE})
"""Nothing of these is told before a proof where the group requires one."""

_BY_NAME = {one.value: one for one in Field}
_NOT_IN_A_SUBJECT = {
    Field.LINK: "Take {named} out: a link in a subject cannot be pressed.",
    Field.AMOUNT_DUE: "Take {named} out: a subject shows on locked screens.",
    Field.CURRENT_BALANCE: "Take {named} out: a subject shows on locked screens.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateText:
    """A template as it is written; a text message has no subject."""

    name: str
    channel: Channel
    subject: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTemplate:
    """One version of a group's template; a row never changes, what replaces it is another."""

    id: int
    group_id: int
    text: TemplateText
    changed_at: datetime
    changed_by: str
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """A template filled in: the link's address stands between `before` and `after`."""

    subject: str = field(repr=False)
    before: str = field(repr=False)
    after: str = field(repr=False)


def tidied(text: TemplateText) -> TemplateText:
    """Write it the one way it is kept: no outer spaces around name and subject, lines ended by LF."""
    subject = text.subject.strip(" ") if text.channel is Channel.EMAIL else ""
    body = text.body.replace("\r\n", "\n").strip()
    return TemplateText(name=text.name.strip(" "), channel=text.channel, subject=subject, body=body)


def fields_in(text: str) -> frozenset[Field]:
    """List the fields a text has; what is no field is left out."""
    return frozenset(_BY_NAME[name] for name in map(_name, _PLACEHOLDER.finditer(text)) if name in _BY_NAME)


def writing_faults(text: TemplateText) -> tuple[Fault, ...]:
    """Name what forbids keeping it whatever the group's options are, but for a text's length and letters."""
    return (*_name_faults(text.name), *_subject_faults(text), *_body_faults(text.body))


def fields_forbidden(text: TemplateText, options: Options) -> tuple[Fault, ...]:
    """Name the fields this group's options do not let stand in a message; asked again when it is sent."""
    return (
        *_forbidden("subject", text.subject, options),
        *_forbidden("body", text.body, options),
    )


def fill(text: TemplateText, values: Mapping[Field, str]) -> OwnWords:
    """Put the values in, in one pass: what is put in is never read again (A41).

    Raises: ValueError for a template that was never checked, KeyError where a field has no value (A42).
    """
    if _body_faults(text.body) or (text.channel is Channel.EMAIL and _subject_faults(text)):
        raise ValueError("the template has no link or a field nobody knows")
    link = next(one for one in _PLACEHOLDER.finditer(text.body) if _name(one) == Field.LINK)
    return OwnWords(
        subject=_filled(text.subject, values),
        before=_filled(text.body[: link.start()], values),
        after=_filled(text.body[link.end() :], values),
    )


def inert(value: str) -> str:
    """Give a value as one line of letters, whatever it was before."""
    spaced = "".join(" " if unicodedata.category(one) in _NOT_IN_A_VALUE else one for one in value)
    # "=?" begins an encoded word: mail libraries would read other letters from it.
    return " ".join(spaced.split()).replace("=?", "= ?")


def _filled(text: str, values: Mapping[Field, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[_BY_NAME[_name(found)]], text)


def _name(found: re.Match[str]) -> str:
    return found[0][2:-1]


def _name_faults(name: str) -> Iterator[Fault]:
    if not _NAME.fullmatch(name):
        message = "Use 1 to 64 letters, digits and . _ : - and begin with a letter or digit."
        yield Fault(path="name", message=message)


def _subject_faults(text: TemplateText) -> list[Fault]:
    if text.channel is Channel.SMS:
        return []
    subject, faults = text.subject, []
    if not subject.strip():
        faults.append(Fault(path="subject", message="Write a subject."))
    if len(subject) > SUBJECT_LONGEST:
        message = f"Use at most {SUBJECT_LONGEST} characters; there are {len(subject)}."
        return [*faults, Fault(path="subject", message=message)]
    if "=?" in subject:
        message = "Take out =?: mail programs would read it as a code for other letters."
        faults.append(Fault(path="subject", message=message))
    for found in _fields(subject):
        words = _NOT_IN_A_SUBJECT.get(_BY_NAME[found[2:-1]]) if found[2:-1] in _BY_NAME else None
        if words is not None:
            faults.append(Fault(path="subject", message=words.replace("{named}", found)))
    return [*faults, *_unknown("subject", subject), *_letters("subject", subject, allowed="")]


def _body_faults(body: str) -> list[Fault]:
    if len(body) > BODY_LONGEST:  # before anything that reads it more than once
        message = f"Use at most {BODY_LONGEST} characters; there are {len(body)}."
        return [Fault(path="body", message=message)]
    links = sum(_name(one) == Field.LINK for one in _PLACEHOLDER.finditer(body))
    faults = []
    if links == 0:
        message = "Put ${link} where the address belongs; without it there would be nothing to open."
        faults.append(Fault(path="body", message=message))
    if links > 1:
        faults.append(Fault(path="body", message="Keep one ${link} and take the others out."))
    if _GLUED.search(body):
        message = "Put a space or a new line before and after ${link}, so that it stays an address."
        faults.append(Fault(path="body", message=message))
    return [*faults, *_unknown("body", body), *_letters("body", body, allowed="\n")]


def _fields(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one[0] for one in _PLACEHOLDER.finditer(text)))


def _unknown(path: str, text: str) -> Iterator[Fault]:
    for found in _fields(text):
        if found[2:-1] not in _BY_NAME:
            message = f"Take {found[:_NAMED_LONGEST]} out: no field has this name."
            yield Fault(path=path, message=message)


def _letters(path: str, text: str, *, allowed: str) -> Iterator[Fault]:
    for letter in dict.fromkeys(text):
        if letter not in allowed and unicodedata.category(letter) in _NOT_TEXT:
            message = f"Take out the character U+{ord(letter):04X}, which cannot be printed."
            yield Fault(path=path, message=message)


def _forbidden(path: str, text: str, options: Options) -> Iterator[Fault]:
    look = options.look_and_feel
    absent = {
        Field.CURRENT_BALANCE: "this group does not show the current balance"
        if not look.show_current_balance
        else None,
        Field.OFFICE_PHONE: None if look.footer_phone else "this group has no footer phone",
        Field.OFFICE_EMAIL: None if look.footer_email else "this group has no footer email",
    }
    found = fields_in(text)
    for one in Field:
        if one not in found:
            continue
        why = absent.get(one)
        if one in OF_THE_GUARANTOR and options.authentication.require_mfa:
            why = "this group requires a proof, and nothing of the guarantor is told before it"
        if why is not None:
            yield Fault(path=path, message=f"Take ${{{one.value}}} out: {why}.")
