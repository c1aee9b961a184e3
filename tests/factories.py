"""Builders of values with invented people: name what matters to the test, the rest is some good value."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from quickpay.domain.audit import Event
from quickpay.domain.encounters import Line, ServiceId, Statement
from quickpay.domain.guarantors import Account, Guarantor, OutsideReceipt, Patient
from quickpay.domain.links import Link, LinkState
from quickpay.domain.messages import Channel, MessageKind, NewMessage
from quickpay.domain.money import Cents
from quickpay.domain.options import Authentication as AuthenticationOptions
from quickpay.domain.options import Branding, Options
from quickpay.domain.origins import Origin
from quickpay.domain.payments import Method, Order, Payment, PaymentState
from quickpay.domain.receipts import Receipt, ReceiptStatus
from quickpay.domain.sessions import Authentication, Purpose, Role, Session
from quickpay.mfa import challenge as mfa
from quickpay.mfa.methods import Method as MfaMethod
from quickpay.ports.tables import ApiKey

NOW = datetime(2026, 11, 21, 15, 0, 0, 123456, tzinfo=UTC)
TODAY = NOW.date()

_numbers = itertools.count(1)


def some_id(prefix: str) -> str:
    """Make up an id that no other value has."""
    return f"{prefix}-{next(_numbers):06d}"


def some_hash() -> bytes:
    """Make up 32 bytes that no other value has."""
    return next(_numbers).to_bytes(32, "big")


def make_options(name: str = "Lakeside Family Care", *, max_uses: int = 10, **panels: Any) -> Options:
    panels.setdefault("authentication", AuthenticationOptions(quickpay_max_access_attempts=max_uses))
    return Options(branding=Branding(name=name), **panels)


def make_guarantor(**given: Any) -> Guarantor:
    """Alice, who owes, unless told otherwise."""
    values: dict[str, Any] = {
        "id": 0,
        "group_id": 1,
        "number": "10067",
        "first_name": "Alicia",
        "preferred_name": "Alice",
        "last_name": "Example",
        "language": "en",
        "email": "alice@example.com",
        "mobile": "+16085550101",
        "text_opt_out": False,
        "patients": (Patient(id="P1", name="Alice Example"), Patient(id="P2", name="Toby Example")),
        "changed_at": NOW,
    }
    return Guarantor(**values | given)


def make_line(service_id: str = "67563-4", *, remaining: int = 12_550, **given: Any) -> Line:
    encounter, _, number = service_id.rpartition("-")
    values: dict[str, Any] = {
        "encounter": encounter,
        "line": number,
        "date": date(2026, 10, 2),
        "patient": "P1",
        "facility": "Lakeside East",
        "provider": "Dr. Rivera",
        "code": "99213",
        "description": "Office visit",
        "billed": Cents(20_000),
        "adjusted": Cents(2_000),
        "insurance_paid": Cents(5_450),
        "insurance_pending": Cents(0),
        "patient_paid": Cents(0),
        "remaining": Cents(remaining),
        "in_collections": False,
    }
    return Line(**values | given)


def make_statement(*lines: str, balance: int = 12_550, **given: Any) -> Statement:
    values: dict[str, Any] = {
        "id": "S-2026-10",
        "date": date(2026, 10, 15),
        "due_date": date(2026, 11, 14),
        "balance": Cents(balance),
        "lines": tuple(ServiceId(line) for line in lines or ("67563-4",)),
    }
    return Statement(**values | given)


def make_outside_receipt(**given: Any) -> OutsideReceipt:
    values: dict[str, Any] = {
        "number": "A-5501",
        "date": date(2026, 9, 30),
        "amount": Cents(2_500),
        "applied": Cents(2_500),
        "disbursed": Cents(0),
        "refunded": Cents(0),
        "method": "check",
        "status": "Paid",
        "source": "mail",
    }
    return OutsideReceipt(**values | given)


def make_account(*, lines: int = 1) -> Account:
    made = tuple(make_line(f"67563-{number}") for number in range(1, lines + 1))
    return Account(
        lines=made,
        statements=(make_statement(*(line.service_id for line in made)),),
        receipts=(make_outside_receipt(),),
    )


def make_link(**given: Any) -> Link:
    values: dict[str, Any] = {
        "serial": 0,
        "id": some_id("link"),
        "group_id": 1,
        "guarantor_id": 1,
        "origin": Origin.SMS,
        "state": LinkState.ACTIVE,
        "uses": 0,
        "max_uses": None,
        "single_payment": True,
        "contact": "+16085550101",
        "batch": None,
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=30),
    }
    return Link(**values | given)


def make_session(**given: Any) -> Session:
    values: dict[str, Any] = {
        "id": 0,
        "link_serial": None,
        "group_id": 1,
        "guarantor_id": 1,
        "origin": Origin.SMS,
        "purpose": Purpose.PAY,
        "role": Role.QUICKPAY,
        "authentication": Authentication.QUICKPAY,
        "order_id": None,
        "opened_at": NOW,
        "expires_at": NOW + timedelta(minutes=10),
        "extensions": 0,
        "ended_at": None,
    }
    return Session(**values | given)


def make_challenge(**given: Any) -> mfa.Challenge:
    values: dict[str, Any] = {
        "id": some_id("challenge"),
        "session_id": 1,
        "link_id": None,
        "group_id": 1,
        "guarantor_id": 1,
        "method": MfaMethod.EMAIL,
        "contact": "alice@example.com",
        "contact_digest": b"contact digest",
        "purpose": mfa.Purpose.VIEW,
        "state": mfa.ChallengeState.QUEUED,
        "tries": 0,
        "sends": 1,
        "digest": b"code digest",
        "created_at": NOW,
        "sent_at": None,
        "expires_at": NOW + timedelta(minutes=5),
    }
    return mfa.Challenge(**values | given)


def make_order(**given: Any) -> Order:
    values: dict[str, Any] = {
        "id": some_id("order"),
        "session_id": 1,
        "amount": Cents(12_550),
        "choice": "current",
        "method": None,
        "created_at": NOW,
    }
    return Order(**values | given)


def make_payment(**given: Any) -> Payment:
    values: dict[str, Any] = {
        "id": some_id("payment"),
        "order_id": "order",
        "session_id": 1,
        "link_serial": None,
        "group_id": 1,
        "guarantor_id": 1,
        "single_payment": True,
        "amount": Cents(12_550),
        "currency": "usd",
        "method": Method.CARD,
        "state": PaymentState.SUBMITTING,
        "reason": None,
        "card_brand": None,
        "card_last4": None,
        "transaction": None,
        "receipt_email": "alice@example.com",
        "receipt_number": None,
        "batch_id": None,
        "unapplied": Cents(0),
        "not_posted_because": None,
        "origin": Origin.SMS,
        "authentication": Authentication.QUICKPAY,
        "created_at": NOW,
        "deadline": NOW + timedelta(seconds=30),
        "changed_at": NOW,
        "change_number": 0,
        "look_ups": 0,
        "misses": 0,
        "next_look_up_at": NOW + timedelta(seconds=30),
        "acknowledged_at": None,
        "refunded": Cents(0),
    }
    return Payment(**values | given)


def make_receipt(**given: Any) -> Receipt:
    values: dict[str, Any] = {
        "number": 0,
        "payment_id": "payment",
        "group_id": 1,
        "guarantor_id": 1,
        "batch_id": 1,
        "date": TODAY,
        "amount": Cents(12_550),
        "status": ReceiptStatus.PAID,
    }
    return Receipt(**values | given)


def make_message(**given: Any) -> NewMessage:
    values: dict[str, Any] = {
        "kind": MessageKind.RECEIPT,
        "subject": some_id("payment"),
        "group_id": 1,
        "guarantor_id": 1,
        "channel": Channel.EMAIL,
        "recipient": "alice@example.com",
        "now": NOW,
        "give_up_at": NOW + timedelta(hours=24),
    }
    return NewMessage(**values | given)


def make_event(type_: str = "link.opened", **given: Any) -> Event:
    values: dict[str, Any] = {"at": NOW, "type": type_}
    return Event(**values | given)


def make_api_key(**given: Any) -> ApiKey:
    values: dict[str, Any] = {
        "id": some_id("key"),
        "name": "Practice manager",
        "group_id": None,
        "scopes": ("links", "guarantors"),
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=365),
        "revoked_at": None,
    }
    return ApiKey(**values | given)
