"""How NMI writes: money as `x.xx`, answers as a form, cards by a masked number, reasons as three digits."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from quickpay.ports.gateway import Card, Charge, DeclineReason

_AMOUNT: Final = re.compile(r"[0-9]{1,9}\.[0-9]{2}")
_MASKED: Final = re.compile(r"[0-9]{0,8}[xX*]+(?P<last4>[0-9]{4})")
_EXPIRY: Final = re.compile(r"(?P<month>0[1-9]|1[0-2])(?P<year>[0-9]{2})")
_BRAND: Final = re.compile(r"[a-z ]{1,32}")
_OURS: Final = "nmi_"  # fields_nmi.js puts it before a token, so that nobody takes its digits for a card's
_RECORD: Final = re.compile(r"vault_(?P<name>[0-9a-f]{32})")
_MOST_FIELDS: Final = 100

_AT_THE_DOOR: Final = "300"
_UNREADABLE: Final = DeclineReason.CARD_COULD_NOT_BE_READ
_REASONS: Final[Mapping[str, DeclineReason]] = {
    "202": DeclineReason.INSUFFICIENT_FUNDS,
    "203": DeclineReason.INSUFFICIENT_FUNDS,  # over the card's limit
    "204": DeclineReason.CARD_NOT_ACCEPTED,
    "220": _UNREADABLE,
    "221": _UNREADABLE,
    "222": _UNREADABLE,
    "223": DeclineReason.EXPIRED_CARD,
    "224": DeclineReason.EXPIRED_CARD,
    "225": DeclineReason.INCORRECT_CVC,
    "460": DeclineReason.CARD_NOT_ACCEPTED,
    "461": DeclineReason.CARD_NOT_ACCEPTED,
}


def write_amount(cents: int) -> str:
    """Write cents as `x.xx`; whole numbers all the way, so nothing is rounded (R77)."""
    if cents <= 0:
        raise ValueError("an order to the gateway is above zero")
    return f"{cents // 100}.{cents % 100:02d}"


def read_amount(text: str) -> int | None:
    """Read `x.xx` as cents; None for anything else, were it the same to a person."""
    return int(text.replace(".", "")) if _AMOUNT.fullmatch(text) else None


def read_form(body: bytes) -> dict[str, str] | None:
    """Read an answer of transact.php; None where a field stands twice or it is no such form at all."""
    try:
        pairs = parse_qsl(
            body.decode().strip(),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        return None
    said = dict(pairs)
    return said if len(said) == len(pairs) and said.get("response") in {"1", "2", "3"} else None


def read_card(number: str, kind: str, expiry: str) -> Card | None:
    """Read the masked card of the book or a webhook; None without its last four digits."""
    masked, until = _MASKED.fullmatch(number), _EXPIRY.fullmatch(expiry)
    if masked is None:
        return None
    brand = kind.strip().lower()
    return Card(
        brand=brand if _BRAND.fullmatch(brand) else "card",
        last4=masked["last4"],
        exp_month=int(until["month"]) if until else None,
        exp_year=2000 + int(until["year"]) if until else None,
    )


def reason_of(code: str, text: str = "") -> DeclineReason:
    """Say in our classes why a card was not charged; stolen and lost are never told apart to a patient."""
    if code == _AT_THE_DOOR and ("token" in text.lower() or "vault" in text.lower()):
        return DeclineReason.CARD_COULD_NOT_BE_READ  # it is used up, or was never one
    return _REASONS.get(code, DeclineReason.CARD_DECLINED)


def vault_token(name: str) -> str:
    """Make our token of a stored card from the name of its record in the vault."""
    return f"vault_{name}"


def vault_record(token: str) -> str | None:
    """Give the name of the record a stored card's token stands for; None for any other token."""
    found = _RECORD.fullmatch(token)
    return None if found is None else found["name"]


def name_card(charge: Charge) -> Mapping[str, str]:
    """Name the card: by Collect.js's token, or by the vault's record with a token of the code beside it."""
    record = vault_record(charge.token)
    if record is None:
        return {"payment_token": charge.token.removeprefix(_OURS)}
    code = {} if charge.cvc_token is None else {"payment_token": charge.cvc_token.removeprefix(_OURS)}
    return {"customer_vault_id": record, **code}
