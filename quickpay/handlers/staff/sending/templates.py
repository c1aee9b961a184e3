"""POPS Management: a group's templates of the messages its links go out with."""

import re
from typing import assert_never

from aiohttp import web

from quickpay.domain.groups import Group
from quickpay.domain.link_templates import LinkTemplate, TemplateText
from quickpay.domain.messages import Channel
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.sending.asked import form_mistakes, scripted, shown
from quickpay.handlers.staff.sending.views import (
    TemplateGroupsPage,
    TemplatePage,
    TemplateRow,
    TemplatesPage,
)
from quickpay.handlers.staff.sending.words import CHANGED_MEANWHILE, FIELDS, WAYS
from quickpay.handlers.staff.words import moment
from quickpay.services.groups.keep import NoGroup
from quickpay.services.links.templates import NoTemplate, OneTemplate

_FIELDS = ("name", "channel", "subject", "body")
_WAYS = {one.value: one for one in Channel}
_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_CHOOSE = "Choose how these messages travel."


async def show_groups(request: web.Request) -> web.Response:
    """List her groups, each leading to its templates."""
    staff = staff_of(request)
    groups = await request.app[DESK].staff.view.groups(staff)
    page = TemplateGroupsPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        groups=tuple((one.name, _list_path(one)) for one in groups),
    )
    return show(page)


async def show_list(request: web.Request) -> web.Response:
    """List a group's templates, and show what goes out without any."""
    staff, desk = staff_of(request), request.app[DESK].staff
    found = await desk.templates.list_(staff, request.match_info["group"])
    if isinstance(found, NoGroup):
        raise web.HTTPNotFound
    page = TemplatesPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        group=found.group.name,
        add=f"{_list_path(found.group)}/add",
        rows=tuple(
            TemplateRow(
                path=_path(found.group, one),
                name=one.text.name,
                way=WAYS[one.text.channel],
                changed=moment(one.changed_at, desk.zone),
                changed_by=by,
                caution=" ".join(
                    dict.fromkeys(fault.message for fault in desk.templates.check(one.text, found.group))
                ),
            )
            for one, by in found.rows
        ),
        defaults=tuple(shown(desk.templates.preview_default(one, found.group)) for one in Channel),
    )
    return show(page)


async def ask_new(request: web.Request) -> web.Response:
    """Show an empty form."""
    text = TemplateText(name="", channel=Channel.EMAIL, subject="", body="")
    return _form(request, await _group(request), text, None, looked=True)


async def add(request: web.Request) -> web.Response:
    """Show what it will say, or keep it."""
    staff, desk, group = staff_of(request), request.app[DESK].staff, await _group(request)
    form = form_of(request)
    channel = _WAYS.get(form.text("channel"))
    text = _typed(request, channel or Channel.EMAIL)
    wrong = form_mistakes(form, *_FIELDS)
    if channel is None and "channel" not in form.faults:
        wrong += (Mistake(field="channel", message=_CHOOSE),)
    if wrong or form.text("step") != "save":
        return _form(request, group, text, None, mistakes=wrong)
    made = await desk.templates.add(staff, group.slug, text)
    match made:
        case OneTemplate():
            return see_other(_list_path(group))
        case NoGroup():
            raise web.HTTPNotFound
        case tuple():
            said = tuple(Mistake(field=one.path, message=one.message) for one in made)
            return _form(request, group, text, None, mistakes=said)
        case _:
            assert_never(made)


async def show_one(request: web.Request) -> web.Response:
    """Show a template as it is."""
    found = await _one(request)
    return _form(request, found.group, found.template.text, found.template, looked=True)


