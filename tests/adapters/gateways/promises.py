"""Print which gateway keeps which promise; `python -m tests.adapters.gateways.promises` asks them all."""

import sys
from pathlib import Path

import pytest

CONTRACT = Path(__file__).with_name("test_gateway_contract.py")
_WIDTH = 90


class Table:
    """Take what became of each promise of each gateway (a pytest plugin)."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, str]] = {}
        self.why: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how it ended; a setup that failed is a promise broken too."""
        if report.when == "teardown" or (report.when == "setup" and report.passed):
            return
        test, _, rest = report.nodeid.rpartition("::")[2].partition("[")
        gateway, _, case = rest.removesuffix("]").partition("-")
        promise = " ".join(filter(None, (test.removeprefix("test_").replace("_", " "), case)))
        self.kept.setdefault(promise, {})[gateway] = {"passed": "kept", "failed": "BROKEN"}.get(
            report.outcome, "not asked"
        )
        if report.skipped and isinstance(report.longrepr, tuple):
            self.why.add(f"{gateway}: {report.longrepr[2].removeprefix('Skipped: ')}")

    def __str__(self) -> str:
        gateways = sorted({name for row in self.kept.values() for name in row if name})
        lines = ["".ljust(_WIDTH) + "".join(name.ljust(11) for name in gateways)]
        for promise, row in sorted(self.kept.items()):
            if "" not in row:
                told = "".join(row.get(name, "").ljust(11) for name in gateways)
                lines.append(promise[: _WIDTH - 2].ljust(_WIDTH) + told)
        return "\n".join((*lines, *sorted(self.why)))


if __name__ == "__main__":
    table = Table()
    quietly = ["-o", "addopts=", "-p", "no:terminal", "-p", "no:playwright"]
    ended = pytest.main([*quietly, str(CONTRACT)], plugins=[table])
    print(table)  # noqa: T201 - it is what one runs this for
    sys.exit(ended)
