"""How a simulation goes from page to page: what was chosen stands in the address, and is written nowhere."""

from aiohttp import web

from quickpay.handlers.cookies import visit_of
from quickpay.handlers.forms import NO_FORM, Form, parse_form

_CHOSEN = ("amount_choice", "amount", "method")


def walked(request: web.Request) -> Form:
    """Give what a simulation's address says was chosen; of anybody else's address nothing is read."""
    if not visit_of(request).simulation:
        return NO_FORM
    return parse_form(request.rel_url.raw_query_string.encode())


def chosen_so_far(request: web.Request) -> tuple[tuple[str, str], ...]:
    """Give what the next page's address must say too."""
    form = walked(request)
    return tuple((name, form.text(name)) for name in _CHOSEN if form.text(name))
