"""Addresses of the desk's pages, and what may stand behind their question marks."""

from urllib.parse import quote, urlencode

from aiohttp import web

SEARCH = "/staff/guarantors"
BATCHES = "/staff/links/batches"
_MOST_PAGES = 10_000


def guarantor_path(group: str, number: str) -> str:
    """Give a guarantor's page."""
    return f"{SEARCH}/{quote(group, safe='')}/{quote(number, safe='')}"


def link_path(link_id: str) -> str:
    """Give a link's page."""
    return f"/staff/links/{link_id}"


def batch_path(group: str, batch: str) -> str:
    """Give the page that asks whether to end a batch."""
    return f"{BATCHES}/{quote(group, safe='')}/{quote(batch, safe='')}/end"


def group_path(group: str) -> str:
    """Give the page that asks whether to end every link of a group."""
    return f"/staff/links/groups/{quote(group, safe='')}/end"


def with_query(path: str, **given: str | int | None) -> str:
    """Put what is given behind an address."""
    query = urlencode({name: value for name, value in given.items() if value is not None})
    return f"{path}?{query}" if query else path


def number_in(request: web.Request, name: str) -> int | None:
    """Read a whole number from the address; anything else counts for nothing."""
    found = request.query.get(name, "")
    if not (found.isascii() and found.isdecimal()) or len(found) > len(str(_MOST_PAGES)) + 3:
        return None
    return int(found)


def page_in(request: web.Request, name: str = "page") -> int:
    """Read which page is asked for; the first, unless it is another."""
    return min(max(number_in(request, name) or 1, 1), _MOST_PAGES)
