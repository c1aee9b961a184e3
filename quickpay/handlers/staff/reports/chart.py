"""A report's picture: columns of stacked parts, drawn in whole numbers for an inline SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 200
WIDTH = 960
_GAP = 4
_MOST_COLUMNS = 62
_MOST_MARKS = 12
_TOP = 8
_BOTTOM = 28


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
    """The whole picture; `most` is what the highest column stands for, `left_out` counts lines not in it."""

    title: str
    legend: tuple[str, ...]
    columns: tuple[Column, ...]
    most: str
    left_out: int
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


def chart(title: str, legend: tuple[str, ...], bars: Sequence[Bar], *, most: str) -> Chart | None:
    """Draw the first lines; None where there is nothing to see."""
    shown = bars[:_MOST_COLUMNS]
    highest = max((sum(bar.parts) for bar in shown), default=0)
    if highest <= 0:
        return None
    step = WIDTH // len(shown)
    width = max(1, min(step - _GAP, WIDTH // 10))
    every = -(-len(shown) // _MOST_MARKS)
    return Chart(
        title=title,
        legend=legend,
        columns=tuple(
            Column(
                x=place * step + (step - width) // 2,
                width=width,
                parts=_parts(bar.parts, highest),
                words=bar.words,
                mark=bar.mark if place % every == 0 else "",
            )
            for place, bar in enumerate(shown)
        ),
        most=most,
        left_out=len(bars) - len(shown),
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
