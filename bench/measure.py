"""Measure one case: fresh servers, rounds in turns with the bare answer, then the books."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.cases import Case
from bench.load import Ask, Burst, press
from bench.machine import Cores
from bench.servers import RESULTS, ROOT, Server, free_port, hello, postgresql, quickpay
from bench.stock import Books, books, stock

_HELLO = [Ask(method="GET", path="/")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long to measure."""

    rounds: int = 5
    seconds: float = 3.0


@dataclass(slots=True, kw_only=True)
class Runner:
    """One who takes part: its bursts, what they cost, and each one's part of the bare answers around it."""

    server: Server
    asks: list[Ask]
    bursts: list[Burst] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    pressed: int = 0
    rss_mb: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a runner did: medians of its rounds, and their extremes."""

    rps: float
    slowest_rps: float
    fastest_rps: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    rss_mb: float
    ratio: float
    least_ratio: float
    most_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A case, measured."""

    case: Case
    hello: Figures
    ours: Figures
    peers: dict[str, Figures]
    wrong: tuple[str, ...]

    @property
    def figures(self) -> dict[str, float]:
        """What goals speak of."""
        return {
            "hello_ratio": self.ours.ratio,
            "cpu_ratio": self.hello.cpu_us / self.ours.cpu_us,
            "p50_ratio": self.ours.p50_ms / self.hello.p50_ms,
            "tail": self.ours.p99_ms / self.ours.p50_ms,
        }

    @property
    def met(self) -> bool:
        """Whether every goal holds and nothing went wrong."""
        return not self.wrong and all(goal.met(self.figures) for goal in self.case.goals)


def measure(case: Case, where: Cores, effort: Effort, *, against: dict[str, Path]) -> Result:
    """Measure a case; `against` names other checkouts of QuickPay that run in the same turns."""
    with ExitStack() as stack:
        bare = Runner(server=stack.enter_context(hello(where)), asks=_HELLO)
        runners: dict[str, Runner] = {}
        ledgers: dict[str, str] = {}
        for name, source in {"": ROOT, **against}.items():
            url, helpers = stack.enter_context(_database(case.database, where))
            ledgers[name] = url
            asks = case.asks(stock(url))
            server = stack.enter_context(quickpay(free_port(), url, where, source=source, helpers=helpers))
            runners[name] = Runner(server=server, asks=asks)
        _turns([bare, *runners.values()], case, where, effort)
        wrong = [
            line for name, runner in runners.items() for line in _judge(case, name, runner, ledgers[name])
        ]
    told = {name: _figures(runner) for name, runner in runners.items()}
    ours = told.pop("")
    return Result(case=case, hello=_figures(bare), ours=ours, peers=told, wrong=tuple(wrong))


def _turns(runners: list[Runner], case: Case, where: Cores, effort: Effort) -> None:
    """Warm up, then press each in turn; the bare answer is the first of all and the last of all."""
    bare, *others = runners
    for runner in runners:
        _burst(runner, case, where, 1.0)
    for runner in runners:
        runner.bursts.clear()
        runner.cpu_us.clear()
    for turn in range(effort.rounds):
        # Whoever comes first in one round comes last in the next.
        for runner in others if turn % 2 == 0 else reversed(others):
            _burst(bare, case, where, effort.seconds)
            _burst(runner, case, where, effort.seconds)
    _burst(bare, case, where, effort.seconds)
    for turn, rate in enumerate(_rates(runners, effort.rounds)):
        runner, index = rate
        around = (bare.bursts[turn].rps + bare.bursts[turn + 1].rps) / 2
        runner.ratios.append(runner.bursts[index].rps / around)


def _rates(runners: list[Runner], rounds: int) -> Iterator[tuple[Runner, int]]:
    """In the order in which they were pressed."""
    _, *others = runners
    for turn in range(rounds):
        for runner in others if turn % 2 == 0 else reversed(others):
            yield runner, turn


def _burst(runner: Runner, case: Case, where: Cores, seconds: float) -> None:
    before = runner.server.cpu_seconds()
    burst = press(
        runner.server.address,
        runner.asks,
        concurrency=case.concurrency,
        seconds=seconds,
        where=where,
        skip=runner.pressed,
    )
    used = runner.server.cpu_seconds() - before
    runner.pressed += burst.answers
    runner.bursts.append(burst)
    runner.cpu_us.append(used / max(1, burst.answers) * 1e6)
    runner.rss_mb = runner.server.rss_mb()


def _judge(case: Case, name: str, runner: Runner, url: str) -> Iterator[str]:
    """Compare the answers with the database; what was under way at the end of a burst nobody counted."""
    who = f"{name}: " if name else ""
    refused, broken = sum(b.refused for b in runner.bursts), sum(b.broken for b in runner.bursts)
    if refused or broken:
        yield f"{who}{refused} answers were refusals, {broken} connections broke"
    if not case.opens_links:
        return
    found: Books = books(url)
    counted = runner.pressed - refused
    uncounted = (len(runner.bursts) + 1) * case.concurrency
    if not counted <= found.sessions <= counted + uncounted:
        yield f"{who}{counted} links were answered as opened, {found.sessions} sessions are on disk"
    if not found.sessions == found.audited == found.uses:
        yield f"{who}the books do not agree: {found}"
    if found.over_max:
        yield f"{who}{found.over_max} links were used more often than allowed"


def _figures(runner: Runner) -> Figures:
    rates = [burst.rps for burst in runner.bursts]
    ratios = runner.ratios or [1.0]
    return Figures(
        rps=median(rates),
        slowest_rps=min(rates),
        fastest_rps=max(rates),
        p50_ms=median(burst.p50_ms for burst in runner.bursts),
        p99_ms=median(burst.p99_ms for burst in runner.bursts),
        cpu_us=median(runner.cpu_us),
        rss_mb=runner.rss_mb,
        ratio=median(ratios),
        least_ratio=min(ratios),
        most_ratio=max(ratios),
    )


@contextmanager
def _database(kind: str, where: Cores) -> Iterator[tuple[str, tuple[int, ...]]]:
    """A fresh place for data; gives its address, and the processes that serve it."""
    if kind == "postgresql":
        with postgresql(where) as (url, pid):
            yield url, (pid,)
        return
    folder = tempfile.mkdtemp(prefix="data-", dir=RESULTS)
    try:
        yield f"sqlite:///{folder}/quickpay.db", ()
    finally:
        shutil.rmtree(folder)
