"""The world's memory: one SQLite file, one thread, each answer committed before it is given."""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Any]
Job = tuple[Work, asyncio.AbstractEventLoop, "asyncio.Future[Any]"]
Verdict = tuple[Any, BaseException | None]

BATCH = 64

SCHEMA = """
CREATE TABLE IF NOT EXISTS tokens (
  token TEXT PRIMARY KEY, brand TEXT NOT NULL, last4 TEXT NOT NULL, exp_month INTEGER NOT NULL,
  exp_year INTEGER NOT NULL, cvc INTEGER NOT NULL, behaviour TEXT NOT NULL, wallet TEXT,
  reusable INTEGER NOT NULL DEFAULT 0, made_at INTEGER NOT NULL, used_at INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS charges (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL CHECK (amount > 0),
  currency TEXT NOT NULL, status TEXT NOT NULL CHECK (status IN ('succeeded', 'declined')), reason TEXT,
  reference TEXT NOT NULL, idempotency_key TEXT NOT NULL, brand TEXT NOT NULL, last4 TEXT NOT NULL,
  refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND amount),
  stored_card TEXT, at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS charges_reference ON charges (reference);
CREATE TABLE IF NOT EXISTS refunds (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
  charge TEXT NOT NULL REFERENCES charges (id),
  amount INTEGER NOT NULL CHECK (amount > 0), idempotency_key TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS keys (
  key TEXT PRIMARY KEY, digest TEXT NOT NULL, status INTEGER NOT NULL, answer TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
  sender TEXT NOT NULL, recipient TEXT NOT NULL, subject TEXT NOT NULL,
  text TEXT NOT NULL, html TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS messages_recipient ON messages (recipient);
CREATE TABLE IF NOT EXISTS attachments (
  message INTEGER NOT NULL REFERENCES messages (seq), place INTEGER NOT NULL, name TEXT NOT NULL,
  kind TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (message, place)
) STRICT;
CREATE TABLE IF NOT EXISTS texts (sid TEXT PRIMARY KEY, resource TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS opt_outs (number TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS deliveries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, stream TEXT NOT NULL, url TEXT NOT NULL,
  body TEXT NOT NULL, made_at INTEGER NOT NULL, due_at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'given_up'))
) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (due_at) WHERE state = 'waiting';
"""


class Store:
    """Run pieces of work on the world's database, each whole or not at all.

    Works that wait together share one transaction and one fsync; each has its own savepoint, so that one that
    fails takes nothing of its neighbours with it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Make the file if it is not there and start the thread that owns it."""
        db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
            db.execute(f"PRAGMA {pragma}")
        db.executescript(SCHEMA)
        self._thread = threading.Thread(target=self._serve, args=(db,), name="sandbox-store", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """Let the works already handed in finish, then close the file."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(thread.join)

    async def run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run one piece of work and return what it returned, once it is on the disk."""
        if self._thread is None:
            raise RuntimeError("the world is not running")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._jobs.put((work, loop, future))
        return await future

    def _serve(self, db: sqlite3.Connection) -> None:
        last = False
        while not last:
            batch: list[Job] = []
            job = self._jobs.get()
            while job is not None and len(batch) < BATCH:
                batch.append(job)
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            else:
                last = job is None
                if job is not None:
                    batch.append(job)
            self._settle(batch, _together(db, [work for work, _, _ in batch]))
        db.close()

    @staticmethod
    def _settle(batch: list[Job], verdicts: list[Verdict]) -> None:
        for (_, loop, future), verdict in zip(batch, verdicts, strict=True):
            with contextlib.suppress(RuntimeError):  # the loop of a caller that is gone
                loop.call_soon_threadsafe(_tell, future, verdict)


def _together(db: sqlite3.Connection, works: list[Work]) -> list[Verdict]:
    verdicts: list[Verdict] = []
    try:
        db.execute("BEGIN IMMEDIATE")
        for work in works:
            db.execute("SAVEPOINT work")
            try:
                verdicts.append((work(db), None))
            except Exception as failure:  # noqa: BLE001 - it is handed to the caller, who is on another thread
                db.execute("ROLLBACK TO work")
                verdicts.append((None, failure))
            db.execute("RELEASE work")
        db.execute("COMMIT")
    except sqlite3.Error as failure:
        if db.in_transaction:
            db.execute("ROLLBACK")
        return [(None, failure)] * len(works)
    return verdicts


def _tell(future: "asyncio.Future[Any]", verdict: Verdict) -> None:
    if future.done():
        return
    result, failure = verdict
    if failure is None:
        future.set_result(result)
    else:
        future.set_exception(failure)
