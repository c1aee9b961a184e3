"""Know which link a share was made from and what language was paid in; find old keys and events by age."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# The audit knows in which session a share was made; only those that can still be opened need it.
_KNOWN = """
    UPDATE links SET shared_from = (
        SELECT max(sessions.link_serial) FROM audit JOIN sessions ON sessions.id = audit.session_id
        WHERE audit.type = 'link.shared' AND audit.link_serial = links.serial
    ) WHERE share_amount IS NOT NULL AND state = 'active'
"""


def upgrade() -> None:
    """Add the columns and the indexes; the previous version goes on with them."""
    op.add_column("payments", sa.Column("language", sa.Text(), nullable=True))
    op.add_column("links", sa.Column("shared_from", sa.BigInteger(), nullable=True))
    op.execute(_KNOWN)
    op.create_index(
        "ix_links_shared_from",
        "links",
        ["shared_from"],
        unique=False,
        sqlite_where=sa.text("shared_from IS NOT NULL"),
        postgresql_where=sa.text("shared_from IS NOT NULL"),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"], unique=False)
    op.create_index("ix_webhook_inbox_age", "webhook_inbox", ["source", "received_at"], unique=False)


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_webhook_inbox_age", table_name="webhook_inbox")
    op.drop_index("ix_idempotency_created_at", table_name="idempotency")
    op.drop_index("ix_links_shared_from", table_name="links")
    with op.batch_alter_table("links") as table:
        table.drop_column("shared_from")
    with op.batch_alter_table("payments") as table:
        table.drop_column("language")
