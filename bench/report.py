"""Tell the results: a table to read, and results/latest.json for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bench import machine
from bench.load import client
from bench.measure import Effort, Figures, Result
from bench.servers import RESULTS

_ROW = "{:<26}{:>8}{:>15}{:>9}{:>9}{:>8}{:>7}{:>8}{:>14}{:>9}  {}"


def heading(effort: Effort) -> str:
    """Say how it is measured, and name the columns."""
    how = (
        f"load by {client()}; server on one core, load on the others; {effort.rounds} rounds of"
        f" {effort.seconds:g} s in turns with a bare aiohttp answer; medians\n"
    )
    return how + _ROW.format(
        "case",
        "req/s",
        "(min-max)",
        "p50 ms",
        "p99 ms",
        "CPU µs",
        "MB",
        "ratio",
        "(min-max)",
        "of CPU",
        "goal",
    )


def rows(result: Result) -> str:
    """The lines of one case."""
    goals = ", ".join(f"{goal} {_tick(held=goal.met(result.figures))}" for goal in result.case.goals)
    lines = [
        _line("  bare aiohttp", result.hello, result, ""),
        _line(result.case.name, result.ours, result, goals),
    ]
    lines += [_line(f"  {name}", figures, result, "") for name, figures in result.peers.items()]
    return "\n".join(lines + [f"  WRONG: {line}" for line in result.wrong])


def save(results: Sequence[Result], effort: Effort) -> None:
    """Write results/latest.json."""
    document = {
        "machine": machine.description() | {"load": client()} | asdict(effort),
        "cases": [_case(result) for result in results],
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    (RESULTS / "latest.json").write_text(text + "\n", "utf-8")


def _case(result: Result) -> dict[str, Any]:
    return {
        "name": result.case.name,
        "what": result.case.what,
        "concurrency": result.case.concurrency,
        "database": result.case.database,
        "ours": _rounded(result.ours),
        "hello": _rounded(result.hello),
        "hello_ratio": round(result.ours.ratio, 3),
        "cpu_ratio": round(result.figures["cpu_ratio"], 3),
        "peers": {
            name: _rounded(one) | {"ratio": round(result.ours.rps / one.rps, 2)}
            for name, one in result.peers.items()
        },
        "goal": ", ".join(str(goal) for goal in result.case.goals),
        "met": result.met,
        "wrong": list(result.wrong),
    }


def _rounded(figures: Figures) -> dict[str, float]:
    return {name: round(value, 3) for name, value in asdict(figures).items()}


def _line(name: str, one: Figures, result: Result, goals: str) -> str:
    return _ROW.format(
        name,
        f"{one.rps:.0f}",
        f"({one.slowest_rps:.0f}-{one.fastest_rps:.0f})",
        f"{one.p50_ms:.2f}",
        f"{one.p99_ms:.2f}",
        f"{one.cpu_us:.0f}",
        f"{one.rss_mb:.0f}",
        f"{one.ratio:.3f}",
        f"({one.least_ratio:.2f}-{one.most_ratio:.2f})",
        f"{result.hello.cpu_us / one.cpu_us:.3f}",
        goals,
    ).rstrip()


def _tick(*, held: bool) -> str:
    return "✓" if held else "✗"
