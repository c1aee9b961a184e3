"""Lay the tables, and the triggers that keep what must never change (I10, I11).

A later revision that rebuilds one of these tables on SQLite (batch mode) must make its triggers again.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_SQLITE = (
    """
    CREATE TRIGGER payments_fixed BEFORE UPDATE ON payments
    WHEN NEW.id IS NOT OLD.id OR NEW.order_id IS NOT OLD.order_id OR NEW.session_id IS NOT OLD.session_id
      OR NEW.link_serial IS NOT OLD.link_serial OR NEW.group_id IS NOT OLD.group_id
      OR NEW.guarantor_id IS NOT OLD.guarantor_id OR NEW.single_payment IS NOT OLD.single_payment
      OR NEW.amount IS NOT OLD.amount OR NEW.currency IS NOT OLD.currency
      OR NEW.created_at IS NOT OLD.created_at
    BEGIN SELECT RAISE(ABORT, 'payments_fixed: what a payment is never changes'); END
    """,
    """
    CREATE TRIGGER payments_ended BEFORE UPDATE OF state ON payments
    WHEN NEW.state IS NOT OLD.state AND (
      OLD.state IN ('declined', 'refunded') OR (OLD.state = 'succeeded' AND NEW.state <> 'refunded'))
    BEGIN SELECT RAISE(ABORT, 'payments_ended: an ended payment stays as it ended'); END
    """,
    """
    CREATE TRIGGER receipts_kept BEFORE UPDATE ON receipts
    BEGIN SELECT RAISE(ABORT, 'receipts_kept: rows are added, never changed'); END
    """,
    """
    CREATE TRIGGER postings_kept BEFORE UPDATE ON postings
    BEGIN SELECT RAISE(ABORT, 'postings_kept: rows are added, never changed'); END
    """,
    """
    CREATE TRIGGER audit_kept BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'audit_kept: rows are added, never changed'); END
    """,
)

_POSTGRESQL = (
    """
    CREATE FUNCTION quickpay_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '%: %', TG_NAME, TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER payments_fixed BEFORE UPDATE ON payments FOR EACH ROW
    WHEN ((NEW.id, NEW.order_id, NEW.session_id, NEW.link_serial, NEW.group_id, NEW.guarantor_id,
           NEW.single_payment, NEW.amount, NEW.currency, NEW.created_at)
      IS DISTINCT FROM
          (OLD.id, OLD.order_id, OLD.session_id, OLD.link_serial, OLD.group_id, OLD.guarantor_id,
           OLD.single_payment, OLD.amount, OLD.currency, OLD.created_at))
    EXECUTE FUNCTION quickpay_refuse('what a payment is never changes')
    """,
    """
    CREATE TRIGGER payments_ended BEFORE UPDATE OF state ON payments FOR EACH ROW
    WHEN (NEW.state IS DISTINCT FROM OLD.state AND (
      OLD.state IN ('declined', 'refunded') OR (OLD.state = 'succeeded' AND NEW.state <> 'refunded')))
    EXECUTE FUNCTION quickpay_refuse('an ended payment stays as it ended')
    """,
    """
    CREATE TRIGGER receipts_kept BEFORE UPDATE ON receipts FOR EACH ROW
    EXECUTE FUNCTION quickpay_refuse('rows are added, never changed')
    """,
    """
    CREATE TRIGGER postings_kept BEFORE UPDATE ON postings FOR EACH ROW
    EXECUTE FUNCTION quickpay_refuse('rows are added, never changed')
    """,
    """
    CREATE TRIGGER audit_kept BEFORE UPDATE ON audit FOR EACH ROW
    EXECUTE FUNCTION quickpay_refuse('rows are added, never changed')
    """,
)


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_keys_secret_hash")),
    )
    op.create_table(
        "audit",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("guarantor_id", sa.BigInteger(), nullable=True),
        sa.Column("link_serial", sa.BigInteger(), nullable=True),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(
        "ix_audit_link_serial",
        "audit",
        ["link_serial"],
        unique=False,
        sqlite_where=sa.text("link_serial IS NOT NULL"),
        postgresql_where=sa.text("link_serial IS NOT NULL"),
    )

    op.create_table(
        "batches",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_index(
        "uq_batches_one_open",
        "batches",
        ["group_id", "date"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("name", "subject", name=op.f("pk_counters")),
    )
    op.create_table(
        "groups",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("max_uses BETWEEN 1 AND 1000", name=op.f("ck_groups_max_uses_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("name_key", name=op.f("uq_groups_name_key")),
        sa.UniqueConstraint("slug", name=op.f("uq_groups_slug")),
    )
    op.create_table(
        "idempotency",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "endpoint", "key", name=op.f("pk_idempotency")),
    )
    op.create_table(
        "link_seen",
        sa.Column("link_serial", sa.BigInteger(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("link_serial", "hour", name=op.f("pk_link_seen")),
    )
    op.create_table(
        "numbers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_numbers")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("guarantor_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("give_up_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f("ck_outbox_channel_word")),
        sa.CheckConstraint(
            "state IN ('queued', 'leased', 'sent', 'dead', 'dropped')", name=op.f("ck_outbox_state_word")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_outbox_kind_subject")),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('queued', 'leased')"),
        postgresql_where=sa.text("state IN ('queued', 'leased')"),
    )

    op.create_table(
        "sessions",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("link_serial", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("guarantor_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("authentication", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "authentication IN ('quickpay', 'mfa')", name=op.f("ck_sessions_authentication_word")
        ),
        sa.CheckConstraint(
            "origin IN ('sms', 'email', 'statement', 'office_qr', 'portal', 'staff', 'website')",
            name=op.f("ck_sessions_origin_word"),
        ),
        sa.CheckConstraint("purpose IN ('pay', 'receipt')", name=op.f("ck_sessions_purpose_word")),
        sa.CheckConstraint("role IN ('quickpay', 'authorized_patient')", name=op.f("ck_sessions_role_word")),
        sa.CheckConstraint("extensions BETWEEN 0 AND 10", name=op.f("ck_sessions_extensions_cap")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_table(
        "webhook_inbox",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "event_id", name=op.f("pk_webhook_inbox")),
    )
    op.create_table(
        "challenges",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", SERIAL, nullable=False),
        sa.Column("link_serial", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("guarantor_id", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("contact_digest", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("resend_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "digest IS NULL OR state IN ('queued', 'sent')", name=op.f("ck_challenges_digest_only_open")
        ),
        sa.CheckConstraint("method IN ('email', 'sms')", name=op.f("ck_challenges_method_word")),
        sa.CheckConstraint(
            "state IN ('queued', 'sent', 'verified', 'locked', 'expired', 'superseded', 'undeliverable')",
            name=op.f("ck_challenges_state_word"),
        ),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_challenges_tries_cap")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_challenges_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenges")),
    )
    op.create_index(op.f("ix_challenges_session_id"), "challenges", ["session_id"], unique=False)
    op.create_index(
        "uq_challenges_one_open",
        "challenges",
        ["session_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('queued', 'sent')"),
        postgresql_where=sa.text("state IN ('queued', 'sent')"),
    )

    op.create_table(
        "group_versions",
        sa.Column("group_id", SERIAL, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_group_versions_group_id")),
        sa.PrimaryKeyConstraint("group_id", "version", name=op.f("pk_group_versions")),
    )
    op.create_table(
        "guarantors",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("group_id", SERIAL, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("preferred_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("mobile", sa.Text(), nullable=True),
        sa.Column("text_opt_out", sa.Integer(), nullable=False),
        sa.Column("patients", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_guarantors_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guarantors")),
        sa.UniqueConstraint("group_id", "number", name=op.f("uq_guarantors_group_id_number")),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", SERIAL, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("choice IN ('current', 'due', 'other')", name=op.f("ck_orders_choice_word")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_orders_amount_positive")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_orders_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
    )
    op.create_table(
        "links",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("guarantor_id", SERIAL, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=True),
        sa.Column("single_payment", sa.Integer(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("batch", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "origin IN ('sms', 'email', 'statement', 'office_qr', 'portal', 'staff', 'website')",
            name=op.f("ck_links_origin_word"),
        ),
        sa.CheckConstraint(
            "state IN ('active', 'revoked', 'superseded', 'paid', 'suspended')",
            name=op.f("ck_links_state_word"),
        ),
        sa.CheckConstraint(
            "max_uses IS NULL OR max_uses BETWEEN 1 AND 1000", name=op.f("ck_links_max_uses_range")
        ),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_links_uses_positive")),
        sa.ForeignKeyConstraint(["guarantor_id"], ["guarantors.id"], name=op.f("fk_links_guarantor_id")),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_links")),
        sa.UniqueConstraint("id", name=op.f("uq_links_id")),
    )
    op.create_index(
        "ix_links_batch",
        "links",
        ["batch"],
        unique=False,
        sqlite_where=sa.text("batch IS NOT NULL"),
        postgresql_where=sa.text("batch IS NOT NULL"),
    )
    op.create_index(op.f("ix_links_guarantor_id"), "links", ["guarantor_id"], unique=False)

    op.create_table(
        "payments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("session_id", SERIAL, nullable=False),
        sa.Column("link_serial", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("guarantor_id", SERIAL, nullable=False),
        sa.Column("single_payment", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("card_brand", sa.Text(), nullable=True),
        sa.Column("card_last4", sa.Text(), nullable=True),
        sa.Column("transaction", sa.Text(), nullable=True),
        sa.Column("receipt_email", sa.Text(), nullable=True),
        sa.Column("receipt_number", sa.BigInteger(), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("unapplied", sa.BigInteger(), nullable=False),
        sa.Column("not_posted_because", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("authentication", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("change_number", sa.BigInteger(), nullable=False),
        sa.Column("look_ups", sa.Integer(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("next_look_up_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_by_pm", sa.Integer(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "authentication IN ('quickpay', 'mfa')", name=op.f("ck_payments_authentication_word")
        ),
        sa.CheckConstraint("currency IN ('usd')", name=op.f("ck_payments_currency_word")),
        sa.CheckConstraint(
            "method IN ('card', 'apple_pay', 'google_pay', 'stored')", name=op.f("ck_payments_method_word")
        ),
        sa.CheckConstraint(
            "origin IN ('sms', 'email', 'statement', 'office_qr', 'portal', 'staff', 'website')",
            name=op.f("ck_payments_origin_word"),
        ),
        sa.CheckConstraint(
            "state IN ('submitting', 'unknown', 'review', 'succeeded', 'declined', 'refunded')",
            name=op.f("ck_payments_state_word"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payments_amount_positive")),
        sa.CheckConstraint(
            "card_last4 IS NULL OR length(card_last4) = 4", name=op.f("ck_payments_last4_length")
        ),
        sa.CheckConstraint("refunded BETWEEN 0 AND amount", name=op.f("ck_payments_refunded_range")),
        sa.CheckConstraint("unapplied BETWEEN 0 AND amount", name=op.f("ck_payments_unapplied_range")),
        sa.ForeignKeyConstraint(["guarantor_id"], ["guarantors.id"], name=op.f("fk_payments_guarantor_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_payments_order_id")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_payments_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("change_number", name=op.f("uq_payments_change_number")),
        sa.UniqueConstraint("receipt_number", name=op.f("uq_payments_receipt_number")),
    )
    op.create_index(op.f("ix_payments_guarantor_id"), "payments", ["guarantor_id"], unique=False)
    op.create_index("ix_payments_link_serial", "payments", ["link_serial"], unique=False)
    op.create_index(
        "ix_payments_next_look_up_at",
        "payments",
        ["next_look_up_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('submitting', 'unknown', 'review')"),
        postgresql_where=sa.text("state IN ('submitting', 'unknown', 'review')"),
    )
    op.create_index("ix_payments_order_id", "payments", ["order_id"], unique=False)
    op.create_index(
        "uq_payments_one_in_flight",
        "payments",
        ["group_id", "guarantor_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('submitting', 'unknown')"),
        postgresql_where=sa.text("state IN ('submitting', 'unknown')"),
    )
    op.create_index(
        "uq_payments_one_per_link",
        "payments",
        ["link_serial"],
        unique=True,
        sqlite_where=sa.text(
            "single_payment = 1 AND state IN ('submitting', 'unknown', 'review', 'succeeded', 'refunded')"
        ),
        postgresql_where=sa.text(
            "single_payment = 1 AND state IN ('submitting', 'unknown', 'review', 'succeeded', 'refunded')"
        ),
    )
    op.create_index(
        "uq_payments_one_per_order",
        "payments",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('submitting', 'unknown', 'review', 'succeeded', 'refunded')"),
        postgresql_where=sa.text("state IN ('submitting', 'unknown', 'review', 'succeeded', 'refunded')"),
    )

    op.create_table(
        "postings",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_postings_amount_positive")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_postings_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postings")),
        sa.UniqueConstraint("payment_id", "service_id", name=op.f("uq_postings_payment_id_service_id")),
    )
    op.create_table(
        "receipts",
        sa.Column("number", SERIAL, autoincrement=False, nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("guarantor_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", SERIAL, nullable=False),
        sa.Column("date", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint("(status = 'Paid') = (amount > 0)", name=op.f("ck_receipts_amount_says_status")),
        sa.CheckConstraint("status IN ('Paid', 'Unsuccessful')", name=op.f("ck_receipts_status_word")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_receipts_batch_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_receipts_payment_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_receipts")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_receipts_payment_id")),
    )
    op.create_index(op.f("ix_receipts_guarantor_id"), "receipts", ["guarantor_id"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("every_group", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_nonce", sa.LargeBinary(), nullable=True),
        sa.Column("totp_body", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("enrol_hash", sa.LargeBinary(), nullable=True),
        sa.Column("enrol_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "role IN ('viewer', 'front_desk', 'billing', 'admin')", name=op.f("ck_staff_role_word")
        ),
        sa.CheckConstraint("state IN ('invited', 'active', 'disabled')", name=op.f("ck_staff_state_word")),
        sa.CheckConstraint(
            "state <> 'active' OR (password_hash IS NOT NULL AND totp_body IS NOT NULL)",
            name=op.f("ck_staff_active_has_both"),
        ),
        sa.CheckConstraint(
            "enrol_hash IS NULL OR state = 'invited'", name=op.f("ck_staff_only_invited_enrol")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("enrol_hash", name=op.f("uq_staff_enrol_hash")),
        sa.UniqueConstraint("name_key", name=op.f("uq_staff_name_key")),
    )
    op.create_table(
        "staff_groups",
        sa.Column("staff_id", SERIAL, nullable=False),
        sa.Column("group_id", SERIAL, nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_staff_groups_group_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_groups_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "group_id", name=op.f("pk_staff_groups")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", SERIAL, nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_sessions_token_hash")),
    )
    op.create_index(op.f("ix_staff_sessions_staff_id"), "staff_sessions", ["staff_id"], unique=False)
    numbers = sa.table("numbers", sa.column("name", sa.Text), sa.column("last", sa.BigInteger))
    op.bulk_insert(numbers, [{"name": "payment_change", "last": 0}, {"name": "receipt", "last": 0}])
    for trigger in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(trigger)


def downgrade() -> None:
    """Drop everything, triggers with their tables."""
    op.drop_table("staff_sessions")
    op.drop_table("staff_groups")
    op.drop_table("staff")
    op.drop_table("receipts")
    op.drop_table("postings")
    op.drop_table("payments")
    op.drop_table("links")
    op.drop_table("orders")
    op.drop_table("guarantors")
    op.drop_table("group_versions")
    op.drop_table("challenges")
    op.drop_table("webhook_inbox")
    op.drop_table("sessions")
    op.drop_table("outbox")
    op.drop_table("numbers")
    op.drop_table("link_seen")
    op.drop_table("idempotency")
    op.drop_table("groups")
    op.drop_table("counters")
    op.drop_table("batches")
    op.drop_table("audit")
    op.drop_table("api_keys")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION quickpay_refuse()")
