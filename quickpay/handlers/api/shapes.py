"""The API's shapes: what is read from requests and files, and what is sent."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from annotated_types import Interval, Len
from pydantic import BaseModel, ConfigDict, TypeAdapter

from quickpay.domain.balances import Balances
from quickpay.domain.links import LinkState
from quickpay.domain.money import MAX_AMOUNT
from quickpay.domain.options import FORBID_UNKNOWN, Options
from quickpay.domain.origins import Origin
from quickpay.domain.payments import Method, Reason
from quickpay.domain.refunds import REASON_LONGEST
from quickpay.services.entry.handoffs import NewHandoff
from quickpay.services.entry.launches import NewLaunch
from quickpay.services.guarantors.records import GuarantorRecord
from quickpay.services.links.keep import NewLink

Status = Literal["pending", "succeeded", "declined", "unknown", "review", "refunded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBody(Options):
    """A group's options; `slug` and `version` are told, and what GET gave may be PUT back with them."""

    slug: str | None = None
    version: int | None = None

    def options(self) -> Options:
        """Give the options alone."""
        return Options(**{one.name: getattr(self, one.name) for one in fields(Options)})


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChangeOut:
    """A contact in force that the patient changed and confirmed; `pm` is what the PM system said last."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    contact: Literal["email", "mobile"]
    pm: str | None = field(repr=False)
    confirmed_at: datetime
    taken_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GuarantorBody(GuarantorRecord):
    """A guarantor; the last six are told, and what GET gave may be PUT back with them."""

    id: str | None = None
    group: str | None = None
    currency: Literal["usd"] | None = None
    changed_at: datetime | None = None
    contact_changes: tuple[ContactChangeOut, ...] = ()
    balances: Balances | None = None

    def record(self) -> GuarantorRecord:
        """Give what the PM system says alone."""
        return GuarantorRecord(**{one.name: getattr(self, one.name) for one in fields(GuarantorRecord)})


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GroupList(_Out):
    """Groups this key may know of, by name."""

    data: list[GroupBody]
    next: str | None


class VersionOut(_Out):
    """One version of a group's options."""

    version: int
    changed_at: datetime
    changed_by: str
    options: Options


class VersionList(_Out):
    """A group's versions, the newest first."""

    data: list[VersionOut]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """Which links to end: those for which everything given holds; a guarantor needs its group."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    group: Annotated[str, Len(1, 63)] | None = None
    guarantor: Annotated[str, Len(1, 64)] | None = None
    batch: Annotated[str, Len(1, 64)] | None = None


class Revoked(_Out):
    """How many links were ended now."""

    revoked: int


class EventOut(BaseModel):
    """One line of a link's timeline; what it says beside the time and the type depends on the type."""

    model_config = ConfigDict(extra="allow", frozen=True)

    at: datetime
    type: str


class MadeLink(_Out):
    """A link as it is remembered for its Idempotency-Key: without the address, which lets its holder in."""

    id: str
    group: str
    guarantor: str
    origin: Origin
    state: LinkState
    uses: int
    max_uses: int
    single_payment: bool
    batch: str | None
    contact: str | None
    created_at: datetime
    expires_at: datetime


class LinkOut(MadeLink):
    """A link with its address."""

    url: str


class LinkDetail(MadeLink):
    """A link with its address and its timeline; a hand-off's address is told only to who made it.

    `match_code` stands on the patient's page too.
    """

    url: str | None
    match_code: str
    events: list[EventOut]


class MadeHandoff(_Out):
    """A hand-off as it is remembered for its Idempotency-Key: without the address."""

    id: str
    expires_at: datetime


class HandoffOut(_Out):
    """Where the portal leads its user to; it opens once, until then."""

    url: str
    expires_at: datetime


class RememberedLaunch(_Out):
    """A staff launch as it is remembered for its Idempotency-Key: without the address."""

    id: str
    expires_at: datetime


class LaunchOut(_Out):
    """Where the dashboard leads its user to; it opens once, until then."""

    url: str
    expires_at: datetime


class CardOut(_Out):
    """What may be shown of a card."""

    brand: str | None
    last4: str | None


class PostedOut(_Out):
    """Money put on one line."""

    service_id: str
    amount: int


class RefundOut(_Out):
    """Money given back; `pending` until the gateway has answered, and asked for again until it has."""

    id: str
    amount: int
    status: Literal["pending", "succeeded"]
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRefund:
    """Give money back: `amount` in cents of `currency`, or all that is left; `reason` is for the staff."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    amount: Annotated[int, Interval(ge=1, le=MAX_AMOUNT)] | None = None
    currency: Literal["usd"] = "usd"
    reason: Annotated[str, Len(1, REASON_LONGEST)] = field(default="Asked by a program", repr=False)


class PaymentOut(_Out):
    """One payment; money is whole cents."""

    id: str
    group: str
    guarantor: str
    link: str | None
    currency: Literal["usd"]
    created_at: datetime
    changed_at: datetime
    status: Status
    reason: Reason | None
    amount: int
    refunded: int
    refunds: list[RefundOut]
    method: Method
    card: CardOut | None
    origin: Origin
    authentication: Literal["quickpay", "mfa"]
    receipt_number: int | None
    transaction: str | None
    posted: list[PostedOut]
    unapplied: int
    reference_batch: int | None
    acknowledged_at: datetime | None


class PaymentList(_Out):
    """Payments in the order of their last change; go on with `after=<next>`, null when there was nothing."""

    data: list[PaymentOut]
    next: str | None


GROUP_BODY = TypeAdapter(GroupBody)
GUARANTOR_BODY = TypeAdapter(GuarantorBody)
NEW_REFUND = TypeAdapter(NewRefund)
NEW_LINK = TypeAdapter(NewLink)
NEW_HANDOFF = TypeAdapter(NewHandoff)
NEW_LAUNCH = TypeAdapter(NewLaunch)
REVOCATION = TypeAdapter(Revocation)
