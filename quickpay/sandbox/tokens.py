"""Tokens that stand for cards: once and for 15 minutes, or stored until somebody drops them."""

import secrets
import sqlite3
from typing import Any

from quickpay.sandbox.cards import Card
from quickpay.sandbox.moments import SECOND

TOKEN_LIFE = 15 * 60 * SECOND
_CODE = "cvc_"
_SAME_CARD = ("brand", "last4", "exp_month", "exp_year", "wallet")


def add(db: sqlite3.Connection, card: Card, *, now: int) -> dict[str, Any]:
    """Give a card a token that works once, within 15 minutes."""
    token = "tok_" + secrets.token_urlsafe(24)
    _insert(db, token, card, now=now, reusable=False)
    shown = {
        "token": token,
        "brand": card.brand,
        "last4": card.last4,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "cvc": card.cvc,
    }
    return shown | ({"wallet": card.wallet} if card.wallet else {})


def add_code(db: sqlite3.Connection, *, now: int) -> dict[str, Any]:
    """Give a security code that was just checked a token; of the code itself nothing is kept."""
    token = _CODE + secrets.token_urlsafe(24)
    nothing = Card(brand="", last4="", exp_month=0, exp_year=0, cvc=True, behaviour="approve")
    _insert(db, token, nothing, now=now, reusable=False)
    return {"token": token}


def find_code(
    db: sqlite3.Connection, token: str | None, *, of: sqlite3.Row | None, now: int
) -> sqlite3.Row | None:
    """Return the token of a code that may still go with a charge of this card.

    Typed alone, or with the whole card once more by whoever has `POST /v1/tokens` and no fields.
    """
    found = None if token is None else _find(db, token, now=now)
    if found is None or of is None or found["reusable"] or not found["cvc"]:
        return None
    alone = found["token"].startswith(_CODE)
    return found if alone or all(found[part] == of[part] for part in _SAME_CARD) else None


def find(db: sqlite3.Connection, token: str, *, now: int) -> sqlite3.Row | None:
    """Return a token that may still be charged; a code's is none."""
    return None if token.startswith(_CODE) else _find(db, token, now=now)


def _find(db: sqlite3.Connection, token: str, *, now: int) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM tokens WHERE token = ? AND (reusable OR (used_at IS NULL AND made_at >= ?))",
        (token, now - TOKEN_LIFE),
    ).fetchone()
    return row


def use_up(db: sqlite3.Connection, token: str, *, now: int) -> None:
    """Mark a token so that it never works again."""
    db.execute("UPDATE tokens SET used_at = ? WHERE token = ?", (now, token))


def store_card(db: sqlite3.Connection, token: sqlite3.Row, *, now: int) -> str:
    """Give the card behind a token a name that works again and again."""
    card = Card(
        brand=token["brand"],
        last4=token["last4"],
        exp_month=token["exp_month"],
        exp_year=token["exp_year"],
        cvc=False,  # it was for the charge it came with and is kept by nobody
        behaviour=token["behaviour"],
        wallet=token["wallet"],
    )
    identity = "card_" + secrets.token_urlsafe(24)
    _insert(db, identity, card, now=now, reusable=True)
    return identity


def forget_card(db: sqlite3.Connection, identity: str) -> bool:
    """Drop a stored card; tell whether there was one."""
    return db.execute("DELETE FROM tokens WHERE token = ? AND reusable", (identity,)).rowcount == 1


def _insert(db: sqlite3.Connection, token: str, card: Card, *, now: int, reusable: bool) -> None:
    db.execute(
        "INSERT INTO tokens (token, brand, last4, exp_month, exp_year, cvc, behaviour, wallet, reusable,"
        " made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            token,
            card.brand,
            card.last4,
            card.exp_month,
            card.exp_year,
            card.cvc,
            card.behaviour,
            card.wallet,
            reusable,
            now,
        ),
    )
