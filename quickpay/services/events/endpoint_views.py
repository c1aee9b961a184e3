"""What every act on an endpoint of events out shares: whose it is, how it is shown."""

from dataclasses import dataclass
from datetime import datetime

from quickpay.domain.audit import Event
from quickpay.domain.endpoints import Endpoint
from quickpay.domain.reach import Reach
from quickpay.ports.event_tables import Counted
from quickpay.ports.tables import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointView:
    """One endpoint as it stands; `group` is the slug of the one it is for, None for all."""

    endpoint: Endpoint
    group: str | None
    counted: Counted


@dataclass(frozen=True, slots=True)
class NoEndpoint:
    """There is no such endpoint for whoever asks."""


def holds(within: int | None, endpoint: Endpoint) -> bool:
    """Tell whether a key for this group, or for all, may change it."""
    return within is None or endpoint.group_id == within


def reaches(within: Reach, endpoint: Endpoint) -> bool:
    """Tell whether somebody of these groups may know of it."""
    return within.groups is None or endpoint.group_id in within.groups


async def view_of(tx: Tx, endpoint: Endpoint) -> EndpointView:
    """Put it together inside the caller's unit."""
    group = None if endpoint.group_id is None else await tx.groups.get(endpoint.group_id)
    return EndpointView(
        endpoint=endpoint,
        group=None if group is None else group.slug,
        counted=await tx.deliveries.counted(endpoint.serial),
    )


def act(kind: str, endpoint: Endpoint, now: datetime, by: str, **detail: int) -> Event:
    """Write an act down, in fixed words and numbers."""
    return Event(
        at=now,
        type=kind,
        group_id=endpoint.group_id,
        actor=by,
        detail={"endpoint": endpoint.id, **detail},
    )
