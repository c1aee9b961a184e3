"""Long lists a page at a time."""

from dataclasses import dataclass
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")

PAGE = 12
"""How many visits, receipts or statements stand on one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged(Generic[ItemT]):
    """One page of a list; pages count from 1, and there is always a first."""

    items: tuple[ItemT, ...]
    number: int
    pages: int


def paged(items: tuple[ItemT, ...], number: int) -> Paged[ItemT]:
    """Cut out one page; a number beyond the last gives the last."""
    pages = max(1, -(-len(items) // PAGE))
    number = min(max(1, number), pages)
    return Paged(items=items[(number - 1) * PAGE : number * PAGE], number=number, pages=pages)
