"""What is asked all the time is found by an index, also where that index is partial."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from quickpay.adapters.store.statements import Statement
from quickpay.adapters.store.tables import (
    challenges,
    deliveries,
    guarantors,
    keys,
    links,
    outbox,
    payment_statements,
    receipts,
    unacknowledged,
    webhooks,
)


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (outbox._CLAIM, "ix_outbox_waiting"),
        (outbox._OLDEST, "ix_outbox_waiting"),
        (payment_statements.DUE, "ix_payments_next_look_up_at"),
        (payment_statements.OF_ORDER, "ix_payments_order_id"),
        (payment_statements.LIVE_OF_LINK, "ix_payments_link_serial"),
        (payment_statements.DECLINES, "ix_payments_link_serial"),
        (payment_statements.DECLINES_OF_SESSION, "ix_payments_guarantor_id"),
        (challenges._EXPIRE, "uq_challenges_one_open"),
        (challenges._LAST_OF, "ix_challenges_session_id"),
        (deliveries._DUE, "ix_webhook_deliveries_waiting"),
        (deliveries._CLAIM, "ix_webhook_deliveries_waiting"),
        (deliveries._COUNTED, "ix_webhook_deliveries_endpoint"),
        (deliveries._FORGET, "ix_webhook_deliveries_ended_at"),
        (deliveries._FORGET_GONE, "ix_webhook_deliveries_waiting"),
        (unacknowledged._page(None), "ix_payments_unacknowledged"),
        (unacknowledged._page(None), "ix_payments_refund_unacknowledged"),
        (unacknowledged._backlog(None), "ix_payments_unacknowledged"),
        (unacknowledged._backlog(None), "ix_payments_refund_unacknowledged"),
        (keys._FORGET, "ix_idempotency_created_at"),
        (webhooks._FORGET, "ix_webhook_inbox_age"),
        (links._END_SHARES, "ix_links_shared_from"),
        (links._EVENTS, "ix_audit_link_serial"),
        (receipts._OF_GUARANTOR, "ix_receipts_guarantor_id"),
        (guarantors._BY_NUMBER, "sqlite_autoindex_guarantors_1"),
    ],
)
def test_an_index_is_used(migrated_file: Path, statement: Statement, index: str) -> None:
    sql = statement.sqlite.sql
    with closing(sqlite3.connect(migrated_file)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", (1,) * sql.count("?")).fetchall()
    assert any(index in row[3] for row in plan), plan
