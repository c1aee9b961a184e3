"""Hold the lock files: every package by its hash, from no address, and as pyproject.toml asks."""

import re
import tomllib
from itertools import chain

import pytest
from packaging.requirements import Requirement

from tests.arch.house import ROOT

LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-installer.lock"]
_PACKAGE = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)")


def _text(lock: str) -> str:
    return (ROOT / lock).read_text("utf-8")


def _packages(lock: str) -> dict[str, str]:
    found = (_PACKAGE.match(line) for line in _text(lock).splitlines())
    return {one["name"]: one["version"] for one in found if one}


def _asked() -> dict[str, list[Requirement]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras, groups = project["project"]["optional-dependencies"], project["dependency-groups"]
    runtime = [*project["project"]["dependencies"], *chain(*extras.values())]
    asked = dict(zip(LOCKS, (runtime, [*runtime, *groups["dev"]], groups["installer"]), strict=True))
    return {lock: [Requirement(line) for line in lines] for lock, lines in asked.items()}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_carries_hashes(lock: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", _text(lock).strip())
    assert len(blocks) == len(_packages(lock))
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_is_written_down(lock: str) -> None:
    assert re.findall(r"\w+://\S*|--(?:index-url|extra-index-url|find-links)|\s@\s", _text(lock)) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_holds_what_is_asked_for(lock: str) -> None:
    held = _packages(lock)
    for wanted in _asked()[lock]:
        assert wanted.specifier.contains(held[wanted.name.lower().replace("_", "-")]), wanted


def test_the_locks_agree() -> None:
    dev = _packages("requirements-dev.lock")
    for lock in LOCKS:
        assert {name: dev.get(name, version) for name, version in _packages(lock).items()} == _packages(lock)
