"""Read a form strictly: every field once, in UTF-8, not too long, and never a card number (R84, R110)."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate
from urllib.parse import unquote_to_bytes, urlsplit

from aiohttp import hdrs, web

from quickpay.domain.digests import form_token
from quickpay.domain.tokens import TokenPurpose
from quickpay.handlers.access import Access, Admits, StaffOnly
from quickpay.handlers.cookies import staff_visit_of, visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.uploads import take_in

_MOST_FIELDS = 100
# More than they can mean, so that the field's own message comes with what was typed still in it.
_LONGEST = {
    "amount": 200,
    "amount_choice": 20,
    "method": 80,
    "code": 64,
    "email": 400,
    "card_token": 2_000,
    "branding.favicon_url": 4_000,
    "branding.logo_url": 4_000,
    "branding.home_asset_url": 4_000,
    "look_and_feel.footer_text": 1_000,
    "look_and_feel.footer_email": 400,
    "notifications.email_from": 400,
    "authentication.mfa_email_body": 6_000,
    "authentication.mfa_sms_message": 6_000,
    "body": 6_000,
    "accepted": 1_000,
}
_LONGEST_OTHER = 200
_WITH_LINES = {"authentication.mfa_email_body", "authentication.mfa_sms_message", "body"}
"""Fields that may have lines, each ended as browsers do or as editors do; they come out with `\\n`."""
_FORM_TYPE = "application/x-www-form-urlencoded"
_NAME = re.compile(r"[a-z][a-z_]{0,39}(?:\.[a-z][a-z_]{0,39})?", re.ASCII)
# C0, DEL and C1.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DIGIT_RUN = re.compile(r"[0-9](?:[ -]?[0-9]){12,}")
_CARD_SHORTEST, _CARD_LONGEST = 13, 19
# Opaque words of our own or the gateway's, where chance alone may make such a run of digits.
_OPAQUE = {
    "order": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII),
    "csrf": re.compile(r"[0-9a-f]{43}|[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", re.ASCII),
    "method": re.compile(r"stored:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII),
    "card_token": re.compile(r"[a-z]+_(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{16,}", re.ASCII),
}
_OWN_SITE = ("same-origin", "none")


class FormFault(StrEnum):
    """What is wrong with a field before anybody asks what it means."""

    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"
    TOO_LONG = "too_long"
    CARD_NUMBER = "card_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was typed, but for the fields that cannot be taken; those are only named."""

    values: Mapping[str, str] = field(repr=False)
    faults: Mapping[str, FormFault]

    def text(self, name: str) -> str:
        """Give a field as typed, empty where it is missing or cannot be taken."""
        return self.values.get(name, "")


_DOORS: dict[Admits, TokenPurpose] = {
    Access.LINK: TokenPurpose.LINK,
    Access.HANDOFF: TokenPurpose.PORTAL_HANDOFF,
    Access.LAUNCH: TokenPurpose.STAFF_LAUNCH,
}
NO_FORM = Form(values={}, faults={})
_FORM: web.RequestKey[Form] = web.RequestKey("FORM", Form)


class FormRefused(StrEnum):
    """Why a post is not looked at any further; 403 for all of them (R72)."""

    CROSS_SITE = "cross_site"
    NO_TOKEN = "no_token"  # noqa: S105 - a word for what is missing


def form_of(request: web.Request) -> Form:
    """Give the form the guard has read and checked."""
    return request[_FORM]


async def check_form(request: web.Request, access: Admits) -> FormRefused | None:
    """Read the form, and refuse what another site sent or what lacks the form's own token.

    Raises:
        web.HTTPException: 413 too large, 415 no urlencoded form, 408 too slow.
    """
    if _is_cross_site(request):
        return FormRefused.CROSS_SITE
    form = await _read_form(request)
    request[_FORM] = form
    return None if _has_token(request, form, access) else FormRefused.NO_TOKEN


def _is_cross_site(request: web.Request) -> bool:
    """Tell by what the browser says of itself; where it says nothing, the token alone decides."""
    sites = request.headers.getall("Sec-Fetch-Site", ())
    origins = request.headers.getall("Origin", ())
    if len(sites) > 1 or len(origins) > 1 or (sites and sites[0] not in _OWN_SITE):
        return True
    if not origins:
        return False
    # Some browsers write `null` under a strict referrer policy; then only their other word counts.
    return origins[0] != _origin(request.app[DESK].base_url) and not (
        origins[0] == "null" and sites == ["same-origin"]
    )


