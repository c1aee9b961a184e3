"""The port to the tables: what a unit may ask of its transaction, a protocol for each family of tables.

`get` returns a value or None, `find` searches, `lock` also keeps other writers off the row until the unit
ends. What changes a state says whether it did: False means somebody else was first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from quickpay.domain.audit import Event
from quickpay.domain.figures import NotSettled
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Account, Guarantor
from quickpay.domain.images import NO_IMAGES, Image, ImageIds
from quickpay.domain.images import Purpose as ImagePurpose
from quickpay.domain.invariants import Violation
from quickpay.domain.ledger import Posting
from quickpay.domain.links import Link, LinkState
from quickpay.domain.messages import Message, NewMessage, ReceiptSending
from quickpay.domain.money import NO_CENTS, Cents
from quickpay.domain.options import Options
from quickpay.domain.payments import Method, Order, Payment, PaymentState
from quickpay.domain.receipts import Receipt
from quickpay.domain.sessions import Role, Session
from quickpay.mfa.challenge import Challenge, ChallengeState, Purpose
from quickpay.mfa.limits import Limit
from quickpay.mfa.methods import Method as ContactMethod
from quickpay.ports.audit_tables import AuditSeals
from quickpay.ports.bank_tables import BankSteps
from quickpay.ports.contact_tables import ContactChanges
from quickpay.ports.desk_tables import Desk
from quickpay.ports.event_tables import Deliveries, Endpoints
from quickpay.ports.feed_tables import Unacknowledged
from quickpay.ports.group_tables import ChangedGroup, GroupDrafts
from quickpay.ports.knock_tables import Knocks
from quickpay.ports.launch_tables import Launches
from quickpay.ports.link_template_tables import LinkTemplates
from quickpay.ports.payment_desk_tables import PaymentDesk
from quickpay.ports.receipt_tables import Receipts
from quickpay.ports.refund_tables import Refunds
from quickpay.ports.release_tables import Releases
from quickpay.ports.report_tables import Reports
from quickpay.ports.staff_tables import StaffAccounts, StaffSessions
from quickpay.ports.stored_card_tables import StoredCards
from quickpay.ports.text_tables import CarrierStops, Texts
from quickpay.ports.unresolved_tables import Alarms, Differences, Pardons, Unresolved


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupVersion:
    """One version of a group's options; `changed_by` is who saved it."""

    version: int
    options: Options
    changed_at: datetime
    changed_by: str


class Groups(Protocol):
    """Groups and their history."""

    async def get(self, group_id: int) -> Group | None: ...
    async def by_slug(self, slug: str) -> Group | None: ...
    async def list_(self) -> list[Group]: ...
    async def list_changed(self) -> list[ChangedGroup]:
        """All groups by name, each with its last change."""
        ...

    async def name_taken(self, name: str, *, by_other_than: str) -> bool:
        """Whether another slug already has this name, letter case aside."""
        ...

    async def versions(self, group_id: int) -> list[GroupVersion]:
        """Every version kept, the newest first."""
        ...

    async def version(self, group_id: int, version: int) -> GroupVersion | None: ...
    async def versions_until(self, group_id: int, *, until: int, most: int) -> list[GroupVersion]:
        """Versions up to this one, the newest first."""
        ...

    async def revise(
        self, *, slug: str, options: Options, now: datetime, by: str, images: ImageIds, version: int
    ) -> Group | None:
        """Make the next version of the group if this is still its newest; 0: make the group if there is none.

        None: somebody else was first.
        """
        ...

    async def put(
        self, *, slug: str, options: Options, now: datetime, by: str, images: ImageIds = NO_IMAGES
    ) -> Group:
        """Make the group or its next version, and keep the version; `images` are kept ones."""
        ...


class Images(Protocol):
    """The pictures of groups, each once, and from which address a group has it."""

    async def get(self, image_id: str) -> Image | None: ...
    async def of_group(self, slug: str, purpose: ImagePurpose, image_id: str) -> Image | None:
        """The picture, if this group has or had it for this purpose."""
        ...

    async def kept(self, slug: str, purpose: ImagePurpose, url: str) -> str | None:
        """The id of the picture that was fetched from this address for this group."""
        ...

    async def add(self, image: Image) -> None:
        """Keep it; one that is there already stays."""
        ...

    async def name(
        self, group_id: int, purpose: ImagePurpose, url: str, image_id: str, now: datetime
    ) -> None:
        """Keep from which address the group has a kept picture; the first stays."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsOnFile:
    """How many of a group's guarantors were looked at, and how many of those lack which contact."""

    of: int
    without_email: int
    without_mobile: int
    without_any: int


