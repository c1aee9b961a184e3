"""Add releases by the office, and when an API key was last used."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("state = 'open'")
_NOT_ENDED = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Make the table and the indexes, and add the column; the previous version goes on with all of it."""
    op.create_table(
        "releases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session_id", SERIAL, nullable=False),
        sa.Column("link_serial", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("guarantor_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", SERIAL, nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "identifier IN ('visit_date', 'service_id', 'account_and_patient')",
            name=op.f("ck_releases_identifier_word"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'used', 'locked', 'expired', 'superseded')",
            name=op.f("ck_releases_state_word"),
        ),
        sa.CheckConstraint("tries BETWEEN 0 AND 3", name=op.f("ck_releases_tries_cap")),
        sa.CheckConstraint(
            "(digest IS NOT NULL) = (state = 'open')", name=op.f("ck_releases_digest_only_open")
        ),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_releases_session_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_releases_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
    )
    op.create_index(op.f("ix_releases_session_id"), "releases", ["session_id"], unique=False)
    op.create_index(
        "uq_releases_one_open",
        "releases",
        ["session_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index(
        "ix_sessions_guarantor_id",
        "sessions",
        ["guarantor_id"],
        unique=False,
        sqlite_where=_NOT_ENDED,
        postgresql_where=_NOT_ENDED,
    )
    op.add_column("api_keys", sa.Column("last_used_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take them away again."""
    with op.batch_alter_table("api_keys") as table:
        table.drop_column("last_used_at")
    op.drop_index("ix_sessions_guarantor_id", table_name="sessions")
    op.drop_table("releases")
