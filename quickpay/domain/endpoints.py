"""Where other programs are told of events, and how each telling fared."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

SECRET_LIVES_ON = timedelta(hours=24)
"""How long the secret before signs along, so that a receiver can change over."""
MOST_ENDPOINTS = 20
"""Of one group, and of those for all groups."""


class DisabledBy(StrEnum):
    """Who put an endpoint to rest."""

    API = "api"
    STAFF = "staff"
    GONE = "gone"
    """The receiver itself, by answering 410."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointHealth:
    """How an endpoint fares: failures are those since the last success."""

    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    failures: int = 0
    trouble: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One receiver; `group_id` is the only group it hears of, None is all."""

    serial: int
    id: str
    url: str
    group_id: int | None
    events: tuple[str, ...]
    disabled_by: DisabledBy | None
    created_at: datetime
    changed_at: datetime
    health: EndpointHealth = EndpointHealth()

    @property
    def enabled(self) -> bool:
        """Whether events are sent there."""
        return self.disabled_by is None


class DeliveryState(StrEnum):
    """How the telling of one event to one endpoint stands."""

    QUEUED = "queued"
    LEASED = "leased"
    DELIVERED = "delivered"
    DEAD = "dead"
    """Tried for three days, in vain."""
    SKIPPED = "skipped"
    """The endpoint was at rest."""


ENDED = (DeliveryState.DELIVERED, DeliveryState.DEAD, DeliveryState.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one endpoint; `event_id` stays the same through every try and replay."""

    id: int
    event_id: str
    endpoint: int
    type: str
    payload: str = field(repr=False)
    at: datetime
    state: DeliveryState
    attempts: int
    next_at: datetime
    tried_at: datetime | None
    trouble: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSecret:
    """A secret of an endpoint as the database has it: sealed; `ends_at` None while it is the newest."""

    id: int
    sealed: str = field(repr=False)
    ends_at: datetime | None
