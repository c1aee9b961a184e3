"""A browser tab that is watched: what it asked for, what it was told, what it complained of, and axe."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python  # type: ignore[import-untyped]  # ships no types
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Frame,
    Page,
    Playwright,
    Request,
    Response,
    WebError,
)
from playwright.async_api import Error as BrowserSaid

CHROMIUM = "/usr/bin/chromium"
QUIETLY = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
AXE_IS_THERE = "() => 'axe' in window"
AXE_RUN = """() => axe.run(document, {
  iframes: false, resultTypes: ["violations"],
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"],
})"""
# What Chromium says of a document answered with 4xx; the journey itself says which those are.
EXPECTED_COMPLAINT = "Failed to load resource: the server responded with a status of 4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as the browser saw them."""

    method: str
    url: str
    kind: str
    page: str
    asked: dict[str, str]
    status: int
    told: tuple[tuple[str, str], ...]
    body: bytes
    size: int

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


class Watched:
    """Keep everything one browser context asked and heard."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.complaints: list[str] = []
        self.exchanges: list[Exchange] = []
        self.urls: list[tuple[str, str]] = []
        self.unread: list[str] = []
        self._reading: set[asyncio.Task[None]] = set()
        context.on("console", self._said)
        context.on("weberror", self._failed)
        context.on("request", self._asked)
        context.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(EXPECTED_COMPLAINT):
            self.complaints.append(f"{message.type}: {message.text}")

    def _failed(self, error: WebError) -> None:
        self.complaints.append(f"thrown: {error.error}")

    def _asked(self, request: Request) -> None:
        self.urls.append((request.url, _top(request)))

    def _answered(self, response: Response) -> None:
        task = asyncio.ensure_future(self._read(response))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _read(self, response: Response) -> None:
        request = response.request
        page = _top(request)
        try:
            body = b"" if 300 <= response.status < 400 else await response.body()
            asked = await request.all_headers()
            told = tuple((one["name"], one["value"]) for one in await response.headers_array())
            sizes = await request.sizes()
        except BrowserSaid:  # the page it was for has gone, as after the gateway's token
            if request.is_navigation_request():
                self.unread.append(response.url)
            return
        self.exchanges.append(
            Exchange(
                method=request.method,
                url=response.url,
                kind=request.resource_type,
                page=page,
                asked=asked,
                status=response.status,
                told=told,
                body=body,
                size=sizes["responseHeadersSize"] + sizes["responseBodySize"],
            ),
        )

    async def settled(self) -> None:
        """Wait until every answer so far is read."""
        while self._reading:
            await asyncio.gather(*self._reading)

    async def everything(self) -> list[str]:
        """Give every header and body that came from anywhere, as text."""
        await self.settled()
        assert self.unread == []
        return [
            "\n".join(
                (
                    one.url,
                    *(f"{name}: {value}" for name, value in one.told),
                    one.body.decode("utf-8", "replace"),
                )
            )
            for one in self.exchanges
        ]


def _top(request: Request) -> str:
    """The address of the page a request belongs to; of a new page, its own."""
    try:
        frame = request.frame
    except BrowserSaid:  # a navigation that has no page yet
        return request.url
    while frame.parent_frame is not None:
        frame = frame.parent_frame
    return request.url if request.is_navigation_request() and frame == request.frame else frame.url


# What a page is to axe: not its sums, numbers and tokens, but all that it shows and how.
FINGERPRINT = """() => JSON.stringify([
  document.title.replace(/[0-9]/g, ""), window.innerWidth, window.devicePixelRatio,
  matchMedia("(forced-colors: active)").matches, matchMedia("print").matches,
  getComputedStyle(document.documentElement).backgroundColor,
  getComputedStyle(document.documentElement).fontSize,
  document.activeElement.id,
  document.body.outerHTML.replace(/ (value|nonce|href|action|src|width|height)="[^"]*"/g, "")
    .replace(/[0-9]+/g, "").replace(/[a-f]{4,}/g, ""),
])"""
_found_good: set[str] = set()


async def violations(page: Page) -> list[str]:
    """Run axe in the page and in each of its frames; the same page is not judged twice in a run.

    A frame that lets no script run cannot be judged from within, and would never answer.
    """
    found: list[str] = []
    for frame in page.frames:
        if await _is_mute(frame):
            continue
        fingerprint = await frame.evaluate(FINGERPRINT)
        if fingerprint in _found_good:
            continue
        if not await frame.evaluate(AXE_IS_THERE):  # half a megabyte, and a page is judged at six sizes
            await frame.evaluate(AXE)
        said: dict[str, Any] = await frame.evaluate(AXE_RUN)
        wrong = [
            f"{one['id']}: {node['html']} {node['failureSummary']}"
            for one in said["violations"]
            for node in one["nodes"]
        ]
        if not wrong:
            _found_good.add(fingerprint)
        found += wrong
    return found


async def _is_mute(frame: Frame) -> bool:
    if frame.parent_frame is None:
        return False
    try:
        allowed = await (await frame.frame_element()).get_attribute("sandbox")
    except BrowserSaid:  # it has gone meanwhile
        return True
    return allowed is not None and "allow-scripts" not in allowed


async def launch(playwright: Playwright) -> Browser:
    """Start Chromium as quiet as it gets."""
    return await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
