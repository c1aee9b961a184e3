"""Payments without an end: the list, and the decision of a person, in two steps."""

import re
from typing import assert_never

from aiohttp import web

from quickpay.domain.money import format_usd
from quickpay.domain.payments import Payment
from quickpay.domain.staff import StaffRole
from quickpay.domain.unresolved import Because, Decision
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import NO_FORM, Form, form_of
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import Mistake, see_other, show
from quickpay.handlers.staff.frames import bar_of, faults_in, staff_frame
from quickpay.handlers.staff.guarantors.addresses import guarantor_path
from quickpay.handlers.staff.unresolved import words
from quickpay.handlers.staff.unresolved.views import Option, ResolvePage, UnresolvedLine, UnresolvedPage
from quickpay.handlers.staff.words import moment
from quickpay.services.desk.unresolved import Ended, NoSuchPayment, UnresolvedFile
from quickpay.services.desk.verdicts import NotNow, Verdict

_DECIDES = frozenset({StaffRole.BILLING, StaffRole.ADMIN})
_TRANSACTION = re.compile(r"[A-Za-z0-9_-]{3,100}", re.ASCII)
_SURE = "yes"


async def show_list(request: web.Request) -> web.Response:
    """List them with their age, what was asked and what the gateway last said."""
    staff, desk = staff_of(request), request.app[DESK].staff
    rows = []
    for line in await desk.unresolved.list_(staff):
        payment, said = line.row.payment, line.row.said
        rows.append(
            UnresolvedLine(
                made=moment(payment.created_at, desk.zone),
                age=words.age(line.age),
                group=line.row.group,
                guarantor=line.row.guarantor,
                guarantor_path=guarantor_path(line.row.group, line.row.guarantor),
                amount=payment.amount,
                state=words.STATES[payment.state],
                differs=words.differs(said),
                said=words.gateway_said(said),
                asked="" if said is None else moment(said.at, desk.zone),
                path=_path(payment) if staff.role in _DECIDES else "",
            )
        )
    page = UnresolvedPage(frame=staff_frame(request), bar=bar_of(request, staff), rows=tuple(rows))
    return show(page)


async def look(request: web.Request) -> web.Response:
    """Show one with what the gateway says at this moment."""
    return await _page(request, NO_FORM)


async def resolve(request: web.Request) -> web.Response:
    """Take the decision: first say what it will do, then do it."""
    form, staff = form_of(request), staff_of(request)
    verdict = _verdict(form)
    if not isinstance(verdict, Verdict):
        return await _page(request, form, verdict)
    if form.text("change"):
        return await _page(request, form)
    if form.text("sure") != _SURE:
        return await _page(request, form, sure=verdict)
    answer = await request.app[DESK].staff.unresolved.decide(staff, request.match_info["payment"], verdict)
    match answer:
        case Ended(payment=payment, by_itself=by_itself):
            return see_other(f"{_path(payment)}?done={'gateway' if by_itself else 'decided'}")
        case NotNow():
            return await _page(request, form, (Mistake(field="", message=words.NOT_NOW[answer]),))
        case NoSuchPayment():
            raise web.HTTPNotFound
        case never:
            assert_never(never)


def _verdict(form: Form) -> Verdict | tuple[Mistake, ...]:
    mistakes = [*faults_in(form, "decision", "transaction", "because")]
    decision = next((one for one in Decision if one == form.text("decision")), None)
    because = next((one for one in Because if one == form.text("because")), None)
    transaction = form.text("transaction").strip()
    if decision is None:
        mistakes.append(Mistake(field="decision", message=words.CHOOSE_DECISION))
    if decision is Decision.CHARGED and not _TRANSACTION.fullmatch(transaction):
        mistakes.append(Mistake(field="transaction", message=words.ENTER_TRANSACTION))
    if because is None:
        mistakes.append(Mistake(field="because", message=words.CHOOSE_BECAUSE))
    if mistakes or decision is None or because is None:
        return tuple(mistakes)
    number = transaction if decision is Decision.CHARGED else ""
    return Verdict(decision=decision, because=because, transaction=number)


async def _page(
    request: web.Request, form: Form, mistakes: tuple[Mistake, ...] = (), *, sure: Verdict | None = None
) -> web.Response:
    staff, desk = staff_of(request), request.app[DESK].staff
    file = await desk.unresolved.look(staff, request.match_info["payment"])
    if isinstance(file, NoSuchPayment):
        raise web.HTTPNotFound
    offered = file.held and file.decidable
    page = ResolvePage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        guarantor=file.guarantor.name,
        guarantor_path=guarantor_path(file.group.slug, file.guarantor.number),
        facts=_facts(request, file),
        done="" if file.held else words.BY_YOU if file.decided else words.BY_ITSELF,
        offered=offered,
        why_not=words.NOT_NOW[NotNow.TOO_EARLY] if file.held and not file.decidable else "",
        sure=() if sure is None or not offered else _sure(file, sure),
        decision=form.text("decision"),
        decisions=tuple(
            Option(value=one.value, label=label, words=said, chosen=form.text("decision") == one)
            for one, (label, said) in words.DECISIONS.items()
        ),
        transaction=form.text("transaction").strip(),
        because=form.text("because"),
        reasons=(("", "Choose one"), *((one.value, said) for one, said in words.BECAUSE.items())),
        mistakes=mistakes,
    )
    return show(page, status=422 if mistakes else 200)


def _sure(file: UnresolvedFile, verdict: Verdict) -> tuple[str, ...]:
    amount = format_usd(file.payment.amount)
    if verdict.decision is Decision.CHARGED:
        return (
            f"{file.guarantor.name} has paid {amount}; the gateway's number is {verdict.transaction}.",
            "A receipt is made, the payment is posted, and the PM system is told. This cannot be taken back.",
        )
    return (
        f"Nothing of the {amount} was taken, or all of it was given back.",
        "The sum is free to be paid again. If it was taken after all, it will be paid twice.",
    )


def _facts(request: web.Request, file: UnresolvedFile) -> tuple[tuple[str, str], ...]:
    zone, payment = request.app[DESK].staff.zone, file.payment
    differs = words.differs(file.before)
    facts = [
        ("Group", file.group.name),
        ("Asked for", f"{format_usd(payment.amount)}, as {payment.id}"),
        ("Made", f"{moment(payment.created_at, zone)}, {words.age(file.age)} ago"),
        ("State", words.STATES[payment.state]),
    ]
    if file.before is not None:
        facts.append(("Gateway before", f"{words.gateway_said(file.before)} {moment(file.before.at, zone)}."))
    if differs:
        facts.append(("In review because", differs))
    if file.now is not None:
        facts.append(("Gateway now", words.gateway_said(file.now)))
    if file.decided is not None:
        label, _ = words.DECISIONS[file.decided.decision]
        facts.append(("Decided", f"{label}, by {file.by}, {moment(file.decided.at, zone)}"))
        facts.append(("Because", words.BECAUSE[file.decided.because]))
    return tuple(facts)


def _path(payment: Payment) -> str:
    return f"/staff/payments/{payment.id}/resolve"
