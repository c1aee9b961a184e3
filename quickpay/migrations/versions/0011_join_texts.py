"""Keep which numbers were told STOP, and join texts with what their carrier reports."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Make the tables; a number that was refused for its STOP before is stopped from the start."""
    op.create_table(
        "carrier_stops",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=False),
        sa.Column("heard_by", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "heard_by IN ('refusal', 'report', 'reply')", name=op.f("ck_carrier_stops_heard_by_word")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_carrier_stops")),
    )
    op.execute(
        "INSERT INTO carrier_stops (number, stopped_at, heard_by) "
        "SELECT recipient, max(ended_at), 'refusal' FROM outbox "
        "WHERE channel = 'sms' AND state = 'dead' AND reason = 'stopped' "
        "AND recipient IS NOT NULL AND ended_at IS NOT NULL GROUP BY recipient"
    )
    op.create_table(
        "texts",
        sa.Column("sid", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("challenge_id", sa.Text(), nullable=True),
        sa.Column("outbox_id", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("guarantor_id", sa.BigInteger(), nullable=True),
        sa.Column("link_serial", sa.BigInteger(), nullable=True),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("handed_at", sa.BigInteger(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(number IS NULL) = (handed_at IS NULL)", name=op.f("ck_texts_handed_whole")),
        sa.CheckConstraint("(status IS NULL) = (rank < 0)", name=op.f("ck_texts_rank_of_status")),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_texts")),
    )
    for column in ("challenge_id", "outbox_id"):
        op.create_index(
            op.f(f"ix_texts_{column}"),
            "texts",
            [column],
            sqlite_where=sa.text(f"{column} IS NOT NULL"),
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("texts")
    op.drop_table("carrier_stops")
