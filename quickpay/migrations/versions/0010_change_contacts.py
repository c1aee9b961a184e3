"""Keep the contacts that patients changed and confirmed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STANDING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Make the table and add the column; the previous version goes on with both."""
    op.create_table(
        "contact_changes",
        sa.Column("challenge_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("guarantor_id", SERIAL, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("pm_contact", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=True),
        sa.Column("adopted_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("method IN ('email', 'sms')", name=op.f("ck_contact_changes_method_word")),
        sa.ForeignKeyConstraint(
            ["guarantor_id"], ["guarantors.id"], name=op.f("fk_contact_changes_guarantor_id")
        ),
        sa.PrimaryKeyConstraint("challenge_id", name=op.f("pk_contact_changes")),
    )
    op.create_index(
        "ix_contact_changes_guarantor_id", "contact_changes", ["guarantor_id", "confirmed_at"], unique=False
    )
    op.create_index(
        "uq_contact_changes_standing",
        "contact_changes",
        ["guarantor_id", "method"],
        unique=True,
        sqlite_where=_STANDING,
        postgresql_where=_STANDING,
    )
    op.add_column("challenges", sa.Column("replaces", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take them away again."""
    with op.batch_alter_table("challenges") as table:
        table.drop_column("replaces")
    op.drop_table("contact_changes")
