"""What every test may ask for, and which come first."""

import pytest

from tests.localstripe import localstripe
from tests.postgres import postgres_server, postgres_url

__all__ = ["localstripe", "postgres_server", "postgres_url"]

_LONGEST = ("tests/journeys/test_look", "tests/journeys/", "tests/faults/")
"""They have few tests, but a file of them takes up to some minutes."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: one left for the end is waited for by all the other workers."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """Say when its file's turn is; among equals the order stays as chance had it."""
    return next((turn for turn, place in enumerate(_LONGEST) if item.nodeid.startswith(place)), len(_LONGEST))