class Guarantors(Protocol):
    """Guarantors and what the PM system said of their accounts."""

    async def get(self, guarantor_id: int) -> Guarantor | None: ...
    async def by_number(self, group_id: int, number: str) -> Guarantor | None: ...
    async def lock(self, guarantor_id: int) -> Guarantor | None:
        """Keep other payments of this guarantor waiting until the unit ends."""
        ...

    async def account(self, guarantor_id: int) -> Account: ...
    async def put(self, guarantor: Guarantor, account: Account) -> Guarantor:
        """Make or replace by (group_id, number); the given id is ignored, the stored one returned."""
        ...

    async def set_contact(
        self, guarantor_id: int, method: ContactMethod, contact: str, *, before: str | None, now: datetime
    ) -> bool:
        """Put one contact on file in place of what is there, if that is still `before`."""
        ...

    async def contacts_on_file(self, group_id: int, *, most: int) -> ContactsOnFile:
        """Count who lacks which contact, among at most so many of a group's, in one statement."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEvent:
    """One line of a link's timeline; `actor` is as the audit has it, empty for a mark that it was seen."""

    at: datetime
    type: str
    actor: str
    detail: Mapping[str, str | int | None]


class Links(Protocol):
    """Links; the row decides, whatever the token says."""

    async def add(self, link: Link) -> Link:
        """Store it; the given serial is ignored, the stored one returned."""
        ...

    async def get(self, link_id: str) -> Link | None: ...
    async def by_serial(self, serial: int) -> Link | None: ...
    async def lock(self, serial: int) -> Link | None:
        """Return it and keep others from ending it until the unit ends."""
        ...

    async def count_use(self, link_id: str, now: datetime) -> Link | None:
        """Count one use if the link is active, unexpired and below its limit: one statement, no race (R5)."""
        ...

    async def end(self, serial: int, state: LinkState) -> bool:
        """Move an active link to its end."""
        ...

    async def restore(self, serial: int) -> bool:
        """Make a suspended link active again; no other end is taken back."""
        ...

    async def end_others(self, guarantor_id: int, *, but: int, state: LinkState) -> list[int]:
        """End the guarantor's other active links; returns their serials."""
        ...

    async def end_many(
        self,
        *,
        group_id: int | None,
        guarantor_id: int | None,
        batch: str | None,
        state: LinkState,
        most: int,
    ) -> list[Link]:
        """End up to `most` active links of all that is given, and return them as they are now."""
        ...

    async def end_shares(self, serial: int) -> list[Link]:
        """Revoke the shares made from a link that still could be opened, and return them as they are now."""
        ...

    async def share_of(self, guarantor_id: int, now: datetime) -> Link | None:
        """The newest share of the guarantor that can still be opened."""
        ...

    async def shares(self, guarantor_id: int) -> frozenset[int]:
        """The serials of every share there ever was."""
        ...

    async def mark_seen(self, serial: int, *, at: datetime, times: int) -> None:
        """Add to the one mark of this link and hour."""
        ...

    async def events(self, serial: int) -> list[LinkEvent]:
        """The timeline, oldest first, the hours it was seen in included."""
        ...


class ContactStops(Protocol):
    """Contacts whose holder said that they are not this guarantor's; nothing goes to them for him."""

    async def add(self, guarantor_id: int, contact: str, *, link_serial: int, now: datetime) -> bool: ...
    async def holds(self, guarantor_id: int, contact: str) -> bool: ...
    async def lift(self, guarantor_id: int, contact: str, *, now: datetime) -> bool: ...


