"""Search: a form, and the page of who was found, whose address says nothing of whom."""

from aiohttp import web

from quickpay.domain.groups import Group
from quickpay.domain.staff import Staff
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.guarantors.addresses import SEARCH, guarantor_path, page_in, with_query
from quickpay.handlers.staff.guarantors.contacts import shown
from quickpay.handlers.staff.guarantors.views import Choice, FoundRow, GuarantorsPage
from quickpay.handlers.staff.guarantors.words import NOTHING_TYPED, OLD_SEARCH
from quickpay.handlers.words import FORM_FAULTS
from quickpay.services.guarantors.search import AT_ONCE, LAST_PAGE, Found, FoundLine

_OPEN = "balance"


async def show_search(request: web.Request) -> web.Response:
    """Show the form and, once something was typed, who was found."""
    staff, search = staff_of(request), request.app[DESK].staff.search
    sealed = request.query.get("find")
    if sealed is None:
        return await _page(request, staff)
    typed = search.unseal(staff, sealed)
    if typed is None:
        return await _page(request, staff, mistakes=(Mistake(field="q", message=OLD_SEARCH),), status=422)
    found = await search.find(
        staff,
        typed,
        group=request.query.get("group"),
        page=page_in(request),
        open_only=_open_in(request) is not None,
    )
    return await _page(request, staff, typed=typed, sealed=sealed, found=found)


async def search(request: web.Request) -> web.Response:
    """Lead from what was typed to who is found."""
    staff, form = staff_of(request), form_of(request)
    typed = form.text("q").strip()
    if fault := form.faults.get("q"):
        mistake = Mistake(field="q", message=FORM_FAULTS[fault])
        return await _page(request, staff, mistakes=(mistake,), status=422)
    if not typed:
        mistake = Mistake(field="q", message=NOTHING_TYPED)
        return await _page(request, staff, mistakes=(mistake,), status=422)
    sealed = request.app[DESK].staff.search.seal(staff, typed)
    return see_other(
        with_query(SEARCH, find=sealed, group=request.query.get("group"), open=_open_in(request))
    )


async def _page(
    request: web.Request,
    staff: Staff,
    *,
    typed: str = "",
    sealed: str | None = None,
    found: Found | None = None,
    mistakes: tuple[Mistake, ...] = (),
    status: int = 200,
) -> web.Response:
    group, only_open = request.query.get("group"), _open_in(request)
    groups = await request.app[DESK].staff.view.groups(staff)

    def page_at(number: int) -> str:
        return with_query(SEARCH, find=sealed, group=group, open=only_open, page=number)

    page = GuarantorsPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        action=with_query(SEARCH, group=group, open=only_open),
        typed=typed,
        choices=_choices(groups, group, sealed, only_open),
        balances=(
            Choice(
                label="All balances", path=with_query(SEARCH, find=sealed, group=group), chosen=not only_open
            ),
            Choice(
                label="Open balances",
                path=with_query(SEARCH, find=sealed, group=group, open=_OPEN),
                chosen=bool(only_open),
            ),
        ),
        rows=None if found is None else tuple(_row(line, staff) for line in found.lines),
        said="" if found is None else _said(found),
        earlier=page_at(found.page - 1) if found and found.page > 1 else "",
        later=page_at(found.page + 1) if found and found.more else "",
        mistakes=mistakes,
    )
    return show(page, status=status)


def _open_in(request: web.Request) -> str | None:
    return _OPEN if request.query.get("open") == _OPEN else None


def _choices(
    groups: list[Group], chosen: str | None, sealed: str | None, only_open: str | None
) -> tuple[Choice, ...]:
    if len(groups) < 2:  # noqa: PLR2004 - with one there is nothing to choose
        return ()
    every = Choice(
        label="All groups", path=with_query(SEARCH, find=sealed, open=only_open), chosen=chosen is None
    )
    return every, *(
        Choice(
            label=one.name,
            path=with_query(SEARCH, find=sealed, group=one.slug, open=only_open),
            chosen=one.slug == chosen,
        )
        for one in groups
    )


def _row(line: FoundLine, staff: Staff) -> FoundRow:
    one = line.guarantor
    called = f" ({one.preferred_name})" if one.preferred_name else ""
    return FoundRow(
        name=f"{one.name}{called}",
        number=one.number,
        path=guarantor_path(line.group.slug, one.number),
        group=line.group.name,
        contacts=tuple(shown(contact, staff) for contact in (one.email, one.mobile) if contact),
        payable=line.payable,
        live_links=line.live_links,
    )


def _said(found: Found) -> str:
    if found.over != AT_ONCE and (found.page > 1 or found.more):
        first = (found.page - 1) * found.over + 1
        count = len(found.lines)
        who = "1 guarantor" if count == 1 else f"{count} guarantors"
        among = f"names {first} to {first + found.over - 1}" if found.more else f"names from {first} on"
        return f"{who} with an open balance among {among}."
    first = (found.page - 1) * AT_ONCE + 1
    if not found.lines:
        return "Nobody was found." if found.page == 1 else "There is nobody on this page."
    if found.page == 1 and not found.more:
        return "1 guarantor found." if len(found.lines) == 1 else f"{len(found.lines)} guarantors found."
    more = " There may be more: type more of the name." if found.page == LAST_PAGE else ""
    return f"Guarantors {first} to {first + len(found.lines) - 1}.{more}"
