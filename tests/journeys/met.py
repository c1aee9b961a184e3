"""Which templates, and which of their lines, were shown to those who walk the tours; `met.txt` keeps it."""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from tests.arch.house import PACKAGE

TEMPLATES = PACKAGE / "templates"
KEPT = Path(__file__).with_name("met.txt")
AREAS = ("errors/", "patient/", "portal/", "staff/")
_HEAD = "# Each page's template, and what its pages are called where `make accessibility` looked at them.\n"
_WRITTEN_ONCE = "patient/link.html"
"""The page every link of a group has, written for the first of them."""
_OURS = f"{TEMPLATES}/"
_Trace = Callable[[FrameType, str, Any], Any]


def page_templates() -> set[str]:
    """List the templates of pages."""
    return {one.relative_to(TEMPLATES).as_posix() for area in AREAS for one in (TEMPLATES / area).glob("*")}


def kept() -> dict[str, set[str]]:
    """Read what was written down: for each template the names of its pages."""
    lines = [one.split() for one in KEPT.read_text("utf-8").splitlines() if not one.startswith("#")]
    return {template: set(names) for template, *names in lines}


def written(named: dict[str, set[str]]) -> str:
    """Say it as `met.txt` does."""
    return _HEAD + "".join(f"{one} {' '.join(sorted(named[one]))}\n" for one in sorted(named))


class Met:
    """What templates were rendered, for which paths, and which of their lines."""

    def __init__(self) -> None:
        self.named: dict[str, set[str]] = defaultdict(set)
        self._at: dict[str, str] = {}
        self._lines: dict[str, set[int]] = defaultdict(set)
        self._numbers: dict[str, str] = {}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch the service of this process render."""
        sys.settrace(self._called)
        try:
            yield
        finally:
            sys.settrace(None)

    def page(self, url: str, name: str) -> None:
        """Note that the page at this address was looked at by this name."""
        path = urlsplit(url).path
        if path not in self._at and path.startswith("/q/"):
            self._at[path] = _WRITTEN_ONCE
        self.named[self._at[path]].add(name)

    def unmet(self) -> list[str]:
        """Name the pages' templates that no walk met, and the lines of those met that none was shown."""
        return [
            one
            for file in sorted(TEMPLATES.rglob("*.html"))
            if not file.is_relative_to(TEMPLATES / "notes")
            for one in self._unmet_of(file)
        ]

    def _unmet_of(self, file: Path) -> Iterator[str]:
        name = file.relative_to(TEMPLATES).as_posix()
        if str(file) not in self._lines:
            yield f"{name}: met by no walk"
            return
        pairs = [
            (int(a), int(b)) for a, _, b in (p.partition("=") for p in self._numbers[str(file)].split("&"))
        ]
        shown = {
            max((b, a) for a, b in pairs if b <= line)[1]
            for line in self._lines[str(file)]
            if line >= pairs[0][1]
        }
        text = file.read_text("utf-8").splitlines()
        for line in sorted({a for a, _ in pairs} - shown):
            yield f"{name}:{line}: {text[line - 1].strip()[:100]}"

    def _called(self, frame: FrameType, _event: str, _told: object) -> _Trace | None:
        file = frame.f_code.co_filename
        if not (file.startswith(_OURS) and file.endswith(".html")) or frame.f_code.co_name == "<module>":
            return None
        self._numbers.setdefault(file, frame.f_globals["debug_info"])
        if frame.f_code.co_name == "root":
            path, name = _asked_for(frame), file.removeprefix(_OURS)
            if path is not None and name.startswith(AREAS):
                self._at[path] = name
        return self._stepped

    def _stepped(self, frame: FrameType, event: str, _told: object) -> _Trace:
        if event == "line":
            self._lines[frame.f_code.co_filename].add(frame.f_lineno)
        return self._stepped


def _asked_for(frame: FrameType) -> str | None:
    """Find the path of the request this is rendered for; None for what another template brings in."""
    caller = frame.f_back
    while caller is not None:
        if caller.f_code.co_filename.endswith(".html"):
            return None
        request = caller.f_locals.get("request")
        if isinstance(request, web.Request):
            return request.path
        caller = caller.f_back
    return None
