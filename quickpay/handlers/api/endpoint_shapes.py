"""The API's shapes of endpoints of events out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter

from quickpay.domain.options import FORBID_UNKNOWN
from quickpay.services.events.endpoint_views import EndpointView
from quickpay.services.events.endpoints import EndpointAsked

EventWord = Literal[
    "payment.succeeded",
    "payment.declined",
    "payment.refunded",
    "payment.posted",
    "payment.unknown",
    "payment.review",
    "link.opened",
    "link.revoked",
    "link.suspended",
    "contact.changed",
]


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthOut:
    """How it fares: failures since the last success; how many events wait, were given up, or skipped."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    succeeded_at: datetime | None
    failed_at: datetime | None
    failures: int
    trouble: str | None
    waiting: int
    given_up: int
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointBody(EndpointAsked):
    """An endpoint; the last six are told, and what GET gave may be PUT back with them."""

    id: str | None = None
    disabled_by: Literal["api", "staff", "gone"] | None = None
    created_at: datetime | None = None
    changed_at: datetime | None = None
    health: HealthOut | None = None
    secret: str | None = field(default=None, repr=False)

    def asked(self) -> EndpointAsked:
        """Give what is asked for alone."""
        return EndpointAsked(url=self.url, group=self.group, events=self.events, enabled=self.enabled)


class EndpointOut(_Out):
    """An endpoint as it stands; `secret` only in the answer that made it."""

    id: str
    url: str
    group: str | None
    events: list[EventWord]
    enabled: bool
    disabled_by: Literal["api", "staff", "gone"] | None
    created_at: datetime
    changed_at: datetime
    health: HealthOut
    secret: str | None = None


class EndpointList(_Out):
    """Endpoints this key may know of, by id."""

    data: list[EndpointOut]
    next: str | None


class RememberedRotation(_Out):
    """A rotation as it is remembered for its Idempotency-Key: without the secret."""

    id: int
    old_until: datetime


class RotatedOut(_Out):
    """The new secret; until `old_until` the one before signs along. Null when a newer one took its place."""

    secret: str | None
    old_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayBody:
    """From when on events are to be sent again."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    since: AwareDatetime


class ReplayOut(_Out):
    """How many go once more; where not all fitted, ask again with `since=<next>`."""

    queued: int
    next: datetime | None


ENDPOINT_BODY = TypeAdapter(EndpointBody)
REPLAY_BODY = TypeAdapter(ReplayBody)


def endpoint_out(view: EndpointView, *, secret: str | None = None) -> EndpointOut:
    """Show an endpoint."""
    endpoint, health = view.endpoint, view.endpoint.health
    return EndpointOut.model_validate(
        {
            "id": endpoint.id,
            "url": endpoint.url,
            "group": view.group,
            "events": list(endpoint.events),
            "enabled": endpoint.enabled,
            "disabled_by": None if endpoint.disabled_by is None else endpoint.disabled_by.value,
            "created_at": endpoint.created_at,
            "changed_at": endpoint.changed_at,
            "health": HealthOut(
                succeeded_at=health.succeeded_at,
                failed_at=health.failed_at,
                failures=health.failures,
                trouble=health.trouble,
                waiting=view.counted.waiting,
                given_up=view.counted.dead,
                skipped=view.counted.skipped,
            ),
            "secret": secret,
        }
    )