class Sessions(Protocol):
    """Sessions, found by the hash of what the cookie holds."""

    async def add(self, session: Session, *, token_hash: bytes) -> Session:
        """Store it; the given id is ignored, the stored one returned."""
        ...

    async def find(self, token_hash: bytes) -> Session | None: ...
    async def raise_role(self, session_id: int, *, role: Role, token_hash: bytes, now: datetime) -> bool:
        """Give the live session its role by MFA and its new id at once (R64); the old id is dead."""
        ...

    async def open_of(self, guarantor_id: int, now: datetime) -> list[tuple[Session, bytes]]:
        """The guarantor's live sessions, the newest first, each with the hash of its secret."""
        ...

    async def set_order(self, session_id: int, order_id: str) -> None: ...
    async def extend(self, session_id: int, *, until: datetime, now: datetime) -> bool:
        """Move the end of a live session that has less than 10 minutes and extensions left (R66)."""
        ...

    async def end(self, session_id: int, now: datetime) -> bool: ...
    async def end_of_link(self, link_serial: int, now: datetime) -> int:
        """End every session opened from this link; returns how many had not ended."""
        ...


class Challenges(Protocol):
    """Challenges; at most one open in each session."""

    async def add(self, challenge: Challenge, *, resend_at: datetime) -> None: ...
    async def get(self, challenge_id: str) -> Challenge | None: ...
    async def last_of(self, session_id: int, purpose: Purpose = Purpose.VIEW) -> Challenge | None:
        """The newest of the session for this purpose, open or not."""
        ...

    async def resend_at(self, challenge_id: str) -> datetime: ...
    async def count_try(self, challenge_id: str, *, most: int, now: datetime) -> Challenge | None:
        """Count one try on an open, unexpired challenge below `most`; returns it with its digest."""
        ...

    async def renew(
        self, challenge_id: str, *, digest: bytes, resend_at: datetime, expires_at: datetime
    ) -> bool:
        """Give an open challenge a new code; its tries stay counted (R24)."""
        ...

    async def move(self, challenge_id: str, state: ChallengeState, now: datetime) -> bool:
        """Move an open challenge on; leaving `queued` and `sent` forgets the digest."""
        ...

    async def expire(self, now: datetime) -> int:
        """Move every open challenge whose life is over, and forget the digests (R32)."""
        ...

    async def forget(self, before: datetime, *, most: int) -> int:
        """Drop ended ones that began before; returns how many (R132)."""
        ...


class Counters(Protocol):
    """Counts of tries and sendings by the keyed digest of a contact, address or link."""

    async def bump(self, limit: Limit, subject: bytes, *, now: datetime) -> bool:
        """Count one unless the limit is full; a limit without `per` never starts anew."""
        ...

    async def count(self, name: str, subject: bytes, *, now: datetime) -> int:
        """What is counted at present, 0 once the count is over."""
        ...

    async def clear(self, name: str, subject: bytes) -> None: ...
    async def take_back(self, name: str, subject: bytes) -> None:
        """Count one less: what was counted beforehand turned out not to be one of its kind."""
        ...

    async def lock(self, name: str, subject: bytes, *, until: datetime, now: datetime) -> int:
        """Keep the subject locked; returns how often it was locked before, with less than a day between.

        While it is locked, another lock is the same one: it may last longer by it, but counts once.
        """
        ...

    async def locked_until(self, name: str, subject: bytes, *, now: datetime) -> datetime | None: ...
    async def forget(self, now: datetime) -> int:
        """Drop counts that are over."""
        ...


class Orders(Protocol):
    """Chosen amounts."""

    async def add(self, order: Order) -> None: ...
    async def get(self, order_id: str) -> Order | None: ...
    async def set_method(self, order_id: str, method: Method, *, stored_card: str | None = None) -> None: ...
    async def ask_to_store(self, order_id: str, *, at: str | None) -> None:
        """Say which gateway the try that begins asks to store its card, if any."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What write 2 changes on a payment's row."""

    state: PaymentState
    reason: str | None = None
    card_brand: str | None = None
    card_last4: str | None = None
    transaction: str | None = None
    receipt_number: int | None = None
    batch_id: int | None = None
    unapplied: Cents = NO_CENTS
    not_posted_because: str | None = None
    next_look_up_at: datetime | None = None


