"""Killed at random moments under load, nothing is charged twice and nothing acknowledged is gone."""

from pathlib import Path

from tests.faults.load import Load
from tests.faults.place import place


async def test_x1_r135_kills_at_random_under_load_lose_and_double_nothing(
    tmp_path: Path, sqlite_url: str
) -> None:
    async with place(tmp_path, database_url=sqlite_url, webhooks=True) as here:
        await here.arrange()
        load = Load(here, seed=20)
        await load.run(45, kill_every=10)
        assert load.kills, "nothing was killed, so nothing was seen"
        assert load.told.paid
        await here.settles(within=60)
        await load.holds()
