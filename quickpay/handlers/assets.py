"""Static files: read and compressed at start, each at an address that holds its hash, kept for ever."""

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from quickpay.domain.themes import DARK, Theme, stylesheet
from quickpay.handlers.headers import FOR_EVER

DEFAULT_THEME = "theme.css"
"""The colours of pages that belong to no group; it stands in no folder."""

STAFF_THEME = "staff-theme.css"
"""Those of the staff's pages, light or dark as the browser asks."""

_FOLDER = Path(__file__).parent.parent / "static"
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """What is sent: as it is, and smaller. Nothing of a person is in it, so no length tells of one."""

    body: bytes
    packed: bytes
    kind: str


def _read() -> tuple[dict[str, str], dict[str, _File]]:
    bodies = {path.name: path.read_bytes() for path in _FOLDER.iterdir() if path.suffix in _KINDS}
    bodies[DEFAULT_THEME] = stylesheet(Theme()).encode()
    dark = f"@media (prefers-color-scheme: dark) {{\n{stylesheet(DARK)}}}\n"
    bodies[STAFF_THEME] = (stylesheet(Theme()) + dark).encode()
    addresses, files = {}, {}
    for name, body in bodies.items():
        stem, _, suffix = name.rpartition(".")
        hashed = f"{stem}-{hashlib.sha256(body).hexdigest()[:12]}.{suffix}"
        addresses[name] = f"/static/{hashed}"
        packed = gzip.compress(body, mtime=0)
        files[hashed] = _File(body=body, packed=packed, kind=_KINDS[f".{suffix}"])
    return addresses, files


_ADDRESSES, _FILES = _read()


def asset(name: str) -> str:
    """Give the address of a static file.

    Raises:
        KeyError: there is no such file: a mistake in a template, found when it is first rendered.
    """
    return _ADDRESSES[name]


async def show(request: web.Request) -> web.Response:
    """Serve one static file."""
    found = _FILES.get(request.match_info["name"])
    if found is None:
        raise web.HTTPNotFound
    headers = {"Content-Type": found.kind, "Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    if _takes_gzip(request.headers.getall("Accept-Encoding", ())):
        return web.Response(body=found.packed, headers=headers | {"Content-Encoding": "gzip"})
    return web.Response(body=found.body, headers=headers)


def _takes_gzip(accepted: Iterable[str]) -> bool:
    """Say whether a browser takes gzip; whoever grades what it takes gets the file as it is."""
    return "gzip" in {one.strip() for line in accepted for one in line.split(",")}