class Payments(Protocol):
    """Payments, their feed and the questions still open at the gateway."""

    async def add(self, payment: Payment) -> None:
        """Store it and give it the next change number."""
        ...

    async def get(self, payment_id: str) -> Payment | None: ...
    async def lock(self, payment_id: str) -> Payment | None: ...
    async def of_order(self, order_id: str) -> Payment | None:
        """The order's payment that is not declined, else its newest declined one."""
        ...

    async def live_of_link(self, link_serial: int) -> Payment | None:
        """A payment through this link that is not declined."""
        ...

    async def in_flight(self, guarantor_id: int) -> Payment | None: ...
    async def settle(
        self, payment_id: str, settled: Settled, *, was: tuple[PaymentState, ...], now: datetime
    ) -> bool:
        """Compare and set: move it on if it is still in one of `was`, with the next change number."""
        ...

    async def acknowledge(self, payment_id: str, *, contained: bool, now: datetime) -> bool:
        """Note that the PM system has a payment that has ended, with what was given back of it by now.

        Said again it changes nothing but for a refund since. `contained`: it has spoken of the guarantor
        since; where its figures took the payment in by that, it is deducted no longer. Else the next
        `settle_by_pm` ends that.
        """
        ...

    async def asked(self, payment_id: str, *, missed: bool, next_look_up_at: datetime) -> None:
        """Note one look-up; `missed` when the gateway answered that it does not know the payment."""
        ...

    async def due_for_look_up(self, now: datetime, *, most: int) -> list[Payment]: ...
    async def feed(
        self, *, after: int, group_id: int | None, states: tuple[PaymentState, ...] | None, most: int
    ) -> list[tuple[Payment, str, str | None, str]]:
        """Payments by change number, each with its group's slug, its link's id and its guarantor's number."""
        ...

    async def declines_of_link(self, link_serial: int, *, since: datetime) -> int: ...
    async def declines_of_session(self, session_id: int | None, guarantor_id: int, *, since: datetime) -> int:
        """Of one session, or of any of this guarantor."""
        ...

    async def settle_by_pm(self, guarantor_id: int, *, receipt_numbers: tuple[str, ...]) -> None:
        """Stop deducting what the PM system now contains: acknowledged ones and those it names."""
        ...

    async def hear_of_refunds(self, guarantor_id: int, given_back: Mapping[str, Cents]) -> None:
        """Note what the PM system says was given back of our receipts, by their numbers."""
        ...


class Ledger(Protocol):
    """What our own payments take off, hold and leave over, until the PM system has them."""

    async def deducted(self, guarantor_id: int) -> dict[str, Cents]:
        """What is posted by service id."""
        ...

    async def held(self, guarantor_id: int) -> Cents: ...
    async def unapplied(self, guarantor_id: int) -> Cents: ...
    async def post(self, payment_id: str, postings: tuple[Posting, ...], now: datetime) -> None: ...
    async def take_back(self, payment_id: str, postings: tuple[Posting, ...], now: datetime) -> None:
        """Take money off lines again."""
        ...

    async def postings(self, payment_id: str) -> tuple[Posting, ...]:
        """Where a payment's money is, less what was taken back, in the order it was last posted."""
        ...

    async def batch(self, group_id: int, day: date, now: datetime) -> int:
        """The day's open reference batch, opened if there is none."""
        ...

    async def add_receipt(self, receipt: Receipt) -> int:
        """Store a receipt under the next number, which is returned; the given number is ignored."""
        ...

    async def receipt(self, number: int) -> Receipt | None: ...
    async def not_settled(self, guarantor_id: int, *, receipt_numbers: tuple[str, ...]) -> list[NotSettled]:
        """What of his payments is still deducted, the oldest first; told: acknowledged or named here."""
        ...

    async def set_in_figures(self, payment_id: str, *, is_in: bool) -> None:
        """Note whether what the PM system said last has taken a payment in."""
        ...


class Outbox(Protocol):
    """Messages that wait to be sent; never a code."""

    async def add(self, message: NewMessage) -> None:
        """Store it once for its kind and subject; a second time changes nothing."""
        ...

    async def claim(self, *, owner: str, now: datetime, lease: timedelta, most: int) -> list[Message]:
        """Lease what is due, leases that ran out included; each is one worker's until then (R49)."""
        ...

    async def finish(
        self, message_id: int, *, owner: str, state: str, reason: str | None, now: datetime
    ) -> bool: ...
    async def retry(self, message_id: int, *, owner: str, next_at: datetime, reason: str) -> bool: ...
    async def oldest_due(self, now: datetime) -> datetime | None: ...
    async def receipts(self, guarantor_id: int) -> list[ReceiptSending]:
        """Every sending of a receipt of this guarantor's payments, in the order they were asked for."""
        ...

    async def forget_recipients(self, before: datetime, *, most: int) -> int:
        """Forget whom messages that ended before went to; returns of how many (R132)."""
        ...


