"""Manual posting: the lines with something left, oldest first, each with how much is to go on it."""

from typing import assert_never

from aiohttp import web

from quickpay.domain.encounters import ServiceId
from quickpay.domain.money import AmountFault, Cents, decimal_text, format_usd, parse_amount
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import Form, form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.guarantors.addresses import with_query
from quickpay.handlers.staff.payments import words
from quickpay.handlers.staff.payments.places import payment_path
from quickpay.handlers.staff.payments.views import PostPage, PostRow
from quickpay.handlers.words import AMOUNT_FAULTS, FORM_FAULTS, day
from quickpay.services.desk.posting import ChangedMeanwhile, NotPut, PostForm, PutOnLines
from quickpay.services.settling.refunds import NoPayment


async def ask(request: web.Request) -> web.Response:
    """Show the lines, with what the oldest-first rule would put on each; nothing happens by looking."""
    return _page(request, await _form(request))


async def put(request: web.Request) -> web.Response:
    """Put the amounts on their lines, once for each form."""
    staff, typed = staff_of(request), form_of(request)
    shown = await _form(request)
    path = payment_path(shown.payment.id)
    amounts, wrong = _read(typed, shown)
    if wrong and typed.text("seen") != shown.seen:  # the fields were of other lines than these
        return see_other(with_query(path, meanwhile=1))
    if wrong:
        return _page(request, shown, typed=typed, wrong=wrong)
    desk = request.app[DESK].staff
    match await desk.posting.post(staff, shown.payment.id, amounts, seen=typed.text("seen")):
        case PutOnLines():
            return see_other(with_query(path, posted=1))
        case ChangedMeanwhile():
            return see_other(with_query(path, meanwhile=1))
        case NotPut() as refused:
            wrong = dict.fromkeys(refused.too_much, words.LINE_TOO_MUCH)
            above = words.NO_AMOUNT if refused.nothing else words.NOT_SO_MUCH if refused.over else ""
            return _page(request, refused.form, typed=typed, wrong=wrong, above=above)
        case NoPayment():
            raise web.HTTPNotFound
        case never:
            assert_never(never)


async def _form(request: web.Request) -> PostForm:
    found = await request.app[DESK].staff.posting.look(staff_of(request), request.match_info["payment"])
    if isinstance(found, NoPayment):
        raise web.HTTPNotFound
    return found


def _field(place: int) -> str:
    """Name the field of a line by its place, in letters: `line.a`, `line.b` and on."""
    letters = ""
    while True:
        letters = chr(ord("a") + place % 26) + letters
        place = place // 26 - 1
        if place < 0:
            return f"line.{letters}"


def _read(form: Form, shown: PostForm) -> tuple[dict[ServiceId, Cents], dict[ServiceId, str]]:
    amounts: dict[ServiceId, Cents] = {}
    wrong: dict[ServiceId, str] = {}
    for place, one in enumerate(shown.lines):
        name, line = _field(place), one.line.service_id
        if name in form.faults:
            wrong[line] = FORM_FAULTS[form.faults[name]]
            continue
        amount = parse_amount(form.text(name))
        if amount is AmountFault.EMPTY or form.text(name).strip() in {"0", "0.00"}:
            continue
        if isinstance(amount, int):
            amounts[line] = amount
        else:
            wrong[line] = words.LINE_TOO_MUCH if amount is AmountFault.TOO_LARGE else AMOUNT_FAULTS[amount]
    return amounts, wrong


def _page(
    request: web.Request,
    shown: PostForm,
    *,
    typed: Form | None = None,
    wrong: dict[ServiceId, str] | None = None,
    above: str = "",
) -> web.Response:
    faults = wrong or {}
    rows = tuple(
        PostRow(
            name=_field(place),
            service_id=one.line.service_id,
            date=day(one.line.date),
            words=one.line.patient,
            remaining=one.line.payable,
            typed=(decimal_text(one.suggested) if one.suggested else "")
            if typed is None
            else typed.text(_field(place)),
            mistake=faults.get(one.line.service_id, ""),
        )
        for place, one in enumerate(shown.lines)
    )
    mistakes = [
        Mistake(field=one.name, message=f"{one.service_id}: {one.mistake}") for one in rows if one.mistake
    ]
    if above:
        unapplied = format_usd(shown.payment.unapplied)
        message = f"{above} There are {unapplied}." if above == words.NOT_SO_MUCH else above
        mistakes.append(Mistake(field=rows[0].name if rows else "", message=message))
    page = PostPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff_of(request)),
        who=(shown.guarantor.name, f"Account {shown.guarantor.number}", shown.group.name),
        unapplied=shown.payment.unapplied,
        rows=rows,
        seen=shown.seen,
        why_not="" if shown.why_not is None else words.WHY_NOT_POSTABLE[shown.why_not],
        back=payment_path(shown.payment.id),
        mistakes=tuple(mistakes),
    )
    return show(page, status=422 if mistakes else 200)
