"""The port to the table of staff launches."""

from typing import Protocol

from quickpay.domain.launches import Launch


class Launches(Protocol):
    """What launches have beside their links."""

    async def add(self, launch: Launch) -> None: ...
    async def of_link(self, link_serial: int) -> Launch | None: ...