class Audit(Protocol):
    """The append-only book of what was done; if it cannot be written, nothing is done (R131)."""

    async def add(self, event: Event) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key of the PM system or the portal; the secret itself is shown once and never stored."""

    id: str
    name: str
    group_id: int | None
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None = None


class ApiKeys(Protocol):
    """API keys, found by the hash of their secret."""

    async def add(self, key: ApiKey, *, secret_hash: bytes) -> None: ...
    async def find(self, secret_hash: bytes) -> ApiKey | None: ...
    async def list_(self) -> list[ApiKey]: ...
    async def revoke(self, key_id: str, now: datetime) -> bool: ...
    async def mark_used(self, key_id: str, *, at: datetime) -> None:
        """Note when the key was last used; never back to an earlier time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What an idempotency key was used for; `answer` is empty while the first call still runs."""

    body_hash: bytes
    answer: str | None
    created_at: datetime


class Idempotency(Protocol):
    """What each Idempotency-Key made."""

    async def begin(self, *, key_id: str, endpoint: str, key: str, body_hash: bytes, now: datetime) -> bool:
        """Take the key; False when it was taken before."""
        ...

    async def get(self, *, key_id: str, endpoint: str, key: str) -> Remembered | None: ...
    async def finish(self, *, key_id: str, endpoint: str, key: str, answer: str) -> None: ...
    async def forget(self, before: datetime, *, most: int) -> int:
        """Forget up to `most` keys that were taken before; one whose call still runs is not there yet."""
        ...


class Webhooks(Protocol):
    """Events that came in, each taken once (R100)."""

    async def first(self, *, source: str, event_id: str, now: datetime) -> bool: ...
    async def forget(self, source: str, before: datetime, *, most: int) -> int:
        """Forget up to `most` events of a source that came before."""
        ...


class Checks(Protocol):
    """What must not be found anywhere in the tables."""

    async def find(self, *, now: datetime) -> list[Violation]:
        """Run every check on what this transaction sees."""
        ...


class Tx(Protocol):
    """One transaction; inside a unit nothing else may be awaited."""

    @property
    def groups(self) -> Groups: ...
    @property
    def drafts(self) -> GroupDrafts: ...
    @property
    def images(self) -> Images: ...
    @property
    def guarantors(self) -> Guarantors: ...
    @property
    def links(self) -> Links: ...
    @property
    def link_templates(self) -> LinkTemplates: ...
    @property
    def stops(self) -> ContactStops: ...
    @property
    def carrier_stops(self) -> CarrierStops: ...
    @property
    def texts(self) -> Texts: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def challenges(self) -> Challenges: ...
    @property
    def knocks(self) -> Knocks: ...
    @property
    def contact_changes(self) -> ContactChanges: ...
    @property
    def counters(self) -> Counters: ...
    @property
    def orders(self) -> Orders: ...
    @property
    def stored_cards(self) -> StoredCards: ...
    @property
    def payments(self) -> Payments: ...
    @property
    def bank_steps(self) -> BankSteps: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def receipts(self) -> Receipts: ...
    @property
    def refunds(self) -> Refunds: ...
    @property
    def payment_desk(self) -> PaymentDesk: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def audit_seals(self) -> AuditSeals: ...
    @property
    def api_keys(self) -> ApiKeys: ...
    @property
    def idempotency(self) -> Idempotency: ...
    @property
    def webhooks(self) -> Webhooks: ...
    @property
    def endpoints(self) -> Endpoints: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def unacknowledged(self) -> Unacknowledged: ...
    @property
    def staff(self) -> StaffAccounts: ...
    @property
    def staff_sessions(self) -> StaffSessions: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def launches(self) -> Launches: ...
    @property
    def releases(self) -> Releases: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def unresolved(self) -> Unresolved: ...
    @property
    def differences(self) -> Differences: ...
    @property
    def alarms(self) -> Alarms: ...
    @property
    def pardons(self) -> Pardons: ...
    @property
    def checks(self) -> Checks: ...
