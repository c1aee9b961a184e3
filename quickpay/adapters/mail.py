"""Hand emails to an SMTP server over verified TLS, on kept connections."""

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote, urlsplit

import structlog
from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPTimeoutError,
)

from quickpay.adapters.letters import compose, needs_utf8
from quickpay.ports.clock import Clock
from quickpay.ports.messages import Delivery, Email, Rejected, Sent, Uncertain

_log = structlog.get_logger(__name__)

_PORTS: Final[Mapping[str, int]] = MappingProxyType({"smtp+starttls": 587, "smtps": 465, "smtp": 25})
_SERVICE_CLOSING: Final = 421


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Hold where mail goes; its repr shows neither name nor password."""

    scheme: str
    host: str
    port: int
    username: str | None = field(repr=False)
    password: str | None = field(repr=False)

    @classmethod
    def of(cls, url: str) -> "SmtpServer":
        """Read the setting SMTP_URL. Raises: ValueError, naming the setting but not its value."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ValueError("QUICKPAY_SMTP_URL cannot be read as an address") from None
        if (
            parts.scheme not in _PORTS
            or not host
            or parts.path not in {"", "/"}
            or parts.query
            or parts.fragment
        ):
            raise ValueError(
                "QUICKPAY_SMTP_URL must look like smtp+starttls://name:password@host:587 or smtps://…"
            )
        if parts.scheme == "smtp" and not _is_loopback(host):
            raise ValueError("QUICKPAY_SMTP_URL: smtp:// has no TLS and is for loopback only; use smtps://")
        return cls(
            scheme=parts.scheme,
            host=host,
            port=port or _PORTS[parts.scheme],
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


@dataclass(slots=True, kw_only=True)
class _Letter:
    """Hold one email on its way, and whether its body may have left."""

    to: str
    sender: str
    body: bytes
    utf8: bool
    gone: bool = False


class SmtpMailer:
    """Send emails by SMTP (port `Mailer`).

    Keeps up to `connections` connections, so that one silent recipient does not hold up the others (R50);
    each is closed after `idle` seconds without use. `hostname` is the name given in EHLO. Times are in
    seconds (R55).
    """

    def __init__(
        self,
        url: str,
        *,
        hostname: str,
        clock: Clock,
        ca_file: Path | None = None,
        connections: int = 4,
        command_timeout: float = 15.0,
        total_timeout: float = 30.0,
        idle: float = 30.0,
    ) -> None:
        self._server = SmtpServer.of(url)
        self._tls = ssl.create_default_context(cafile=ca_file)
        self._hostname = hostname
        self._clock = clock
        self._room = asyncio.Semaphore(connections)
        self._command_timeout = command_timeout
        self._total_timeout = total_timeout
        self._idle = idle
        self._kept: list[tuple[SMTP, asyncio.TimerHandle]] = []

    async def send(self, email: Email) -> Delivery:
        """Hand over one email, at most once. Raises: ValueError for what is no single email (`compose`)."""
        letter = _Letter(
            to=email.to,
            sender=email.sender,
            body=compose(email, date=self._clock.now()),
            utf8=needs_utf8(email),
        )
        try:
            async with asyncio.timeout(self._total_timeout), self._room:
                return await self._deliver(letter)
        except TimeoutError:
            return Uncertain(reason="silent") if letter.gone else Rejected(reason="timeout", permanent=False)

    async def close(self) -> None:
        """Say goodbye on every kept connection."""
        while self._kept:
            smtp, timer = self._kept.pop()
            timer.cancel()
            with contextlib.suppress(SMTPException, OSError):
                await smtp.quit(timeout=1.0)
            smtp.close()

    async def _deliver(self, letter: _Letter) -> Delivery:
        kept = self._take()
        outcome = await self._hand_over(kept, letter) if kept is not None else None
        if outcome is not None:
            return outcome
        # No connection was kept, or the server had meanwhile closed it: nothing has been said yet.
        try:
            smtp = await self._connect()
        except (SMTPException, OSError) as trouble:
            return _no_connection(trouble, host=self._server.host)
        return await self._hand_over(smtp, letter) or Rejected(reason="disconnected", permanent=False)

    async def _connect(self) -> SMTP:
        smtp = SMTP(
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.username,
            password=self._server.password,
            local_hostname=self._hostname,
            timeout=self._command_timeout,
            use_tls=self._server.scheme == "smtps",
            start_tls=self._server.scheme == "smtp+starttls",  # never None: that would be opportunistic (R56)
            tls_context=self._tls,
        )
        await smtp.connect()
        try:
            if smtp.is_ehlo_or_helo_needed:
                await smtp.ehlo()
        except BaseException:
            smtp.close()
            raise
        return smtp

    async def _hand_over(self, smtp: SMTP, letter: _Letter) -> Delivery | None:
        """Speak one transaction; None if the line was lost before the body."""
        if letter.utf8 and not smtp.supports_extension("smtputf8"):
            self._keep(smtp)
            return Rejected(reason="address_not_supported", permanent=True)
        sound = False
        try:
            outcome = await self._transact(smtp, letter)
            sound = outcome is not None and smtp.is_connected
        except (SMTPException, OSError):
            outcome = Uncertain(reason="silent") if letter.gone else None
        finally:
            if sound:
                self._keep(smtp)
            else:
                smtp.close()
        return outcome

    async def _transact(self, smtp: SMTP, letter: _Letter) -> Delivery | None:
        options = ["SMTPUTF8"] if letter.utf8 else []
        encoding = "utf-8" if letter.utf8 else "ascii"
        try:
            await smtp.mail(letter.sender, options=options, encoding=encoding)
            await smtp.rcpt(letter.to, encoding=encoding)
            letter.gone = True
            await smtp.data(letter.body)
        except SMTPResponseException as answer:
            outcome = _refusal(answer, gone=letter.gone)
            with contextlib.suppress(SMTPException, OSError):
                await smtp.rset()
            return outcome
        return Sent(provider_id=None)

    def _take(self) -> SMTP | None:
        while self._kept:
            smtp, timer = self._kept.pop()
            timer.cancel()
            if smtp.is_connected:
                return smtp
            smtp.close()
        return None

    def _keep(self, smtp: SMTP) -> None:
        self._kept.append((smtp, asyncio.get_running_loop().call_later(self._idle, self._retire, smtp)))

    def _retire(self, smtp: SMTP) -> None:
        self._kept = [(kept, timer) for kept, timer in self._kept if kept is not smtp]
        smtp.close()


def _refusal(answer: SMTPResponseException, *, gone: bool) -> Delivery | None:
    code = answer.code
    where = "recipient" if isinstance(answer, SMTPRecipientRefused) else "message"
    match code // 100:
        case 2:  # any 2xx is success (R52)
            return Sent(provider_id=None)
        case 4 if code == _SERVICE_CLOSING and not gone:
            return None
        case 4:
            return Rejected(reason=f"{where}_{code}", permanent=False)
        case 5 if code in {
            530,
            535,
            538,
        }:  # the server wants us to sign in first: ours to mend, not the mail's
            _log.error("mail_sign_in_refused", code=code)
            return Rejected(reason="sign_in_refused", permanent=False)
        case 5:
            return Rejected(reason=f"{where}_{code}", permanent=True)
        case _:
            return Uncertain(reason="garbled") if gone else None


def _no_connection(trouble: Exception, *, host: str) -> Rejected:
    """Name why there is no connection; what only the operator can mend is an alarm (R56)."""
    if isinstance(trouble, ssl.SSLError) or isinstance(trouble.__cause__, ssl.SSLError):
        reason, alarm = "tls_failed", True
    elif isinstance(trouble, SMTPAuthenticationError):
        reason, alarm = "sign_in_refused", True
    elif isinstance(trouble, SMTPTimeoutError):
        reason, alarm = "timeout", False
    elif isinstance(trouble, OSError):
        reason, alarm = "not_connected", False
    else:  # no STARTTLS offered, STARTTLS or EHLO refused, no way to sign in
        reason, alarm = "server_unfit", True
    (_log.error if alarm else _log.warning)("mail_not_connected", reason=reason, host=host)
    return Rejected(reason=reason, permanent=False)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
