"""Where a patient may be led back to: addresses of the portal, each written out in the settings (R113).

What a request names is taken only if it is one of them, letter for letter: nothing is decoded, resolved or
compared by its parts, so there is no second reading of it (A11).
"""

import re
from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

RETURN_URL_LONGEST = 2_000

# ASCII without spaces, controls, backslashes, quotes and angle brackets; the scheme in small letters.
_WRITTEN = re.compile(
    r"https?://[A-Za-z0-9\-.\[\]:]+(?:[/?#][A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*)?", re.ASCII
)
_HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*")


def return_address_fault(url: str) -> str | None:
    """Say why an address cannot stand among those patients are led back to, or None where it can."""
    if len(url) > RETURN_URL_LONGEST:
        return f"at most {RETURN_URL_LONGEST} characters"
    if _WRITTEN.fullmatch(url) is None:
        return "write a whole address in plain letters, like https://portal.example.com/bills"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "this is no address"
    host = parts.hostname or ""
    if port == 0 or parts.netloc.endswith(":") or not _is_host(host):
        return "the host in this address is not one"
    if parts.scheme == "http" and not is_loopback(host):
        return "use https: plain http is for this machine only"
    return None


def may_return_to(url: str, allowed: Collection[str]) -> bool:
    """Tell whether patients may be led to this address."""
    return url in allowed


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_host(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return _HOST.fullmatch(host) is not None
    return True
