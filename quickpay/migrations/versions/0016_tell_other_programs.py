"""Keep endpoints of events out, their secrets and what is told to each; find unacknowledged payments."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UNACKNOWLEDGED = "state = 'succeeded' AND acknowledged_at IS NULL AND settled_by_pm = 0"
_WAITING = "state IN ('queued', 'leased')"


def upgrade() -> None:
    """Make the tables and the index."""
    op.create_table(
        "webhook_endpoints",
        sa.Column("serial", _Serial, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("disabled_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("succeeded_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "disabled_by IN ('api', 'staff', 'gone')", name=op.f("ck_webhook_endpoints_disabled_by_word")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_webhook_endpoints_group_id")),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_webhook_endpoints")),
        sa.UniqueConstraint("id", name=op.f("uq_webhook_endpoints_id")),
    )
    op.create_table(
        "webhook_secrets",
        sa.Column("id", _Serial, nullable=False),
        sa.Column("endpoint", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_secrets")),
    )
    op.create_index(op.f("ix_webhook_secrets_endpoint"), "webhook_secrets", ["endpoint"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", _Serial, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'leased', 'delivered', 'dead', 'skipped')",
            name=op.f("ck_webhook_deliveries_state_word"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index("ix_webhook_deliveries_endpoint", "webhook_deliveries", ["endpoint", "id"])
    for name, columns, where in (
        ("ix_webhook_deliveries_waiting", ["endpoint", "next_at"], _WAITING),
        ("ix_webhook_deliveries_ended_at", ["ended_at"], "ended_at IS NOT NULL"),
    ):
        op.create_index(
            name,
            "webhook_deliveries",
            columns,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.add_column(
        "payments", sa.Column("in_figures", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.create_index(
        "ix_payments_unacknowledged",
        "payments",
        ["created_at"],
        sqlite_where=sa.text(_UNACKNOWLEDGED),
        postgresql_where=sa.text(_UNACKNOWLEDGED),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_payments_unacknowledged", table_name="payments")
    op.drop_column("payments", "in_figures")
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_secrets")
    op.drop_table("webhook_endpoints")
