"""A QR code as one path of an inline SVG, so that no page needs another request for a secret."""

from dataclasses import dataclass, field

import segno

_BORDER = 4  # modules of quiet around it, as readers want


@dataclass(frozen=True, slots=True, kw_only=True)
class QrPicture:
    """`path` is SVG path data, made of digits and letters alone; `size` its side in modules."""

    size: int
    path: str = field(repr=False)


def qr_picture(text: str) -> QrPicture:
    """Draw a text; each dark run of modules is one stroke."""
    matrix = segno.make(text, error="m", micro=False).matrix
    strokes = [
        f"M{start + _BORDER} {row + _BORDER}h{length}v1h-{length}z"
        for row, modules in enumerate(matrix)
        for start, length in _runs(bytes(modules))
    ]
    return QrPicture(size=len(matrix) + 2 * _BORDER, path="".join(strokes))


def _runs(modules: bytes) -> list[tuple[int, int]]:
    runs, start = [], None
    for place, dark in enumerate((*modules, 0)):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            runs.append((start, place - start))
            start = None
    return runs
