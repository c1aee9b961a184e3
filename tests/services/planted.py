"""For each thing a check looks for, the SQL that plants it among the rows of `live_in`."""

PLANTED: dict[str, tuple[str, ...]] = {
    "more uses than the link's own limit": ("UPDATE links SET uses = 2, max_uses = 1 WHERE serial = 1",),
    "a hand-off that may open more than once": ("UPDATE links SET max_uses = 2 WHERE origin = 'portal'",),
    "a staff launch that may open more than once": ("UPDATE links SET max_uses = 2 WHERE origin = 'staff'",),
    "a simulation above what its launch says": (
        "UPDATE sessions SET role = 'authorized_patient' WHERE origin = 'staff'",
    ),
    "a simulation in which something was done": (
        "UPDATE orders SET session_id = (SELECT id FROM sessions WHERE origin = 'staff')",
    ),
    "uses that are not the sessions opened from the link": ("UPDATE links SET uses = 0 WHERE serial = 1",),
    "a receipt session of a link that is not paid": ("UPDATE links SET state = 'revoked' WHERE serial = 1",),
    "a session that ends later than its extensions allow": (
        "UPDATE sessions SET expires_at = opened_at + 1200000001 WHERE id = 3",
    ),
    "a session that ends more than 20 minutes from now": (
        "UPDATE sessions SET expires_at = 4000000000000000, opened_at = 4000000000000000 WHERE id = 3",
    ),
    "a session extended more than ten times": ("UPDATE sessions SET extensions = 11 WHERE id = 3",),
    "a session extended although its group never allowed it": (
        "UPDATE group_versions SET options = replace(options, '\"session_extension\":true', '')",
        "UPDATE sessions SET extensions = 1 WHERE id = 3",
    ),
    "a proof without a verified challenge of the same session": (
        "UPDATE sessions SET authentication = 'mfa' WHERE id = 3",
    ),
    "a role above quickpay without a proof": (
        "UPDATE sessions SET role = 'authorized_patient' WHERE id = 3",
    ),
    "a code by the road she came while the opposing rule was on": (
        "UPDATE challenges SET method = 'sms' WHERE session_id = 1",
    ),
    "more than five tries of one challenge": ("UPDATE challenges SET tries = 6 WHERE session_id = 5",),
    "two open challenges in one session": (
        "UPDATE challenges SET state = 'queued' WHERE session_id IN (1, 5)",
        "UPDATE challenges SET session_id = 6, link_serial = 6",
    ),
    "a count of tries or sendings beyond its limit": (
        "UPDATE counters SET count = 6 WHERE name = 'tries_contact_300s'",
    ),
    "a digest kept after the challenge ended": (
        "UPDATE challenges SET state = 'superseded' WHERE session_id = 6",
    ),
    "a digest kept a minute after the code's life": (
        "UPDATE challenges SET expires_at = created_at - 60000001 WHERE session_id = 6",
    ),
    "two live payments through one single-payment link": (
        "UPDATE payments SET link_serial = 2, single_payment = 1 WHERE amount IN (200, 300)",
    ),
    "two payments of one guarantor in flight": (
        "UPDATE payments SET state = 'submitting' WHERE amount = 300",
    ),
    "two live payments of one order": (
        "UPDATE payments SET order_id = (SELECT max(order_id) FROM payments) WHERE amount IN (200, 300)",
    ),
    "a payment by a session that may only read a receipt": (
        "UPDATE payments SET session_id = 2 WHERE amount = 5000",
    ),
    "a charged payment whose single-payment link still opens": (
        "UPDATE links SET state = 'active' WHERE serial = 1",
    ),
    "a paid link without a charged payment": ("UPDATE links SET state = 'paid' WHERE serial = 3",),
    "a charged payment without its receipt of the same amount": (
        "UPDATE receipts SET amount = 4999 WHERE amount = 5000",
    ),
    "a declined payment without its receipt of nothing": ("UPDATE receipts SET amount = 1 WHERE amount = 0",),
    "a receipt of a payment that has not ended": (
        "UPDATE payments SET state = 'unknown' WHERE amount = 5000",
    ),
    "a receipt for another guarantor than its payment's": (
        "UPDATE receipts SET guarantor_id = 3 WHERE amount = 5000",
    ),
    "more given back, or on its way back, than was paid": ("UPDATE refunds SET amount = 301",),
    "a payment that does not say what its refunds gave back": ("UPDATE refunds SET amount = 99",),
    "a payment that sets something else aside than its refund on its way": (
        "UPDATE payments SET refunding = 7 WHERE amount = 300",
    ),
    "a payment given back whole that is not called so, or called so and is not": (
        "UPDATE payments SET state = 'refunded' WHERE amount = 300",
    ),
    "a refund of a payment that took no money": (
        "UPDATE refunds SET payment_id = (SELECT id FROM payments WHERE amount = 100)",
    ),
    "less than nothing of a payment on a line": ("DELETE FROM postings WHERE amount > 0",),
    "refunds that were done without an event for each": (
        "DELETE FROM audit WHERE type = 'payment.refunded'",
    ),
    "a refund on its way that nobody will ask for, or that was not asked for in a day": (
        "UPDATE refunds SET state = 'unknown'",
    ),
    "what is on lines, unapplied and given back is not the whole payment": (
        "UPDATE postings SET amount = 4999 WHERE amount = 5000",
    ),
    "postings of a payment that took no money": (
        "UPDATE postings SET payment_id = (SELECT id FROM payments WHERE amount = 100) WHERE amount = 5000",
    ),
    "a charged payment that asked for its receipt by email and got none queued": (
        "DELETE FROM outbox WHERE kind = 'receipt'",
    ),
    "a receipt by email of a payment that took no money": (
        (
            "UPDATE outbox SET subject = (SELECT id FROM payments WHERE amount = 100),"
            " guarantor_id = (SELECT guarantor_id FROM payments WHERE amount = 100) WHERE kind = 'receipt'"
        ),
    ),
    "a payment called declined that the gateway says it charged": (
        (
            "INSERT INTO audit (at, type, payment_id, actor, detail) SELECT 1, 'payment.contradicted', id, "
            "'x', '{}' FROM payments WHERE amount = 100"
        ),
    ),
    "a payment of a guarantor of another group": ("UPDATE guarantors SET group_id = 2 WHERE id = 1",),
    "a payment that is not of its order's amount or session": (
        "UPDATE payments SET amount = 5001 WHERE amount = 5000",
    ),
    "a payment that ended twice": (
        (
            "INSERT INTO audit (at, type, payment_id, actor, detail) SELECT 1, 'payment.declined', id, 'x', "
            "'{}' FROM payments WHERE amount = 5000"
        ),
    ),
    "a payment that ended and is on its way again": (
        "UPDATE payments SET state = 'review' WHERE amount = 5000",
    ),
    "a changed contact that no code confirmed": ("UPDATE contact_changes SET challenge_id = 'another'",),
    "a code to a contact that the patient changed less than a day before": (
        "UPDATE challenges SET purpose = 'view' WHERE purpose = 'contact_change'",
        "UPDATE contact_changes SET confirmed_at = confirmed_at - 86399999999",
    ),
    "a changed contact without its event": ("DELETE FROM audit WHERE type = 'contact.changed'",),
    "a changed contact that is in force and not on file": (
        "UPDATE guarantors SET mobile = '+16085550104' WHERE number = '4'",
    ),
    "a contact changed by the patient while her group did not allow it": (
        "UPDATE group_versions SET options = replace(options, '\"contact_info_editing\":true', '')",
    ),
    "a session without the event that opened it": ("DELETE FROM audit WHERE type = 'link.opened'",),
    "a verified challenge without its event": ("DELETE FROM audit WHERE type = 'challenge.verified'",),
    "a payment without the event of its submission": (
        (
            "DELETE FROM audit WHERE type = 'payment.submitted'"
            " AND payment_id = (SELECT id FROM payments WHERE amount = 400)"
        ),
    ),
    "an ended payment without the event of its end": (
        (
            "DELETE FROM audit WHERE type = 'payment.declined'"
            " AND payment_id = (SELECT id FROM payments WHERE amount = 100)"
        ),
    ),
    "a message whose state and end do not agree": ("UPDATE outbox SET ended_at = NULL",),
    "a message leased and never given back": (
        "UPDATE outbox SET state = 'leased', lease_owner = 'gone', ended_at = NULL, next_at = 1",
    ),
    "a payment left in submitting a minute after its deadline": (
        "UPDATE payments SET state = 'submitting', deadline = 1 WHERE amount = 400",
    ),
    "an unknown payment not given to a person after a day": (
        "UPDATE payments SET created_at = 1 WHERE amount = 400",
    ),
    "a held payment nobody will ask after": (
        "UPDATE payments SET next_look_up_at = NULL WHERE amount = 400",
    ),
    "a session that leads back elsewhere than its hand-off says": (
        "UPDATE sessions SET return_url = 'https://evil.example' WHERE id = 3",
    ),
    "a code that lives longer than 600 seconds": (
        "UPDATE challenges SET expires_at = created_at + 600000001 WHERE session_id = 6",
    ),
    "a link that lives longer than two years": (
        "UPDATE links SET expires_at = 4000000000000000 WHERE serial = 2",
    ),
    "an API key that lives longer than a year": (
        (
            "INSERT INTO api_keys (id, name, scopes, secret_hash, created_at, expires_at) "
            "VALUES ('k', 'k', 'links', CAST('k' AS BYTEA), 1, 4000000000000000)"
        ),
    ),
    "a payment through a session of another guarantor or group": (
        "UPDATE payments SET session_id = 3 WHERE amount = 5000",
    ),
    "an open session of an account that cannot be used": (
        "UPDATE staff SET state = 'disabled' WHERE name = 'Fay'",
    ),
    "a session of staff in use beyond its twelve hours": (
        "UPDATE staff_sessions SET seen_at = opened_at + 43200000001",
    ),
    "an active account without a password or an app": (
        "UPDATE staff SET totp_nonce = NULL WHERE name = 'Fay'",
    ),
    "an active account that never finished an enrolment": (
        "DELETE FROM audit WHERE type = 'staff.enrolled'",
    ),
    "an enrolment of an account that is not invited": (
        "UPDATE staff SET state = 'disabled' WHERE name = 'Gil'",
    ),
    "an enrolment without its end": ("UPDATE staff SET enrol_until = NULL WHERE name = 'Gil'",),
    "an enrolment that is good for more than a day": (
        "UPDATE staff SET enrol_until = enrol_until + 1 WHERE name = 'Gil'",
    ),
    "a used release of a session that proved nothing": (
        (
            "UPDATE sessions SET authentication = 'quickpay', role = 'quickpay'"
            " WHERE id = (SELECT session_id FROM releases WHERE state = 'used')"
        ),
    ),
    "a release for another guarantor, group or link than its session's": (
        "UPDATE releases SET link_serial = 1 WHERE state = 'open'",
    ),
    "more than three tries of one spoken code": ("UPDATE releases SET tries = 4 WHERE state = 'open'",),
    "two open releases in one session": (
        "UPDATE releases SET state = 'open', session_id = (SELECT max(session_id) FROM releases)",
    ),
    "a spoken code's digest kept after its end": (
        "UPDATE releases SET state = 'expired' WHERE state = 'open'",
    ),
    "a spoken code's digest kept a minute after its life": (
        "UPDATE releases SET expires_at = created_at - 60000001 WHERE state = 'open'",
    ),
    "a used release without its event": ("DELETE FROM audit WHERE type = 'challenge.released'",),
    "a spoken code that lives longer than 600 seconds": (
        "UPDATE releases SET expires_at = created_at + 600000001 WHERE state = 'open'",
    ),
}
