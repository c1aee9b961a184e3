"""Keep where a payer's bank wants to hear from her."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "bank_steps",
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("word", sa.Text(), nullable=True),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(page IS NULL) <> (word IS NULL)", name=op.f("ck_bank_steps_one_way")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_bank_steps_payment_id")),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_bank_steps")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("bank_steps")
