"""`python -m bench [CASE …]`: measure, print a table, write results/latest.json."""

import argparse
import sys
from pathlib import Path

from bench import report
from bench.cases import CASES
from bench.machine import cores
from bench.measure import Effort, measure


def main() -> int:
    """Run the cases that were named, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"one of {', '.join(CASES)}; all if none")
    parser.add_argument("--rounds", type=int, default=Effort().rounds)
    parser.add_argument("--seconds", type=float, default=Effort().seconds, help="of each burst")
    parser.add_argument(
        "--against", action="append", default=[], type=Path, help="another checkout, run in the same turns"
    )
    asked = parser.parse_args()
    unknown = [name for name in asked.cases if name not in CASES]
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)}; there are {', '.join(CASES)}")
    effort = Effort(rounds=asked.rounds, seconds=asked.seconds)
    print(report.heading(effort), flush=True)
    results = []
    for name in asked.cases or CASES:
        others = {path.resolve().name: path.resolve() for path in asked.against}
        results.append(measure(CASES[name], cores(), effort, against=others))
        print(report.rows(results[-1]), flush=True)
        report.save(results, effort)
    return int(any(result.wrong for result in results))


if __name__ == "__main__":
    sys.exit(main())
