"""Reference batches: the days' containers of receipts, each closed by staff once its day is done."""

from aiohttp import web

from quickpay.domain.money import format_usd
from quickpay.handlers.desk import DESK
from quickpay.handlers.gate import staff_of
from quickpay.handlers.pages import see_other, show
from quickpay.handlers.staff.frames import bar_of, staff_frame
from quickpay.handlers.staff.guarantors.addresses import with_query
from quickpay.handlers.staff.guarantors.views import EndingPage, Way
from quickpay.handlers.staff.payments import words
from quickpay.handlers.staff.payments.payment import MAY_MOVE_MONEY
from quickpay.handlers.staff.payments.places import BATCHES, PAYMENTS, batch_path
from quickpay.handlers.staff.payments.views import ReferenceBatchesPage, ReferenceBatchPage, ReferenceBatchRow
from quickpay.handlers.words import day, moment
from quickpay.ports.payment_desk_tables import ReferenceBatch
from quickpay.services.desk.payments import BatchFile
from quickpay.services.groups.actors import said

_OPEN = "open"
_LONGEST = 12


async def show_batches(request: web.Request) -> web.Response:
    """List the reference batches of her groups, the newest first."""
    staff = staff_of(request)
    open_only = request.query.get("state") == _OPEN
    before = _whole(request.query.get("before", ""))
    found = await request.app[DESK].staff.payments.batches(staff, before=before, open_only=open_only)
    state = _OPEN if open_only else None
    last = found.batches[-1][0].id if found.batches else None
    page = ReferenceBatchesPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        open_only=open_only,
        rows=tuple(
            ReferenceBatchRow(
                path=batch_path(one.id),
                date=day(one.date),
                number=one.id,
                group=group.name,
                state=_state(one),
                receipts=one.receipts,
                amount=one.amount,
                refunded=one.refunded,
                unapplied=one.unapplied,
            )
            for one, group in found.batches
        ),
        older=with_query(BATCHES, state=state, before=last) if found.more else "",
        newest=with_query(BATCHES, state=state) if before is not None else "",
    )
    return show(page)


async def show_batch(request: web.Request) -> web.Response:
    """Show one reference batch; of another group, there is none."""
    staff = staff_of(request)
    file = await _file(request)
    batch, zone = file.batch, request.app[DESK].staff.zone
    facts = [
        ("State", _state(batch)),
        ("Description", batch.description),
        ("User", batch.opened_by),
        ("Opened", moment(batch.opened_at, zone)),
        ("Receipts", f"{batch.receipts:,}, of which {batch.paid:,} took money"),
        ("Received", format_usd(batch.amount)),
        ("Given back", format_usd(batch.refunded)),
        ("On no line", format_usd(batch.unapplied)),
    ]
    if batch.closed_at is not None:
        by = said(batch.closed_by, file.names) if batch.closed_by else "nobody known"
        facts.append(("Closed", f"{moment(batch.closed_at, zone)}, by {by}"))
    closable = batch.closed_at is None and staff.role in MAY_MOVE_MONEY
    page = ReferenceBatchPage(
        frame=staff_frame(request),
        bar=bar_of(request, staff),
        heading=f"Batch {batch.id} of {day(batch.date)}",
        group=file.group.name,
        facts=tuple(facts),
        payments=Way(label="Its payments", path=with_query(PAYMENTS, batch=batch.id)),
        close=f"{batch_path(batch.id)}/close" if closable else "",
        done=words.CLOSED if "closed" in request.query and batch.closed_at is not None else "",
    )
    return show(page)


async def ask_to_close(request: web.Request) -> web.Response:
    """Say what closing does; nothing happens by looking."""
    file = await _file(request)
    batch = file.batch
    count = "1 receipt" if batch.receipts == 1 else f"{batch.receipts:,} receipts"
    holds = f"It holds {count} and {format_usd(batch.amount)}."
    is_open = batch.closed_at is None
    return show(
        EndingPage(
            frame=staff_frame(request),
            bar=bar_of(request, staff_of(request)),
            heading=f"Close batch {batch.id} of {day(batch.date)}, {file.group.name}?",
            words=(holds, *words.CLOSE) if is_open else (words.CLOSED,),
            button="Close this batch" if is_open else "",
            back=Way(label="Leave it open", path=batch_path(batch.id)),
            ends=False,
        )
    )


async def close(request: web.Request) -> web.Response:
    """Close it; a second press changes nothing."""
    number = _whole(request.match_info["reference_batch"])
    staff = staff_of(request)
    file = None if number is None else await request.app[DESK].staff.payments.close_batch(staff, number)
    if file is None:
        raise web.HTTPNotFound
    return see_other(with_query(batch_path(file.batch.id), closed=1))


async def _file(request: web.Request) -> BatchFile:
    number = _whole(request.match_info["reference_batch"])
    staff = staff_of(request)
    file = None if number is None else await request.app[DESK].staff.payments.batch(staff, number)
    if file is None:
        raise web.HTTPNotFound
    return file


def _state(batch: ReferenceBatch) -> str:
    return "Open" if batch.closed_at is None else "Closed"


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST else None
