"""Find sessions by when they began, for reports."""

from collections.abc import Sequence

from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Make the index; the previous version goes on with it."""
    op.create_index("ix_sessions_opened_at", "sessions", ["opened_at"], unique=False)


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_sessions_opened_at", table_name="sessions")
