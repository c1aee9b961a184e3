"""What the SMTP adapter does on the wire: TLS or nothing, one recipient, and an honest outcome."""

import asyncio
import contextlib
import logging
import re
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from structlog.testing import capture_logs

from quickpay.adapters.mail import SmtpMailer, SmtpServer
from quickpay.ports.messages import Email, InlineImage, Rejected, Sent, Uncertain
from tests.adapters.mail.certificates import Authority
from tests.adapters.mail.servers import PASSWORD, USER, Postbox, injector, mail_server
from tests.fakes.clock import FakeClock

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def an_email(**changes: Any) -> Email:
    given: dict[str, Any] = {
        "to": "ada@example.com",
        "sender": "billing@clinic.example.com",
        "sender_name": "Lakeside, Dr. Ünal & Partner",
        "subject": "Your receipt — 12,50 $",
        "text": "Paid: $12.50\n.\nThank you, Ada.\n",
        "html": "<p>Paid: $12.50</p>",
        "message_id": "<receipt.17@pay.example.com>",
    }
    return Email(**(given | changes))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def alarms() -> Iterator[list[Any]]:
    with capture_logs() as logs:
        yield logs


@contextlib.asynccontextmanager
async def mailer_to(
    postbox: Postbox, authority: Authority, *, scheme: str = "smtp+starttls", **settings: Any
) -> AsyncIterator[SmtpMailer]:
    password = settings.pop("password", PASSWORD)
    sign_in = "" if scheme == "smtp" else f"{USER}:{quote(password, safe='')}@"
    mailer = SmtpMailer(
        f"{scheme}://{sign_in}127.0.0.1:{postbox.port}",
        hostname="pay.example.com",
        clock=FakeClock(),
        ca_file=authority.ca_file,
        **settings,
    )
    try:
        yield mailer
    finally:
        await mailer.close()


@contextlib.asynccontextmanager
async def a_line(authority: Authority, **settings: Any) -> AsyncIterator[tuple[Postbox, SmtpMailer]]:
    async with (
        mail_server(Postbox(), starttls=authority.server()) as postbox,
        mailer_to(postbox, authority, **settings) as mailer,
    ):
        yield postbox, mailer


