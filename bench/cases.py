"""The cases: what is asked, of which database, over how many connections, and the goal (bench/README.md)."""

import operator
from collections.abc import Callable
from dataclasses import dataclass

from bench.load import Ask
from bench.stock import Stock

_HOLDS = {"≥": operator.ge, "≤": operator.le}


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A bound on one figure; figures are ratios, as absolute ones drift with the machine."""

    figure: str  # hello_ratio, p50_ratio (of bare answers) or tail (p99 in p50s)
    bound: str
    number: float

    def met(self, figures: dict[str, float]) -> bool:
        """Whether it holds."""
        return bool(_HOLDS[self.bound](figures[self.figure], self.number))

    def __str__(self) -> str:
        return f"{self.figure} {self.bound} {self.number:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing measured."""

    name: str
    what: str
    asks: Callable[[Stock], list[Ask]]
    goals: tuple[Goal, ...]
    concurrency: int = 64
    database: str = "sqlite"
    opens_links: bool = False


def _open_link(stock: Stock) -> list[Ask]:
    return [Ask(method="POST", path=f"/q/{link.token}", form=f"csrf={link.csrf}") for link in stock.links]


def _look_at_link(stock: Stock) -> list[Ask]:
    return [Ask(method="GET", path=f"/q/{link.token}") for link in stock.links]


def _pay_page(stock: Stock) -> list[Ask]:
    return [Ask(method="GET", path="/pay", cookie=cookie) for cookie in stock.cookies]


def _at_least(number: float) -> Goal:
    return Goal(figure="hello_ratio", bound="≥", number=number)


def _tail(number: float) -> Goal:
    return Goal(figure="tail", bound="≤", number=number)


CASES = {
    case.name: case
    for case in (
        Case(
            name="open-link",
            what="POST a link: signature, count, session, audit, cookie, redirect; durable",
            asks=_open_link,
            goals=(_at_least(0.30), _tail(2)),
            opens_links=True,
        ),
        Case(
            name="open-link-c256",
            what="the same over 256 connections",
            asks=_open_link,
            goals=(_tail(2),),
            concurrency=256,
            opens_links=True,
        ),
        Case(
            name="open-link-c1",
            what="the same over one connection",
            asks=_open_link,
            goals=(Goal(figure="p50_ratio", bound="≤", number=6),),
            concurrency=1,
            opens_links=True,
        ),
        Case(
            name="open-link-postgresql",
            what="the same on PostgreSQL, which shares the load's core",
            asks=_open_link,
            goals=(_at_least(0.25),),
            database="postgresql",
            opens_links=True,
        ),
        Case(name="link-page", what="GET a link: inert", asks=_look_at_link, goals=(_at_least(0.45),)),
        Case(
            name="pay-page",
            what="GET /pay of an open session, with three lines",
            asks=_pay_page,
            goals=(_at_least(0.20),),
        ),
    )
}
