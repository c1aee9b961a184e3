"""A mail server that takes a message a second while 200 codes wait (X13)."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from quickpay.adapters.mail import SmtpMailer
from quickpay.domain.languages import Language
from quickpay.mfa.challenge import ChallengeState
from quickpay.mfa.codes import new_code
from quickpay.mfa.limits import DEFAULT_LIMITS
from quickpay.mfa.methods import Method as Way
from quickpay.ports.messages import Delivery, Email
from quickpay.services.messages.courier import MAIL_PLACES, CodeToSend, Courier
from quickpay.services.messages.turns import Turns
from tests.adapters.mail.servers import Postbox, mail_server
from tests.people import House
from tests.services.conftest import Lakeside
from tests.services.rows import rows

T = TypeVar("T")

_WAITING = 200
_SECOND = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True)
class SlowPostbox(Postbox):
    """Answers for a message when it is told to, one at a time."""

    go: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    arrivals: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the server calls it so
        self.arrivals.put_nowait(envelope.rcpt_tos[0])
        await self.go.acquire()
        return await Postbox.handle_DATA(self, server, session, envelope)


class SilentMailer:
    """Takes every message and never says what became of it."""

    async def send(self, _email: Email) -> Delivery:
        return await asyncio.Future()


@pytest.fixture
async def postbox() -> AsyncIterator[SlowPostbox]:
    async with mail_server(SlowPostbox()) as slow:
        assert isinstance(slow, SlowPostbox)
        yield slow


async def _soon(turn: Awaitable[T]) -> T:
    """Wait for what comes at once, or fail."""
    async with asyncio.timeout(20):
        return await turn


async def _next(postbox: SlowPostbox) -> str:
    """Whose message the server has before it next."""
    return await _soon(postbox.arrivals.get())


def _code(lakeside: Lakeside, number: int, *, sends: int = 1) -> CodeToSend:
    return CodeToSend(
        challenge_id=f"challenge-{number}-{sends}",
        code=new_code(),
        method=Way.EMAIL,
        contact=f"p{number}@example.com",
        group=lakeside.group,
        guarantor_id=number,
        sends=sends,
        expires_at=lakeside.house.clock.now() + DEFAULT_LIMITS.code_life,
        language=Language.EN,
    )


def _courier(house: House, mailer: SmtpMailer | SilentMailer, **given: float) -> Courier:
    return Courier(
        store=house.store,
        clock=house.clock,
        mailer=mailer,
        texter=house.texter,
        notes=house.notes,
        host="pay.example.com",
        pauses=(0.0, 0.0),
        **given,  # type: ignore[arg-type]  # mypy takes them for any of the arguments
    )


async def test_x13_the_newest_codes_go_first_and_expired_or_replaced_ones_never(
    lakeside: Lakeside, postbox: SlowPostbox
) -> None:
    clock = lakeside.house.clock
    mailer = SmtpMailer(f"smtp://127.0.0.1:{postbox.port}", hostname="pay.example.com", clock=clock)
    courier = _courier(lakeside.house, mailer)

    def ask(number: int, *, sends: int = 1) -> asyncio.Task[None]:
        return asyncio.create_task(courier.deliver(_code(lakeside, number, sends=sends)))

    async def seconds(many: int) -> list[str]:
        """Let the server take one message a second; return whose came next."""
        came = []
        for _ in range(many):
            postbox.go.release()
            came.append(await _next(postbox))
            clock.advance(_SECOND)
        return came

    codes = [ask(number) for number in range(_WAITING)]
    first = [await _next(postbox) for _ in range(MAIL_PLACES)]
    assert sorted(first) == [f"p{number}@example.com" for number in range(MAIL_PLACES)]
    assert await seconds(3) == [f"p{number}@example.com" for number in (199, 198, 197)]
    codes.append(ask(10, sends=2))
    assert await seconds(2) == ["p10@example.com", "p196@example.com"]

    clock.advance(DEFAULT_LIMITS.code_life - timedelta(seconds=60))  # what waits is not worth sending now
    codes.append(ask(500))
    await asyncio.sleep(0)
    postbox.go.release()
    assert await _next(postbox) == "p500@example.com"
    for _ in range(MAIL_PLACES):
        postbox.go.release()
    async with asyncio.timeout(30):
        await asyncio.gather(*codes)
    await mailer.close()
    sent = [str(message["Message-ID"]) for message in postbox.messages()]
    assert len(sent) == MAIL_PLACES + 5 + 1
    assert "<code.challenge-10-2.2@pay.example.com>" in sent
    assert "<code.challenge-10-1.1@pay.example.com>" not in sent, "the code that was replaced"


@pytest.mark.parametrize(
    ("places", "outcome", "state"),
    [
        (0, "rejected: too_late", ChallengeState.UNDELIVERABLE),
        (1, "uncertain: deadline", ChallengeState.SENT),
    ],
)
async def test_x13_a_code_that_only_waited_is_not_said_to_be_sent(
    lakeside: Lakeside, places: int, outcome: str, state: ChallengeState
) -> None:
    house = lakeside.house
    house.verify._sending._courier = _courier(house, SilentMailer(), deadline=0.05, mail_places=places)
    alice = await house.come(await house.link(lakeside.alice))
    await house.verify.send(alice.visit, Way.EMAIL)
    await house.at_rest()
    assert [row["state"] for row in await rows(house, "challenges")] == [state]
    [event] = [row for row in await rows(house, "audit") if row["actor"] == "courier"]
    assert json.loads(event["detail"])["outcome"] == outcome


async def test_a_newer_code_takes_the_place_of_its_older_one_and_of_nobody_elses() -> None:
    turns = Turns(1)
    old, other, new, late = (turns.number() for _ in range(4))
    assert await turns.take(old, "a")
    waiting = [asyncio.create_task(turns.take(number, who)) for number, who in ((other, "b"), (new, "a"))]
    await asyncio.sleep(0)
    again = asyncio.create_task(turns.take(late, "a"))
    await asyncio.sleep(0)
    assert await _soon(waiting[1]) is False
    assert await _soon(turns.take(old, "a")) is False, "tried again when a newer one waits"
    turns.give_back()
    assert await _soon(again)
    assert not waiting[0].done()
    turns.give_back()
    assert await _soon(waiting[0])


async def test_who_gives_up_waiting_keeps_no_place() -> None:
    turns = Turns(1)
    assert await turns.take(turns.number(), "a")
    tasks = [asyncio.create_task(turns.take(turns.number(), who)) for who in "bcd"]
    await asyncio.sleep(0)
    tasks[2].cancel()  # before its turn
    turns.give_back()
    tasks[1].cancel()  # at the very moment of it
    await asyncio.gather(*tasks[1:], return_exceptions=True)
    assert await _soon(tasks[0])
    turns.give_back()
    assert await _soon(turns.take(turns.number(), "e"))
