"""The port to paper: what is printed or kept as a file, made of facts, tables and words."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of a paper: words, then facts as pairs, then a table with its total; each may be missing.

    `right` are the numbers of the table's columns that hold money, set to the right; of the others the last
    is as wide as there is room. What follows a line's end in a cell is set small below the rest.
    """

    title: str = ""
    words: tuple[str, ...] = field(default=(), repr=False)
    facts: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    total: tuple[str, ...] = field(default=(), repr=False)
    right: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One document; every text is shown as it is written, nothing in it is markup. `logo` is a PNG.

    `wide` lays it on its side; a `mark` stands above everything on each page.
    """

    title: str
    language: str
    group: str
    footer: tuple[str, ...]
    sections: tuple[Section, ...] = field(repr=False)
    logo: bytes | None = field(default=None, repr=False)
    wide: bool = False
    mark: str = ""


class Papers(Protocol):
    """Make papers that can be printed, kept and read aloud."""

    async def pdf(self, paper: Paper) -> bytes:
        """Write the paper as a tagged PDF; the work keeps nobody waiting but the caller."""
        ...
