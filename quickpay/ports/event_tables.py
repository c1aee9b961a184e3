"""The port to the tables of events out: endpoints with their secrets, and each event's way to each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from quickpay.domain.endpoints import Delivery, DeliveryState, DisabledBy, Endpoint, KeptSecret


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many deliveries of an endpoint wait, were given up, or came while it was at rest."""

    waiting: int = 0
    dead: int = 0
    skipped: int = 0


class Endpoints(Protocol):
    """Receivers of events."""

    async def add(self, endpoint: Endpoint) -> Endpoint | None:
        """Store it, its serial ignored; None when the id is taken."""
        ...

    async def get(self, endpoint_id: str) -> Endpoint | None: ...
    async def lock(self, endpoint_id: str) -> Endpoint | None: ...
    async def list_(self) -> list[Endpoint]:
        """All by id."""
        ...

    async def change(self, endpoint: Endpoint) -> None:
        """Replace what was asked for: address, group, events, rest."""
        ...

    async def disable(self, serial: int, *, by: DisabledBy, now: datetime) -> bool:
        """Put it to rest if it is not; what waits for it is skipped."""
        ...

    async def remove(self, serial: int) -> None:
        """Forget it with its secrets and deliveries."""
        ...

    async def fared(self, serial: int, *, trouble: str | None, now: datetime) -> None:
        """Note how a try went; None is well."""
        ...

    async def add_secret(self, serial: int, sealed: str, *, now: datetime, old_until: datetime) -> int:
        """Keep a new secret and return its id; those before it end then, if they do not sooner."""
        ...

    async def secrets(self, serial: int, now: datetime) -> list[KeptSecret]:
        """Those that sign now, the newest first."""
        ...

    async def every_secret(self) -> list[KeptSecret]: ...
    async def secret(self, serial: int, secret_id: int) -> KeptSecret | None: ...
    async def reseal(self, secret_id: int, sealed: str) -> None:
        """Keep the same secret under another key."""
        ...

    async def forget_secrets(self, now: datetime) -> int:
        """Drop secrets that sign no more."""
        ...


class Deliveries(Protocol):
    """What is to be told to whom. Rows are made by the audit, in the unit of the act."""

    async def due(self, now: datetime) -> list[int]:
        """The serials of endpoints for which something is due."""
        ...

    async def claim(
        self, serial: int, *, owner: str, now: datetime, lease: timedelta, most: int
    ) -> list[Delivery]:
        """Lease what is due for one endpoint, leases that ran out included; the oldest first."""
        ...

    async def finish(
        self, delivery_id: int, *, owner: str, state: DeliveryState, trouble: str | None, now: datetime
    ) -> bool:
        """End one this worker has leased; False when the lease has gone to another."""
        ...

    async def retry(
        self, delivery_id: int, *, owner: str, next_at: datetime, trouble: str, now: datetime
    ) -> bool:
        """Give one this worker has leased back until `next_at`."""
        ...

    async def again(self, serial: int, delivery_id: int, now: datetime) -> bool:
        """Send one once more that had ended."""
        ...

    async def again_since(self, serial: int, *, since: datetime, most: int, now: datetime) -> int:
        """Send once more what had ended and is of events since then, the oldest first."""
        ...

    async def ended_since(self, serial: int, since: datetime) -> datetime | None:
        """Of when the oldest such event is that is not waiting."""
        ...

    async def last(
        self, serial: int, *, states: tuple[DeliveryState, ...] | None, most: int
    ) -> list[Delivery]:
        """The newest, of these states or all."""
        ...

    async def counted(self, serial: int) -> Counted: ...
    async def forget(self, before: datetime, *, most: int) -> int:
        """Drop those that ended before, and those whose endpoint is gone."""
        ...
