"""The gateway's books: charges, refunds and the answers it promised to repeat."""

import json
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any

from quickpay.sandbox import deliveries, tokens
from quickpay.sandbox.moments import SECOND, rfc3339

KEY_LIFE = 24 * 60 * 60 * SECOND
WEBHOOK_AFTER = SECOND // 2
ANY_KIND = "any"
DECLINES = {"decline": "card_declined", "no_funds": "insufficient_funds"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Hold one charge that the merchant asks for; the amount is in cents.

    `kind` is the wallet a wallet's token must be from, None for none; `ANY_KIND` where nothing is said.
    """

    amount: int
    currency: str
    token: str
    reference: str
    require_cvc: bool
    store_card: bool
    cvc_token: str | None = None
    kind: str | None = ANY_KIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Hold the key under which a call is done at most once, and the digest of what it asked for."""

    key: str
    digest: str
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Hold what the gateway says, or that it hangs up having done the work."""

    status: int
    body: dict[str, Any]
    silent: bool = False
    repeated: bool = False


def error(status: int, *, code: str, message: str) -> Answer:
    """Return a refusal that leaves no trace in the books."""
    return Answer(status=status, body={"error": {"code": code, "message": message}})


def charge(db: sqlite3.Connection, order: Order, *, promise: Promise, webhook_url: str | None) -> Answer:
    """Charge or decline, once per key, and put the webhook in line; all in one transaction."""
    if (kept := _kept(db, promise)) is not None:
        return kept
    token = tokens.find(db, order.token, now=promise.now)
    if token is not None and token["behaviour"] == "broken":
        return error(500, code="processing_error", message="The gateway failed before it charged anything.")
    code = tokens.find_code(db, order.cvc_token, of=token, now=promise.now)
    reason = _reason(token, order, has_code=code is not None)
    stored = None
    if code is not None:
        tokens.use_up(db, code["token"], now=promise.now)
    if token is not None and not token["reusable"]:
        tokens.use_up(db, order.token, now=promise.now)
        if reason is None and order.store_card:
            stored = tokens.store_card(db, token, now=promise.now)
    identity = "ch_" + secrets.token_hex(12)
    db.execute(
        "INSERT INTO charges (id, amount, currency, status, reason, reference, idempotency_key, brand, last4,"
        " stored_card, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            identity,
            order.amount,
            order.currency,
            "succeeded" if reason is None else "declined",
            reason,
            order.reference,
            promise.key,
            "unknown" if token is None else token["brand"],
            "" if token is None else token["last4"],
            stored,
            promise.now,
        ),
    )
    made = find_charge(db, identity)
    assert made is not None
    status = 200 if reason is None else 402
    _keep(db, promise, status=status, body=made)
    _announce(db, f"charge.{made['status']}", made, url=webhook_url, now=promise.now)
    silent = token is not None and token["behaviour"] == "silent" and reason is None
    return Answer(status=status, body=made, silent=silent)


def refund(
    db: sqlite3.Connection, identity: str, amount: int, *, promise: Promise, webhook_url: str | None
) -> Answer:
    """Give back part or all of a charge, never more than is left of it."""
    if (kept := _kept(db, promise)) is not None:
        return kept
    found = find_charge(db, identity)
    if found is None or found["status"] != "succeeded":
        return error(404, code="no_such_charge", message="There is no such charge that succeeded.")
    taken = db.execute(
        "UPDATE charges SET refunded = refunded + ? WHERE id = ? AND refunded + ? <= amount",
        (amount, identity, amount),
    )
    if taken.rowcount != 1:
        return error(422, code="refund_too_large", message="That is more than is left of the charge.")
    name = "re_" + secrets.token_hex(12)
    db.execute(
        "INSERT INTO refunds (id, charge, amount, idempotency_key, at) VALUES (?, ?, ?, ?, ?)",
        (name, identity, amount, promise.key, promise.now),
    )
    body = {
        "id": name,
        "charge": identity,
        "amount": amount,
        "currency": found["currency"],
        "status": "succeeded",
        "at": rfc3339(promise.now),
    }
    _keep(db, promise, status=200, body=body)
    after = find_charge(db, identity)
    assert after is not None
    _announce(db, "charge.refunded", after, url=webhook_url, now=promise.now)
    return Answer(status=200, body=body)


def find_charge(db: sqlite3.Connection, identity: str) -> dict[str, Any] | None:
    """Return one line of the ledger as the API shows it."""
    row = db.execute("SELECT * FROM charges WHERE id = ?", (identity,)).fetchone()
    return None if row is None else _shown(db, row)


def list_charges(
    db: sqlite3.Connection, *, reference: str | None, after: str, limit: int
) -> list[dict[str, Any]]:
    """List the ledger, oldest first, declines included."""
    rows = db.execute(
        "SELECT * FROM charges WHERE (?1 IS NULL OR reference = ?1)"
        " AND seq > coalesce((SELECT seq FROM charges WHERE id = ?2), 0) ORDER BY seq LIMIT ?3",
        (reference, after, limit),
    )
    return [_shown(db, row) for row in rows]


def newest_charges(db: sqlite3.Connection, *, limit: int) -> list[dict[str, Any]]:
    """List the last lines of the ledger, newest first."""
    return [
        _shown(db, row) for row in db.execute("SELECT * FROM charges ORDER BY seq DESC LIMIT ?", (limit,))
    ]


def _shown(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": row["id"],
        "amount": row["amount"],
        "currency": row["currency"],
        "status": row["status"],
        "reference": row["reference"],
        "idempotency_key": row["idempotency_key"],
        "refunded": row["refunded"],
        "card": {"brand": row["brand"], "last4": row["last4"]},
        "at": rfc3339(row["at"]),
    }
    if row["reason"] is not None:
        shown["reason"] = row["reason"]
    if row["stored_card"] is not None:
        shown["stored_card"] = row["stored_card"]
        if (kept := tokens.find(db, row["stored_card"], now=row["at"])) is not None:
            shown["card"] |= {"exp_month": kept["exp_month"], "exp_year": kept["exp_year"]}
    return shown


def _reason(token: sqlite3.Row | None, order: Order, *, has_code: bool) -> str | None:
    if token is None:
        return "invalid_token"
    # A card typed out stands for the one in any wallet, for whoever has `POST /v1/tokens` and no sheet.
    if token["wallet"] is not None and order.kind not in (ANY_KIND, token["wallet"]):
        return "invalid_token"
    if order.require_cvc and not (token["cvc"] or (token["reusable"] and has_code)):
        return "cvc_required"
    return DECLINES.get(token["behaviour"])


def _kept(db: sqlite3.Connection, promise: Promise) -> Answer | None:
    row = db.execute("SELECT * FROM keys WHERE key = ?", (promise.key,)).fetchone()
    if row is None or promise.now - row["at"] > KEY_LIFE:
        return None
    if row["digest"] != promise.digest:
        return error(422, code="idempotency_mismatch", message="This key was used for another request.")
    return Answer(status=row["status"], body=json.loads(row["answer"]), repeated=True)


def _keep(db: sqlite3.Connection, promise: Promise, *, status: int, body: dict[str, Any]) -> None:
    db.execute(
        "INSERT OR REPLACE INTO keys (key, digest, status, answer, at) VALUES (?, ?, ?, ?, ?)",
        (promise.key, promise.digest, status, json.dumps(body), promise.now),
    )


def _announce(db: sqlite3.Connection, kind: str, data: dict[str, Any], *, url: str | None, now: int) -> None:
    if url is None:
        return
    event = {"id": "evt_" + secrets.token_hex(12), "type": kind, "created": now // SECOND, "data": data}
    deliveries.add(
        db,
        deliveries.Delivery(kind="gateway", stream=data["id"], url=url, body=json.dumps(event)),
        now=now,
        due=now + WEBHOOK_AFTER,
    )
