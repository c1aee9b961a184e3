"""Let a link be a share: somebody else pays one sum and sees nothing more."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TABLES = ("links", "sessions")


def upgrade() -> None:
    """Add the columns; the previous version would take a share for a plain link, so stop it first."""
    for table in _TABLES:
        op.add_column(table, sa.Column("share_amount", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """End every share, which nobody would keep to its sum any more, and take the columns away."""
    op.execute("UPDATE links SET state = 'revoked' WHERE share_amount IS NOT NULL AND state = 'active'")
    op.execute("UPDATE sessions SET ended_at = opened_at WHERE share_amount IS NOT NULL AND ended_at IS NULL")
    for name in _TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_column("share_amount")
