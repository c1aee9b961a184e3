"""The mail server: STARTTLS and a password required, every message kept before it says 250."""

import asyncio
import email
import email.policy
import hmac
import logging
import sqlite3
import ssl
from email.message import EmailMessage
from functools import partial
from typing import Any, NoReturn

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from quickpay.sandbox import inbox
from quickpay.sandbox.faults import Fault, Faults
from quickpay.sandbox.moments import now
from quickpay.sandbox.store import Store
from quickpay.sandbox.terms import Terms

GOODBYE = "421 4.3.2 Service not available, closing"
TROUBLE = 451
REPLIES = range(400, 600)
# Replies that speak of the mailbox come at RCPT, all others after DATA (RFC 5321, 4.2.2).
MAILBOX_REPLIES = (450, 550, 551, 553)


class MailServer:
    """Take mail from one merchant, in the loop of the world."""

    def __init__(self, *, store: Store, faults: Faults, terms: Terms, tls: ssl.SSLContext) -> None:
        self._store = store
        self._faults = faults
        self._terms = terms
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Transport] = set()

    async def start(self, host: str) -> int:
        """Listen on a port of the system's choice and return it."""
        # aiosmtpd warns of its own deprecated attribute at every sign-in.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        self._server = await asyncio.get_running_loop().create_server(self._protocol, host, 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Stop listening and hang up on whoever is connected."""
        if self._server is not None:
            self._server.close()
            for transport in list(self._open):
                transport.abort()
            await self._server.wait_closed()
            self._server = None

    def _protocol(self) -> asyncio.Protocol:
        if self._faults.take("smtp", "refuse") is not None:
            return Goodbye()
        return MailSession(
            Postbox(store=self._store, faults=self._faults),
            hostname="localhost",
            ident="sandbox-world",
            tls_context=self._tls,
            require_starttls=True,
            authenticator=self._authenticate,
            auth_required=True,
            enable_SMTPUTF8=True,
            open_transports=self._open,
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        fits = (
            isinstance(data, LoginPassword)
            and hmac.compare_digest(data.login, self._terms.smtp_user.encode())
            and hmac.compare_digest(data.password, self._terms.smtp_password.encode())
        )
        return AuthResult(success=fits, handled=False, auth_data=data if fits else None)


class Goodbye(asyncio.Protocol):
    """Be a mail server that is just going away."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say so and close."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(f"{GOODBYE}\r\n".encode())
        transport.close()


class MailSession(SMTP):
    """Be aiosmtpd's session, and be found when the server stops."""

    def __init__(self, handler: object, *, open_transports: set[asyncio.Transport], **settings: Any) -> None:
        super().__init__(handler, loop=asyncio.get_running_loop(), **settings)
        self._open_transports = open_transports
        self._plain: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the connection; TLS makes a second one on top of it."""
        if self._plain is None:
            assert isinstance(transport, asyncio.Transport)
            self._plain = transport
            self._open_transports.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the connection."""
        if self._plain is not None:
            self._open_transports.discard(self._plain)
        super().connection_lost(error)


class Postbox:
    """Handle the messages of one connection; the names of the hooks are aiosmtpd's."""

    def __init__(self, *, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults
        self._fault: Fault | None = None

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Begin a message; a kept connection meets "refuse" here."""
        if self._faults.take("smtp", "refuse") is not None:
            await server.push(GOODBYE)
            _hang_up(server)
        self._fault = None
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient."""
        if self._fault is None:
            self._fault = self._faults.take("smtp", "hang", "slow", "drop_after_accept", "error")
        code = _code(self._fault)
        if code in MAILBOX_REPLIES:
            return f"{code} {_enhanced(code)} Mailbox not available"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the message for every recipient, then say so."""
        fault, self._fault = self._fault, None
        if fault is not None and fault.holds:
            await fault.hold()  # whoever hangs up cancels this, and nothing has happened
        if (code := _code(fault)) is not None:
            return f"{code} {_enhanced(code)} A fault is switched on"
        await self._store.run(partial(_keep, messages=read_mail(envelope), at=now()))
        if fault is not None and fault.kind == "drop_after_accept":
            _hang_up(server)
        return "250 2.0.0 OK, kept"


def read_mail(envelope: Envelope) -> list[inbox.Message]:
    """Read what was handed over: one message per recipient of the envelope, whatever its headers say."""
    raw = envelope.content
    parsed = email.message_from_bytes(
        raw if isinstance(raw, bytes) else str(raw).encode(), policy=email.policy.default
    )
    assert isinstance(parsed, EmailMessage)
    plain, rich = parsed.get_body(("plain",)), parsed.get_body(("html",))
    beside = list(parsed.iter_attachments())
    within = [part for part in parsed.walk() if part["Content-ID"] and part not in beside]
    attachments = tuple(_attachment(part) for part in (*beside, *within))
    return [
        inbox.Message(
            channel="email",
            sender=str(parsed["From"] or envelope.mail_from),
            recipient=recipient,
            subject=str(parsed["Subject"] or ""),
            text=_words(plain),
            html=_words(rich),
            attachments=attachments,
        )
        for recipient in envelope.rcpt_tos
    ]


def _attachment(part: Any) -> inbox.Attachment:
    content = part.get_payload(decode=True)
    return inbox.Attachment(
        name=part.get_filename() or str(part["Content-ID"] or "attachment").strip("<>"),
        kind=part.get_content_type(),
        content=content if isinstance(content, bytes) else part.as_bytes(),
    )


def _words(part: Any) -> str:
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


def _hang_up(server: SMTP) -> NoReturn:
    if server.transport is not None:
        server.transport.close()
    raise asyncio.CancelledError  # aiosmtpd's own way to end a session


def _keep(db: sqlite3.Connection, messages: list[inbox.Message], *, at: int) -> None:
    for message in messages:
        inbox.add(db, message, at=at)


def _code(fault: Fault | None) -> int | None:
    if fault is None or fault.kind != "error":
        return None
    return fault.code if fault.code in REPLIES else TROUBLE


def _enhanced(code: int) -> str:
    return f"{code // 100}.{1 if code in MAILBOX_REPLIES else 3}.0"
