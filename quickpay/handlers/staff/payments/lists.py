"""The list of payments, its filters in the address: it can be shared, kept and turned page by page."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import TypeVar

from aiohttp import web

from quickpay.domain.money import format_usd
from quickpay.domain.origins import Origin
from quickpay.domain.payments import Method, PaymentState
from quickpay.handlers.desk import DESK
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.guarantors.addresses import guarantor_path, with_query
from quickpay.handlers.staff.guarantors.words import ORIGINS
from quickpay.handlers.staff.payments import words
from quickpay.handlers.staff.payments.places import PAYMENTS, batch_path, payment_path
from quickpay.handlers.staff.payments.views import ListRow, PaymentsPage, Select
from quickpay.handlers.words import moment
from quickpay.ports.payment_desk_tables import ListedPayment
from quickpay.services.desk.payments import Filter, PaymentsFound

WordT = TypeVar("WordT", PaymentState, Method, Origin)

_NAMES = ("first", "last", "group", "number", "state", "method", "origin", "batch")
_CHOICES: Mapping[str, Collection[str]] = {"state": words.STATES, "method": words.METHODS, "origin": ORIGINS}
_LONGEST = 64
_BATCH_DIGITS = 12


async def show_payments(request: web.Request) -> web.Response:
    """Show the payments of her groups that fit the filters, the newest first."""
    staff, query = staff_of(request), request.query
    asked = {name: query.get(name, "").strip() for name in _NAMES}
    wanted, mistakes = _read(asked)
    found = await request.app[DESK].staff.payments.find(staff, wanted, before=query.get("before"))
    if asked["group"] and asked["group"] not in {one.slug for one in found.groups}:
        mistakes = (*mistakes, Mistake(field="group", message=words.NO_GROUP))
    given = {name: value or None for name, value in asked.items()}
    last = found.payments[-1].payment.id if found.payments else None
    filtered = with_query(PAYMENTS, **given)
    page = PaymentsPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        filters=_filters(asked, found),
        first=asked["first"],
        last=asked["last"],
        number=asked["number"],
        batch=asked["batch"],
        said="" if mistakes else _said(found),
        totals=() if mistakes else _totals(found),
        rows=() if mistakes else tuple(_row(request, one, found) for one in found.payments),
        every=PAYMENTS if any(asked.values()) else "",
        older=with_query(PAYMENTS, **given, before=last) if found.more and not mistakes else "",
        newest=filtered if "before" in query else "",
        mistakes=mistakes,
    )
    return show(page, status=422 if mistakes else 200)


def _read(asked: dict[str, str]) -> tuple[Filter, tuple[Mistake, ...]]:
    wrong: list[Mistake] = []
    days = {name: _day(asked[name]) for name in ("first", "last")}
    wrong += [
        Mistake(field=name, message=words.BAD_DATE)
        for name, day in days.items()
        if asked[name] and day is None
    ]
    first, last = days["first"], days["last"]
    if first is not None and last is not None and last < first:
        wrong.append(Mistake(field="last", message=words.DAYS_TURNED))
    if len(asked["number"]) > _LONGEST or not asked["number"].isprintable():
        wrong.append(Mistake(field="number", message=words.TOO_LONG))
    typed = asked["batch"]
    batch = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= _BATCH_DIGITS else None
    if typed and batch is None:
        wrong.append(Mistake(field="batch", message=words.BAD_BATCH))
    for name, known in _CHOICES.items():
        if asked[name] and asked[name] not in known:  # to show every payment would not be what was asked for
            wrong.append(Mistake(field=name, message=words.CHOOSE_ONE))
    if wrong:
        return Filter(), tuple(wrong)
    wanted = Filter(
        first=first,
        last=last,
        group=asked["group"] or None,
        number=asked["number"] or None,
        state=_word(asked["state"], words.STATES),
        method=_word(asked["method"], words.METHODS),
        origin=_word(asked["origin"], ORIGINS),
        batch=batch,
    )
    return wanted, ()


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if len(typed) == len("2026-01-01") and 1900 < day.year < 3000 else None  # noqa: PLR2004 - a century or so


def _word(typed: str, known: dict[WordT, str]) -> WordT | None:
    return next((one for one in known if one.value == typed), None)


def _filters(asked: dict[str, str], found: PaymentsFound) -> tuple[Select, ...]:
    groups = tuple((one.slug, one.name) for one in found.groups)
    choices: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...] = (
        ("group", "Group", "All groups", groups),
        ("state", "Status", "All", tuple((one.value, said) for one, said in words.STATES.items())),
        ("method", "Paid by", "All", tuple((one.value, said) for one, said in words.METHODS.items())),
        ("origin", "Came by", "All", tuple((one.value, said) for one, said in ORIGINS.items())),
    )
    return tuple(
        Select(name=name, label=label, options=(("", every), *options), chosen=asked[name])
        for name, label, every, options in choices
    )


def _said(found: PaymentsFound) -> str:
    count = found.totals.payments
    if count == 0:
        return "No payment fits."
    all_ = "1 payment fits" if count == 1 else f"{count:,} payments fit"
    return f"{all_}." if len(found.payments) == count else f"{all_}; {len(found.payments)} are shown here."


def _totals(found: PaymentsFound) -> tuple[tuple[str, str], ...]:
    sums = found.totals
    if sums.payments == 0:
        return ()
    return (
        ("Took money", f"{sums.taken:,}"),
        ("Received", format_usd(sums.amount)),
        ("Given back", format_usd(sums.refunded)),
        ("Kept", format_usd(sums.amount - sums.refunded)),
    )


def _row(request: web.Request, one: ListedPayment, found: PaymentsFound) -> ListRow:
    payment, guarantor = one.payment, one.guarantor
    group = next(group for group in found.groups if group.id == payment.group_id)
    off = []
    if payment.refunded:
        off.append(f"{format_usd(payment.refunded)} given back")
    if payment.unapplied:
        off.append(f"{format_usd(payment.unapplied)} on no line")
    return ListRow(
        path=payment_path(payment.id),
        made=moment(payment.created_at, request.app[DESK].staff.zone),
        who=guarantor.name,
        number=guarantor.number,
        guarantor_path=guarantor_path(group.slug, guarantor.number),
        group=group.name,
        amount=payment.amount,
        off=tuple(off),
        state=words.STATES[payment.state],
        paid_with=words.paid_with(payment),
        origin=ORIGINS[payment.origin],
        receipt="" if payment.receipt_number is None else str(payment.receipt_number),
        batch="" if payment.batch_id is None else str(payment.batch_id),
        batch_path="" if payment.batch_id is None else batch_path(payment.batch_id),
    )
