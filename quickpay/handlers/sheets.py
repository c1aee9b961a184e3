"""Tables as CSV that a spreadsheet opens without running what is in it."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from aiohttp import web

from quickpay.domain.money import decimal_text

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
Cell = str | int | date


def sheet(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Write a table; UTF-8 with the mark that spreadsheets look for."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow(head)
    write.writerows([_inert(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def money(cents: int) -> str:
    """Write a sum as a number that a spreadsheet adds up: no sign of a currency, no thousands."""
    return decimal_text(cents)


def sheet_answer(body: bytes, *, name: str) -> web.Response:
    """Give a table as a file of this name."""
    return web.Response(
        body=body,
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _inert(cell: Cell) -> Cell:
    """Put an apostrophe before what a spreadsheet would take for a formula; a number of ours is none."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
