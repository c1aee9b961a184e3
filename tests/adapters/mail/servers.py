"""A mail server in the test's own loop that can be told to misbehave."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "qp", "s3cret@:/"


@dataclass(slots=True, kw_only=True)
class Postbox:
    """Keep what arrives; the other fields say how to behave."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)
    connections: int = 0
    signed_in: int = 0
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    mail_answers: list[str] = field(default_factory=list)
    recipient_answers: dict[str, str] = field(default_factory=dict)
    data_answer: str = "250 OK"
    silent_for: set[str] = field(default_factory=set)
    hang_up_before_answer: bool = False
    sessions: list["Line"] = field(default_factory=list)

    def messages(self) -> list[EmailMessage]:
        return [read(envelope) for envelope in self.envelopes]

    async def handle_MAIL(  # noqa: N802 - the server calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.mail_answers.pop(0) if self.mail_answers else "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.recipient_answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_answer.startswith("2"):
            self.envelopes.append(envelope)
        if self.silent_for & set(envelope.rcpt_tos):
            await asyncio.Event().wait()
        if self.hang_up_before_answer:
            assert server.transport is not None
            server.transport.close()
            await asyncio.Event().wait()
        return self.data_answer


def read(envelope: Envelope) -> EmailMessage:
    """Parse what was handed over."""
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


class Line(SMTP):
    """Be one connection, and tell when it is lost."""

    def __init__(self, postbox: Postbox, **settings: Any) -> None:
        super().__init__(postbox, hostname="localhost", loop=asyncio.get_running_loop(), **settings)
        self._postbox = postbox
        postbox.connections += 1
        postbox.sessions.append(self)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._postbox.lost.set()


@contextlib.asynccontextmanager
async def mail_server(
    postbox: Postbox,
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    auth_in_the_clear: bool = False,
) -> AsyncIterator[Postbox]:
    """Listen on loopback: `starttls` asks for the upgrade, `tls` speaks TLS from the first byte."""

    def authenticate(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        fits = isinstance(data, LoginPassword) and (data.login, data.password) == (
            USER.encode(),
            PASSWORD.encode(),
        )
        postbox.signed_in += fits
        return AuthResult(success=fits, handled=False, auth_data=data if fits else None)

    def line() -> Line:
        return Line(
            postbox,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=authenticate,
            auth_required=starttls is not None,
            auth_require_tls=not auth_in_the_clear,
            enable_SMTPUTF8=True,
        )

    server = await asyncio.get_running_loop().create_server(line, "127.0.0.1", 0, ssl=tls)
    postbox.port = server.sockets[0].getsockname()[1]
    try:
        yield postbox
    finally:
        server.close()
        for session in postbox.sessions:
            if isinstance(session.transport, asyncio.WriteTransport):
                session.transport.abort()
        await server.wait_closed()


@contextlib.asynccontextmanager
async def injector(port: int, *, words: bytes) -> AsyncIterator[int]:
    """Stand between a client and a mail server, and slip `words` in behind the go-ahead for STARTTLS."""
    lines: set[asyncio.Task[None]] = set()
    ends: list[asyncio.StreamWriter] = []

    async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, inject: bool) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(65536):
                go_ahead = inject and chunk.startswith(b"220 ") and b"TLS" in chunk
                sink.write(chunk + words if go_ahead else chunk)
                await sink.drain()
        sink.close()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        ends.extend([writer, far_writer])
        lines.add(asyncio.create_task(carry(reader, far_writer, inject=False)))
        lines.add(asyncio.create_task(carry(far_reader, writer, inject=True)))

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)
        for end in ends:
            end.transport.abort()
            with contextlib.suppress(OSError):
                await end.wait_closed()
        await server.wait_closed()
