"""Read what Stripe says piece by piece; what is not of its kind is not there."""

import re
from collections.abc import Mapping
from typing import Any, Final

from quickpay.ports.gateway import Card

Said = Mapping[str, Any]

REFERENCE: Final = "payment"
"""The name of our payment's id in Stripe's metadata."""

_LAST4: Final = re.compile(r"[0-9]{4}")


def card_of_intent(intent: Said) -> Card | None:
    """Read the card a payment was made or tried with."""
    charge = mapping_of(intent.get("latest_charge"))
    return card_of_method(mapping_of(charge.get("payment_method_details"))) or card_of_method(
        mapping_of(intent.get("payment_method"))
    )


def card_of_method(method: Said) -> Card | None:
    """Read a payment method's card, or a charge's."""
    card = mapping_of(method.get("card"))
    last4 = text_of(card, "last4")
    if last4 is None or not _LAST4.fullmatch(last4):
        return None
    month, year = card.get("exp_month"), card.get("exp_year")
    return Card(
        brand=(text_of(card, "brand") or "card")[:32],
        last4=last4,
        exp_month=month if type(month) is int else None,
        exp_year=year if type(year) is int else None,
    )


def reference_of(said: Said) -> str | None:
    """Read our payment's id."""
    return text_of(mapping_of(said.get("metadata")), REFERENCE)


def id_of(said: object) -> str | None:
    """Read an id, whether Stripe gave it alone or with what it names."""
    return text_of(mapping_of(said), "id") if isinstance(said, Mapping) else text_of({"id": said}, "id")


def text_of(said: Said, name: str) -> str | None:
    """Read a text that is not empty."""
    value = said.get(name)
    return value if isinstance(value, str) and value else None


def mapping_of(said: object) -> Said:
    """Take what has parts, and nothing else."""
    return said if isinstance(said, Mapping) else {}
