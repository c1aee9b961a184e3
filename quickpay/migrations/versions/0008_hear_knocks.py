"""Hear knocks at groups' doors on the web."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "knocks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("guarantor_id", sa.BigInteger(), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("masked", sa.Text(), nullable=False),
        sa.Column("contact_digest", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("resend_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("method IN ('email', 'sms')", name=op.f("ck_knocks_method_word")),
        sa.CheckConstraint(
            "state IN ('sent', 'verified', 'locked', 'expired', 'superseded')",
            name=op.f("ck_knocks_state_word"),
        ),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_knocks_tries_cap")),
        sa.CheckConstraint("digest IS NULL OR state = 'sent'", name=op.f("ck_knocks_digest_only_open")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knocks")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_knocks_token_hash")),
    )
    op.create_index(op.f("ix_knocks_created_at"), "knocks", ["created_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("knocks")
