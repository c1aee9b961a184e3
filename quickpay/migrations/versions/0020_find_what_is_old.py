"""Find by its age what is to be forgotten: codes, texts, and whom messages went to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Make the indexes; the previous version goes on with them."""
    op.create_index("ix_challenges_created_at", "challenges", ["created_at"], unique=False)
    op.create_index("ix_texts_handed_at", "texts", ["handed_at"], unique=False)
    op.create_index(
        "ix_outbox_recipient_kept",
        "outbox",
        ["ended_at"],
        unique=False,
        sqlite_where=sa.text("recipient IS NOT NULL"),
        postgresql_where=sa.text("recipient IS NOT NULL"),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_outbox_recipient_kept", table_name="outbox")
    op.drop_index("ix_texts_handed_at", table_name="texts")
    op.drop_index("ix_challenges_created_at", table_name="challenges")
