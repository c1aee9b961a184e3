"""These pages as values; their templates may use nothing else."""

from dataclasses import dataclass, field
from typing import ClassVar

from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.staff.views import Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class UnacknowledgedRow:
    """One payment the PM system has not taken over; `amount` or `given_back` is empty where it has."""

    path: str
    who: str
    number: str
    group: str
    amount: str
    given_back: str
    receipt: str
    posted: str
    since: str
    age: str
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnacknowledgedPage:
    """All of them, the oldest first; `warning` where the oldest waits too long."""

    template: ClassVar[str] = "staff/unacknowledged.html"
    frame: Frame
    bar: Bar
    summary: str
    warning: str
    group: str
    groups: tuple[tuple[str, str], ...]
    rows: tuple[UnacknowledgedRow, ...]
    earlier: str
    later: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """One endpoint in the list; `ill` where somebody should look."""

    id: str
    path: str
    url: str
    group: str
    state: str
    ill: bool
    succeeded: str
    waiting: str
    given_up: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointsPage:
    """Where events are sent."""

    template: ClassVar[str] = "staff/webhooks.html"
    frame: Frame
    bar: Bar
    rows: tuple[EndpointRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """One event on its way to one endpoint; `again` is empty where it waits anyway."""

    event_id: str
    type: str
    at: str
    state: str
    tries: int
    next: str
    trouble: str
    again: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointPage:
    """One endpoint: how it fares, what was given up, what went last."""

    template: ClassVar[str] = "staff/webhook.html"
    frame: Frame
    bar: Bar
    row: EndpointRow
    events: tuple[str, ...]
    failed: str
    trouble: str
    skipped: str
    resting: bool
    since: str
    choices: tuple[tuple[str, str], ...]
    given_up: tuple[DeliveryRow, ...]
    last: tuple[DeliveryRow, ...]
    done: str = ""
    mistakes: tuple[Mistake, ...] = field(default=())
