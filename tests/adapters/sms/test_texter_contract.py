"""What every texter promises: the Twilio adapter and its fake pass the same tests."""

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol
from urllib.parse import parse_qs

import aiohttp
import pytest

from quickpay.adapters.sms import TwilioTexter
from quickpay.ports.messages import STOPPED, Delivery, Rejected, Sent, Text, Texter, Uncertain
from tests.adapters.sms.servers import FROM, SID, TO, TOKEN, Counter, counter
from tests.fakes.texter import FakeTexter

STOP = Rejected(reason=STOPPED, permanent=True)
BUSY = Rejected(reason="twilio_20429", permanent=False)


class Rig(Protocol):
    """Stand behind a texter: see what arrived, and decide how the next sending ends."""

    texter: Texter

    def arrived(self) -> list[tuple[str, str]]: ...
    def ends(self, outcome: Delivery) -> None: ...


class FakeRig:
    def __init__(self) -> None:
        self.fake = FakeTexter()
        self.texter: Texter = self.fake

    def arrived(self) -> list[tuple[str, str]]:
        return [(text.to, text.body) for text in self.fake.sent]

    def ends(self, outcome: Delivery) -> None:
        self.fake.then(outcome)


class TwilioRig:
    def __init__(self, texter: Texter, twilio: Counter) -> None:
        self.texter = texter
        self.twilio = twilio
        self.refused = 0

    def arrived(self) -> list[tuple[str, str]]:
        forms = [parse_qs(body) for _, _, _, body in self.twilio.requests[self.refused :]]
        return [(form["To"][0], form["Body"][0]) for form in forms]

    def ends(self, outcome: Delivery) -> None:
        match outcome:
            case Rejected(permanent=True):
                self.twilio.answers, self.refused = [(400, '{"code": 21610}')], 1
            case Rejected():
                self.twilio.answers, self.refused = [(429, '{"code": 20429}')], 1
            case Uncertain():
                self.twilio.hang_up = True
            case Sent():
                pass


@contextlib.asynccontextmanager
async def fake_rig() -> AsyncIterator[Rig]:
    yield FakeRig()


@contextlib.asynccontextmanager
async def twilio_rig() -> AsyncIterator[Rig]:
    async with aiohttp.ClientSession() as session, counter() as standing:
        texter = TwilioTexter(
            account_sid=SID, auth_token=TOKEN, session=session, from_number=FROM, api_base=standing.url
        )
        yield TwilioRig(texter, standing)


@pytest.fixture(params=[fake_rig, twilio_rig], ids=["fake", "twilio"])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    make: Callable[[], contextlib.AbstractAsyncContextManager[Rig]] = request.param
    async with make() as made:
        yield made


def a_text(**changes: Any) -> Text:
    given: dict[str, Any] = {
        "to": TO,
        "body": "Your code is 918273",
        "validity": None,
        "status_callback": None,
    }
    return Text(**(given | changes))


async def test_a_sent_text_has_arrived_once_and_has_a_name_there(rig: Rig) -> None:
    outcome = await rig.texter.send(a_text())
    assert isinstance(outcome, Sent)
    assert outcome.provider_id is not None
    assert len(outcome.provider_id) == 34
    assert rig.arrived() == [(TO, "Your code is 918273")]


@pytest.mark.parametrize("outcome", [STOP, BUSY])
async def test_a_rejected_text_has_not_arrived(rig: Rig, outcome: Rejected) -> None:
    rig.ends(outcome)
    assert await rig.texter.send(a_text()) == outcome
    assert rig.arrived() == []


async def test_an_uncertain_text_was_handed_over_once(rig: Rig) -> None:
    rig.ends(Uncertain(reason="silent"))
    assert await rig.texter.send(a_text()) == Uncertain(reason="silent")
    assert rig.arrived() == [(TO, "Your code is 918273")]
