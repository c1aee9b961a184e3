"""What arrived on the phone and in the mailbox, and who has opted out of texts."""

import secrets
import sqlite3
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from quickpay.sandbox import deliveries
from quickpay.sandbox.moments import now, rfc3339
from quickpay.sandbox.store import Store
from quickpay.sandbox.terms import Terms
from quickpay.sandbox.web import answer, json_object, refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Hold one file that came with a mail."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Hold one text or mail as it reached one recipient."""

    channel: str
    sender: str
    recipient: str
    text: str
    subject: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()


def add(db: sqlite3.Connection, message: Message, *, at: int) -> None:
    """Keep a message that arrived."""
    made = db.execute(
        "INSERT INTO messages (channel, sender, recipient, subject, text, html, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            message.channel,
            message.sender,
            message.recipient,
            message.subject,
            message.text,
            message.html,
            at,
        ),
    )
    db.executemany(
        "INSERT INTO attachments (message, place, name, kind, content) VALUES (?, ?, ?, ?, ?)",
        [(made.lastrowid, n, one.name, one.kind, one.content) for n, one in enumerate(message.attachments)],
    )


def opted_out(db: sqlite3.Connection, number: str) -> bool:
    """Tell whether the owner of a number has answered STOP."""
    return db.execute("SELECT 1 FROM opt_outs WHERE number = ?", (number,)).fetchone() is not None


class Inbox:
    """Show what arrived to anybody who asks: it is a sandbox."""

    def __init__(self, *, store: Store, terms: Terms) -> None:
        self._store = store
        self._terms = terms

    def routes(self) -> list[web.RouteDef]:
        """List what the inbox answers."""
        return [
            web.get("/api/messages", self.list_messages),
            web.get("/api/opt-outs", self.list_opt_outs),
            web.post("/api/opt-outs", self.opt_out),
            web.delete("/api/opt-outs", self.opt_in),
        ]

    async def list_messages(self, request: web.Request) -> web.Response:
        """List messages, oldest first; `to` for one recipient, `after` for what is newer than an id."""
        to, after = request.query.get("to"), request.query.get("after", "")
        work = partial(
            _list, to=None if to is None else address(to), after=int(after) if after.isdecimal() else 0
        )
        return answer({"data": await self._store.run(work)})

    async def list_opt_outs(self, _request: web.Request) -> web.Response:
        """List the numbers that have opted out."""
        return answer({"data": await self._store.run(_opt_outs)})

    async def opt_out(self, request: web.Request) -> web.Response:
        """Do what the owner of a number does by answering STOP."""
        return await self._change(request, "STOP", status=201)

    async def opt_in(self, request: web.Request) -> web.Response:
        """Do what the owner of a number does by answering START."""
        return await self._change(request, "START", status=200)

    async def _change(self, request: web.Request, word: str, *, status: int) -> web.Response:
        body = await json_object(request)
        said = body.get("number") if body is not None else request.query.get("number")
        if not isinstance(said, str) or not said.strip():
            return refusal(422, code="invalid_request", field="number", message="must be a phone number")
        number = address(said)
        await self._store.run(partial(_reply, number=number, word=word, terms=self._terms, at=now()))
        return answer({"number": number}, status=status)


def _reply(db: sqlite3.Connection, *, number: str, word: str, terms: Terms, at: int) -> None:
    """Do what a carrier does at STOP and START, and tell of it as Twilio does of an answer."""
    if word == "STOP":
        made = "INSERT INTO opt_outs (number, at) VALUES (?, ?) ON CONFLICT DO NOTHING"
        changed = db.execute(made, (number, at)).rowcount
    else:
        changed = db.execute("DELETE FROM opt_outs WHERE number = ?", (number,)).rowcount
    if not changed or terms.replies_url is None:
        return
    sid = "SM" + secrets.token_hex(16)
    told = {
        "AccountSid": terms.twilio_sid,
        "ApiVersion": "2010-04-01",
        "Body": word,
        "From": number,
        "MessageSid": sid,
        "NumMedia": "0",
        "OptOutType": word,
        "SmsStatus": "received",
        "To": _texted_by(db, number),
    }
    # In one stream for each number: a STOP does not overtake the START before it.
    said = deliveries.Delivery(
        kind="twilio", stream=f"replies {number}", url=terms.replies_url, body=urlencode(told)
    )
    deliveries.add(db, said, now=at, due=at)


def _texted_by(db: sqlite3.Connection, number: str) -> str:
    row = db.execute(
        "SELECT sender FROM messages WHERE channel = 'sms' AND recipient = ? ORDER BY seq DESC LIMIT 1",
        (number,),
    ).fetchone()
    return "" if row is None else str(row["sender"])


def address(said: str) -> str:
    """Bring an address to the form it is kept in; a plus that a query string ate comes back."""
    said = said.strip().lower()
    return f"+{said}" if said.isdecimal() else said


def _list(db: sqlite3.Connection, *, to: str | None, after: int) -> list[dict[str, Any]]:
    names: dict[int, list[str]] = {}
    for row in db.execute(
        "SELECT message, name FROM attachments WHERE message > ? ORDER BY message, place", (after,)
    ):
        names.setdefault(row["message"], []).append(row["name"])
    rows = db.execute(
        "SELECT * FROM messages WHERE seq > ?1 AND (?2 IS NULL OR lower(recipient) = ?2) ORDER BY seq",
        (after, to),
    )
    return [
        {
            "id": row["seq"],
            "channel": row["channel"],
            "to": row["recipient"],
            "from": row["sender"],
            "subject": row["subject"],
            "text": row["text"],
            "html": row["html"],
            "attachments": names.get(row["seq"], []),
            "at": rfc3339(row["at"]),
        }
        for row in rows
    ]


def find_html(db: sqlite3.Connection, number: int) -> str | None:
    """Return the HTML of one mail."""
    row = db.execute("SELECT html FROM messages WHERE seq = ? AND html <> ''", (number,)).fetchone()
    return None if row is None else str(row["html"])


def find_attachment(db: sqlite3.Connection, number: int, place: int) -> Attachment | None:
    """Return one file of one mail."""
    row = db.execute("SELECT * FROM attachments WHERE message = ? AND place = ?", (number, place)).fetchone()
    return None if row is None else Attachment(name=row["name"], kind=row["kind"], content=row["content"])


def _opt_outs(db: sqlite3.Connection) -> list[str]:
    return [row["number"] for row in db.execute("SELECT number FROM opt_outs ORDER BY at")]