async def test_the_message_arrives_over_starttls_with_every_part_as_given(authority: Authority) -> None:
    async with a_line(authority) as (postbox, mailer):
        image = InlineImage(content_id="logo", png=PNG)
        assert await mailer.send(an_email(inline_images=(image,))) == Sent(provider_id=None)
        (envelope,) = postbox.envelopes
        assert (envelope.mail_from, envelope.rcpt_tos) == ("billing@clinic.example.com", ["ada@example.com"])
        (message,) = postbox.messages()
    assert str(message["To"]) == "ada@example.com"
    assert message["From"].addresses[0].display_name == "Lakeside, Dr. Ünal & Partner"
    assert str(message["Subject"]) == "Your receipt — 12,50 $"
    assert str(message["Message-ID"]) == "<receipt.17@pay.example.com>"
    assert message["Date"].datetime == FakeClock().now()
    assert str(message["Auto-Submitted"]) == "auto-generated"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert message.get_content_type() == "multipart/alternative"
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == ["Paid: $12.50", ".", "Thank you, Ada."]
    assert html.get_content().splitlines() == ["<p>Paid: $12.50</p>"]
    (logo,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert (logo["Content-ID"], logo.get_content()) == ("<logo>", PNG)


async def test_implicit_tls_works_too(authority: Authority) -> None:
    async with mail_server(Postbox(), tls=authority.server()) as postbox:
        # This server, being no STARTTLS one, offers AUTH only where aiosmtpd sees TLS; so without a name.
        mailer = SmtpMailer(
            f"smtps://127.0.0.1:{postbox.port}",
            hostname="pay.example.com",
            clock=FakeClock(),
            ca_file=authority.ca_file,
        )
        assert await mailer.send(an_email()) == Sent(provider_id=None)
        await mailer.close()
        assert len(postbox.envelopes) == 1


async def test_plain_smtp_is_for_loopback(authority: Authority) -> None:
    async with mail_server(Postbox()) as postbox, mailer_to(postbox, authority, scheme="smtp") as mailer:
        assert await mailer.send(an_email()) == Sent(provider_id=None)


@pytest.mark.parametrize("bad", ["stranger", "ended", "other_host"])
@pytest.mark.parametrize("implicit", [True, False])
async def test_r56_x36_a_certificate_that_does_not_prove_the_server_gets_no_message(
    authority: Authority, tmp_path: Path, alarms: list[Any], *, bad: str, implicit: bool
) -> None:
    context = {
        "stranger": lambda: Authority(tmp_path, name="Stranger").server(),
        "ended": lambda: authority.server(ended=True),
        "other_host": lambda: authority.server(host="mail.example.com"),
    }[bad]()
    scheme = "smtps" if implicit else "smtp+starttls"
    async with (
        mail_server(
            Postbox(), tls=context if implicit else None, starttls=None if implicit else context
        ) as postbox,
        mailer_to(postbox, authority, scheme=scheme) as mailer,
    ):
        assert await mailer.send(an_email()) == Rejected(reason="tls_failed", permanent=False)
        assert (postbox.envelopes, postbox.signed_in) == ([], 0)
    assert [(log["log_level"], log["reason"]) for log in alarms] == [("error", "tls_failed")]


@pytest.mark.parametrize("sign_in", [f"{USER}:{quote(PASSWORD, safe='')}@", ""], ids=["password", "none"])
async def test_r56_where_starttls_was_stripped_nothing_is_said(
    authority: Authority, alarms: list[Any], sign_in: str
) -> None:
    async with mail_server(Postbox(), auth_in_the_clear=True) as postbox:
        mailer = SmtpMailer(
            f"smtp+starttls://{sign_in}127.0.0.1:{postbox.port}",
            hostname="pay.example.com",
            clock=FakeClock(),
            ca_file=authority.ca_file,
        )
        assert await mailer.send(an_email()) == Rejected(reason="server_unfit", permanent=False)
        await mailer.close()
        assert (postbox.envelopes, postbox.signed_in) == ([], 0)
    assert [(log["log_level"], log["reason"]) for log in alarms] == [("error", "server_unfit")]


async def test_r56_words_slipped_in_before_tls_are_not_believed(authority: Authority) -> None:
    lie = b"250-evil\r\n250 AUTH PLAIN\r\n"
    async with (
        mail_server(Postbox(), starttls=authority.server()) as postbox,
        injector(postbox.port, words=lie) as port,
        mailer_to(Postbox(port=port), authority) as mailer,
    ):
        outcome = await mailer.send(an_email())
        # What counts came over TLS from the server that proved itself: its greeting, its 250.
        assert (outcome, len(postbox.envelopes), postbox.signed_in) == (Sent(provider_id=None), 1, 1)


async def test_a_wrong_password_is_an_alarm_and_may_be_tried_again(
    authority: Authority, alarms: list[Any]
) -> None:
    async with a_line(authority, password="wrong") as (postbox, mailer):
        assert await mailer.send(an_email()) == Rejected(reason="sign_in_refused", permanent=False)
        assert postbox.envelopes == []
    assert [(log["log_level"], log["reason"]) for log in alarms] == [("error", "sign_in_refused")]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("550 5.1.1 no such mailbox", Rejected(reason="recipient_550", permanent=True)),
        ("553 5.1.3 bad mailbox", Rejected(reason="recipient_553", permanent=True)),
        ("451 4.7.1 come back later", Rejected(reason="recipient_451", permanent=False)),
        ("421 4.3.2 closing", Rejected(reason="disconnected", permanent=False)),
    ],
)
async def test_r51_what_is_said_of_the_recipient(
    authority: Authority, answer: str, outcome: Rejected
) -> None:
    async with a_line(authority) as (postbox, mailer):
        postbox.recipient_answers["ada@example.com"] = answer
        assert await mailer.send(an_email()) == outcome
        assert postbox.envelopes == []
        assert await mailer.send(an_email(to="bo@example.com")) == Sent(provider_id=None)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("552 5.3.4 too big", Rejected(reason="message_552", permanent=True)),
        ("452 4.3.1 disk full", Rejected(reason="message_452", permanent=False)),
        ("252 who knows", Sent(provider_id=None)),
        ("299 fine", Sent(provider_id=None)),
        ("xyz what", Uncertain(reason="garbled")),
    ],
)
async def test_r51_r52_what_is_said_of_the_body(authority: Authority, answer: str, outcome: object) -> None:
    async with a_line(authority) as (postbox, mailer):
        postbox.data_answer = answer
        assert await mailer.send(an_email()) == outcome


async def test_x12_silence_after_the_body_is_uncertain(authority: Authority) -> None:
    async with a_line(authority, command_timeout=0.3) as (postbox, mailer):
        postbox.silent_for.add("ada@example.com")
        assert await mailer.send(an_email()) == Uncertain(reason="silent")


async def test_r55_the_whole_call_has_an_end_of_its_own(authority: Authority) -> None:
    async with a_line(authority, total_timeout=0.3) as (postbox, mailer):
        postbox.silent_for.add("ada@example.com")
        assert await mailer.send(an_email()) == Uncertain(reason="silent")


async def test_x12_a_line_dropped_before_250_is_uncertain_and_a_resend_keeps_its_message_id(
    authority: Authority,
) -> None:
    async with a_line(authority) as (postbox, mailer):
        postbox.hang_up_before_answer = True
        assert await mailer.send(an_email()) == Uncertain(reason="silent")
        postbox.hang_up_before_answer = False
        assert await mailer.send(an_email()) == Sent(provider_id=None)
        ids = {str(message["Message-ID"]) for message in postbox.messages()}
        assert (len(postbox.envelopes), ids) == (2, {"<receipt.17@pay.example.com>"})


