"""Somebody at a browser who has passed the challenge, and every address behind it."""

from quickpay.handlers.portal.routes import ROUTES
from tests.handlers.site import Answer, Browser, Site

EXAMPLES = {"{number}": "A-5501", "{id}": "S-2"}


def paths() -> list[str]:
    """Every portal address to look at, its parts filled in with what Alice has."""
    found = []
    for route in ROUTES:
        if route.method != "GET":
            continue
        path = route.path
        if path.startswith("/profile/"):
            continue  # a change of a contact, for which the group must allow it
        for part, example in EXAMPLES.items():
            path = path.replace(part, example)
        assert "{" not in path, "give the new part an example"
        found.append(path)
    return found


async def authorized(site: Site, **link: object) -> Browser:
    """Come by a link, prove it, and be there."""
    browser = site.browser()
    await browser.open(await site.link(**({"single_payment": False} | link)))
    assert (await browser.prove()).status == 303
    return browser


async def every_page(browser: Browser, *, papers: bool = True) -> dict[str, Answer]:
    """Look at every page and, unless told otherwise, at every paper."""
    pages = {path: await browser.get(path) for path in paths() if papers or not path.endswith(".pdf")}
    assert {path: page.status for path, page in pages.items()} == dict.fromkeys(pages, 200)
    return pages
