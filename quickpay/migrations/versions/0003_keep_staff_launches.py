"""Keep who of the staff looks as which guarantor."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table of launches."""
    op.create_table(
        "staff_launches",
        sa.Column("link_serial", SERIAL, autoincrement=False, nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("staff_id", SERIAL, nullable=True),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.CheckConstraint("mode IN ('quickpay', 'portal')", name=op.f("ck_staff_launches_mode_word")),
        sa.ForeignKeyConstraint(
            ["link_serial"], ["links.serial"], name=op.f("fk_staff_launches_link_serial")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_launches_staff_id")),
        sa.PrimaryKeyConstraint("link_serial", name=op.f("pk_staff_launches")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("staff_launches")
