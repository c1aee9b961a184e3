"""Killed at random moments in bad weather, nothing is charged twice and nothing acknowledged is gone."""

from pathlib import Path

from tests.faults.soak import judged, soaking


async def test_x1_r135_kills_at_random_in_bad_weather_lose_and_double_nothing(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with soaking(tmp_path, sqlite_url, chance=0.2, seed=20) as load:
        await load.run(40, at_once=8, kill_every=12, seconds=90)
        assert load.kills, "nothing was killed, so nothing was seen"
        assert load.told.paid
        verdict = await judged(load)
    assert verdict.holds, list(verdict.lines())
