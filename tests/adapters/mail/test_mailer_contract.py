"""What every mailer promises: the SMTP adapter and its fake pass the same tests."""

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

from quickpay.adapters.mail import SmtpMailer
from quickpay.ports.messages import Delivery, Email, Mailer, Rejected, Sent, Uncertain
from tests.adapters.mail.certificates import Authority
from tests.adapters.mail.servers import PASSWORD, Postbox, mail_server
from tests.fakes.clock import FakeClock
from tests.fakes.mailer import FakeMailer

PERMANENT = Rejected(reason="recipient_550", permanent=True)
TRANSIENT = Rejected(reason="recipient_451", permanent=False)


class Rig(Protocol):
    """Stand behind a mailer: see what arrived, and decide how the next sending ends."""

    mailer: Mailer

    def arrived(self) -> list[tuple[str, str]]: ...
    def ends(self, outcome: Delivery) -> None: ...


class FakeRig:
    def __init__(self) -> None:
        self.fake = FakeMailer()
        self.mailer: Mailer = self.fake

    def arrived(self) -> list[tuple[str, str]]:
        return [(email.to, email.message_id) for email in self.fake.sent]

    def ends(self, outcome: Delivery) -> None:
        self.fake.then(outcome)


class SmtpRig:
    def __init__(self, mailer: SmtpMailer, postbox: Postbox) -> None:
        self.mailer: Mailer = mailer
        self.postbox = postbox

    def arrived(self) -> list[tuple[str, str]]:
        messages = self.postbox.messages()
        return [
            (envelope.rcpt_tos[0], str(message["Message-ID"]))
            for envelope, message in zip(self.postbox.envelopes, messages, strict=True)
        ]

    def ends(self, outcome: Delivery) -> None:
        match outcome:
            case Rejected(permanent=permanent):
                self.postbox.recipient_answers["ada@example.com"] = "550 no" if permanent else "451 later"
            case Uncertain():
                self.postbox.hang_up_before_answer = True
            case Sent():
                pass


@contextlib.asynccontextmanager
async def fake_rig(_folder: Path) -> AsyncIterator[Rig]:
    yield FakeRig()


@contextlib.asynccontextmanager
async def smtp_rig(folder: Path) -> AsyncIterator[Rig]:
    authority = Authority(folder)
    async with mail_server(Postbox(), starttls=authority.server()) as postbox:
        mailer = SmtpMailer(
            f"smtp+starttls://qp:{PASSWORD.replace('@', '%40').replace('/', '%2F').replace(':', '%3A')}"
            f"@127.0.0.1:{postbox.port}",
            hostname="pay.example.com",
            clock=FakeClock(),
            ca_file=authority.ca_file,
        )
        yield SmtpRig(mailer, postbox)
        await mailer.close()


@pytest.fixture(params=[fake_rig, smtp_rig], ids=["fake", "smtp"])
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    make: Callable[[Path], contextlib.AbstractAsyncContextManager[Rig]] = request.param
    async with make(tmp_path) as made:
        yield made


def an_email(**changes: Any) -> Email:
    given: dict[str, Any] = {
        "to": "ada@example.com",
        "sender": "billing@clinic.example.com",
        "sender_name": None,
        "subject": "Receipt",
        "text": "Paid",
        "html": "<p>Paid</p>",
        "message_id": "<1@pay.example.com>",
    }
    return Email(**(given | changes))


async def test_a_sent_email_has_arrived_once(rig: Rig) -> None:
    assert await rig.mailer.send(an_email()) == Sent(provider_id=None)
    assert rig.arrived() == [("ada@example.com", "<1@pay.example.com>")]


@pytest.mark.parametrize("outcome", [PERMANENT, TRANSIENT])
async def test_a_rejected_email_has_not_arrived(rig: Rig, outcome: Rejected) -> None:
    rig.ends(outcome)
    assert await rig.mailer.send(an_email()) == outcome
    assert rig.arrived() == []


async def test_an_uncertain_email_may_have_arrived_and_was_handed_over_once(rig: Rig) -> None:
    rig.ends(Uncertain(reason="silent"))
    assert await rig.mailer.send(an_email()) == Uncertain(reason="silent")
    assert len(rig.arrived()) == 1


@pytest.mark.parametrize(
    "to", ["ada@example.com, eve@evil.example", "ada@example.com\r\nBcc: e@evil.example", ""]
)
async def test_two_addresses_are_an_impossibility_and_nothing_arrives(rig: Rig, to: str) -> None:
    with pytest.raises(ValueError, match="address"):
        await rig.mailer.send(an_email(to=to))
    assert rig.arrived() == []
