"""Add the templates of links' messages, and which of them a link goes out with."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; messages that wait keep QuickPay's own words."""
    op.create_table(
        "link_templates",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("group_id", SERIAL, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f("ck_link_templates_channel_word")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_link_templates_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_templates")),
    )
    op.create_index(
        "uq_link_templates_live",
        "link_templates",
        ["group_id", "name_key", "channel"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "link_words",
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("template_id", SERIAL, nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_link_words_link_id")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["link_templates.id"], name=op.f("fk_link_words_template_id")
        ),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_link_words")),
    )


def downgrade() -> None:
    """Take both away; messages that wait go out with QuickPay's own words."""
    op.drop_table("link_words")
    op.drop_index("uq_link_templates_live", table_name="link_templates")
    op.drop_table("link_templates")
