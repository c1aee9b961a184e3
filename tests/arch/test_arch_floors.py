"""Hold the floors: the contracts are kept, and each of them bites when a forbidden import is added."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.arch.house import PACKAGE, ROOT

FORBIDDEN = [
    ("floors", "domain/money.py", "from quickpay.services.paying import pay"),
    ("floors", "services/paying/pay.py", "from quickpay.adapters import clock"),
    ("floors", "adapters/clock.py", "from quickpay.services.paying import pay"),
    ("floors", "handlers/access.py", "from quickpay.settings import Settings"),
    ("floors", "mfa/codes.py", "from quickpay.ports import clock"),
    ("pure", "services/paying/pay.py", "import aiohttp"),
    ("pure", "domain/money.py", "import sqlalchemy"),
    ("world", "sandbox/terms.py", "from quickpay.domain import money"),
    ("apart", "services/paying/pay.py", "from quickpay import sandbox"),
    ("circles", "domain/money.py", "from quickpay.domain import balances"),
    ("circles", "services/settling/settle.py", "from quickpay.services.paying import pay"),
]


def _lint(where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache", *arguments]
    return subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)  # noqa: S603 - fixed


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay out a copy of the house that a test may spoil."""
    where = tmp_path_factory.mktemp("house")
    shutil.copytree(PACKAGE, where / "quickpay", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", where)
    return where


def test_every_contract_is_kept(copy: Path) -> None:
    run = _lint(copy)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(("contract", "place", "line"), FORBIDDEN)
def test_the_contract_finds_a_forbidden_import(copy: Path, contract: str, place: str, line: str) -> None:
    file = copy / "quickpay" / place
    sound = file.read_text("utf-8")
    file.write_text(f"{sound}\n{line}\n", "utf-8")
    try:
        run = _lint(copy, "--contract", contract)
    finally:
        file.write_text(sound, "utf-8")
    assert run.returncode == 1
    assert "BROKEN" in run.stdout


def test_a_room_on_no_floor_is_found(copy: Path) -> None:
    stray = copy / "quickpay" / "stray.py"
    stray.write_text('"""A room nobody gave a floor."""\n', "utf-8")
    try:
        run = _lint(copy, "--contract", "floors")
    finally:
        stray.unlink()
    assert "quickpay.stray" in run.stdout
    assert run.returncode == 1
