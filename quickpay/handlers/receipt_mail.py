"""The part of a page that tells how a receipt fared by email and sends it again, and its form."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import assert_never

from aiohttp import web

from quickpay.domain.contacts import mask_email
from quickpay.handlers.forms import Form, form_of
from quickpay.handlers.pages import Mistake
from quickpay.handlers.receipt_words import (
    ANY_ADDRESS,
    NOT_OFFERED,
    OVERTAKEN,
    SEND,
    SEND_AGAIN,
    STOPPED,
    TOO_OFTEN,
    before_or_any,
    fared,
)
from quickpay.handlers.words import EMAIL_FAULTS, EMAIL_NEEDED, FORM_FAULTS
from quickpay.services.paying.resend import BadAddress, Outcome, Press, TooOften
from quickpay.services.settling.receipt_mail import NotOffered, Overtaken, Queued, ReceiptMail, Stopped

_MOST_SENDINGS = 9_999


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPanel:
    """How the receipt fared by email; `action` is empty where it is not sent again."""

    told: tuple[str, ...]
    action: str = ""
    sending: int = 0
    hint: str = ""
    button: str = ""
    typed: str = field(default="", repr=False)
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What a form brought that could not be done, to be shown again with why."""

    typed: str = field(default="", repr=False)
    mistakes: tuple[Mistake, ...] = ()
    status: int = 200


NOT_PRESSED = Pressed()


def mail_panel(mail: ReceiptMail | None, *, action: str, pressed: Pressed = NOT_PRESSED) -> MailPanel | None:
    """Make the part of the page; None where there is nothing to tell and nothing to do."""
    if mail is None or not (mail.sendings or mail.offered or pressed.mistakes):
        return None
    told = tuple(fared(one.fate, mask_email(one.recipient)) for one in mail.sendings if one.recipient)
    if not (mail.offered and action):
        return MailPanel(told=told, mistakes=pressed.mistakes)
    before = mail.before(mail.sending)
    hint = ANY_ADDRESS if before is None else before_or_any(mask_email(before))
    return MailPanel(
        told=told,
        action=action,
        sending=mail.sending,
        hint=hint,
        button=SEND_AGAIN if mail.sendings else SEND,
        typed=pressed.typed,
        mistakes=pressed.mistakes,
    )


def press_of(request: web.Request) -> Press | Pressed:
    """Read the form, or say why it cannot be taken."""
    form = form_of(request)
    wrong = tuple(
        Mistake(field=name if name == "email" else "", message=FORM_FAULTS[fault])
        for name, fault in form.faults.items()
    )
    if wrong:
        return Pressed(typed=form.text("email"), mistakes=wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return Press(typed=form.text("email"), sending=sending_of(form))


def sending_of(form: Form) -> int:
    """Read which sending a form asks for; what is no number is none that can be."""
    word = form.text("sending")
    plain = word.isascii() and word.isdecimal() and len(word) <= len(str(_MOST_SENDINGS))
    return int(word) if plain else 0


def answer_to(outcome: Outcome, typed: str) -> Pressed | None:
    """Say why nothing was sent; None when it is on its way."""
    match outcome:
        case Queued():
            return None
        case BadAddress(fault=fault):
            return _at_email(EMAIL_FAULTS.get(fault, EMAIL_NEEDED), typed)
        case Stopped():
            return _at_email(STOPPED, typed)
        case Overtaken():
            return _above(OVERTAKEN, typed, HTTPStatus.CONFLICT)
        case NotOffered():
            return _above(NOT_OFFERED, typed, HTTPStatus.CONFLICT)
        case TooOften():
            return _above(TOO_OFTEN, typed, HTTPStatus.TOO_MANY_REQUESTS)
        case _:
            assert_never(outcome)


def _at_email(message: str, typed: str) -> Pressed:
    mistake = Mistake(field="email", message=message)
    return Pressed(typed=typed, mistakes=(mistake,), status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _above(message: str, typed: str, status: int) -> Pressed:
    return Pressed(typed=typed, mistakes=(Mistake(field="", message=message),), status=status)