def _origin(base_url: str) -> str:
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _has_token(request: web.Request, form: Form, access: Admits) -> bool:
    given = form.text("csrf")
    door = _DOORS.get(access)
    if door is not None:
        tokens, address = request.app[DESK].tokens, request.match_info.get("token", "")
        link_id = tokens.read(TokenPurpose.CSRF, given)
        if link_id is not None and address.startswith(f"{link_id}."):
            return True  # of the link it names; whether that one is genuine, the handler finds out
        # What is no link has no form either; the handler says so.
        return tokens.read(door, address) is None
    if access in {Access.DOOR, Access.STAFF_DOOR}:
        visit = visit_of(request) if access is Access.DOOR else staff_visit_of(request)
        cookie = visit.secret  # given with the form, before anybody is anybody
        return cookie is not None and hmac.compare_digest(form_token(cookie).encode(), given.encode())
    secret = (staff_visit_of(request) if isinstance(access, StaffOnly) else visit_of(request)).secret
    if secret is None:
        return True  # there is no session to act in; the handler says so
    return hmac.compare_digest(form_token(secret).encode(), given.encode())


async def _read_form(request: web.Request) -> Form:
    headers = request.headers
    # Browsers say it in these very words; any other way of saying it is taken apart.
    if headers.get(hdrs.CONTENT_TYPE) != _FORM_TYPE and (
        request.content_type != _FORM_TYPE or (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}
    ):
        raise web.HTTPUnsupportedMediaType
    if headers.get(hdrs.CONTENT_ENCODING, "identity") != "identity":
        raise web.HTTPUnsupportedMediaType
    return parse_form(await take_in(request))


def parse_form(body: bytes) -> Form:
    """Take a urlencoded body apart; a name we could not have written is left out, its card number is not."""
    values: dict[str, str] = {}
    faults: dict[str, FormFault] = {}
    pairs = body.split(b"&") if body else []
    if len(pairs) > _MOST_FIELDS:
        raise web.HTTPRequestEntityTooLarge(max_size=_MOST_FIELDS, actual_size=len(pairs))
    for pair in pairs:
        raw_name, _, raw_value = pair.partition(b"=")
        name, value = _decoded(raw_name) or "", _decoded(raw_value)
        if value is not None and name in _WITH_LINES:
            value = value.replace("\r\n", "\n")
        text = raw_value.decode("latin-1") if value is None else value
        longest = _LONGEST.get(name, _LONGEST_OTHER)
        ours = _NAME.fullmatch(name) is not None  # and then there is no digit in it
        # Only what could be taken at all is searched: the search is not for 64 KiB of digits.
        if ours and (name in values or name in faults):
            faults.setdefault(name, FormFault.DUPLICATE)
        elif _holds_card_number(name, text[:longest]) or (
            not ours and _holds_card_number("", name[:_LONGEST_OTHER])
        ):
            faults[name if ours else ""] = FormFault.CARD_NUMBER
        elif not ours:
            continue
        elif value is None or _has_control(name, value):
            faults[name] = FormFault.UNREADABLE
        elif len(value) > longest:
            faults[name] = FormFault.TOO_LONG
        else:
            values[name] = value
    for name in faults:
        values.pop(name, None)
    return Form(values=values, faults=faults)


def _has_control(name: str, value: str) -> bool:
    return _CONTROL.search(value.replace("\n", "") if name in _WITH_LINES else value) is not None


def _decoded(raw: bytes) -> str | None:
    try:
        return unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        return None


def _holds_card_number(name: str, value: str) -> bool:
    """Find 13 to 19 digits in a row, spaces and hyphens aside, that pass a card's own check."""
    if name in _OPAQUE and _OPAQUE[name].fullmatch(value):
        return False
    return any(_has_card(run.group()) for run in _DIGIT_RUN.finditer(value))


def _has_card(run: str) -> bool:
    """Try every window of a card's length; running sums, as 64 KiB of digits must not keep others waiting."""
    digits = [int(letter) for letter in run if letter not in " -"]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits]  # noqa: PLR2004 - twice 5 has two figures
    pairs = list(zip(digits, doubled, strict=True))
    # Counted from its last digit, a number's every second one is doubled: so there are two ways to add up.
    by_parity = [
        list(accumulate((pair[(place + parity) % 2] for place, pair in enumerate(pairs)), initial=0))
        for parity in (0, 1)
    ]
    return any(
        (by_parity[(end - 1) % 2][end] - by_parity[(end - 1) % 2][end - length]) % 10 == 0
        for end in range(_CARD_SHORTEST, len(digits) + 1)
        for length in range(_CARD_SHORTEST, min(_CARD_LONGEST, end) + 1)
    )
