"""A door between the service and something outside that can be shut: connections are refused at once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Door:
    """Pass bytes both ways while open; its port stays the same."""

    def __init__(self, *, to_port: int) -> None:
        self.port = 0
        self._to_port = to_port
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Refuse whoever comes, and cut off whoever is inside."""
        if self._server is not None:
            self._server.close()
            for line in self._lines:
                line.cancel()
            await asyncio.gather(*self._lines, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        assert line is not None
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
        try:
            await asyncio.gather(_carry(reader, far_writer), _carry(far_reader, writer))
        except asyncio.CancelledError:
            pass  # shut; the streams' own callback has no use for a cancelled task
        finally:
            for end in (writer, far_writer):
                end.transport.abort()


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await source.read(65536):
            sink.write(chunk)
            await sink.drain()
        sink.write_eof()


@contextlib.asynccontextmanager
async def door(to_port: int) -> AsyncIterator[Door]:
    """Open a door; it is shut at the end."""
    made = Door(to_port=to_port)
    await made.open()
    try:
        yield made
    finally:
        await made.shut()
