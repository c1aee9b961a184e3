"""Which part of a list is asked for: `limit` and `after`, as every list takes them."""

import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TypeVar

from quickpay.domain.faults import Fault
from quickpay.handlers.api.problems import Problem
from quickpay.services.events.feed import MOST

T = TypeVar("T")

_NUMBER = re.compile(r"[0-9]{1,18}")


def limit_of(query: Mapping[str, str]) -> int | Fault:
    """Give how many are asked for, the most where nothing is said."""
    limit = query.get("limit", str(MOST))
    if not _NUMBER.fullmatch(limit) or not 1 <= int(limit) <= MOST:
        return Fault(path="limit", message=f"Send a whole number from 1 to {MOST}.")
    return int(limit)


def after_fault() -> Fault:
    """Say that the place to go on from is none of ours."""
    return Fault(path="after", message="Send what `next` of an earlier page said.")


def refuse(*faults: Fault) -> Problem:
    """Say what is wrong with a query's parameters."""
    return Problem(HTTPStatus.BAD_REQUEST, "Some parameters must be mended.", errors=faults)


def page_of(
    items: Sequence[T], query: Mapping[str, str], *, key: Callable[[T], str]
) -> tuple[list[T], str | None]:
    """Cut the page that is asked for out of a whole list, with the key to go on after if there is more.

    Raises:
        Problem: 400.
    """
    limit, after, start = limit_of(query), query.get("after"), 0
    wrong = [limit] if isinstance(limit, Fault) else []
    if after is not None:
        keys = [key(item) for item in items]
        start = keys.index(after) + 1 if after in keys else -1
        if start < 0:
            wrong.append(after_fault())
    if wrong or isinstance(limit, Fault):
        raise refuse(*wrong)
    page = list(items[start : start + limit])
    return page, key(page[-1]) if start + limit < len(items) else None
