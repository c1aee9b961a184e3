"""The one schema of both databases; alembic migrates it and `alembic check` holds it.

Times are integer microseconds UTC, money integer cents, both `BigInteger` (asyncpg casts parameters to the
column's type). Truth values are 0 and 1, documents are JSON text: row mappers convert both.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    },
)

# SQLite gives a rowid only to a column of type INTEGER; PostgreSQL wants BIGINT for the same job.
Serial = BigInteger().with_variant(Integer, "sqlite")


_ORIGINS = ("sms", "email", "statement", "office_qr", "portal", "staff", "website")


def _one_of(column: str, *words: str) -> CheckConstraint:
    quoted = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({quoted})", name=f"{column}_word")


images = Table(
    "images",
    metadata,
    Column("id", Text, primary_key=True),  # the SHA-256 of the PNG: a picture never changes
    Column("png", LargeBinary, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
)

groups = Table(
    "groups",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),  # case-folded: two groups cannot look alike
    Column("version", Integer, nullable=False),
    Column("max_uses", Integer, nullable=False),  # copied from the options for the one statement that counts
    Column("options", Text, nullable=False),
    Column("favicon", ForeignKey("images.id")),  # of the options' addresses, for pages to find at once
    Column("logo", ForeignKey("images.id")),
    Column("home_asset", ForeignKey("images.id")),
    Column("changed_at", BigInteger, nullable=False),
    CheckConstraint("max_uses BETWEEN 1 AND 1000", name="max_uses_range"),
)

group_images = Table(
    "group_images",
    metadata,
    Column("group_id", ForeignKey("groups.id"), primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("image_id", ForeignKey("images.id"), nullable=False),
    Column("fetched_at", BigInteger, nullable=False),
    _one_of("purpose", "favicon", "logo", "home_asset"),
)

group_versions = Table(
    "group_versions",
    metadata,
    Column("group_id", ForeignKey("groups.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("options", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", Text, nullable=False),
)

group_drafts = Table(
    "group_drafts",
    metadata,
    Column("slug", Text, primary_key=True),  # no key of groups: a draft may be of one that is not made yet
    Column("version", Integer, nullable=False),  # the group's it was made from, 0 where there was none
    Column("typed", Text, nullable=False),  # JSON: the form's fields as they were typed
    Column("saved_at", BigInteger, nullable=False),
    Column("saved_by", Text, nullable=False),
    Column("mark", BigInteger, nullable=False),  # another with every saving
)

guarantors = Table(
    "guarantors",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("group_id", ForeignKey("groups.id"), nullable=False),
    Column("number", Text, nullable=False),
    Column("first_name", Text, nullable=False),
    Column("preferred_name", Text),
    Column("last_name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("email", Text),
    Column("mobile", Text),
    Column("text_opt_out", Integer, nullable=False),
    Column("patients", Text, nullable=False),
    Column("account", Text, nullable=False),  # lines, statements, receipts as the PM system last said
    Column("changed_at", BigInteger, nullable=False),
    UniqueConstraint("group_id", "number"),
)

# Compared byte by byte on both databases, so that what begins with a word is one run of the index.
_Key = Text().with_variant(Text(collation="C"), "postgresql")

guarantor_keys = Table(
    "guarantor_keys",
    metadata,
    Column("guarantor_id", ForeignKey("guarantors.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("key", _Key, primary_key=True),
    Column("group_id", BigInteger, nullable=False),
    _one_of("kind", "name", "number", "email", "mobile"),
    Index("ix_guarantor_keys_kind_key", "kind", "key", "group_id", "guarantor_id"),
)

links = Table(
    "links",
    metadata,
    Column("serial", Serial, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("group_id", BigInteger, nullable=False),
    Column("guarantor_id", ForeignKey("guarantors.id"), nullable=False, index=True),
    Column("origin", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("max_uses", Integer),
    Column("single_payment", Integer, nullable=False),
    Column("contact", Text),
    Column("batch", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("authenticated", Integer, nullable=False),  # the portal had signed its user in
    Column("return_url", Text),
    Column("share_amount", BigInteger),  # made for somebody else, who pays this sum and sees nothing more
    Column("shared_from", BigInteger),  # of a share: the link in whose session it was made, if there was one
    _one_of("state", "active", "revoked", "superseded", "paid", "suspended"),
    _one_of("origin", *_ORIGINS),
    CheckConstraint("authenticated = 0 OR origin = 'portal'", name="authenticated_by_portal"),
    CheckConstraint("return_url IS NULL OR origin = 'portal'", name="return_to_portal"),
    CheckConstraint("max_uses IS NULL OR max_uses BETWEEN 1 AND 1000", name="max_uses_range"),
    CheckConstraint("uses >= 0", name="uses_positive"),
    Index(
        "ix_links_batch",
        "batch",
        sqlite_where=text("batch IS NOT NULL"),
        postgresql_where=text("batch IS NOT NULL"),
    ),
    Index(
        "ix_links_batch_made",
        "created_at",
        sqlite_where=text("batch IS NOT NULL"),
        postgresql_where=text("batch IS NOT NULL"),
    ),
    Index(
        "ix_links_shared_from",
        "shared_from",
        sqlite_where=text("shared_from IS NOT NULL"),
        postgresql_where=text("shared_from IS NOT NULL"),
    ),
)

link_seen = Table(
    "link_seen",
    metadata,
    Column("link_serial", BigInteger, primary_key=True),
    Column("hour", BigInteger, primary_key=True),  # hours since 1970: one mark per link and hour
    Column("times", Integer, nullable=False),
)

contact_stops = Table(
    "contact_stops",
    metadata,
    Column("guarantor_id", ForeignKey("guarantors.id"), primary_key=True),
    Column("contact", Text, primary_key=True),  # in lower case: one mailbox has no two stops
    Column("link_serial", BigInteger, nullable=False),  # from a session of which it was said
    Column("at", BigInteger, nullable=False),
    Column("lifted_at", BigInteger),
)

# Numbers whose holder replied STOP to the carrier, whoever of us has them on file.
carrier_stops = Table(
    "carrier_stops",
    metadata,
    Column("number", Text, primary_key=True),  # E.164, as guarantors have it
    Column("stopped_at", BigInteger, nullable=False),
    Column("heard_by", Text, nullable=False),  # a text that was refused, a report, or the reply itself
    Column("lifted_at", BigInteger),
    _one_of("heard_by", "refusal", "report", "reply"),
)

# One row for each text a provider took; a report may come before we have written whom it was for.
texts = Table(
    "texts",
    metadata,
    Column("sid", Text, primary_key=True),
    Column("kind", Text),
    Column("challenge_id", Text),
    Column("outbox_id", BigInteger),
    Column("group_id", BigInteger),
    Column("guarantor_id", BigInteger),
    Column("link_serial", BigInteger),
    Column("session_id", BigInteger),
    Column("number", Text),
    Column("handed_at", BigInteger),
    Column("rank", Integer, nullable=False),
    Column("status", Text),
    Column("error", Text),
    Column("reported_at", BigInteger),
    CheckConstraint("(number IS NULL) = (handed_at IS NULL)", name="handed_whole"),
    CheckConstraint("(status IS NULL) = (rank < 0)", name="rank_of_status"),
    Index("ix_texts_handed_at", "handed_at"),
    Index(
        "ix_texts_challenge_id",
        "challenge_id",
        sqlite_where=text("challenge_id IS NOT NULL"),
        postgresql_where=text("challenge_id IS NOT NULL"),
    ),
    Index(
        "ix_texts_outbox_id",
        "outbox_id",
        sqlite_where=text("outbox_id IS NOT NULL"),
        postgresql_where=text("outbox_id IS NOT NULL"),
    ),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("link_serial", BigInteger),
    Column("group_id", BigInteger, nullable=False),
    Column("guarantor_id", BigInteger, nullable=False),
    Column("origin", Text, nullable=False),
    Column("purpose", Text, nullable=False),  # receipt: opened from a paid link, costs no use, cannot pay
    Column("role", Text, nullable=False),
    Column("authentication", Text, nullable=False),
    Column("order_id", Text),
    Column("opened_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("extensions", Integer, nullable=False),
    Column("ended_at", BigInteger),
    Column("return_url", Text),
    Column("share_amount", BigInteger),
    _one_of("origin", *_ORIGINS),
    _one_of("purpose", "pay", "receipt"),
    _one_of("role", "quickpay", "authorized_patient"),
    _one_of("authentication", "quickpay", "mfa"),
    CheckConstraint("extensions BETWEEN 0 AND 10", name="extensions_cap"),
    Index("ix_sessions_opened_at", "opened_at"),
    Index(
        "ix_sessions_guarantor_id",
        "guarantor_id",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

challenges = Table(
    "challenges",
    metadata,
    Column("id", Text, primary_key=True),
    Column("session_id", ForeignKey("sessions.id"), nullable=False, index=True),
    Column("link_serial", BigInteger),
    Column("group_id", BigInteger, nullable=False),
    Column("guarantor_id", BigInteger, nullable=False),
    Column("method", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("contact_digest", LargeBinary, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sends", Integer, nullable=False),
    Column("digest", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
    Column("resend_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("replaces", Text),  # of a change of contact: what was on file then
    _one_of("method", "email", "sms"),
    _one_of("state", "queued", "sent", "verified", "locked", "expired", "superseded", "undeliverable"),
    CheckConstraint("tries BETWEEN 0 AND 5", name="tries_cap"),
    CheckConstraint("digest IS NULL OR state IN ('queued', 'sent')", name="digest_only_open"),
    Index("ix_challenges_created_at", "created_at"),
    Index(
        "uq_challenges_one_open",
        "session_id",
        unique=True,
        sqlite_where=text("state IN ('queued', 'sent')"),
        postgresql_where=text("state IN ('queued', 'sent')"),
    ),
)

# Contacts patients changed and confirmed; what is only asked for is a challenge and nothing else.
contact_changes = Table(
    "contact_changes",
    metadata,
    Column("challenge_id", Text, primary_key=True),  # the proof that the new contact is hers
    Column("session_id", BigInteger, nullable=False),
    Column("guarantor_id", ForeignKey("guarantors.id"), nullable=False),
    Column("method", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("before", Text),  # what was on file; none where she added one
    Column("pm_contact", Text),  # what the PM system last said
    Column("confirmed_at", BigInteger, nullable=False),
    Column("kept_at", BigInteger),  # when the PM system first repeated itself after it
    Column("adopted_at", BigInteger),  # when the PM system first said the same as she
    Column("ended_at", BigInteger),  # when another contact took its place
    _one_of("method", "email", "sms"),
    Index("ix_contact_changes_guarantor_id", "guarantor_id", "confirmed_at"),
    Index(
        "uq_contact_changes_standing",
        "guarantor_id",
        "method",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

# Somebody at a group's door on the web; nothing that was typed is kept but a mask and a keyed digest.
knocks = Table(
    "knocks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("group_id", BigInteger, nullable=False),
    Column("guarantor_id", BigInteger),
    Column("method", Text, nullable=False),
    Column("masked", Text, nullable=False),
    Column("contact_digest", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sends", Integer, nullable=False),
    Column("digest", LargeBinary),
    Column("created_at", BigInteger, nullable=False, index=True),
    Column("resend_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    _one_of("method", "email", "sms"),
    _one_of("state", "sent", "verified", "locked", "expired", "superseded"),
    CheckConstraint("tries BETWEEN 0 AND 5", name="tries_cap"),
    CheckConstraint("digest IS NULL OR state = 'sent'", name="digest_only_open"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("subject", LargeBinary, primary_key=True),  # keyed digest: a contact or address is never in it
    Column("count", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),  # when the count starts anew; for a lock, when it opens
    Column("most", Integer),  # the limit when it was counted; empty for a lock
)

orders = Table(
    "orders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("session_id", ForeignKey("sessions.id"), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("choice", Text, nullable=False),
    Column("method", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("stored_card", Text),  # of the method `stored`: which
    Column("store_at", Text),  # the gateway that the newest try asked to store its card
    CheckConstraint("amount > 0", name="amount_positive"),
    _one_of("choice", "current", "due", "other"),
)

stored_cards = Table(
    "stored_cards",
    metadata,
    Column("id", ForeignKey("payments.id"), primary_key=True),  # the payment it was stored with
    Column("group_id", ForeignKey("groups.id"), nullable=False),
    Column("guarantor_id", ForeignKey("guarantors.id"), nullable=False, index=True),
    Column("gateway", Text, nullable=False),
    Column("token", Text),  # the gateway's; gone once the gateway has dropped the card
    Column("fingerprint", Text),
    Column("brand", Text, nullable=False),
    Column("last4", Text, nullable=False),
    Column("exp_month", Integer),
    Column("exp_year", Integer),
    Column("stored_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger),
    Column("forget_tries", Integer, nullable=False),
    Column("next_forget_at", BigInteger),
    CheckConstraint("length(last4) = 4", name="last4_length"),
    CheckConstraint("removed_at IS NOT NULL OR token IS NOT NULL", name="kept_has_token"),
    CheckConstraint("next_forget_at IS NULL OR removed_at IS NOT NULL", name="forgotten_if_removed"),
    CheckConstraint("(exp_month IS NULL) = (exp_year IS NULL)", name="expiry_whole"),
    Index(
        "ix_stored_cards_next_forget_at",
        "next_forget_at",
        sqlite_where=text("next_forget_at IS NOT NULL"),
        postgresql_where=text("next_forget_at IS NOT NULL"),
    ),
)

_HELD = "state IN ('submitting', 'unknown', 'review')"
_IN_FLIGHT = "state IN ('submitting', 'unknown')"
_LIVE = "state IN ('submitting', 'unknown', 'review', 'succeeded', 'refunded')"
_UNACKNOWLEDGED = "state = 'succeeded' AND acknowledged_at IS NULL AND settled_by_pm = 0"
_REFUND_UNACKNOWLEDGED = "refunded > acknowledged_refunded"
_LIVE_ON_SINGLE = f"single_payment = 1 AND {_LIVE}"

payments = Table(
    "payments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("session_id", ForeignKey("sessions.id"), nullable=False),
    Column("link_serial", BigInteger),
    Column("group_id", BigInteger, nullable=False),
    Column("guarantor_id", ForeignKey("guarantors.id"), nullable=False, index=True),
    Column("single_payment", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("card_brand", Text),
    Column("card_last4", Text),
    Column("transaction", Text),
    Column("receipt_email", Text),
    Column("receipt_number", BigInteger, unique=True),
    Column("batch_id", BigInteger),
    Column("unapplied", BigInteger, nullable=False),
    Column("not_posted_because", Text),
    Column("origin", Text, nullable=False),
    Column("authentication", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("change_number", BigInteger, nullable=False, unique=True),
    Column("look_ups", Integer, nullable=False),
    Column("misses", Integer, nullable=False),
    Column("next_look_up_at", BigInteger),
    Column("acknowledged_at", BigInteger),
    Column("settled_by_pm", Integer, nullable=False),  # 1: what the PM system says already contains it
    Column("refunded", BigInteger, nullable=False),
    Column(
        "refunding", BigInteger, nullable=False, server_default=text("0")
    ),  # asked of the gateway, no answer yet
    Column("ended_at", BigInteger),
    Column("in_figures", Integer, nullable=False, server_default=text("0")),  # 1: figures went down by it
    Column(
        "acknowledged_refunded", BigInteger, nullable=False, server_default=text("0")
    ),  # of `refunded`, what the PM system has
    Column("language", Text),  # of the pages it was paid on; empty for those paid before it was kept
    CheckConstraint("amount > 0", name="amount_positive"),
    CheckConstraint("unapplied BETWEEN 0 AND amount", name="unapplied_range"),
    CheckConstraint("refunded BETWEEN 0 AND amount", name="refunded_range"),
    CheckConstraint("card_last4 IS NULL OR length(card_last4) = 4", name="last4_length"),
    _one_of("state", "submitting", "unknown", "review", "succeeded", "declined", "refunded"),
    _one_of("currency", "usd"),
    _one_of("method", "card", "apple_pay", "google_pay", "stored"),
    _one_of("origin", *_ORIGINS),
    _one_of("authentication", "quickpay", "mfa"),
    Index("ix_payments_created_at", "created_at"),
    Index("ix_payments_link_serial", "link_serial"),
    Index("ix_payments_order_id", "order_id"),
    Index(
        "uq_payments_one_per_order",
        "order_id",
        unique=True,
        sqlite_where=text(_LIVE),
        postgresql_where=text(_LIVE),
    ),
    Index(
        "uq_payments_one_per_link",
        "link_serial",
        unique=True,
        sqlite_where=text(_LIVE_ON_SINGLE),
        postgresql_where=text(_LIVE_ON_SINGLE),
    ),
    Index(
        "uq_payments_one_in_flight",
        "group_id",
        "guarantor_id",
        unique=True,
        sqlite_where=text(_IN_FLIGHT),
        postgresql_where=text(_IN_FLIGHT),
    ),
    Index(
        "ix_payments_next_look_up_at",
        "next_look_up_at",
        sqlite_where=text(_HELD),
        postgresql_where=text(_HELD),
    ),
    Index(
        "ix_payments_unacknowledged",
        "created_at",
        sqlite_where=text(_UNACKNOWLEDGED),
        postgresql_where=text(_UNACKNOWLEDGED),
    ),
    Index(
        "ix_payments_refund_unacknowledged",
        "changed_at",
        sqlite_where=text(_REFUND_UNACKNOWLEDGED),
        postgresql_where=text(_REFUND_UNACKNOWLEDGED),
    ),
)

# Of payments whose payer's bank wants to hear from her first; gone when the payment has ended.
bank_steps = Table(
    "bank_steps",
    metadata,
    Column("payment_id", ForeignKey("payments.id"), primary_key=True),
    Column("page", Text),
    Column("word", Text),  # the gateway's, for its own script in our page
    Column("begun_at", BigInteger, nullable=False),
    CheckConstraint("(page IS NULL) <> (word IS NULL)", name="one_way"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=False),  # from `numbers`, without gaps
    Column("payment_id", ForeignKey("payments.id"), nullable=False, unique=True),
    Column("group_id", BigInteger, nullable=False),
    Column("guarantor_id", BigInteger, nullable=False, index=True),
    Column("batch_id", ForeignKey("batches.id"), nullable=False, index=True),
    Column("date", Text, nullable=False),  # ISO date in the installation's time zone
    Column("amount", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    _one_of("status", "Paid", "Unsuccessful"),
    CheckConstraint("(status = 'Paid') = (amount > 0)", name="amount_says_status"),
)

postings = Table(
    "postings",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("payment_id", ForeignKey("payments.id"), nullable=False),
    Column("service_id", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),  # below 0: taken back from the line
    Column("posted_at", BigInteger, nullable=False),
    CheckConstraint("amount <> 0", name="amount_something"),
    Index("ix_postings_payment_id", "payment_id"),
)
refunds = Table(
    "refunds",
    metadata,
    Column("id", Text, primary_key=True),  # the gateway's idempotency key
    Column("payment_id", ForeignKey("payments.id"), nullable=False),
    Column("number", Integer, nullable=False),  # which of the payment's, from 1
    Column("amount", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("transaction", Text),
    Column("refused_because", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("asks", Integer, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("next_ask_at", BigInteger),
    Column("ended_at", BigInteger),
    UniqueConstraint("payment_id", "number"),
    CheckConstraint("amount > 0", name="amount_positive"),
    _one_of("state", "submitting", "unknown", "done", "refused"),
    Index(
        "uq_refunds_one_in_flight",
        "payment_id",
        unique=True,
        sqlite_where=text("state IN ('submitting', 'unknown')"),
        postgresql_where=text("state IN ('submitting', 'unknown')"),
    ),
    Index(
        "ix_refunds_next_ask_at",
        "next_ask_at",
        sqlite_where=text("state IN ('submitting', 'unknown')"),
        postgresql_where=text("state IN ('submitting', 'unknown')"),
    ),
)

batches = Table(
    "batches",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("group_id", BigInteger, nullable=False),
    Column("date", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("closed_by", Text),
    Index(
        "uq_batches_one_open",
        "group_id",
        "date",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)

numbers = Table(
    "numbers",
    metadata,
    Column("name", Text, primary_key=True),  # given out under its row's lock, so their order is commit order
    Column("last", BigInteger, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),  # what it tells of: a payment id, a link id, a challenge id
    Column("group_id", BigInteger, nullable=False),
    Column("guarantor_id", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("recipient", Text),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),  # of a leased one: when its lease runs out
    Column("lease_owner", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("give_up_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("reason", Text),
    UniqueConstraint("kind", "subject"),
    _one_of("channel", "email", "sms"),
    _one_of("state", "queued", "leased", "sent", "dead", "dropped"),
    Index("ix_outbox_guarantor_id", "guarantor_id"),
    Index(
        "ix_outbox_recipient_kept",
        "ended_at",
        sqlite_where=text("recipient IS NOT NULL"),
        postgresql_where=text("recipient IS NOT NULL"),
    ),
    Index(
        "ix_outbox_waiting",
        "next_at",
        sqlite_where=text("state IN ('queued', 'leased')"),
        postgresql_where=text("state IN ('queued', 'leased')"),
    ),
)

link_templates = Table(
    "link_templates",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("group_id", ForeignKey("groups.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("ended_at", BigInteger),  # when another version took its place, or none
    _one_of("channel", "email", "sms"),
    Index(
        "uq_link_templates_live",
        "group_id",
        "name_key",
        "channel",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

link_words = Table(
    "link_words",
    metadata,
    Column("link_id", ForeignKey("links.id"), primary_key=True),  # without a row: QuickPay's own words
    Column("template_id", ForeignKey("link_templates.id"), nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("group_id", BigInteger),
    Column("guarantor_id", BigInteger),
    Column("link_serial", BigInteger),
    Column("session_id", BigInteger),
    Column("payment_id", Text),
    Column("actor", Text, nullable=False),
    Column("request_id", Text),
    Column("detail", Text, nullable=False),
    Index(
        "ix_audit_link_serial",
        "link_serial",
        sqlite_where=text("link_serial IS NOT NULL"),
        postgresql_where=text("link_serial IS NOT NULL"),
    ),
    Index(
        "ix_audit_payment_id",
        "payment_id",
        sqlite_where=text("payment_id IS NOT NULL"),
        postgresql_where=text("payment_id IS NOT NULL"),
    ),
)

audit_seals = Table(
    "audit_seals",
    metadata,
    Column("audit_id", BigInteger, primary_key=True, autoincrement=False),  # outlives its row, to name it
    Column("digest", LargeBinary, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("group_id", BigInteger),  # empty: every group
    Column("scopes", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("last_used_at", BigInteger),  # to the minute; it only informs
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("endpoint", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    Column("answer", Text),  # JSON; empty where nothing is to be said again
    Column("created_at", BigInteger, nullable=False, index=True),
)

webhook_inbox = Table(
    "webhook_inbox",
    metadata,
    Column("source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("received_at", BigInteger, nullable=False),
    Index("ix_webhook_inbox_age", "source", "received_at"),
)

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("serial", Serial, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("group_id", ForeignKey("groups.id")),  # empty: every group
    Column("events", Text, nullable=False),  # JSON list of their words
    Column("disabled_by", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("succeeded_at", BigInteger),
    Column("failed_at", BigInteger),
    Column("failures", Integer, nullable=False),  # since the last success
    Column("trouble", Text),  # of the last failure, in fixed words
    _one_of("disabled_by", "api", "staff", "gone"),
)

webhook_secrets = Table(
    "webhook_secrets",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("endpoint", BigInteger, nullable=False, index=True),
    Column("sealed", Text, nullable=False),  # under the signing key, which is not in the database
    Column("made_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger),
)

# An endpoint may be removed while an act writes a line for it: no reference, so that the act never fails.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("event_id", Text, nullable=False),
    Column("endpoint", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),  # of a leased one: when its lease runs out
    Column("lease_owner", Text),
    Column("tried_at", BigInteger),
    Column("trouble", Text),
    Column("ended_at", BigInteger),
    _one_of("state", "queued", "leased", "delivered", "dead", "skipped"),
    Index("ix_webhook_deliveries_endpoint", "endpoint", "id"),
    Index(
        "ix_webhook_deliveries_waiting",
        "endpoint",
        "next_at",
        sqlite_where=text("state IN ('queued', 'leased')"),
        postgresql_where=text("state IN ('queued', 'leased')"),
    ),
    Index(
        "ix_webhook_deliveries_ended_at",
        "ended_at",
        sqlite_where=text("ended_at IS NOT NULL"),
        postgresql_where=text("ended_at IS NOT NULL"),
    ),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),  # case-folded: two names cannot look alike
    Column("role", Text, nullable=False),
    Column("every_group", Integer, nullable=False),  # 1: rows in staff_groups say nothing
    Column("state", Text, nullable=False),
    Column("password_hash", Text),
    Column("totp_nonce", LargeBinary),
    Column("totp_body", LargeBinary),  # sealed under the signing key, which is not in the database
    Column("totp_step", BigInteger, nullable=False),  # the last used: a code is good for one use
    Column("enrol_hash", LargeBinary, unique=True),
    Column("enrol_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    _one_of("role", "viewer", "front_desk", "billing", "admin"),
    _one_of("state", "invited", "active", "disabled"),
    CheckConstraint(
        "state <> 'active' OR (password_hash IS NOT NULL AND totp_body IS NOT NULL)", name="active_has_both"
    ),
    CheckConstraint("enrol_hash IS NULL OR state = 'invited'", name="only_invited_enrol"),
)

staff_groups = Table(
    "staff_groups",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("group_id", ForeignKey("groups.id"), primary_key=True),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False, index=True),
    Column("opened_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
)

staff_launches = Table(
    "staff_launches",
    metadata,
    Column("link_serial", ForeignKey("links.serial"), primary_key=True, autoincrement=False),
    Column("staff", Text, nullable=False),  # as a program named her, or her account's name at the time
    Column("staff_id", ForeignKey("staff.id")),  # where she made it herself
    Column("mode", Text, nullable=False),
    _one_of("mode", "quickpay", "portal"),
)

releases = Table(
    "releases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("session_id", ForeignKey("sessions.id"), nullable=False, index=True),
    Column("link_serial", BigInteger),
    Column("group_id", BigInteger, nullable=False),
    Column("guarantor_id", BigInteger, nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("identifier", Text, nullable=False),  # which kind was checked, never what was said
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("digest", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    _one_of("identifier", "visit_date", "service_id", "account_and_patient"),
    _one_of("state", "open", "used", "locked", "expired", "superseded"),
    CheckConstraint("tries BETWEEN 0 AND 3", name="tries_cap"),
    CheckConstraint("(digest IS NOT NULL) = (state = 'open')", name="digest_only_open"),
    Index(
        "uq_releases_one_open",
        "session_id",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)

# What the gateway last said of a payment that is not resolved, and what a person then decided.
unresolved = Table(
    "unresolved",
    metadata,
    Column("payment_id", ForeignKey("payments.id"), primary_key=True),
    Column("asked_at", BigInteger, nullable=False),
    Column("said", Text, nullable=False),
    Column("differs", Text),
    Column("transaction", Text),
    Column("amount", BigInteger),
    Column("currency", Text),
    Column("decided", Text),
    Column("decided_at", BigInteger),
    Column("decided_by", Text),
    Column("reason", Text),
    _one_of("said", "nothing", "not_found", "charged", "declined", "differs"),
    _one_of("decided", "charged", "not_charged"),
)

differences = Table(
    "differences",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),  # our payment's id, or the gateway's transaction that has none
    Column("payment_id", ForeignKey("payments.id")),
    Column("group_id", BigInteger),  # empty: nobody's here
    Column("transaction", Text),
    Column("ours", BigInteger),
    Column("theirs", BigInteger),
    Column("happened_at", BigInteger, nullable=False),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("ended_by", Text),
    Column("reason", Text),
    _one_of("kind", "missing_there", "missing_here", "amount", "refunded", "charged_twice"),
    Index(
        "uq_differences_one_open",
        "kind",
        "subject",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

comparisons = Table(
    "comparisons",
    metadata,
    Column("gateway", Text, primary_key=True),
    Column("next_at", BigInteger, nullable=False),
    Column("owner", Text),
    Column("leased_until", BigInteger, nullable=False),
    Column("until", BigInteger),  # compared so far
    Column("finished_at", BigInteger),
    Column("failed_at", BigInteger),  # the last try, where it did not come to its end
    Column("charges", Integer),
    Column("payments", Integer),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("group_id", BigInteger),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("times", Integer, nullable=False),
    Column("said_at", BigInteger),  # empty: not in the log yet
    UniqueConstraint("kind", "subject"),
    Index(
        "ix_alarms_unsaid",
        "id",
        sqlite_where=text("said_at IS NULL"),
        postgresql_where=text("said_at IS NULL"),
    ),
)

decline_pardons = Table(
    "decline_pardons",
    metadata,
    Column("guarantor_id", ForeignKey("guarantors.id"), primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
)
