"""The watchdog says when the event loop was kept from everybody, and says nothing of an ordinary delay."""

from structlog.testing import capture_logs

from quickpay.adapters.watchdog import LOOKS_EVERY_SECONDS, TOLERATED_SECONDS, Watchdog


async def test_x26_a_standstill_is_said_once_with_its_length_and_a_delay_is_not() -> None:
    at = 100.0
    dog = Watchdog(lambda: at)
    with capture_logs() as said:
        for late in (0.0, 0.2, TOLERATED_SECONDS - 0.01, 5.0, 0.0):
            at += LOOKS_EVERY_SECONDS + late
            await dog.look()
    assert [(one["event"], one["seconds"]) for one in said] == [("event_loop_blocked", 5.0)]
