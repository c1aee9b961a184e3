"""Know which refunds the PM system has heard of."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_UNACKNOWLEDGED = "refunded > acknowledged_refunded"


def upgrade() -> None:
    """Add the column; refunds of before count as heard of where the payment was, and where it was whole."""
    op.add_column(
        "payments",
        sa.Column("acknowledged_refunded", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
    )
    op.execute(
        "UPDATE payments SET acknowledged_refunded = refunded WHERE refunded > 0"
        " AND (acknowledged_at IS NOT NULL OR settled_by_pm = 1 OR state = 'refunded')"
    )
    op.create_index(
        "ix_payments_refund_unacknowledged",
        "payments",
        ["changed_at"],
        sqlite_where=sa.text(_UNACKNOWLEDGED),
        postgresql_where=sa.text(_UNACKNOWLEDGED),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_payments_refund_unacknowledged", table_name="payments")
    op.drop_column("payments", "acknowledged_refunded")
