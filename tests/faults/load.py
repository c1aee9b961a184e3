"""Payments at random, bad weather, kills at random; and a memory of everything that was acknowledged."""

import asyncio
import contextlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.faults.patient import APPROVED, CHARGED_IN_SILENCE, DECLINED, FAILS_BEFORE_CHARGING, Page, Patient
from tests.faults.place import GROUP, Place
from tests.faults.service import NotServing, Service
from tests.faults.weather import Weather

CARDS = (*(APPROVED,) * 15, DECLINED, DECLINED, CHARGED_IN_SILENCE, FAILS_BEFORE_CHARGING)
_CUT_OFF = (aiohttp.ClientError, TimeoutError, ConnectionError)
_TRIES = 40
_BY_TEXT = 0.2
_OWED = 23_000


@dataclass(slots=True)
class Told:
    """What browsers were told, which must be so ever after (G4)."""

    opened: dict[str, int] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    declined: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    cut_off: int = 0
    busy: int = 0
    given_up: int = 0


class Load:
    """So many payments, several at a time, each of a guarantor of its own, at several processes at once."""

    def __init__(self, place_: Place, services: tuple[Service, ...], weather: Weather, *, seed: int) -> None:
        self.place = place_
        self.told = Told()
        self.done = 0
        self.kills = 0
        self._services = services
        self._weather = weather
        self._dice = random.Random(seed)  # noqa: S311 - a run that can be repeated, not a secret
        self._change = asyncio.Event()

    async def run(self, payments: int, *, at_once: int, kill_every: int, seconds: float) -> None:
        """Do them all, or as many as the time is enough for, killing a process about every so many."""
        line = iter(range(payments))
        self._weather.rise()
        walkers = [asyncio.create_task(self._walk(line)) for _ in range(at_once)]
        killer = asyncio.create_task(self._kill(kill_every))
        try:
            _, late = await asyncio.wait([*walkers], timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
            for one in late:
                one.cancel()
            ends = await asyncio.gather(*walkers, return_exceptions=True)
        finally:
            killer.cancel()
            await asyncio.gather(killer, *walkers, return_exceptions=True)
            await self._weather.calm()
        for one in self._services:
            await self._sure_it_serves(one)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _walk(self, line: Iterator[int]) -> None:
        for number in line:
            patient = self.place.patient(self._dice.choice(self._services))
            try:
                await self._journey(patient, number)
            except Busy:
                self.told.given_up += 1
            finally:
                await self.place.forget(patient)
            self.done += 1
            self._change.set()

    async def _journey(self, patient: Patient, number: int) -> None:
        """Open, choose, pay; whatever is cut off is done again, as people do, at whatever process answers."""
        link = await self._bill()
        await self._sure(patient, lambda: self._opened(patient, link))
        amount = f"{self._dice.randint(100, _OWED) / 100:.2f}" if self._dice.random() < 0.5 else ""
        await self._sure(patient, lambda: patient.choose_quickly(amount))
        token = await patient.card(self._dice.choice(CARDS))
        email = f"p{number}@example.com" if self._dice.random() < 0.5 else ""
        page = await self._sure(patient, lambda: patient.press_pay(token, email=email))
        if page.status != 303 or not page.to.startswith("/payments/"):
            raise AssertionError(f"Pay led to {page.status}: {page.words}")
        payment = page.to.rpartition("/")[2]
        self.told.written.add(payment)
        result = await self._sure(patient, lambda: patient.get(page.to))
        if result.payment_status == "paid":
            self.told.paid.add(payment)
        elif result.payment_status == "declined":
            self.told.declined.add(payment)

    async def _bill(self) -> dict[str, Any]:
        """Make a guarantor who owes, and a link, as the PM system does: again until it is answered."""
        by_text = self._dice.random() < _BY_TEXT
        number = self.place.next_number()
        for _ in range(_TRIES):
            try:
                await self.place.guarantor(GROUP, number)
                return await self.place.link_for(number, send=by_text)
            except (*_CUT_OFF, AssertionError):  # 503 where the process it spoke to was just ended
                self.told.cut_off += 1
                self.place.turn(self._dice.choice(self._services).address)
                await self._a_moment()
        raise Busy

    async def _opened(self, patient: Patient, link: dict[str, Any]) -> Page:
        page = await patient.open(link)
        if page.status == 303:
            self.told.opened[link["id"]] = self.told.opened.get(link["id"], 0) + 1
        return page

    async def _sure(self, patient: Patient, step: Any) -> Any:
        """Do one step until it is answered; it may be cut off by a kill, or told to come again."""
        for _ in range(_TRIES):
            try:
                page = await step()
            except _CUT_OFF:
                self.told.cut_off += 1
            else:
                if page.status != 503:
                    return page
                self.told.busy += 1
            patient.address = self._dice.choice(self._services).address
            await self._a_moment()
        raise Busy

    async def _a_moment(self) -> None:
        await asyncio.sleep(0.1 + self._dice.random() * 0.2)  # as a person who presses once more

    async def _kill(self, every: int) -> None:
        """Kill one of them at a random moment near each so-many-th payment, and start it again."""
        due = 0
        while True:
            due += self._dice.randint(max(1, every * 3 // 4), max(1, every * 5 // 4))
            while self.done < due:
                self._change.clear()
                await self._change.wait()
            await asyncio.sleep(self._dice.random() * 0.2)  # the moment is the point, not a wait
            one = self._dice.choice(self._services)
            await one.kill()
            self.kills += 1
            await self._sure_it_serves(one)

    async def _sure_it_serves(self, one: Service) -> None:
        with contextlib.suppress(NotServing):
            if not await one.answers():
                await one.kill()
                await one.start()


class Busy(Exception):
    """The service never came to answer this one."""
