"""Keep refunds, let the ledger take back what it posted, and say who closed a batch."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_IN_FLIGHT = sa.text("state IN ('submitting', 'unknown')")

_POSTINGS_KEPT = """
    CREATE TRIGGER postings_kept BEFORE UPDATE ON postings
    BEGIN SELECT RAISE(ABORT, 'postings_kept: rows are added, never changed'); END
    """
_REFUNDS_FIXED_ON_FILE = """
    CREATE TRIGGER refunds_fixed BEFORE UPDATE ON refunds
    WHEN OLD.state IN ('done', 'refused') OR NEW.id IS NOT OLD.id OR NEW.payment_id IS NOT OLD.payment_id
      OR NEW.number IS NOT OLD.number OR NEW.amount IS NOT OLD.amount OR NEW.made_by IS NOT OLD.made_by
    BEGIN SELECT RAISE(ABORT, 'refunds_fixed: what a refund is, and how it ended, never changes'); END
    """
_REFUNDS_FIXED_ON_SERVER = """
    CREATE TRIGGER refunds_fixed BEFORE UPDATE ON refunds FOR EACH ROW
    WHEN (OLD.state IN ('done', 'refused')
      OR (NEW.id, NEW.payment_id, NEW.number, NEW.amount, NEW.made_by)
        IS DISTINCT FROM (OLD.id, OLD.payment_id, OLD.number, OLD.amount, OLD.made_by))
    EXECUTE FUNCTION quickpay_refuse('what a refund is, and how it ended, never changes')
    """


def upgrade() -> None:
    """Add what refunds need; the previous version adds up the ledger's rows as before."""
    on_file = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "refunds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("transaction", sa.Text(), nullable=True),
        sa.Column("refused_because", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("next_ask_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refunds_amount_positive")),
        sa.CheckConstraint(
            "state IN ('submitting', 'unknown', 'done', 'refused')", name=op.f("ck_refunds_state_word")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_refunds_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("payment_id", "number", name=op.f("uq_refunds_payment_id_number")),
    )
    for name, column, unique in (
        ("uq_refunds_one_in_flight", "payment_id", True),
        ("ix_refunds_next_ask_at", "next_ask_at", False),
    ):
        op.create_index(
            name,
            "refunds",
            [column],
            unique=unique,
            sqlite_where=_IN_FLIGHT,
            postgresql_where=_IN_FLIGHT,
        )
    op.execute(_REFUNDS_FIXED_ON_FILE if on_file else _REFUNDS_FIXED_ON_SERVER)
    op.add_column(
        "payments", sa.Column("refunding", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("payments", sa.Column("ended_at", sa.BigInteger(), nullable=True))
    # Until now nothing changed a payment after its end.
    op.execute(
        "UPDATE payments SET ended_at = changed_at WHERE state IN ('succeeded', 'declined', 'refunded')"
    )
    op.create_index("ix_payments_created_at", "payments", ["created_at"])
    op.create_index("ix_receipts_batch_id", "receipts", ["batch_id"])
    op.create_index(
        "ix_audit_payment_id",
        "audit",
        ["payment_id"],
        sqlite_where=sa.text("payment_id IS NOT NULL"),
        postgresql_where=sa.text("payment_id IS NOT NULL"),
    )
    op.add_column("batches", sa.Column("closed_by", sa.Text(), nullable=True))
    if on_file:
        _lay_postings_anew()
    else:
        op.drop_constraint("ck_postings_amount_positive", "postings")
        op.drop_constraint("uq_postings_payment_id_service_id", "postings")
        op.create_check_constraint(op.f("ck_postings_amount_something"), "postings", "amount <> 0")
    op.create_index("ix_postings_payment_id", "postings", ["payment_id"])


def _lay_postings_anew() -> None:
    """SQLite changes no constraint of a table that is there."""
    op.execute("DROP TRIGGER postings_kept")
    op.rename_table("postings", "postings_before")
    op.create_table(
        "postings",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_postings_amount_something")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_postings_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postings")),
    )
    op.execute(
        "INSERT INTO postings (id, payment_id, service_id, amount, posted_at) "
        "SELECT id, payment_id, service_id, amount, posted_at FROM postings_before ORDER BY id"
    )
    op.drop_table("postings_before")
    op.execute(_POSTINGS_KEPT)


def downgrade() -> None:
    """Take it away; what was taken back from lines makes the way back impossible, and it stops there."""
    on_file = op.get_bind().dialect.name == "sqlite"
    op.drop_index("ix_postings_payment_id", "postings")
    if on_file:
        op.execute("DROP TRIGGER postings_kept")
        with op.batch_alter_table("postings") as table:
            table.create_check_constraint(op.f("ck_postings_amount_positive"), "amount > 0")
            table.create_unique_constraint(
                op.f("uq_postings_payment_id_service_id"), ["payment_id", "service_id"]
            )
        op.execute(_POSTINGS_KEPT)
    else:
        op.drop_constraint("ck_postings_amount_something", "postings")
        op.create_check_constraint(op.f("ck_postings_amount_positive"), "postings", "amount > 0")
        op.create_unique_constraint(
            op.f("uq_postings_payment_id_service_id"), "postings", ["payment_id", "service_id"]
        )
    op.drop_index("ix_audit_payment_id", "audit")
    op.drop_index("ix_receipts_batch_id", "receipts")
    op.drop_index("ix_payments_created_at", "payments")
    op.drop_column("batches", "closed_by")
    op.drop_column("payments", "ended_at")
    op.drop_column("payments", "refunding")
    op.drop_table("refunds")
