"""The pages of the API keys as values, and what their scopes and states are called."""

from dataclasses import dataclass, field
from typing import ClassVar

from quickpay.domain.api_keys import Scope
from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.staff.views import Bar
from quickpay.services.staff.api_keys import KeyState

SCOPES: dict[Scope, str] = {
    Scope.GROUPS_READ: "See groups and their options",
    Scope.GROUPS_WRITE: "Make and change groups",
    Scope.GUARANTORS_READ: "See guarantors and what they owe",
    Scope.GUARANTORS_WRITE: "Bring in guarantors and what they owe",
    Scope.LINKS_READ: "See links and how they fared",
    Scope.LINKS_WRITE: "Make, send, end and restore links",
    Scope.HANDOFFS_WRITE: "Hand the portal's users over",
    Scope.LAUNCHES_WRITE: "Show its staff what a patient sees",
    Scope.PAYMENTS_READ: "See payments",
    Scope.PAYMENTS_WRITE: "Take payments over",
    Scope.REPORTS_READ: "Read reports",
    Scope.PAYMENTS_REFUND: "Give payments back",
    Scope.WEBHOOKS_READ: "See where events are sent",
    Scope.WEBHOOKS_WRITE: "Have events sent",
}
STATES = {
    KeyState.GOOD: "Good",
    KeyState.ENDING: "Ends soon",
    KeyState.ENDED: "Ended",
    KeyState.REVOKED: "Revoked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One line of the list; `live` where it can be revoked."""

    id: str
    name: str
    group: str
    scopes: tuple[str, ...]
    created: str
    expires: str
    used: str
    state: str
    ending: bool
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysPage:
    """The keys."""

    template: ClassVar[str] = "staff/api_keys.html"
    frame: Frame
    bar: Bar
    rows: tuple[KeyRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeChoice:
    """One thing a key may do, as a box to tick."""

    field: str
    scope: str
    words: str
    ticked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKeyForm:
    """What a new key is to be."""

    template: ClassVar[str] = "staff/api_key_new.html"
    frame: Frame
    bar: Bar
    form_key: str
    name: str
    group: str
    groups: tuple[tuple[str, str], ...]
    scopes: tuple[ScopeChoice, ...]
    days: str
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKeyPage:
    """The secret, this once; without one where an earlier press had it."""

    template: ClassVar[str] = "staff/api_key_made.html"
    frame: Frame
    bar: Bar
    name: str
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeKeyPage:
    """What revoking does, and the second press for it."""

    template: ClassVar[str] = "staff/api_key_revoke.html"
    frame: Frame
    bar: Bar
    row: KeyRow
