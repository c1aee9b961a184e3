"""Keep cards by their gateway's token, and note on an order which is chosen and whether to store one."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add the columns and make the table."""
    op.add_column("orders", sa.Column("stored_card", sa.Text(), nullable=True))
    op.add_column("orders", sa.Column("store_at", sa.Text(), nullable=True))
    op.create_table(
        "stored_cards",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guarantor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("exp_month", sa.Integer(), nullable=True),
        sa.Column("exp_year", sa.Integer(), nullable=True),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.Column("forget_tries", sa.Integer(), nullable=False),
        sa.Column("next_forget_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("length(last4) = 4", name=op.f("ck_stored_cards_last4_length")),
        sa.CheckConstraint(
            "removed_at IS NOT NULL OR token IS NOT NULL", name=op.f("ck_stored_cards_kept_has_token")
        ),
        sa.CheckConstraint(
            "next_forget_at IS NULL OR removed_at IS NOT NULL",
            name=op.f("ck_stored_cards_forgotten_if_removed"),
        ),
        sa.CheckConstraint(
            "(exp_month IS NULL) = (exp_year IS NULL)", name=op.f("ck_stored_cards_expiry_whole")
        ),
        sa.ForeignKeyConstraint(["id"], ["payments.id"], name=op.f("fk_stored_cards_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_stored_cards_group_id")),
        sa.ForeignKeyConstraint(
            ["guarantor_id"], ["guarantors.id"], name=op.f("fk_stored_cards_guarantor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_cards")),
    )
    op.create_index(op.f("ix_stored_cards_guarantor_id"), "stored_cards", ["guarantor_id"])
    op.create_index(
        "ix_stored_cards_next_forget_at",
        "stored_cards",
        ["next_forget_at"],
        sqlite_where=sa.text("next_forget_at IS NOT NULL"),
        postgresql_where=sa.text("next_forget_at IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("stored_cards")
    op.drop_column("orders", "store_at")
    op.drop_column("orders", "stored_card")