async def test_nobody_listening_is_a_transient_rejection(authority: Authority, alarms: list[Any]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: refused
        async with mailer_to(Postbox(port=taken.getsockname()[1]), authority) as mailer:
            assert await mailer.send(an_email()) == Rejected(reason="not_connected", permanent=False)


async def test_a_server_that_never_greets_is_a_transient_rejection(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as blackhole:
        postbox = Postbox(port=blackhole.getsockname()[1])
        async with mailer_to(postbox, authority, command_timeout=0.2) as mailer:
            assert await mailer.send(an_email()) == Rejected(reason="timeout", permanent=False)


async def test_one_connection_serves_message_after_message(authority: Authority) -> None:
    async with a_line(authority) as (postbox, mailer):
        for _ in range(3):
            assert await mailer.send(an_email()) == Sent(provider_id=None)
        assert (len(postbox.envelopes), postbox.connections) == (3, 1)


async def test_a_kept_connection_the_server_closed_is_replaced_without_notice(authority: Authority) -> None:
    async with a_line(authority) as (postbox, mailer):
        await mailer.send(an_email())
        assert postbox.sessions[0].transport is not None
        postbox.sessions[0].transport.close()
        await postbox.lost.wait()
        assert await mailer.send(an_email()) == Sent(provider_id=None)
        assert (len(postbox.envelopes), postbox.connections) == (2, 2)


async def test_a_kept_connection_the_server_is_closing_is_replaced_without_notice(
    authority: Authority,
) -> None:
    async with a_line(authority) as (postbox, mailer):
        await mailer.send(an_email())
        postbox.mail_answers = ["421 4.3.2 closing"]
        assert await mailer.send(an_email()) == Sent(provider_id=None)
        assert (len(postbox.envelopes), postbox.connections) == (2, 2)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("530 5.7.0 sign in", Rejected(reason="sign_in_refused", permanent=False)),
        ("553 5.7.1 not your address", Rejected(reason="message_553", permanent=True)),
        ("450 4.7.1 slow down", Rejected(reason="message_450", permanent=False)),
    ],
)
async def test_r51_what_is_said_of_the_sender(authority: Authority, answer: str, outcome: Rejected) -> None:
    async with a_line(authority) as (postbox, mailer):
        postbox.mail_answers = [answer]
        assert await mailer.send(an_email()) == outcome
        assert postbox.envelopes == []


async def test_an_idle_connection_is_closed(authority: Authority) -> None:
    async with a_line(authority, idle=0.05) as (postbox, mailer):
        await mailer.send(an_email())
        async with asyncio.timeout(5):
            await postbox.lost.wait()


async def test_r50_a_silent_recipient_does_not_hold_up_the_others(authority: Authority) -> None:
    async with a_line(authority, connections=2, command_timeout=60, total_timeout=60) as (postbox, mailer):
        postbox.silent_for.add("silent@example.com")
        stuck = asyncio.create_task(mailer.send(an_email(to="silent@example.com")))
        async with asyncio.timeout(5):
            for number in range(10):
                outcome = await mailer.send(an_email(to=f"p{number}@example.com"))
                assert outcome == Sent(provider_id=None)
        assert postbox.connections == 2
        stuck.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await stuck


async def test_an_address_outside_ascii_goes_by_smtputf8(authority: Authority) -> None:
    async with a_line(authority) as (postbox, mailer):
        assert await mailer.send(an_email(to="jürgen@example.com")) == Sent(provider_id=None)
        assert postbox.envelopes[0].rcpt_tos == ["jürgen@example.com"]
        assert "SMTPUTF8" in postbox.envelopes[0].mail_options


@pytest.mark.parametrize(
    "url",
    [
        "smtp://mail.example.com:25",
        "smtp://192.0.2.7",
        "http://127.0.0.1",
        "smtps://",
        "smtps://host:port",
        "smtps://host/path",
        "smtps://host?start_tls=no",
        "",
    ],
)
def test_a_bad_address_is_refused_by_the_settings_name_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="QUICKPAY_SMTP_URL") as refused:
        SmtpServer.of(url)
    assert len(url) < len("smtps://x") or url not in str(refused.value)


def test_a_password_is_unquoted_and_never_shown() -> None:
    server = SmtpServer.of("smtp+starttls://name%40example.com:p%40ss%2Fw@mail.example.com")
    assert (server.username, server.password, server.port) == ("name@example.com", "p@ss/w", 587)
    assert not re.search("p@ss|name", repr(server))


async def test_r34_nothing_of_the_message_reaches_a_log_at_debug(
    authority: Authority, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with a_line(authority) as (postbox, mailer):
        await mailer.send(an_email(text="code 918273", html="918273", subject="918273"))
        postbox.recipient_answers["ada@example.com"] = "550 5.1.1 <ada@example.com> no 918273"
        await mailer.send(an_email(text="code 918273"))
    ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]  # aiosmtpd's own
    said = "".join(ours) + "".join(capsys.readouterr())
    assert not re.search(r"918273|ada@|s3cret", said)
