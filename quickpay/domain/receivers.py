"""Addresses that events may be sent to: https and public; on a machine of one's own, its loopback too."""

from urllib.parse import urlsplit

from quickpay.domain.web_addresses import url_fault

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def receiver_fault(url: str, *, loopback_too: bool) -> str | None:
    """Say in words why events cannot be sent there, or None; only the writing is judged (A49).

    `loopback_too`: this installation itself is reached by loopback only, as a demo is.
    """
    if "#" in url:
        return "Take out the part from # on; it is never sent."
    if loopback_too and _is_on_this_machine(url):
        return None
    return url_fault(url)


def _is_on_this_machine(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return (
        url.lower().startswith(("http://", "https://"))
        and url.isascii()
        and url.isprintable()
        and " " not in url
        and parts.hostname in _LOOPBACK
        and "@" not in parts.netloc
        and port != 0
    )
