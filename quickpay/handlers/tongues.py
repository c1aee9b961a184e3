"""Which language a request is answered in, and the one cookie that says nothing but that."""

from dataclasses import dataclass

from aiohttp import hdrs, web

from quickpay.domain.languages import Language, language_wanted
from quickpay.handlers.desk import DESK
from quickpay.services.stay import Stay

_COOKIE = "qpl"
_QUERY = "lang"
_VALUES = frozenset(Language)
_OF_LINKS = ("/renew", "/receipt")
_OF_PAGES = ("/receipt", "/send")
_ONLY_POSTED = ("/resend", "/language", "/sign-out")
_ASKED_AT = {"/verify/resend": "/verify/code", "/profile/resend": "/profile/confirm"}
COME_BACK = frozenset(
    {
        *("/pay", "/pay/method", "/pay/details", "/pay/share", "/verify", "/verify/code"),
        *(
            "/verify/office",
            "/not-me",
            "/session/extend",
            "/home",
            "/account",
            "/receipts",
            "/statements",
            "/profile",
        ),
        *("/profile/email", "/profile/mobile", "/profile/confirm"),
    }
)
"""Pages of a session whose address says nothing of anything; one with a number in its address has links."""
_CHOSEN: web.RequestKey[tuple[Language | None]] = web.RequestKey("CHOSEN", tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """The language of one page, and the others it can be read in.

    With `back` those are buttons that come back there (a session's pages); without, links to `at`, or to the
    page itself. `keep` is what the page's own address must go on saying, as the end of a query.
    """

    language: Language
    others: tuple[Language, ...] = ()
    back: str | None = None
    at: str = ""
    keep: str = ""


STAFFS = Tongue(language=Language.EN)
"""Of pages for staff."""


def language_chosen(request: web.Request) -> Language | None:
    """Read what was chosen by a press: the address says it first, then the cookie, written once and by us."""
    kept = request.get(_CHOSEN)
    if kept is None:
        asked = _language(request.query.get(_QUERY)) if request.query_string else None
        kept = request[_CHOSEN] = (asked or _in_cookie(request),)
    return kept[0]


def language_for(request: web.Request, stay: Stay | None = None) -> Language:
    """Decide: chosen, else the guarantor's where it may be known, else the browser's, else English."""
    # Staff look through a patient's eyes: what their own browser speaks is none of it.
    own = None if stay is None else stay.language
    if stay is not None and stay.launch is not None:
        return own or Language.EN
    return language_chosen(request) or own or language_of_browser(request) or Language.EN


def language_of_browser(request: web.Request) -> Language | None:
    """Read which of ours the browser asks for of itself."""
    return language_wanted(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))


def tongue_of(request: web.Request, *, keep: str = "") -> Tongue:
    """Give the language of a page that belongs to no session, and the way to the others."""
    language = language_for(request)
    if request.path.endswith(_ONLY_POSTED):
        return Tongue(language=language)  # there is no page at this address to look at in another language
    path = request.raw_path.partition("?")[0]
    if path.startswith("/q/") and path.endswith(_OF_LINKS):
        return Tongue(language=language, others=_others(language), at=path.rpartition("/")[0])
    return Tongue(language=language, others=_others(language), keep=keep)


def tongue_in(request: web.Request, stay: Stay) -> Tongue:
    """Give the language of a session's page, and the way to the others; staff see the patient's only."""
    language = language_for(request, stay)
    if stay.launch is not None:
        return Tongue(language=language)
    path = _ASKED_AT.get(request.path, request.path)
    if path in COME_BACK:
        return Tongue(language=language, others=_others(language), back=path)
    return Tongue(language=language, others=_others(language), at=_page_of(request))


def keep_choice(request: web.Request, response: web.StreamResponse) -> None:
    """Have the browser remember what the address chose, for the pages after this one."""
    asked = _language(request.query.get(_QUERY)) if request.query_string else None
    if asked is not None:
        give_language(request, response, asked)


def give_language(request: web.Request, response: web.StreamResponse, language: Language) -> None:
    """Hand the browser its choice; it lasts until the browser is closed and names nobody."""
    secure = request.app[DESK].secure
    response.headers.add(
        hdrs.SET_COOKIE,
        f"{_name(secure=secure)}={language}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}",
    )


def _page_of(request: web.Request) -> str:
    """Give the page a form stands on that is sent to an address of its own; else none: this one."""
    path = request.raw_path.partition("?")[0]
    if request.method == hdrs.METH_POST and path.endswith(_OF_PAGES):
        return path.rpartition("/")[0]
    return ""


def _others(language: Language) -> tuple[Language, ...]:
    return tuple(one for one in Language if one is not language)


def _in_cookie(request: web.Request) -> Language | None:
    start = f"{_name(secure=request.app[DESK].secure)}="
    found = [
        part.strip()[len(start) :]
        for header in request.headers.getall(hdrs.COOKIE, ())
        if start in header
        for part in header.split(";")
        if part.strip().startswith(start)
    ]
    return _language(found[0]) if len(found) == 1 else None


def _language(word: str | None) -> Language | None:
    return Language(word) if word in _VALUES else None


def _name(*, secure: bool) -> str:
    return f"__Host-{_COOKIE}" if secure else _COOKIE
