"""What a group's options must keep to before they are saved, in words staff can act on."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal, Protocol

from quickpay.domain.colours import is_colour
from quickpay.domain.contacts import ContactFault, normalise_email
from quickpay.domain.faults import Caution, Fault
from quickpay.domain.options import (
    FEWEST_USES,
    FOOTER_PHONE_LONGEST,
    FOOTER_TEXT_LONGEST,
    MOST_USES,
    NAME_LONGEST,
    Authentication,
    Branding,
    LookAndFeel,
    Options,
)
from quickpay.domain.themes import GROUNDS, INKS, theme_faults
from quickpay.domain.web_addresses import url_fault

FEW_USES = 3

# Controls and formats (line breaks, marks that turn text round, what nobody sees), separators of lines, and
# halves or private letters: each is a way to break a header or to look like something else (A43).
_NOT_TEXT = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co"}
_ENCODED_WORD = "=?"
_PHONE = re.compile(r"\+?[0-9(][0-9 ().\-]*(?: ?(?:ext\.?|x) ?[0-9]{1,6})?", re.IGNORECASE)
_FEWEST_DIGITS = 7

TemplateKind = Literal["subject", "email_body", "sms"]


class TemplateFault(Protocol):
    """One thing wrong with a template: a code of `mfa.message.Fault`, and the part that is wrong."""

    @property
    def fault(self) -> str:
        """Which rule it breaks; a key of `TEMPLATE_WORDS`."""
        ...

    @property
    def named(self) -> str:
        """What of the text breaks it: a placeholder, a letter, a length; or nothing."""
        ...


class TemplateCheck(Protocol):
    """The rules of templates; they live a floor higher and are handed in, with the host already bound."""

    def __call__(self, text: str, *, kind: TemplateKind) -> Iterable[TemplateFault]:
        """List what is wrong with one template."""
        ...


TEMPLATE_WORDS: dict[str, str] = {
    "empty": "Write something here.",
    "missing_code": "Put ${mfa.code} where the code belongs; without it the message would carry none.",
    "code_in_subject": "Take {named} out: a code in a subject shows on locked screens.",
    "unknown_placeholder": "Take {named} out, or write ${mfa.code}: no other placeholder exists.",
    "control_character": "Take out the character {named}, which cannot be printed.",
    "encoded_word": "Take out {named}: mail programs would read it as a code for other letters.",
    "too_long": "Make this shorter: it counts {named}, a subject may have 120, an email 2000 and a text 160.",
    "outside_gsm7": "Take out {named}: a text message cannot carry it.",
}


def faults(
    options: Options, *, template_faults: TemplateCheck, mail_from_domains: tuple[str, ...] = ()
) -> tuple[Fault, ...]:
    """Name everything that forbids saving, all at once. Whether the name is taken only the store knows.

    `mail_from_domains` are those mail may come from; empty is any (R126).
    """
    return (
        *_branding_faults(options.branding),
        *theme_faults(options.theme),
        *_footer_faults(options.look_and_feel),
        *_authentication_faults(options.authentication, template_faults),
        *_email_from_faults(options, mail_from_domains),
    )


def cautions(options: Options) -> tuple[Caution, ...]:
    """Name what may be saved but will surprise patients."""
    found = []
    payments, authentication = options.payments, options.authentication
    if not (payments.credit_card or payments.apple_pay or payments.google_pay):
        message = "No payment method is on: patients will read that online payment is unavailable."
        found.append(Caution(path="payments", message=message))
    if not authentication.session_extension:
        message = "Sessions end 10 minutes after they begin, whatever the patient is doing."
        found.append(Caution(path="authentication.session_extension", message=message))
    if authentication.quickpay_max_access_attempts < FEW_USES:
        message = "With fewer than 3 uses a link may be used up before the patient has paid."
        found.append(Caution(path="authentication.quickpay_max_access_attempts", message=message))
    return tuple(found)


def tidied(options: Options) -> Options:
    """Give the options in the one spelling that is kept: no outer spaces, blank is None, small hex, LF.

    A blank message for codes stays blank, and so is refused: who wants QuickPay's own leaves it out.
    """
    branding, look, authentication = options.branding, options.look_and_feel, options.authentication
    hexes = {name: getattr(options.theme, name) for name in (*GROUNDS, *INKS)}
    return replace(
        options,
        branding=replace(
            branding,
            name=unicodedata.normalize("NFC", branding.name.strip(" ")),
            favicon_url=_given(branding.favicon_url),
            logo_url=_given(branding.logo_url),
            home_asset_url=_given(branding.home_asset_url),
        ),
        theme=replace(
            options.theme,
            **{name: value.lower() if is_colour(value) else value for name, value in hexes.items()},
        ),
        look_and_feel=replace(
            look,
            footer_text=_given(look.footer_text),
            footer_email=_tidy_email(look.footer_email),
            footer_phone=_given(look.footer_phone),
        ),
        authentication=replace(
            authentication,
            mfa_email_body=_lines(authentication.mfa_email_body),
            mfa_sms_message=_lines(authentication.mfa_sms_message),
        ),
        notifications=replace(
            options.notifications, email_from=_tidy_email(options.notifications.email_from)
        ),
    )


def _branding_faults(branding: Branding) -> Iterator[Fault]:
    path = "branding.name"
    if not branding.name.strip():
        yield Fault(path=path, message="Write the name patients know you by.")
    yield from _text_faults(path, branding.name, longest=NAME_LONGEST)
    if _ENCODED_WORD in branding.name:
        yield Fault(path=path, message=_as_words("encoded_word", _ENCODED_WORD))
    for name in ("favicon_url", "logo_url", "home_asset_url"):
        url = getattr(branding, name)
        message = url_fault(url) if url else None
        if message:
            yield Fault(path=f"branding.{name}", message=message)


def _footer_faults(look: LookAndFeel) -> Iterator[Fault]:
    if look.footer_text:
        yield from _text_faults("look_and_feel.footer_text", look.footer_text, longest=FOOTER_TEXT_LONGEST)
    if look.footer_email and isinstance(normalise_email(look.footer_email), ContactFault):
        message = "Write one email address, like office@example.com, and nothing else."
        yield Fault(path="look_and_feel.footer_email", message=message)
    phone = look.footer_phone
    if phone and not (_PHONE.fullmatch(phone) and sum(sign.isdigit() for sign in phone) >= _FEWEST_DIGITS):
        message = "Write one phone number with its area code, like (608) 555-0100 ext. 12."
        yield Fault(path="look_and_feel.footer_phone", message=message)
    if phone and len(phone) > FOOTER_PHONE_LONGEST:
        message = f"Use at most {FOOTER_PHONE_LONGEST} characters; there are {len(phone)}."
        yield Fault(path="look_and_feel.footer_phone", message=message)


def _authentication_faults(authentication: Authentication, template_faults: TemplateCheck) -> Iterator[Fault]:
    templates: tuple[tuple[str, TemplateKind, str | None], ...] = (
        ("mfa_email_subject", "subject", authentication.mfa_email_subject),
        ("mfa_email_body", "email_body", authentication.mfa_email_body),
        ("mfa_sms_message", "sms", authentication.mfa_sms_message),
    )
    for name, kind, text in templates:
        for found in template_faults(text, kind=kind) if text is not None else ():
            yield Fault(path=f"authentication.{name}", message=_as_words(found.fault, found.named))
    if authentication.require_mfa and not authentication.enable_mfa:
        message = "Turn Enable MFA on too: with it off, nobody could pass and no link would open."
        yield Fault(path="authentication.require_mfa", message=message)
    if not FEWEST_USES <= authentication.quickpay_max_access_attempts <= MOST_USES:
        message = f"Write a whole number from {FEWEST_USES} to {MOST_USES}."
        yield Fault(path="authentication.quickpay_max_access_attempts", message=message)


def _email_from_faults(options: Options, mail_from_domains: tuple[str, ...]) -> Iterator[Fault]:
    path = "notifications.email_from"
    written = options.notifications.email_from
    if not written:
        needed_by = [
            name
            for name, on in (
                ("Email Receipt", options.payments.email_receipt),
                ("Enable MFA", options.authentication.enable_mfa),
            )
            if on
        ]
        if needed_by:
            message = f"Write the address emails come from, or turn {' and '.join(needed_by)} off."
            yield Fault(path=path, message=message)
        return
    email = normalise_email(written)
    if isinstance(email, ContactFault):
        yield Fault(path=path, message="Write one email address, without a name, like billing@example.com.")
        return
    allowed = tuple(domain.lower() for domain in mail_from_domains)
    if allowed and email.rpartition("@")[2] not in allowed:
        message = f"Use an address at {' or '.join(allowed)}: mail is set up for no other."
        yield Fault(path=path, message=message)


def _text_faults(path: str, text: str, *, longest: int) -> Iterator[Fault]:
    if len(text) > longest:
        yield Fault(path=path, message=f"Use at most {longest} characters; there are {len(text)}.")
    for letter in dict.fromkeys(text):
        if unicodedata.category(letter) in _NOT_TEXT:
            yield Fault(path=path, message=_as_words("control_character", f"U+{ord(letter):04X}"))


def _as_words(fault: str, named: str) -> str:
    # Not str.format: `named` is somebody's text and the words hold a placeholder of their own.
    return TEMPLATE_WORDS[fault].replace("{named}", named)


def _given(text: str | None) -> str | None:
    return (text or "").strip(" ") or None


def _tidy_email(text: str | None) -> str | None:
    written = _given(text)
    email = normalise_email(written) if written else None
    return written if isinstance(email, ContactFault) else email


def _lines(text: str | None) -> str | None:
    return None if text is None else text.replace("\r\n", "\n")
