"""Send a link now: choose the way and the words, look at the message, press Send Now [F2] (J8)."""

import hashlib
import re
from dataclasses import dataclass
from typing import assert_never

from aiohttp import web

from quickpay.domain.faults import Fault
from quickpay.domain.link_templates import DEFAULT_NAME
from quickpay.domain.messages import Channel
from quickpay.domain.options import MOST_USES
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import Form, form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.staff.frames import bar_of
from quickpay.handlers.staff.sending.asked import (
    Whom,
    choose_page,
    form_key_of,
    form_mistakes,
    guarantor_path,
    in_letters,
    new_form_key,
    scripted,
    shown,
    whom,
)
from quickpay.handlers.staff.sending.views import SendPage, WayCard
from quickpay.handlers.staff.sending.words import (
    CHOOSE_WAY,
    FORM_USED,
    LOOK_FIRST,
    WAYS,
    WAYS_WITHIN,
    WHOLE_NUMBER,
    WHY_NOT,
)
from quickpay.services.links.desk import FormUsed, LinkMade, NobodyHere
from quickpay.services.links.new import LONGEST_LIFE
from quickpay.services.links.send import Asked, Before, WhyNot
from quickpay.services.links.templates import Preview

_FIELDS = ("contact", "template", "max_uses", "days")
_WHERE = {"send": "contact", "expires_in": "days"}
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_WAYS = {one.value: one for one in Channel}
_WHY = {one.value: one for one in WhyNot}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """What stands in the form, as it was typed."""

    contact: str
    template: str = DEFAULT_NAME
    max_uses: str = ""
    days: str = ""


async def ask_whom(request: web.Request) -> web.Response:
    """Ask whom the link is for."""
    return await _ask_whom(request)


async def go_to(request: web.Request) -> web.Response:
    """Lead to the guarantor's own page of sending."""
    found = await whom(request)
    match found:
        case Whom(slug=slug, number=number):
            return see_other(f"{guarantor_path(slug, number)}/send")
        case tuple() as mistakes:
            return await _ask_whom(request, mistakes)
        case _:
            assert_never(found)


async def show_form(request: web.Request) -> web.Response:
    """Show the form with the first way that is open, and the message it would send."""
    before = await _before(request)
    first = before.open_ways[0].channel.value if before.open_ways else ""
    return await _page(request, before, _Typed(contact=first), form_key=new_form_key())


async def take_form(request: web.Request) -> web.Response:
    """Show the message of what is chosen now, or send what was looked at."""
    before, form = await _before(request), form_of(request)
    typed = _Typed(
        contact=form.text("contact"),
        template=form.text("template") or DEFAULT_NAME,
        max_uses=form.text("max_uses").strip(),
        days=form.text("days").strip(),
    )
    key = form_key_of(form)
    wrong = form_mistakes(form, *_FIELDS)
    if form.text("step") != "send" or wrong:
        return await _page(request, before, typed, form_key=key, mistakes=wrong)
    return await _send(request, before, typed, form, key)


async def _send(request: web.Request, before: Before, typed: _Typed, form: Form, key: str) -> web.Response:
    staff, desk = staff_of(request), request.app[DESK].staff
    slug, number = before.group.slug, before.guarantor.number
    asked = _asked(typed, before)
    if not isinstance(asked, Asked):
        return await _page(request, before, typed, form_key=key)
    message = await desk.sending.preview(staff, slug, number, asked)
    if not isinstance(message, Preview) or form.text("seen") != _seen(asked, message, before):
        first = () if not isinstance(message, Preview) else (Mistake(field="", message=LOOK_FIRST),)
        return await _page(request, before, typed, form_key=key, mistakes=first)
    made = await desk.sending.send(staff, slug, number, asked, form_key=key)
    match made:
        case LinkMade(link_id=link_id):
            return see_other(f"/staff/links/{link_id}")
        case FormUsed():
            used = (Mistake(field="", message=FORM_USED),)
            return await _page(request, before, typed, form_key=new_form_key(), mistakes=used)
        case NobodyHere():
            raise web.HTTPNotFound
        case tuple():
            return await _page(request, before, typed, form_key=key, mistakes=_said(made, asked.channel))
        case _:
            assert_never(made)


async def _ask_whom(request: web.Request, mistakes: tuple[Mistake, ...] = ()) -> web.Response:
    page = await choose_page(
        request,
        heading="Send a link",
        words="You see the message before it goes out.",
        action="/staff/send",
        button="Continue",
        mistakes=mistakes,
    )
    return show(page, status=422 if mistakes else 200)


