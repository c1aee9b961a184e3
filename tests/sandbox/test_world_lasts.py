"""What the world said, it still says after it was stopped, and after it was killed."""

import asyncio
import json
import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from quickpay.sandbox import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

FLAGS = {
    "gateway-secret": "sk_sandbox_0123456789abcdef",
    "webhook-secret": "whsec_0123456789abcdef",
    "merchant-origin": "http://127.0.0.1:1",
    "twilio-sid": "AC" + "0" * 32,
    "twilio-token": "0123456789abcdef0123456789abcdef",
    "smtp-user": "quickpay",
    "smtp-password": "correct horse battery staple",
}


async def test_a_stopped_world_forgets_nothing(
    merchant: Any, world: World, another_world: Any, tmp_path: Path
) -> None:
    kept, used = await merchant.token(), await merchant.token()
    charged = await merchant.charge(used)
    await merchant.text()
    ledger, messages = await merchant.ledger(), await merchant.messages("+16085550123")
    authority = world.ca_file.read_bytes()
    await world.stop()

    merchant.world = again = await another_world(tmp_path / "world")
    assert again.ca_file.read_bytes() == authority
    assert await merchant.ledger() == ledger
    assert await merchant.messages("+16085550123") == messages
    assert await merchant.charge(used) == charged
    assert (await merchant.charge(used, key="k2"))[1]["reason"] == "invalid_token"
    assert (await merchant.charge(kept, key="k3"))[0] == 200


async def start(data: Path) -> tuple[asyncio.subprocess.Process, dict[str, Any]]:
    flags = [part for name, value in FLAGS.items() for part in (f"--{name}", value)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "quickpay.sandbox", "--data", str(data), "--port", "0", *flags),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        return process, json.loads(await process.stdout.readline())


async def test_a_killed_world_has_kept_every_charge_it_answered(tmp_path: Path) -> None:
    process, ready = await start(tmp_path)
    assert ready["ca_file"] == str(tmp_path / "sandbox-ca.pem")
    assert ready["smtp_port"]
    answered: list[str] = []
    enough = asyncio.Event()

    async def shop(http: aiohttp.ClientSession, name: str) -> None:
        card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123"}
        for count in range(10_000):
            async with http.post(f"{ready['url']}/v1/tokens", json=card) as said:
                token = (await said.json())["token"]
            order = {"amount": 100, "currency": "usd", "token": token, "reference": f"{name}{count}"}
            headers = {
                "Authorization": f"Bearer {FLAGS['gateway-secret']}",
                "Idempotency-Key": f"{name}{count}",
            }
            async with http.post(f"{ready['url']}/v1/charges", json=order, headers=headers) as said:
                answered.append((await said.json())["id"])
            if len(answered) >= 40:
                enough.set()

    async with aiohttp.ClientSession() as http:
        shoppers = [asyncio.create_task(shop(http, name)) for name in "abcdefgh"]
        async with asyncio.timeout(30):
            await enough.wait()
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        await asyncio.gather(*shoppers, return_exceptions=True)

    process, ready = await start(tmp_path)
    async with aiohttp.ClientSession() as http, http.get(f"{ready['url']}/v1/charges") as said:
        kept = [line["id"] for line in (await said.json())["data"]]
    process.terminate()
    assert await process.wait() == 0
    assert set(answered) <= set(kept)
    assert len(answered) >= 40


async def test_the_file_is_as_safe_as_sqlite_makes_it(world: World, tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "world" / "world.db")
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    db.close()
    assert (tmp_path / "world" / "sandbox-smtp.key").stat().st_mode & 0o077 == 0
