"""Twilio's messages API, as its documentation has it, ending at the phone in the page."""

import base64
import hmac
import json
import re
import secrets
import sqlite3
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from quickpay.sandbox import deliveries, inbox
from quickpay.sandbox.faults import Fault, Faults
from quickpay.sandbox.moments import SECOND, now, rfc2822
from quickpay.sandbox.store import Store
from quickpay.sandbox.terms import Terms
from quickpay.sandbox.web import answer, hang_up

LONGEST = 1600
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
NORTH_AMERICA = re.compile(r"\+1[2-9][0-9]{2}[2-9][0-9]{6}")
# Numbers that Twilio's own test credentials refuse, with the code each stands for.
MAGIC = {"+15005550001": 21211, "+15005550002": 21612, "+15005550003": 21408, "+15005550004": 21610}
MAGIC |= {"+15005550009": 21614}
FAILED_LATER = range(30_000, 31_000)  # codes that a message gets after it was accepted
STEPS = (("queued", 1), ("sent", 3), ("delivered", 6))  # tenths of a second after the request
GSM = re.compile(
    "[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,\\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\\]|€\\\\]*"
)
TWO_UNITS = "^{}[~]|€\\"
WORDS = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    21211: "Invalid 'To' Phone Number: {to}",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {to}",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21610: "Attempt to send to unsubscribed recipient",
    21612: "Message cannot be sent with the current combination of 'To' ({to}) and/or 'From' parameters",
    21614: "'To' number is not a valid mobile number: {to}",
    21617: "The concatenated message body exceeds the 1600 character limit",
}
STATUSES = {20003: 401, 20404: 404, 20429: 429}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Hold one accepted request to send a text."""

    sid: str
    account: str
    to: str
    sender: str
    service: str | None
    body: str
    discard: bool
    callback: str
    fails_with: int | None


class Texts:
    """Answer as Twilio does; keep each text before saying 201."""

    def __init__(self, *, store: Store, faults: Faults, terms: Terms) -> None:
        self._store = store
        self._faults = faults
        self._terms = terms

    def routes(self) -> list[web.RouteDef]:
        """List what is answered."""
        account = "/2010-04-01/Accounts/{account}/Messages"
        return [web.post(f"{account}.json", self.send), web.get(account + "/{sid}.json", self.show)]

    async def send(self, request: web.Request) -> web.Response:
        """Take one text."""
        fault = self._faults.take("sms")
        if fault is not None and fault.kind == "refuse":
            return hang_up(request)
        if (refused := self._stranger(request)) is not None:
            return refused
        form = {name: str(value) for name, value in (await request.post()).items()}
        if fault is not None and fault.holds:
            await fault.hold()
        said = _broken(fault, form) or await self._accepted(form, fault)
        return hang_up(request) if fault is not None and fault.kind == "drop_after_accept" else said

    async def show(self, request: web.Request) -> web.Response:
        """Show one text as Twilio's resource."""
        if (refused := self._stranger(request)) is not None:
            return refused
        resource = await self._store.run(partial(_find, sid=request.match_info["sid"]))
        return refuse(20404, to="") if resource is None else answer(resource)

    async def _accepted(self, form: dict[str, str], fault: Fault | None) -> web.Response:
        if (code := _wrong(form)) is not None:
            return refuse(code, to=form.get("To", ""))
        text = _text(form, account=self._terms.twilio_sid, fails_with=_later(fault))
        resource = await self._store.run(partial(_accept, text=text, at=now()))
        return refuse(21610, to=text.to) if resource is None else answer(resource, status=201)

    def _stranger(self, request: web.Request) -> web.Response | None:
        pair = f"{self._terms.twilio_sid}:{self._terms.twilio_token}".encode()
        expected = b"Basic " + base64.b64encode(pair)
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected):
            return refuse(20003, to="")
        return None if request.match_info["account"] == self._terms.twilio_sid else refuse(20404, to="")