async def _before(request: web.Request) -> Before:
    slug, number = request.match_info["group"], request.match_info["guarantor"]
    before = await request.app[DESK].staff.sending.look(staff_of(request), slug, number)
    if isinstance(before, NobodyHere):
        raise web.HTTPNotFound
    return before


async def _page(
    request: web.Request,
    before: Before,
    typed: _Typed,
    *,
    form_key: str,
    mistakes: tuple[Mistake, ...] = (),
) -> web.Response:
    """Show the form as it stands, and its message where there is one."""
    staff, desk = staff_of(request), request.app[DESK].staff
    asked = _asked(typed, before) if before.open_ways else ()
    message: Preview | None = None
    if isinstance(asked, Asked):
        found = await desk.sending.preview(staff, before.group.slug, before.guarantor.number, asked)
        if isinstance(found, NobodyHere):
            raise web.HTTPNotFound
        if isinstance(found, Preview):
            message = found
        else:
            mistakes += _said(found, asked.channel)
    else:
        mistakes += asked
    here = guarantor_path(before.group.slug, before.guarantor.number)
    page = SendPage(
        frame=scripted(request),
        bar=bar_of(request, staff),
        group=before.group.name,
        guarantor=before.guarantor.name,
        number=before.guarantor.number,
        here=f"{here}/send",
        paper=f"{here}/qr",
        ways=tuple(
            WayCard(
                value=way.channel.value,
                label=WAYS[way.channel],
                contact=way.contact or "",
                why_not="" if way.why_not is None else WHY_NOT[way.why_not][way.channel],
            )
            for way in before.ways
        ),
        can_send=bool(before.open_ways),
        templates=_templates(before),
        days_hint=_days_hint(before),
        payable=before.balances.payable,
        form_key=form_key,
        seen=_seen(asked, message, before) if isinstance(asked, Asked) and message is not None else "",
        contact=typed.contact,
        chosen=typed.template,
        max_uses=typed.max_uses,
        days=typed.days,
        preview=None if message is None else shown(message),
        mistakes=tuple(dict.fromkeys(mistakes)),
    )
    return show(page, status=422 if mistakes and request.method == "POST" else 200)


def _asked(typed: _Typed, before: Before) -> Asked | tuple[Mistake, ...]:
    wrong: list[Mistake] = []
    channel = _WAYS.get(typed.contact)
    if channel is None:
        wrong.append(Mistake(field="contact", message=CHOOSE_WAY))
    else:
        way = next(one for one in before.ways if one.channel is channel)
        if way.why_not is not None:
            wrong.append(Mistake(field="contact", message=WHY_NOT[way.why_not][channel]))
    uses = _number(typed.max_uses, "max_uses", MOST_USES, wrong)
    days = _number(typed.days, "days", LONGEST_LIFE.days, wrong)
    if wrong or channel is None:
        return tuple(wrong)
    return Asked(channel=channel, template=typed.template, max_uses=uses, days=days)


def _number(text: str, name: str, most: int, wrong: list[Mistake]) -> int | None:
    if not text:
        return None
    if _NUMBER.fullmatch(text) and 1 <= int(text) <= most:
        return int(text)
    words = WHOLE_NUMBER.replace("{least}", "1").replace("{most}", str(most))
    wrong.append(Mistake(field=name, message=words))
    return None


def _said(faults: tuple[Fault, ...], channel: Channel) -> tuple[Mistake, ...]:
    said = []
    for fault in faults:
        name = _WHERE.get(fault.path, fault.path)
        why = _WHY.get(fault.message)
        message = fault.message if why is None else WHY_NOT[why][channel]
        said.append(Mistake(field=name if name in _FIELDS else "", message=message))
    return tuple(said)


def _seen(asked: Asked, message: Preview, before: Before) -> str:
    """Name what was looked at: pressing Send Now sends this, to this contact, and nothing else."""
    to = next(way.contact for way in before.ways if way.channel is asked.channel)
    said = (asked.channel, to, asked.template, asked.max_uses, asked.days, message.subject, message.text)
    return in_letters(hashlib.sha256(repr(said).encode()).digest()[:16])


def _templates(before: Before) -> tuple[tuple[str, str], ...]:
    names: dict[str, list[str]] = {}
    for one in before.templates:
        names.setdefault(one.text.name, []).append(WAYS_WITHIN[one.text.channel])
    names.pop(DEFAULT_NAME, None)
    written = tuple((name, f"{name} ({' and '.join(ways)})") for name, ways in names.items())
    return ((DEFAULT_NAME, DEFAULT_NAME), *written)


def _days_hint(before: Before) -> str:
    email, text = before.days[Channel.EMAIL], before.days[Channel.SMS]
    return f"{email} if left empty." if email == text else f"If left empty: email {email}, text {text}."
