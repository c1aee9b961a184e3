"""A guarantor's page, and the end of every active link of one guarantor."""

from aiohttp import web

from quickpay.domain.staff import Staff
from quickpay.handlers.desk import DESK
from quickpay.handlers.gate import AT_THE_DESK, staff_of
from quickpay.handlers.pages import see_other, show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.guarantors import words
from quickpay.handlers.staff.guarantors.addresses import (
    guarantor_path,
    link_path,
    number_in,
    page_in,
    with_query,
)
from quickpay.handlers.staff.guarantors.contacts import masked, shown
from quickpay.handlers.staff.guarantors.views import (
    WAYS_ON,
    ContactRow,
    EndingPage,
    GuarantorPage,
    LinkRow,
    PaymentRow,
    Way,
)
from quickpay.handlers.staff.words import moment
from quickpay.services.guarantors.file import ContactLine, ContactState, GuarantorFile, LinkLine, PaymentLine
from quickpay.services.settling.receipt_mail import TOOK_MONEY


async def show_guarantor(request: web.Request) -> web.Response:
    """Show one guarantor; of another group, there is none."""
    staff = staff_of(request)
    file = await file_of(request, staff)
    path = guarantor_path(file.group.slug, file.guarantor.number)
    stopped = any(line.state is ContactState.CARRIER_STOP for line in file.contacts)
    desk = staff.role in AT_THE_DESK
    ended = number_in(request, "ended")
    shown_pages = {"links": file.links_page, "payments": file.payments_page}

    def turned(name: str, by: int) -> str:
        return with_query(path, **shown_pages | {name: shown_pages[name] + by}) + f"#{name}"

    page = GuarantorPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        name=file.guarantor.name,
        number=file.guarantor.number,
        group=file.group.name,
        language=words.LANGUAGES.get(file.guarantor.language, file.guarantor.language),
        sessions=file.sessions,
        patients=tuple(one.name for one in file.guarantor.patients),
        contacts=tuple(_contact(request, line, staff) for line in file.contacts),
        figures=words.figures(file.balances),
        ways=_ways(file) if desk else (),
        end_links=f"{path}/end-links" if desk and file.active_links else "",
        allow_texts=f"{path}/texts" if desk and stopped else "",
        done=_done(request, ended, stopped=stopped),
        links=tuple(_link(request, line) for line in file.links),
        newer_links=turned("links", -1) if file.links_page > 1 else "",
        older_links=turned("links", 1) if file.more_links else "",
        payments=tuple(_payment(request, line, file, desk=desk) for line in file.payments),
        newer_payments=turned("payments", -1) if file.payments_page > 1 else "",
        older_payments=turned("payments", 1) if file.more_payments else "",
    )
    return show(page)


async def ask_to_end(request: web.Request) -> web.Response:
    """Say what ending this guarantor's links does; nothing happens by looking."""
    staff = staff_of(request)
    file = await file_of(request, staff)
    path = guarantor_path(file.group.slug, file.guarantor.number)
    count = words.links(file.active_links)
    return show(
        EndingPage(
            frame=staff_frame(request),
            bar=bar_of(request, staff),
            heading=f"End {count} of {file.guarantor.name}?",
            words=words.END_MANY if file.active_links else ("There is no active link to end.",),
            button=f"End {count}" if file.active_links else "",
            back=Way(label="Leave them as they are", path=path),
        )
    )


async def end(request: web.Request) -> web.Response:
    """End every active link of one guarantor; a second press ends none."""
    staff = staff_of(request)
    group, number = request.match_info["group"], request.match_info["guarantor"]
    ended = await request.app[DESK].staff.links.revoke_many(
        group=group, guarantor=number, by=staff.actor, within=staff.reach
    )
    if not isinstance(ended, int):  # no such group, or no such guarantor in it
        raise web.HTTPNotFound
    return see_other(with_query(guarantor_path(group, number), ended=ended))


async def file_of(request: web.Request, staff: Staff) -> GuarantorFile:
    """Find the guarantor of this address; one of another group is not there."""
    file = await request.app[DESK].staff.files.get(
        staff,
        request.match_info["group"],
        request.match_info["guarantor"],
        links_page=page_in(request, "links"),
        payments_page=page_in(request, "payments"),
    )
    if file is None:
        raise web.HTTPNotFound
    return file


def _done(request: web.Request, ended: int | None, *, stopped: bool) -> str:
    if ended is not None:
        return f"{words.links(ended).capitalize()} of this guarantor ended."
    if "receipt" in request.query:
        return words.RECEIPT_SENT
    return words.TEXTS_ALLOWED if "texts" in request.query and not stopped else ""


def _ways(file: GuarantorFile) -> tuple[Way, ...]:
    _, group, number = guarantor_path(file.group.slug, file.guarantor.number).rsplit("/", 2)
    return tuple(
        Way(label=way.label, path=way.path.replace("{group}", group).replace("{guarantor}", number))
        for way in WAYS_ON
    )


def _contact(request: web.Request, line: ContactLine, staff: Staff) -> ContactRow:
    zone = request.app[DESK].staff.zone
    return ContactRow(
        label=words.CHANNELS[line.channel],
        contact=shown(line.contact, staff),
        words=words.CONTACT_STATES[line.state],
        since="" if line.since is None else moment(line.since, zone),
        own=() if line.own is None else words.changed_by_her(line.own, zone),
    )


def _link(request: web.Request, line: LinkLine) -> LinkRow:
    link = line.link
    return LinkRow(
        path=link_path(link.id),
        origin=words.ORIGINS[link.origin],
        made=moment(link.created_at, request.app[DESK].staff.zone),
        state=words.LINK_STATES[line.state],
        uses=f"{link.uses} of {line.max_uses}",
        sent_to="" if link.contact is None else masked(link.contact),
        batch=link.batch or "",
        match_code=line.match_code,
    )


def _payment(request: web.Request, line: PaymentLine, file: GuarantorFile, *, desk: bool) -> PaymentRow:
    payment = line.payment
    sends = desk and file.group.options.payments.email_receipt and payment.state in TOOK_MONEY
    path = guarantor_path(file.group.slug, file.guarantor.number)
    return PaymentRow(
        page=f"/staff/payments/{payment.id}",
        made=moment(payment.created_at, request.app[DESK].staff.zone),
        amount=payment.amount,
        state=words.payment_state(payment),
        receipt="" if payment.receipt_number is None else str(payment.receipt_number),
        path="" if line.link is None else link_path(line.link),
        send=f"{path}/receipts/{payment.id}" if sends else "",
    )
