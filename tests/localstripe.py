"""Run localstripe, somebody else's Stripe, as a program of its own on loopback.

It is under the GPL: nothing of ours imports it, here or anywhere.
"""

import subprocess
import sys
from collections.abc import Iterator

import pytest

_PROGRAM = """
import socket
from aiohttp import web
from localstripe import server
from localstripe.resources import store

store.dump_to_disk = lambda *a, **k: None  # else it leaves a file in /tmp
here = socket.create_server(("127.0.0.1", 0))  # by itself it listens to the whole network
print(here.getsockname()[1], flush=True)
web.run_app(server.app, sock=here, print=None, handle_signals=False)
"""


@pytest.fixture(scope="session")
def localstripe() -> Iterator[str]:
    """Start it for the first test that asks, yield its address, and end it."""
    program = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", _PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert program.stdout is not None
        port = program.stdout.readline().strip()
        assert port.isdecimal(), "localstripe did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        program.kill()
        program.wait()
        assert program.stdout is not None
        program.stdout.close()
