"""What the forms of sending have in common: whom it is for, what is wrong, and the key of a form."""

import re
import secrets
from dataclasses import dataclass, replace
from urllib.parse import quote

from aiohttp import web

from quickpay.domain.staff import Staff
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import Form, form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.headers import new_scripts
from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.sending.views import ChoosePage, Shown
from quickpay.handlers.staff.sending.words import (
    CHOOSE_GROUP,
    ENTER_NUMBER,
    NO_GUARANTOR,
    WAYS,
    counted,
)
from quickpay.handlers.words import FORM_FAULTS
from quickpay.services.links.desk import NobodyHere
from quickpay.services.links.templates import Preview

_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
FORM_KEY = re.compile(r"[a-p]{32}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """A guarantor there is."""

    slug: str
    number: str


def in_letters(digits: bytes) -> str:
    """Write bytes without a digit: what stands in a form must not look like a card number by chance."""
    return digits.hex().translate(_LETTERS)


def new_form_key() -> str:
    """Name a form, so that pressing its button twice does the thing once."""
    return in_letters(secrets.token_bytes(16))


def form_key_of(form: Form) -> str:
    """Give the form's key; a form without one of ours is a form of its own."""
    key = form.text("form_key")
    return key if FORM_KEY.fullmatch(key) else new_form_key()


def scripted(request: web.Request) -> Frame:
    """Put the frame around a page that runs our scripts."""
    return replace(staff_frame(request), scripts=new_scripts())


def form_mistakes(form: Form, *fields: str) -> tuple[Mistake, ...]:
    """Say what cannot be taken of a form; a field that is not on the page speaks for the form as a whole."""
    return tuple(
        Mistake(field=name if name in fields else "", message=FORM_FAULTS[fault])
        for name, fault in form.faults.items()
    )


def guarantor_path(slug: str, number: str) -> str:
    """Give the address everything about one guarantor is below."""
    return f"/staff/guarantors/{quote(slug, safe='')}/{quote(number, safe='')}"


def shown(preview: Preview) -> Shown:
    """Put a message on a page."""
    return Shown(
        way=WAYS[preview.channel],
        subject=preview.subject,
        text=preview.text,
        counted=counted(preview.texts) if preview.texts else "",
    )


async def whom(request: web.Request) -> Whom | tuple[Mistake, ...]:
    """Read a group and a guarantor's number from a form, or say what is wrong with them."""
    staff, form = staff_of(request), form_of(request)
    slug, number = form.text("group").strip(), form.text("guarantor").strip()
    wrong = form_mistakes(form, "group", "guarantor")
    if not slug and "group" not in form.faults:
        wrong += (Mistake(field="group", message=CHOOSE_GROUP),)
    if not number and "guarantor" not in form.faults:
        wrong += (Mistake(field="guarantor", message=ENTER_NUMBER),)
    if wrong:
        return wrong
    found = await request.app[DESK].staff.desk_links.find(staff, slug, number)
    if isinstance(found, NobodyHere):
        return (Mistake(field="guarantor", message=NO_GUARANTOR),)
    return Whom(slug=slug, number=number)


async def choose_page(
    request: web.Request,
    *,
    heading: str,
    words: str,
    action: str,
    button: str,
    mistakes: tuple[Mistake, ...] = (),
) -> ChoosePage:
    """Ask for whom."""
    staff: Staff = staff_of(request)
    groups = await request.app[DESK].staff.view.groups(staff)
    form = form_of(request) if request.method == "POST" else None
    only = groups[0].slug if len(groups) == 1 else ""
    return ChoosePage(
        frame=scripted(request),
        bar=bar_of(request, staff),
        heading=heading,
        words=words,
        action=action,
        button=button,
        groups=tuple((one.slug, one.name) for one in groups),
        form_key=new_form_key() if form is None else form_key_of(form),
        group=only if form is None else form.text("group").strip(),
        guarantor="" if form is None else form.text("guarantor").strip(),
        mistakes=mistakes,
    )