def refuse(code: int, *, to: str, status: int | None = None) -> web.Response:
    """Refuse in Twilio's shape."""
    status = STATUSES.get(code, 400) if status is None else status
    body = {
        "code": code,
        "message": WORDS.get(code, "The message could not be sent").format(to=to),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return answer(body, status=status)


def segments(body: str) -> int:
    """Count the parts a text is sent in: 160 characters, or 70 when one is outside GSM 03.38."""
    if GSM.fullmatch(body):
        units, alone, together = len(body) + sum(letter in TWO_UNITS for letter in body), 160, 153
    else:
        units, alone, together = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if units <= alone else -(-units // together)


def _broken(fault: Fault | None, form: dict[str, str]) -> web.Response | None:
    if fault is None or fault.kind != "error" or fault.code in FAILED_LATER:
        return None
    if fault.code is None:
        return refuse(20500, to="", status=500)
    return refuse(fault.code, to=form.get("To", ""))


def _later(fault: Fault | None) -> int | None:
    return fault.code if fault is not None and fault.kind == "error" else None


def _wrong(form: dict[str, str]) -> int | None:
    to = form.get("To", "")
    if not to:
        return 21604
    if not E164.fullmatch(to) or (to.startswith("+1") and not NORTH_AMERICA.fullmatch(to)):
        return 21211
    if not form.get("From") and not form.get("MessagingServiceSid"):
        return 21603
    if not form.get("Body"):
        return 21602
    if len(form["Body"]) > LONGEST:
        return 21617
    return MAGIC.get(to)


def _text(form: dict[str, str], *, account: str, fails_with: int | None) -> Text:
    return Text(
        sid="SM" + secrets.token_hex(16),
        account=account,
        to=form["To"],
        sender=form.get("From", ""),
        service=form.get("MessagingServiceSid"),
        body=form["Body"],
        discard=form.get("ContentRetention") == "discard",
        callback=form.get("StatusCallback", ""),
        fails_with=fails_with,
    )


def _accept(db: sqlite3.Connection, text: Text, *, at: int) -> dict[str, Any] | None:
    if inbox.opted_out(db, text.to):
        return None
    resource = _resource(text, at=at)
    kept = resource | {"body": "" if text.discard else text.body}
    db.execute("INSERT INTO texts (sid, resource) VALUES (?, ?)", (text.sid, json.dumps(kept)))
    if text.fails_with is None:
        sender = text.sender or str(text.service)
        inbox.add(db, inbox.Message(channel="sms", sender=sender, recipient=text.to, text=text.body), at=at)
    if text.callback:
        for step, tenths in STEPS:
            failed = step == "delivered" and text.fails_with is not None
            told = _told(text, status="undelivered" if failed else step)
            delivery = deliveries.Delivery(
                kind="twilio", stream=text.sid, url=text.callback, body=urlencode(told)
            )
            deliveries.add(db, delivery, now=at, due=at + tenths * SECOND // 10)
    return resource


def _find(db: sqlite3.Connection, sid: str) -> dict[str, Any] | None:
    row = db.execute("SELECT resource FROM texts WHERE sid = ?", (sid,)).fetchone()
    return None if row is None else json.loads(row["resource"])


def _resource(text: Text, *, at: int) -> dict[str, Any]:
    here = f"/2010-04-01/Accounts/{text.account}/Messages/{text.sid}"
    return {
        "account_sid": text.account,
        "api_version": "2010-04-01",
        "body": text.body,
        "date_created": rfc2822(at),
        "date_sent": None,
        "date_updated": rfc2822(at),
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": text.sender or None,
        "messaging_service_sid": text.service,
        "num_media": "0",
        "num_segments": str(segments(text.body)),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": "queued" if text.service is None else "accepted",
        "subresource_uris": {"media": f"{here}/Media.json"},
        "to": text.to,
        "uri": f"{here}.json",
    }


def _told(text: Text, *, status: str) -> dict[str, str]:
    told = {
        "AccountSid": text.account,
        "ApiVersion": "2010-04-01",
        "From": text.sender,
        "MessageSid": text.sid,
        "MessageStatus": status,
        "SmsSid": text.sid,
        "SmsStatus": status,
        "To": text.to,
    }
    if text.service is not None:
        told["MessagingServiceSid"] = text.service
    if status == "undelivered":
        told["ErrorCode"] = str(text.fails_with)
    return told
