"""What the world still has to tell others: webhooks and status callbacks, kept until they arrive."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import sqlite3
import time
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl

import aiohttp

from quickpay.sandbox.faults import Faults
from quickpay.sandbox.moments import SECOND, now
from quickpay.sandbox.store import Store
from quickpay.sandbox.terms import Terms

PATIENCE = aiohttp.ClientTimeout(total=10)
FIRST_PAUSE, LONGEST_PAUSE = SECOND // 2, 30 * SECOND
# A gateway tries for some minutes; Twilio tries a status callback twice.
LIFE = {"gateway": 6 * 60 * SECOND, "twilio": 3 * SECOND}
TICK = 0.1
AT_ONCE = 100
REDIRECT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Hold one thing to tell; those of one stream arrive in the order they were made."""

    kind: str
    stream: str
    url: str
    body: str
    seq: int = 0
    made_at: int = 0
    tries: int = 0


def add(db: sqlite3.Connection, delivery: Delivery, *, now: int, due: int) -> None:
    """Put a delivery in line, in the same transaction as what it tells of."""
    db.execute(
        "INSERT INTO deliveries (kind, stream, url, body, made_at, due_at) VALUES (?, ?, ?, ?, ?, ?)",
        (delivery.kind, delivery.stream, delivery.url, delivery.body, now, due),
    )


class Courier:
    """Carry deliveries to where they belong, again and again until they arrive or their time is over."""

    def __init__(self, *, store: Store, faults: Faults, terms: Terms) -> None:
        self._store = store
        self._faults = faults
        self._terms = terms
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to carry, with what an earlier run left behind first."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop; what has not arrived stays in line."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        async with aiohttp.ClientSession(timeout=PATIENCE) as http, asyncio.TaskGroup() as carriers:
            busy: set[int] = set()
            while True:
                for delivery in await self._store.run(partial(_due, at=now())):
                    if delivery.seq not in busy:
                        busy.add(delivery.seq)
                        carriers.create_task(self._carry(http, delivery, busy))
                await asyncio.sleep(TICK)

    async def _carry(self, http: aiohttp.ClientSession, delivery: Delivery, busy: set[int]) -> None:
        try:
            arrived = await self._bring(http, delivery)
            await self._store.run(partial(_note, delivery=delivery, arrived=arrived, at=now()))
        finally:
            busy.discard(delivery.seq)

    async def _bring(self, http: aiohttp.ClientSession, delivery: Delivery) -> bool:
        fault = self._faults.take("webhooks")
        if fault is not None and fault.holds:
            await fault.hold()
        if fault is not None and fault.kind in {"refuse", "error"}:
            return False
        body = delivery.body.encode()
        sign = _gateway_headers if delivery.kind == "gateway" else _twilio_headers
        headers = sign(self._terms, delivery)
        try:
            async with http.post(delivery.url, data=body, headers=headers, allow_redirects=False) as said:
                fine = said.status < REDIRECT
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
        return fine and (fault is None or fault.kind != "drop_after_accept")


def _due(db: sqlite3.Connection, *, at: int) -> list[Delivery]:
    rows = db.execute(
        "SELECT * FROM deliveries AS one WHERE state = 'waiting' AND due_at <= ? AND NOT EXISTS (SELECT 1"
        " FROM deliveries AS before WHERE before.state = 'waiting' AND before.stream = one.stream"
        " AND before.seq < one.seq) ORDER BY due_at LIMIT ?",
        (at, AT_ONCE),
    )
    return [
        Delivery(
            kind=row["kind"],
            stream=row["stream"],
            url=row["url"],
            body=row["body"],
            seq=row["seq"],
            made_at=row["made_at"],
            tries=row["tries"],
        )
        for row in rows
    ]


def _note(db: sqlite3.Connection, delivery: Delivery, *, arrived: bool, at: int) -> None:
    pause = min(FIRST_PAUSE * 2**delivery.tries, LONGEST_PAUSE)
    late = at + pause > delivery.made_at + LIFE[delivery.kind]
    state = "done" if arrived else ("given_up" if late else "waiting")
    db.execute(
        "UPDATE deliveries SET tries = tries + 1, due_at = ?, state = ? WHERE seq = ?",
        (at + pause, state, delivery.seq),
    )


def _gateway_headers(terms: Terms, delivery: Delivery) -> dict[str, str]:
    stamp = int(time.time())
    signed = hmac.new(terms.webhook_secret.encode(), f"{stamp}.{delivery.body}".encode(), hashlib.sha256)
    return {"Content-Type": "application/json", "Sandbox-Signature": f"t={stamp},v1={signed.hexdigest()}"}


def _twilio_headers(terms: Terms, delivery: Delivery) -> dict[str, str]:
    fields = sorted(parse_qsl(delivery.body, keep_blank_values=True))
    told = delivery.url + "".join(name + value for name, value in fields)
    signed = hmac.new(terms.twilio_token.encode(), told.encode(), hashlib.sha1)
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": base64.b64encode(signed.digest()).decode(),
        "User-Agent": "TwilioProxy/1.1",
    }
