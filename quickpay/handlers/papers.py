"""What every paper has alike: the group's head and foot, a name without anybody's in it, the answer."""

import re
from http import HTTPStatus

from aiohttp import hdrs, web

from quickpay.domain.groups import Group
from quickpay.handlers.desk import DESK
from quickpay.handlers.paper_words import SIMULATED
from quickpay.handlers.tongues import language_for
from quickpay.ports.papers import Paper, Section
from quickpay.services.stay import Stay

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}", re.ASCII)


async def paper_answer(
    request: web.Request,
    stay: Stay,
    *,
    title: str,
    name: str,
    sections: tuple[Section, ...],
    wide: bool = False,
) -> web.Response:
    """Set a paper for who is here; staff in a simulation get theirs marked as one."""
    paper = Paper(
        title=title,
        language=language_for(request, stay),
        group=stay.group.name,
        footer=_foot_of(stay.group),
        sections=sections,
        wide=wide,
        mark="" if stay.launch is None else SIMULATED,
    )
    pdf = await request.app[DESK].press.pdf(paper, stay.group)
    headers = {
        hdrs.CONTENT_TYPE: "application/pdf",
        hdrs.CONTENT_DISPOSITION: f'inline; filename="{name}.pdf"',
    }
    return web.Response(body=pdf, status=HTTPStatus.OK, headers=headers)


def file_name(kind: str, number: str) -> str:
    """Name a file by what it is and its number, which the PM system chose: in a name only if it is plain."""
    return f"{kind}-{number}" if _PLAIN.fullmatch(number) else kind


def facts_of(*facts: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    """Give the facts there are."""
    return tuple((label, value) for label, value in facts if value)


def _foot_of(group: Group) -> tuple[str, ...]:
    """Give the lines of the group's footer, blank ones left out."""
    look = group.options.look_and_feel
    return tuple(line for line in (look.footer_text, look.footer_email, look.footer_phone) if line)
