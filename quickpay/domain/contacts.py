"""A contact is exactly one email address or one mobile number; this reads, masks and compares them."""

import re
from enum import StrEnum

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumberType

_EMAIL_LONGEST = 254
_LOCAL_PART_LONGEST = 64
_MOBILE_LONGEST = 32
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
# A comma, semicolon or colon makes a list or a group of addresses, angle brackets, quotes and parentheses a
# display name or comment, a backslash a quoted pair; each of them could become a second recipient (R57).
# Percent and bang are old source routing, and "=?" begins an encoded word that a mail library decodes.
_NOT_ONE_ADDRESS = re.compile(r"[,;:<>()\[\]\"\\%! ]|=\?")
_MOBILE_TYPED = re.compile(r"\+?[0-9(][0-9 ().\-/]*")
_TEXTABLE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_NORTH_AMERICA = "+1"
_LOCAL_DIGITS = 7

TEXT_GATEWAYS = frozenset({
    # Verizon, Visible
    "vtext.com", "vzwpix.com", "mypixmessages.com", "vmobl.com", "vmpix.com",
    # AT&T, Cricket
    "txt.att.net", "mms.att.net", "cingularme.com", "mycingular.com", "cricketwireless.net",
    # T-Mobile, Metro, Sprint, Nextel
    "tmomail.net", "mymetropcs.com", "messaging.sprintpcs.com", "pm.sprint.com", "messaging.nextel.com",
    "page.nextel.com",
    # smaller and virtual carriers
    "myboostmobile.com", "email.uscc.net", "mms.uscc.net", "mmst5.tracfone.com", "message.alltel.com",
    "mms.alltel.net", "alltelwireless.com", "message.ting.com", "mailmymobile.net", "cspire1.com",
    "text.republicwireless.com", "msg.fi.google.com", "txt.voice.google.com", "cwemail.com", "csouth1.com",
    "quiktxt.com", "mobile.gci.net", "msg.gci.net", "iwspcs.net", "paging.acswireless.com",
    # Canada
    "txt.bell.ca", "txt.bellmobility.ca", "pcs.rogers.com", "mms.rogers.com", "sms.rogers.com",
    "msg.telus.com", "mms.telusmobility.com", "fido.ca", "sms.fido.ca", "vmobile.ca", "msg.koodomobile.com",
    "text.mts.net",
    "txt.windmobile.ca", "txt.freedommobile.ca",
})  # fmt: skip
"""Domains (with all below them) whose mail arrives as a text on a phone (R46)."""


class ContactFault(StrEnum):
    """Say why typed text is no contact."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_ASCII = "not_ascii"
    NOT_ONE_ADDRESS = "not_one_address"
    NOT_AN_ADDRESS = "not_an_address"
    NOT_A_NUMBER = "not_a_number"
    NOT_TEXTABLE = "not_textable"
    COUNTRY_REFUSED = "country_refused"


def normalise_email(typed: str) -> str | ContactFault:
    """Read exactly one email address; its domain becomes lower case, its local part stays as typed.

    Nothing is looked up. Only ASCII is taken, so the address is the same in every header and comparison.
    """
    text = typed.strip(" ")
    if not text:
        return ContactFault.EMPTY
    if len(text) > _EMAIL_LONGEST or len(text.partition("@")[0]) > _LOCAL_PART_LONGEST:
        return ContactFault.TOO_LONG
    if not text.isascii():
        return ContactFault.NOT_ASCII
    if not _PRINTABLE.fullmatch(text) or _NOT_ONE_ADDRESS.search(text) or text.count("@") > 1:
        return ContactFault.NOT_ONE_ADDRESS
    try:
        read = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return ContactFault.NOT_AN_ADDRESS
    return f"{read.local_part}@{read.ascii_domain.lower()}"


def normalise_mobile(typed: str, *, countries: tuple[str, ...] = ("US",)) -> str | ContactFault:
    """Read one number that can get texts, as E.164.

    `countries` are ISO codes; a number without `+` is read in the first, one outside is refused (R37).
    """
    text = typed.strip(" ")
    if not text:
        return ContactFault.EMPTY
    if len(text) > _MOBILE_LONGEST:
        return ContactFault.TOO_LONG
    if not _MOBILE_TYPED.fullmatch(text):
        return ContactFault.NOT_A_NUMBER
    try:
        number = phonenumbers.parse(text, countries[0])
    except phonenumbers.NumberParseException:
        return ContactFault.NOT_A_NUMBER
    fault = _number_fault(number, countries)
    return fault or phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _number_fault(number: phonenumbers.PhoneNumber, countries: tuple[str, ...]) -> ContactFault | None:
    if not phonenumbers.is_valid_number(number):
        return ContactFault.NOT_A_NUMBER
    if phonenumbers.region_code_for_number(number) not in countries:
        return ContactFault.COUNTRY_REFUSED
    return None if phonenumbers.number_type(number) in _TEXTABLE else ContactFault.NOT_TEXTABLE


def email_beginning(email: str) -> str:
    """Give what may be shown of a local part: two characters at most, never more than half (R39)."""
    local, _, _ = email.partition("@")
    return local[: min(2, len(local) // 2)]


def mobile_ending(mobile: str) -> str:
    """Give what may be shown of a number: its last two digits (R39). Pages say it to screen readers."""
    return mobile[-2:]


def mask_email(email: str) -> str:
    """Hide a normalised address but for its beginning and its domain: `al•••@example.com`."""
    return f"{email_beginning(email)}•••@{email.rpartition('@')[2]}"


def mask_mobile(mobile: str) -> str:
    """Hide an E.164 number but for its last two digits: `(•••) •••-••23`."""
    if mobile.startswith(_NORTH_AMERICA):
        return f"(•••) •••-••{mobile_ending(mobile)}"
    return f"+••• •••••••{mobile_ending(mobile)}"


def written_mobile(mobile: str) -> str:
    """Write an E.164 number as people here do: `(608) 555-0123`; one from elsewhere stays as it is."""
    area, local = mobile[2:5], mobile[5:]
    if not mobile.startswith(_NORTH_AMERICA) or len(local) != _LOCAL_DIGITS:
        return mobile
    return f"({area}) {local[:3]}-{local[3:]}"


def is_text_gateway(email: str) -> bool:
    """Tell whether mail to this address arrives as a text on a phone (R46)."""
    labels = email.rpartition("@")[2].lower().rstrip(".").split(".")
    return any(".".join(labels[start:]) in TEXT_GATEWAYS for start in range(len(labels)))


def same_destination(email: str, mobile: str) -> bool:
    """Tell whether an email address leads to the phone with this E.164 number (R46).

    An address whose local part is that very number counts at any domain: carriers come and go, so a table of
    their domains is never complete, and a wrong yes costs a call to the office, a wrong no the proof.
    """
    local = email.partition("@")[0].partition("+")[0]
    digits = re.sub(r"[^0-9]", "", local)
    if not digits or re.search(r"[A-Za-z]", local):
        return False
    national = (
        mobile.removeprefix(_NORTH_AMERICA) if mobile.startswith(_NORTH_AMERICA) else mobile.lstrip("+")
    )
    return digits in {mobile.lstrip("+"), national}
