"""The real clock and the real draw keep their ports' promises."""

import re
import uuid
from datetime import UTC, datetime, timedelta

from quickpay.adapters.clock import SystemClock
from quickpay.adapters.ids import RandomIds
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds


def test_the_clock_is_aware_and_never_runs_back() -> None:
    for clock in (SystemClock(), FakeClock(datetime.now(UTC))):
        told: Clock = clock
        assert told.now().utcoffset() == timedelta()
        assert abs(told.now() - datetime.now(UTC)) < timedelta(minutes=1)
        assert told.monotonic() <= told.monotonic()


def test_the_fake_clock_moves_when_told() -> None:
    clock = FakeClock()
    before, mark = clock.now(), clock.monotonic()
    clock.advance(timedelta(minutes=10))
    assert clock.now() - before == timedelta(minutes=10)
    assert clock.monotonic() - mark == 600


def test_drawn_things_have_their_shapes_and_do_not_repeat() -> None:
    for ids in (RandomIds(), FakeIds()):
        draw: Ids = ids
        links, secrets = [draw.link_id() for _ in range(100)], [draw.secret() for _ in range(100)]
        assert len({*links}) == len({*secrets}) == len({draw.uuid() for _ in range(100)}) == 100
        assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", link) for link in links)
        assert {len(secret) for secret in secrets} == {32}
        assert uuid.UUID(draw.uuid()).version == 4
