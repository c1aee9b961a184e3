"""Web addresses we are given to go to: https, a public host, and nothing hidden in them (R116, A49)."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

URL_LONGEST = 2_000

_HOST_LONGEST = 253
# Nothing a browser and a server could read differently: no spaces, controls, backslashes, quotes or letters
# outside ASCII.
_WRITTEN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_A_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_INSIDE_ONLY = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa")
_CARRIES_IPV4 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("::/96"))
_GIVEN_OUT = ip_network("2000::/3")  # all that IPv6 has given out for the public net
_RELAYS = ip_network("192.88.99.0/24")  # 6to4


def url_fault(url: str) -> str | None:
    """Say in words for staff why an address cannot be used, or None where it can.

    Only the writing is judged; what a name resolves to is for whoever fetches it to judge.
    """
    return _writing_fault(url) or _parts_fault(url)


def is_public_address(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is one machine on the public net, and no way into another net."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None or address.sixtofour is not None or address.teredo is not None:
            return False
        if address not in _GIVEN_OUT or any(address in network for network in _CARRIES_IPV4):
            return False
    return address.is_global and not address.is_multicast and address not in _RELAYS


def _writing_fault(url: str) -> str | None:
    if len(url) > URL_LONGEST:
        return f"Use an address of at most {URL_LONGEST} characters; this one has {len(url)}."
    if not url.lower().startswith("https://"):
        return "Write a full web address that starts with https://."
    if not _WRITTEN.fullmatch(url):
        return "Use only the letters, digits and signs of a web address, without spaces."
    return None


def _parts_fault(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "This is not a web address. Copy it from your browser's address bar."
    if "@" in parts.netloc:
        return "Take out the name or password before the @; the address must work without it."
    if port == 0 or parts.netloc.endswith(":"):
        return "Take out the port after the host, or write a port from 1 to 65535."
    return _host_fault(parts)


def _host_fault(parts: SplitResult) -> str | None:
    host = (parts.hostname or "").removesuffix(".")
    address = _read_address(host)
    if address is not None:
        return (
            None
            if is_public_address(address)
            else "This address is inside a private network. Use a public one."
        )
    labels = host.split(".")
    if not host or len(host) > _HOST_LONGEST or not all(_LABEL.fullmatch(label) for label in labels):
        return "The host in this address is not one. It looks like www.example.com."
    if _A_NUMBER.fullmatch(labels[-1]):  # what resolvers take for an IPv4 address in another spelling
        return "The host in this address is a number. Use a name like www.example.com."
    if len(labels) == 1 or any(host == name or host.endswith(f".{name}") for name in _INSIDE_ONLY):
        return "This host is known only inside a network. Use a public one, like www.example.com."
    return None


def _read_address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
