"""A link's address as a QR code in a file: error correction M, quiet zone of 4, for screen and paper."""

from dataclasses import dataclass
from io import BytesIO
from math import ceil

import segno

_LARGEST_CODE = 10
_BORDER = 4
_SIDE_MM = 30
_DOTS_AN_INCH = 600
_MM_AN_INCH = 25.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A kind of file a code is drawn into."""

    suffix: str
    content_type: str


SVG = Drawing(suffix="svg", content_type="image/svg+xml")
PNG = Drawing(suffix="png", content_type="image/png")


@dataclass(frozen=True, slots=True)
class AddressTooLong:
    """The installation's addresses make a code too fine to scan well."""


def drawn(url: str, drawing: Drawing) -> bytes | AddressTooLong:
    """Draw it; a PNG is 30 mm wide at 600 dots an inch or a little more, and says so."""
    code = segno.make(url, error="m", boost_error=False, micro=False)
    if int(code.version) > _LARGEST_CODE:
        return AddressTooLong()
    file = BytesIO()
    if drawing is SVG:
        code.save(file, kind="svg", scale=4, border=_BORDER, light="#fff")
        return file.getvalue()
    inches = _SIDE_MM / _MM_AN_INCH
    modules = code.symbol_size(border=_BORDER)[0]
    scale = ceil(inches * _DOTS_AN_INCH / modules)
    code.save(
        file, kind="png", scale=scale, border=_BORDER, light="#fff", dpi=round(scale * modules / inches)
    )
    return file.getvalue()
