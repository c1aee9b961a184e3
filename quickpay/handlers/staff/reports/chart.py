"""A report's picture: columns of stacked parts, drawn in whole numbers for an inline SVG."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

HEIGHT = 200
WIDTH = 960
_GAP = 4
_MOST_COLUMNS = 62
_MOST_MARKS = 12
_TOP = 24
_BOTTOM = 28
_SIDE = 24
"""Half of what is written below a column that stands at the edge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a column; `kind` is its place among the legend's, from 1."""

    kind: int
    y: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column with what a screen reader says of it; `mark` stands below it where there is room."""

    x: int
    width: int
    parts: tuple[Part, ...]
    words: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The whole picture; `most` is what the highest column stands for, `left_out` counts lines not in it.

    With `newest`, its columns follow each other in time, and the last are what one looks for.
    """

    title: str
    legend: tuple[str, ...]
    columns: tuple[Column, ...]
    most: str
    left_out: int
    newest: bool
    width: int = WIDTH
    height: int = HEIGHT
    top: int = _TOP
    floor: int = HEIGHT - _BOTTOM


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What is to be drawn of one line: its parts from the floor up, in the legend's order."""

    mark: str
    words: str
    parts: tuple[int, ...]


def chart(
    title: str, legend: tuple[str, ...], bars: Sequence[Bar], *, said: Callable[[int], str], newest: bool
) -> Chart | None:
    """Draw the first lines, or with `newest` the last; None where there is nothing to see.

    `said` writes a number as the highest column's is written.
    """
    shown = bars[-_MOST_COLUMNS:] if newest else bars[:_MOST_COLUMNS]
    highest = max((sum(bar.parts) for bar in shown), default=0)
    if highest <= 0:
        return None
    step = (WIDTH - 2 * _SIDE) // len(shown)
    width = max(1, min(step - _GAP, WIDTH // 10))
    every = -(-len(shown) // _MOST_MARKS)
    return Chart(
        title=title,
        legend=legend,
        columns=tuple(
            Column(
                x=_SIDE + place * step + (step - width) // 2,
                width=width,
                parts=_parts(bar.parts, highest),
                words=bar.words,
                mark=bar.mark if place % every == 0 else "",
            )
            for place, bar in enumerate(shown)
        ),
        most=said(highest),
        left_out=len(bars) - len(shown),
        newest=newest,
    )


def _parts(parts: tuple[int, ...], highest: int) -> tuple[Part, ...]:
    """Stack them; each edge is rounded once, so that no crack shows between two."""
    room, floor = HEIGHT - _TOP - _BOTTOM, HEIGHT - _BOTTOM
    drawn, below = [], 0
    for kind, part in enumerate(parts, start=1):
        low, high = floor - below * room // highest, floor - (below + part) * room // highest
        below += part
        if part > 0:
            drawn.append(Part(kind=kind, y=high, height=max(1, low - high)))
    return tuple(drawn)
