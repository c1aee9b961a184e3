"""Find guarantors: keys of names, numbers and contacts, filled for those there are; batches by their day."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from quickpay.domain.search_keys import keys_of

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
AT_ONCE = 1_000

_OLD = sa.table(
    "guarantors",
    *(sa.column(name, sa.BigInteger) for name in ("id", "group_id")),
    *(
        sa.column(name, sa.Text)
        for name in ("first_name", "preferred_name", "last_name", "number", "email", "mobile")
    ),
)


def upgrade() -> None:
    keys = op.create_table(
        "guarantor_keys",
        sa.Column("guarantor_id", SERIAL, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('name', 'number', 'email', 'mobile')", name=op.f("ck_guarantor_keys_kind_word")
        ),
        sa.ForeignKeyConstraint(
            ["guarantor_id"], ["guarantors.id"], name=op.f("fk_guarantor_keys_guarantor_id")
        ),
        sa.PrimaryKeyConstraint("guarantor_id", "kind", "key", name=op.f("pk_guarantor_keys")),
    )
    _fill(keys)
    op.create_index(
        "ix_guarantor_keys_kind_key", "guarantor_keys", ["kind", "key", "group_id", "guarantor_id"]
    )
    op.create_index(
        "ix_links_batch_made",
        "links",
        ["created_at"],
        sqlite_where=sa.text("batch IS NOT NULL"),
        postgresql_where=sa.text("batch IS NOT NULL"),
    )
    op.create_index("ix_outbox_guarantor_id", "outbox", ["guarantor_id"])


def downgrade() -> None:
    op.drop_index("ix_outbox_guarantor_id", table_name="outbox")
    op.drop_index("ix_links_batch_made", table_name="links")
    op.drop_table("guarantor_keys")


def _fill(keys: sa.Table) -> None:
    connection, last = op.get_bind(), 0
    page = sa.select(_OLD).where(_OLD.c.id > sa.bindparam("last")).order_by(_OLD.c.id).limit(AT_ONCE)
    while rows := connection.execute(page, {"last": last}).all():
        last = rows[-1].id
        filled = [
            {"guarantor_id": row.id, "group_id": row.group_id, "kind": kind.value, "key": key}
            for row in rows
            for kind, key in keys_of(
                names=(row.first_name, row.preferred_name, row.last_name),
                number=row.number,
                email=row.email,
                mobile=row.mobile,
            )
        ]
        connection.execute(sa.insert(keys), filled)
