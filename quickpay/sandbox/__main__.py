"""Run the sandbox world alone; prints one JSON line when it is ready."""

import argparse
import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from quickpay.sandbox.world import World

PREFIX = "SANDBOX_"
TEXTS = (
    "gateway-secret",
    "webhook-secret",
    "merchant-origin",
    "twilio-sid",
    "twilio-token",
    "smtp-user",
    "smtp-password",
)


def main() -> None:
    """Read flags and `SANDBOX_…` settings, run until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m quickpay.sandbox", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder for world.db and the certificate")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0 lets the system choose")
    parser.add_argument("--webhook-url", default=os.environ.get(f"{PREFIX}WEBHOOK_URL"))
    parser.add_argument("--replies-url", default=os.environ.get(f"{PREFIX}REPLIES_URL"))
    for name in TEXTS:
        setting = PREFIX + name.upper().replace("-", "_")
        given = os.environ.get(setting)
        parser.add_argument(f"--{name}", default=given, required=given is None, help=f"or {setting}")
    asyncio.run(_run(World(**vars(parser.parse_args()))))


async def _run(world: World) -> None:
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    await world.start()
    ready = {"url": world.url, "smtp_port": world.smtp_port, "ca_file": str(world.ca_file)}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    await over.wait()
    await world.stop()


if __name__ == "__main__":
    main()
