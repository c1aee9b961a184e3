"""What every test may ask for, and which come first."""

import pytest

from tests.localstripe import localstripe
from tests.postgres import postgres_server, postgres_url

__all__ = ["localstripe", "postgres_server", "postgres_url"]

_LONGEST = "tests/journeys/test_look"
_LONG = ("tests/journeys/", "tests/faults/")
"""They have few tests, but a file of them takes up to some minutes, and browsers or services beside."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, and spread long ones among the others, most of which come after.

    One left for the end is waited for by all other workers; too many at a time are in each other's way.
    """
    files = [*dict.fromkeys(item.nodeid.partition("::")[0] for item in items)]
    longest = [file for file in files if file.startswith(_LONGEST)]
    long = [file for file in files if file.startswith(_LONG) and file not in longest]
    short = [file for file in files if not file.startswith(_LONG)]
    turns = dict.fromkeys(longest, -1.0)
    turns |= {file: 0.7 * turn / len(long) for turn, file in enumerate(long)}
    turns |= {file: turn / len(short) for turn, file in enumerate(short)}
    items.sort(key=lambda item: turns[item.nodeid.partition("::")[0]])
