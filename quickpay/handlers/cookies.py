"""What a request brings of itself: the session's secret in one cookie, and the client's address."""

import base64
import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from aiohttp import hdrs, web

from quickpay.handlers.browsers import is_apple
from quickpay.handlers.desk import DESK, Desk
from quickpay.handlers.tongues import language_chosen
from quickpay.services.stay import Visit

REQUEST_ID: web.RequestKey[str] = web.RequestKey("REQUEST_ID", str)
_VISIT: web.RequestKey[Visit] = web.RequestKey("VISIT", Visit)
_STAFF_VISIT: web.RequestKey[Visit] = web.RequestKey("STAFF_VISIT", Visit)

# 43 letters hold 32 bytes and two bits more; with those zero, one secret has one spelling.
_VALUE = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", re.ASCII)
PATIENT, STAFF = "qp", "qps"
"""The two cookies; neither is ever read for the other."""
_LINE = 64
"""Bits that are the same for one line's addresses."""
_PAST = "Thu, 01 Jan 1970 00:00:00 GMT"


def visit_of(request: web.Request) -> Visit:
    """Read who asks; a cookie we did not write, or that came twice, is no cookie (R64, A54)."""
    visit = request.get(_VISIT)
    if visit is None:
        desk = request.app[DESK]
        secret = _secret(request, desk, PATIENT)
        visit = Visit(
            secret=secret,
            address=client_address(request, desk),
            request_id=request.get(REQUEST_ID, ""),
            simulation=secret is not None and desk.launches.is_simulation(secret),
            apple=is_apple(request.headers.get(hdrs.USER_AGENT, "")),
            language=language_chosen(request),
        )
        request[_VISIT] = visit
    return visit


def staff_visit_of(request: web.Request) -> Visit:
    """Read who of the staff asks, by the same rules and another cookie."""
    visit = request.get(_STAFF_VISIT)
    if visit is None:
        desk = request.app[DESK]
        visit = Visit(
            secret=_secret(request, desk, STAFF),
            address=client_address(request, desk),
            request_id=request.get(REQUEST_ID, ""),
        )
        request[_STAFF_VISIT] = visit
    return visit


def give_cookie(response: web.StreamResponse, secret: bytes, *, secure: bool, whose: str = PATIENT) -> None:
    """Hand the browser the session's secret; written raw, as `set_cookie` costs more than the rest."""
    value = base64.urlsafe_b64encode(secret).rstrip(b"=").decode("ascii")
    response.headers.add(
        hdrs.SET_COOKIE, f"{_name(whose, secure=secure)}={value}; {_attributes(secure=secure)}"
    )


def take_cookie(response: web.StreamResponse, *, secure: bool, whose: str = PATIENT) -> None:
    """Have the browser drop it, by name (R68)."""
    response.headers.add(
        hdrs.SET_COOKIE,
        f"{_name(whose, secure=secure)}=; Max-Age=0; Expires={_PAST}; {_attributes(secure=secure)}",
    )


def client_address(request: web.Request, desk: Desk) -> str:
    """Give the client's address: the peer's, or what trusted proxies say, counted from the right (R111)."""
    remote = request.remote or "unknown"
    if not desk.trusted_proxies and ":" not in remote:
        return remote  # the usual way, without the cost of taking an address apart
    peer = _address(remote)
    if peer is None:
        return remote
    if not _trusted(peer, desk):
        return _counted(peer)
    named = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")
    last = peer
    for text in reversed(named):
        address = _address(text.strip())
        if address is None:
            break
        last = address
        if not _trusted(address, desk):
            break
    return _counted(last)


def _counted(address: IPv4Address | IPv6Address) -> str:
    """Name the network of an IPv6 address: one line's owner has 2^64 of them to come from (R14, R27)."""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), _LINE), strict=False))


def _secret(request: web.Request, desk: Desk, whose: str) -> bytes | None:
    headers = request.headers.getall(hdrs.COOKIE, ())
    if not headers:
        return None
    start = f"{_name(whose, secure=desk.secure)}="
    found = [
        part.strip()[len(start) :]
        for header in headers
        for part in header.split(";")
        if part.strip().startswith(start)
    ]
    if len(found) != 1 or _VALUE.fullmatch(found[0]) is None:
        return None
    return base64.urlsafe_b64decode(found[0] + "=")


def _name(whose: str, *, secure: bool) -> str:
    return f"__Host-{whose}" if secure else whose


def _attributes(*, secure: bool) -> str:
    return f"Path=/; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"


@lru_cache(maxsize=1024)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _trusted(address: IPv4Address | IPv6Address, desk: Desk) -> bool:
    return any(address in network for network in desk.trusted_proxies if network.version == address.version)