async def save(request: web.Request) -> web.Response:
    """Show what the changed one will say, or put it in the place of the old."""
    staff, desk, form = staff_of(request), request.app[DESK].staff, form_of(request)
    found = await desk.templates.get(staff, request.match_info["group"], _template_id(request))
    if isinstance(found, NoTemplate):
        return await _gone(request)
    text = _typed(request, found.template.text.channel)
    wrong = form_mistakes(form, *_FIELDS)
    if wrong or form.text("step") != "save":
        return _form(request, found.group, text, found.template, mistakes=wrong)
    made = await desk.templates.replace(staff, found.group.slug, found.template.id, text)
    match made:
        case OneTemplate():
            return see_other(_list_path(found.group))
        case NoTemplate():
            return await _gone(request)
        case tuple():
            said = tuple(Mistake(field=one.path, message=one.message) for one in made)
            return _form(request, found.group, text, found.template, mistakes=said)
        case _:
            assert_never(made)


async def remove(request: web.Request) -> web.Response:
    """Take one out of use; pressing twice is no fault."""
    staff, desk, group = staff_of(request), request.app[DESK].staff, await _group(request)
    await desk.templates.remove(staff, group.slug, _template_id(request))
    return see_other(_list_path(group))


async def _gone(request: web.Request) -> web.Response:
    """Keep what was typed on the page, though its template is no longer there."""
    group = await _group(request)
    text = _typed(request, _WAYS.get(form_of(request).text("channel"), Channel.EMAIL))
    mistakes = (Mistake(field="", message=CHANGED_MEANWHILE),)
    return _form(request, group, text, None, mistakes=mistakes)


def _form(
    request: web.Request,
    group: Group,
    text: TemplateText,
    old: LinkTemplate | None,
    *,
    mistakes: tuple[Mistake, ...] = (),
    looked: bool = False,
) -> web.Response:
    """Show the form; after a press, with everything that forbids keeping what stands in it."""
    desk = request.app[DESK].staff
    if not looked and not mistakes:
        found = desk.templates.check(text, group)
        mistakes = tuple(Mistake(field=one.path, message=one.message) for one in found)
    preview = None if looked and old is None else desk.templates.preview(text, group)
    page = TemplatePage(
        frame=scripted(request),
        bar=bar_of(request, staff_of(request)),
        heading="Add a message template" if old is None else f"Modify “{old.text.name}”",
        group=group.name,
        here=f"{_list_path(group)}/add" if old is None else _path(group, old),
        back=_list_path(group),
        remove="" if old is None else f"{_path(group, old)}/remove",
        ways=tuple((one.value, WAYS[one]) for one in Channel if old is None or one is old.text.channel),
        fields=tuple((f"${{{one.value}}}", words) for one, words in FIELDS.items()),
        name=text.name,
        channel=text.channel.value,
        subject=text.subject,
        body=text.body,
        preview=None if preview is None else shown(preview),
        mistakes=tuple(dict.fromkeys(mistakes)),
    )
    return show(page, status=422 if mistakes else 200)


def _typed(request: web.Request, channel: Channel) -> TemplateText:
    form = form_of(request)
    return TemplateText(
        name=form.text("name"), channel=channel, subject=form.text("subject"), body=form.text("body")
    )


async def _group(request: web.Request) -> Group:
    desk = request.app[DESK].staff
    found = await desk.templates.list_(staff_of(request), request.match_info["group"])
    if isinstance(found, NoGroup):
        raise web.HTTPNotFound
    return found.group


async def _one(request: web.Request) -> OneTemplate:
    desk = request.app[DESK].staff
    found = await desk.templates.get(staff_of(request), request.match_info["group"], _template_id(request))
    if isinstance(found, NoTemplate):
        raise web.HTTPNotFound
    return found


def _template_id(request: web.Request) -> int:
    """Read the number in the address; what is none names no template."""
    written = request.match_info["template"]
    return int(written) if _ID.fullmatch(written) else 0


def _list_path(group: Group) -> str:
    return f"/staff/groups/{group.slug}/templates"


def _path(group: Group, template: LinkTemplate) -> str:
    return f"{_list_path(group)}/{template.id}"
