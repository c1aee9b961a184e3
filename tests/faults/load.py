"""Journeys at random, faults at random, kills at random; and a memory of everything that was acknowledged."""

import asyncio
import contextlib
import random
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp

from tests.faults.patient import APPROVED, CHARGED_IN_SILENCE, DECLINED, FAILS_BEFORE_CHARGING, Patient
from tests.faults.place import Place
from tests.household import eventually

CARDS = (APPROVED,) * 7 + (DECLINED, CHARGED_IN_SILENCE, FAILS_BEFORE_CHARGING)
FAULTS = {
    "gateway": ("refuse", "drop_after_accept", "error"),
    "sms": ("refuse", "drop_after_accept", "error"),
    "webhooks": ("refuse", "drop_after_accept", "error"),
}
_AT_ONCE = 8
_CUT_OFF = (aiohttp.ClientError, TimeoutError, ConnectionError)


@dataclass(slots=True)
class Told:
    """What browsers were told, which must be so ever after (G4)."""

    opened: dict[str, int] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    declined: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    cut_off: int = 0
    busy: int = 0


class Load:
    """So many journeys, several at a time, each with a bill of its own."""

    def __init__(self, place_: Place, *, seed: int, share_of_faults: float = 0.2) -> None:
        self.place = place_
        self.told = Told()
        self.done = 0
        self.kills = 0
        self._dice = random.Random(seed)  # noqa: S311 - a run that can be repeated, not a secret
        self._share = share_of_faults
        self._up = asyncio.Event()
        self._up.set()

    async def run(self, payments: int, *, kill_every: int) -> None:
        """Do them all, killing the service about every so many."""
        bills = [await self._bill() for _ in range(payments)]
        line = iter(bills)
        walkers = [asyncio.create_task(self._walk(line)) for _ in range(_AT_ONCE)]
        killer = asyncio.create_task(self._kill(kill_every))
        try:
            await asyncio.gather(*walkers)
        finally:
            killer.cancel()
            await asyncio.gather(killer, *walkers, return_exceptions=True)
        await self._up.wait()
        await self.place.no_faults()

    async def holds(self) -> None:
        """Hold what was told against what is; everything must have settled."""
        is_now = {one["id"]: one["status"] for one in await self.place.payments()}
        assert self.told.written <= set(is_now), self.told.written - set(is_now)
        assert {is_now[one] for one in self.told.paid} <= {"succeeded"}, "a success that was shown is gone"
        assert {is_now[one] for one in self.told.declined} <= {"declined"}, "a decline that was shown is gone"
        for link, opened in self.told.opened.items():
            uses = (await self.place.api("GET", f"/links/{link}"))["uses"]
            assert uses >= opened, f"an acknowledged opening of {link} is gone"
        await self.place.agrees()

    async def _bill(self) -> dict[str, Any]:
        return await self.place.link_for(await self.place.owes())

    async def _walk(self, line: Any) -> None:
        for link in line:
            patient = self.place.patient()
            with contextlib.suppress(Busy):
                await self._journey(patient, link)
            await patient.close()
            self.done += 1

    async def _journey(self, patient: Patient, link: dict[str, Any]) -> None:
        """Open, choose, pay; whatever is cut off is done again, as people do."""
        number = self._dice.choice(CARDS)
        await self._sure(lambda: self._opened(patient, link))
        await self._sure(patient.choose)
        token = await patient.card(number)
        email = f"p{self.done}@example.com"
        for part, kinds in FAULTS.items():
            if self._dice.random() < self._share:
                await self.place.fault(part, self._dice.choice(kinds))
        page = await self._sure(lambda: patient.press_pay(token, email=email))
        if page.status != 303 or not page.to.startswith("/payments/"):
            raise AssertionError(f"Pay led to {page.status}: {page.words}")
        payment = page.to.rpartition("/")[2]
        self.told.written.add(payment)
        result = await self._sure(lambda: patient.get(page.to))
        if result.payment_status == "paid":
            self.told.paid.add(payment)
        elif result.payment_status == "declined":
            self.told.declined.add(payment)

    async def _opened(self, patient: Patient, link: dict[str, Any]) -> Any:
        page = await patient.open(link)
        if page.status == 303:
            self.told.opened[link["id"]] = self.told.opened.get(link["id"], 0) + 1
        return page

    async def _sure(self, step: Any) -> Any:
        """Do one step until it is answered; it may be cut off by a kill, or told to come again."""
        for _ in range(10):
            await self._up.wait()
            try:
                page = await step()
            except _CUT_OFF:
                self.told.cut_off += 1
                continue
            if page.status != 503:
                return page
            self.told.busy += 1
        raise Busy

    async def _kill(self, every: int) -> None:
        """Kill at a random moment near each so-many-th journey, and start again."""
        while True:
            after = self.done + self._dice.randint(max(1, every // 2), every)
            await eventually(partial(self._reached, after), within=600)
            await asyncio.sleep(self._dice.random() * 0.2)  # the moment is the point, not a wait
            self._up.clear()
            await self.place.service.kill()
            self.kills += 1
            await self.place.service.start()
            self._up.set()

    async def _reached(self, journeys: int) -> bool:
        return self.done >= journeys


class Busy(Exception):
    """The service never came to answer this one."""
