"""Every page is sound HTML: tags closed, ids unique, references met, one heading, one main."""

from collections import Counter
from html.parser import HTMLParser

import pytest

from quickpay.domain.options import LogoutFunction
from tests.handlers.patient_walk import patient_pages
from tests.handlers.site import Answer, Browser, Site

_VOID = {"meta", "link", "input", "br", "hr", "img"}


class _Reader(HTMLParser):
    """Read a page and note what is not sound in it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.references: list[str] = []
        self.unlabelled: list[str] = []
        self.labelled: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        self.tags[tag] += 1
        given = dict(attrs)
        if len(given) < len(attrs):
            self.faults.append(f"an attribute twice on {tag}")
        if "id" in given:
            self.ids[given["id"] or ""] += 1
        for name in ("aria-describedby", "aria-labelledby"):
            self.references += (given.get(name) or "").split()
        if tag == "a" and (given.get("href") or "").startswith("#"):
            self.references.append((given["href"] or "")[1:])
        if tag == "label":
            self.references.append(given["for"] or "")
            self.labelled.add(given["for"] or "")
        if tag == "input" and given.get("type") != "hidden":
            self.unlabelled.append(given.get("id") or "an input without an id")
        if tag == "button" and "type" not in given:
            self.faults.append("a button without a type")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")


def _sound(answer: Answer) -> None:
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    reader = _Reader()
    reader.feed(answer.text)
    reader.close()
    assert reader.faults == []
    assert reader.open == []
    assert (reader.tags["h1"], reader.tags["main"], reader.tags["title"]) == (1, 1, 1)
    assert [name for name, times in reader.ids.items() if times > 1] == []
    assert [name for name in reader.references if name not in reader.ids] == []
    assert [name for name in reader.unlabelled if name not in reader.labelled] == []
    assert "None" not in answer.words


async def test_every_page_is_sound(site: Site, browser: Browser) -> None:
    for page in await patient_pages(site, browser):
        _sound(page)


async def test_every_page_of_a_group_that_says_all_it_can_is_sound(site: Site, browser: Browser) -> None:
    await site.options(
        name="Ann & Bo's <Practice>",
        footer_text='Ask "us" & come <in>',
        footer_email="office@example.com",
        footer_phone="(608) 555-0100",
        show_escrow=True,
        logout_function=LogoutFunction.CLOSE,
        require_mfa=False,
        auto_post=False,
    )
    for page in await patient_pages(site, browser):
        _sound(page)
        assert "<Practice>" not in page.text


@pytest.mark.parametrize(
    "broken", ["<p></div>", "<p>", '<i id="a"></i><i id="a"></i>', '<a href="#x">x</a>', "<input id='b'>"]
)
def test_what_is_not_sound_is_found(broken: str) -> None:
    page = f"<title>t</title><main><h1>h</h1>{broken}</main>"
    answer = Answer(status=200, headers={"Content-Type": "text/html; charset=utf-8"}, text=page)
    with pytest.raises(AssertionError):
        _sound(answer)
