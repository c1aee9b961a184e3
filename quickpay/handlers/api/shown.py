"""Put what the services tell into the API's shapes."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from itertools import groupby
from typing import Any

from quickpay.domain.balances import Balances
from quickpay.domain.contacts import mask_email, mask_mobile
from quickpay.domain.groups import Group
from quickpay.domain.links import door_of
from quickpay.domain.options import Options
from quickpay.domain.refunds import Refund
from quickpay.domain.tokens import TokenPurpose
from quickpay.handlers.api.shapes import (
    CardOut,
    EventOut,
    GroupBody,
    LinkDetail,
    MadeLink,
    PaymentOut,
    PostedOut,
    RefundOut,
    VersionOut,
)
from quickpay.mfa.methods import Method
from quickpay.ports.tables import GroupVersion
from quickpay.services.events.feed import PaymentView
from quickpay.services.guarantors.keep import GuarantorView
from quickpay.services.links.keep import LinkView

_GUARANTOR = ("first_name", "preferred_name", "last_name", "language", "email", "mobile", "text_opt_out")
_LINE = (
    "line",
    "code",
    "description",
    "billed",
    "adjusted",
    "insurance_paid",
    "insurance_pending",
    "patient_paid",
    "remaining",
    "in_collections",
)
_STATEMENT = ("id", "date", "due_date", "balance", "lines")
_RECEIPT = ("number", "date", "amount", "applied", "disbursed", "refunded", "method", "status", "source")


def group_out(group: Group) -> GroupBody:
    """Show a group."""
    options = {one.name: getattr(group.options, one.name) for one in fields(Options)}
    return GroupBody(**options, slug=group.slug, version=group.version)


def version_out(version: GroupVersion) -> VersionOut:
    """Show one version of a group."""
    return VersionOut(
        version=version.version,
        changed_at=version.changed_at,
        changed_by=version.changed_by,
        options=version.options,
    )


def guarantor_out(view: GuarantorView) -> dict[str, Any]:
    """Show a guarantor in the shape it was put, with the balances of now."""
    guarantor, account = view.guarantor, view.account
    encounters = [
        {
            "id": encounter,
            "date": day,
            "patient": patient,
            "facility": facility,
            "provider": provider,
            "lines": [_named(line, _LINE) for line in lines],
        }
        for (encounter, day, patient, facility, provider), lines in groupby(
            account.lines,
            key=lambda line: (
                line.encounter,
                line.date.isoformat(),
                line.patient,
                line.facility,
                line.provider,
            ),
        )
    ]
    return {
        "id": guarantor.number,
        "group": view.group,
        **_named(guarantor, _GUARANTOR),
        "patients": [{"id": one.id, "name": one.name} for one in guarantor.patients],
        "encounters": encounters,
        "statements": [_named(one, _STATEMENT) for one in account.statements],
        "receipts": [_named(one, _RECEIPT) for one in account.receipts],
        "currency": "usd",
        "changed_at": guarantor.changed_at,
        "contact_changes": [
            {
                "contact": "email" if one.method == Method.EMAIL else "mobile",
                "pm": one.pm_contact,
                "confirmed_at": one.confirmed_at,
                "taken_over": one.adopted_at is not None,
            }
            for one in view.changes
        ],
        "balances": _named(view.balances, [one.name for one in fields(Balances)]),
    }


def made_link(view: LinkView) -> MadeLink:
    """Show a link without its address."""
    return MadeLink(**_link(view))


def link_detail(view: LinkView) -> LinkDetail:
    """Show a link with its address and timeline."""
    events = [EventOut(at=event.at, type=event.type, **event.detail) for event in view.events]
    url = view.url if door_of(view.link.origin) is TokenPurpose.LINK else None
    return LinkDetail(**_link(view), url=url, match_code=view.match_code, events=events)


def payment_out(view: PaymentView) -> PaymentOut:
    """Show a payment."""
    payment = view.payment
    has_card = payment.card_brand is not None or payment.card_last4 is not None
    return PaymentOut.model_validate(
        {
            "id": payment.id,
            "group": view.group,
            "guarantor": view.guarantor,
            "link": view.link,
            "currency": payment.currency,
            "created_at": payment.created_at,
            "changed_at": payment.changed_at,
            "status": view.status,
            "reason": payment.reason,
            "amount": payment.amount,
            "refunded": payment.refunded,
            "refunds": [_refund(one) for one in view.refunds],
            "method": payment.method,
            "card": CardOut(brand=payment.card_brand, last4=payment.card_last4) if has_card else None,
            "origin": payment.origin,
            "authentication": payment.authentication,
            "receipt_number": payment.receipt_number,
            "transaction": payment.transaction,
            "posted": [PostedOut(service_id=one.service_id, amount=one.amount) for one in view.posted],
            "unapplied": payment.unapplied,
            "reference_batch": payment.batch_id,
            "acknowledged_at": payment.acknowledged_at,
        }
    )


def _refund(refund: Refund) -> RefundOut:
    return RefundOut(
        id=refund.id,
        amount=refund.amount,
        status="pending" if refund.in_flight else "succeeded",
        reason=refund.reason,
        created_at=refund.created_at,
    )


def _named(value: object, names: Iterable[str]) -> dict[str, Any]:
    named = {name: getattr(value, name) for name in names}
    return {name: one.isoformat() if isinstance(one, date) else one for name, one in named.items()}


def _link(view: LinkView) -> dict[str, Any]:
    link = view.link
    contact = link.contact
    return {
        "id": link.id,
        "group": view.group,
        "guarantor": view.guarantor,
        "origin": link.origin,
        "state": view.state,
        "uses": link.uses,
        "max_uses": view.max_uses,
        "single_payment": link.single_payment,
        "batch": link.batch,
        "contact": None
        if contact is None
        else mask_email(contact)
        if "@" in contact
        else mask_mobile(contact),
        "created_at": link.created_at,
        "expires_at": link.expires_at,
    }
