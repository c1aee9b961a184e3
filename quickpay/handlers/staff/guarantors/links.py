"""A link's page with its timeline, its end, and its way back when it was put on hold."""

from dataclasses import replace

from aiohttp import web

from quickpay.domain.links import LinkState, door_of
from quickpay.domain.staff import Staff
from quickpay.domain.tokens import TokenPurpose
from quickpay.handlers.desk import DESK
from quickpay.handlers.gate import AT_THE_DESK, staff_of
from quickpay.handlers.headers import new_scripts
from quickpay.handlers.pages import see_other, show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.guarantors import words
from quickpay.handlers.staff.guarantors.addresses import batch_path, guarantor_path, link_path, with_query
from quickpay.handlers.staff.guarantors.contacts import masked
from quickpay.handlers.staff.guarantors.views import EndingPage, LinkPage, Way
from quickpay.handlers.staff.words import LAUNCH_MODES, moment, sentence
from quickpay.services.staff.view import LinkFile

_ENDS_BY_HAND = {LinkState.ACTIVE, LinkState.EXPIRED, LinkState.USED_UP}
_DONE = {
    LinkState.REVOKED: "This link is ended: it opens no more.",
    LinkState.ACTIVE: "This link is good again.",
}
_UNLOCKED = "unlocked"


async def show_link(request: web.Request) -> web.Response:
    """Tell how a link fared; of another group, there is no such link."""
    staff, zone = staff_of(request), request.app[DESK].staff.zone
    file = await _file(request, staff)
    view, link = file.view, file.view.link
    desk = staff.role in AT_THE_DESK
    opens = view.state is LinkState.ACTIVE and door_of(link.origin) is TokenPurpose.LINK
    frame = staff_frame(request)
    unlock = await request.app[DESK].staff.card_unlock.look(staff, link.id)
    locked = unlock is not None and unlock.locked
    who: dict[str, str | int | None] = {} if file.launch is None else {"who": file.launch.staff}
    page = LinkPage(
        frame=replace(frame, scripts=new_scripts()) if desk and opens else frame,
        bar=bar_of(request, staff),
        link_id=link.id,
        guarantor=file.guarantor.name,
        number=file.guarantor.number,
        guarantor_path=guarantor_path(file.group.slug, file.guarantor.number),
        facts=(*_facts(request, file), *((("Cards", words.LOCKED),) if locked else ())),
        match_code=view.match_code,
        batch=link.batch or "",
        batch_path=batch_path(file.group.slug, link.batch) if desk and link.batch else "",
        url=view.url if desk and opens else "",
        end=f"{link_path(link.id)}/end" if desk and view.state in _ENDS_BY_HAND else "",
        restore=f"{link_path(link.id)}/restore" if desk and view.state is LinkState.SUSPENDED else "",
        unlock=f"{link_path(link.id)}/unlock" if desk and locked else "",
        done=_done(request, view.state),
        events=tuple(
            (
                moment(one.at, zone),
                sentence(one.type, who | dict(one.detail), by=file.names.get(one.actor, one.actor)),
            )
            for one in view.events
        ),
    )
    return show(page)


def _done(request: web.Request, state: LinkState) -> str:
    done = request.query.get("done")
    if done == _UNLOCKED:
        return words.UNLOCKED
    return _DONE.get(state, "") if done is not None else ""


async def ask_to_end(request: web.Request) -> web.Response:
    """Say what ending does; nothing happens by looking."""
    staff = staff_of(request)
    file = await _file(request, staff)
    ends = file.view.state in _ENDS_BY_HAND
    state = words.LINK_STATES[file.view.state].lower()
    return show(
        EndingPage(
            frame=staff_frame(request),
            bar=bar_of(request, staff),
            heading=f"End this link of {file.guarantor.name}?",
            words=words.END_ONE if ends else (f"There is nothing to end, the link is not active: {state}.",),
            button="End this link" if ends else "",
            back=Way(label="Leave it as it is", path=link_path(file.view.link.id)),
        )
    )


async def end(request: web.Request) -> web.Response:
    """End the link; one that has ended stays as it ended."""
    staff = staff_of(request)
    view = await request.app[DESK].staff.links.revoke(
        request.match_info["link"], by=staff.actor, within=staff.reach
    )
    if view is None:
        raise web.HTTPNotFound
    return see_other(with_query(link_path(view.link.id), done="ended"))


async def ask_to_restore(request: web.Request) -> web.Response:
    """Say what restoring does; nothing happens by looking."""
    staff = staff_of(request)
    file = await _file(request, staff)
    on_hold = file.view.state is LinkState.SUSPENDED
    return show(
        EndingPage(
            frame=staff_frame(request),
            bar=bar_of(request, staff),
            heading=f"Restore this link of {file.guarantor.name}?",
            words=words.RESTORE if on_hold else ("This link is not on hold: there is nothing to restore.",),
            button="Restore this link" if on_hold else "",
            back=Way(label="Leave it as it is", path=link_path(file.view.link.id)),
            ends=False,
        )
    )


async def restore(request: web.Request) -> web.Response:
    """Take "I am not this person" back; pressed twice, it is taken back once."""
    staff = staff_of(request)
    view = await request.app[DESK].staff.links.restore(
        request.match_info["link"], by=staff.actor, within=staff.reach
    )
    if view is None:
        raise web.HTTPNotFound
    return see_other(with_query(link_path(view.link.id), done="restored"))


async def _file(request: web.Request, staff: Staff) -> LinkFile:
    file = await request.app[DESK].staff.view.link(staff, request.match_info["link"])
    if file is None:
        raise web.HTTPNotFound
    return file


def _facts(request: web.Request, file: LinkFile) -> tuple[tuple[str, str], ...]:
    zone, view = request.app[DESK].staff.zone, file.view
    link = view.link
    return (
        ("Group", file.group.name),
        ("Origin", words.ORIGINS[link.origin]),
        ("State", words.LINK_STATES[view.state]),
        ("Uses", f"{link.uses} of {view.max_uses}"),
        ("Sent to", masked(link.contact) if link.contact else "nobody"),
        ("Made", moment(link.created_at, zone)),
        ("Good until", moment(link.expires_at, zone)),
        ("Payments", "one" if link.single_payment else "any number"),
        *_looked(file),
    )


def _looked(file: LinkFile) -> tuple[tuple[str, str], ...]:
    if file.launch is None:
        return ()
    return (("Staff", file.launch.staff), ("Shown", LAUNCH_MODES[file.launch.mode]))
