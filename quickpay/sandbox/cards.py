"""The test cards, and what is checked before a card becomes a token."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

FARTHEST_YEARS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCard:
    """Hold one number the world accepts, and how a charge on it ends."""

    number: str
    brand: str
    behaviour: str
    says: str


TEST_CARDS = (
    KnownCard(number="4242424242424242", brand="visa", behaviour="approve", says="Approved"),
    KnownCard(number="4000000000000002", brand="visa", behaviour="decline", says="Declined"),
    KnownCard(number="4000000000009995", brand="visa", behaviour="no_funds", says="Insufficient funds"),
    KnownCard(
        number="4000000000000119", brand="visa", behaviour="silent", says="Charged, but the answer gets lost"
    ),
    KnownCard(
        number="4000000000000259", brand="visa", behaviour="broken", says="Gateway fails before charging"
    ),
    KnownCard(number="5555555555554444", brand="mastercard", behaviour="approve", says="Approved"),
    KnownCard(number="378282246310005", brand="amex", behaviour="approve", says="Approved, four-digit code"),
)
WALLETS = ("apple_pay", "google_pay")
_BY_NUMBER = {card.number: card for card in TEST_CARDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Hold what the world keeps of a card: never its number, never its code."""

    brand: str
    last4: str
    exp_month: int
    exp_year: int
    cvc: bool
    behaviour: str
    wallet: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A security code alone, of a card stored before: looked at, and kept nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadField:
    """Name the field that is wrong and say what to do."""

    field: str
    message: str


def read_card(body: dict[str, Any], *, today: dt.date) -> Card | Code | BadField:
    """Turn what was typed into a card, or name the first field that is wrong."""
    if "wallet" in body:
        return _wallet(body["wallet"], today=today)
    if body.get("code_only") is True:
        return _code(str(body.get("cvc") or "").strip())
    test_card = _test_card(re.sub(r"[ -]", "", str(body.get("number") or "")))
    if isinstance(test_card, BadField):
        return test_card
    expiry = _expiry(body.get("exp_month"), body.get("exp_year"), today=today)
    if isinstance(expiry, BadField):
        return expiry
    code, digits = str(body.get("cvc") or "").strip(), 4 if test_card.brand == "amex" else 3
    if code and not re.fullmatch(rf"[0-9]{{{digits}}}", code):
        return BadField(field="cvc", message=f"The security code has {digits} digits.")
    month, year = expiry
    return Card(
        brand=test_card.brand,
        last4=test_card.number[-4:],
        exp_month=month,
        exp_year=year,
        cvc=bool(code),
        behaviour=test_card.behaviour,
    )


def luhn(number: str) -> bool:
    """Tell whether the last digit of a card number fits the others (ISO/IEC 7812-1, annex B)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    return (sum(int(digit) for digit in number[-1::-2]) + sum(doubled)) % 10 == 0


def _test_card(number: str) -> KnownCard | BadField:
    if not number:
        return BadField(field="number", message="Enter the card number.")
    if not re.fullmatch(r"[0-9]{12,19}", number) or not luhn(number):
        return BadField(field="number", message="Check the card number: it is not a valid one.")
    real = "This is a sandbox: use one of the test numbers, never a real card."
    return _BY_NUMBER.get(number, BadField(field="number", message=real))


def _expiry(month: object, year: object, *, today: dt.date) -> tuple[int, int] | BadField:
    if not re.fullmatch(r"0?[1-9]|1[0-2]", str(month)):
        return BadField(field="exp_month", message="Enter the month as a number from 1 to 12.")
    if not re.fullmatch(r"[0-9]{2}|20[0-9]{2}", str(year)):
        return BadField(field="exp_year", message="Enter the year the card expires.")
    exp_month, exp_year = int(str(month)), int(str(year)) % 100 + 2000
    if (exp_year, exp_month) < (today.year, today.month):
        field = "exp_year" if exp_year < today.year else "exp_month"
        return BadField(field=field, message="This card has expired. Use another card.")
    if exp_year > today.year + FARTHEST_YEARS:
        return BadField(field="exp_year", message="Check the year: it is too far away.")
    return exp_month, exp_year


def _code(typed: str) -> Code | BadField:
    if not re.fullmatch(r"[0-9]{3,4}", typed):  # which of the two, the stored card would say
        return BadField(field="cvc", message="The security code has 3 digits.")
    return Code()


def _wallet(wallet: object, *, today: dt.date) -> Card | BadField:
    if wallet not in WALLETS:
        return BadField(field="wallet", message="This wallet is not known.")
    # A wallet proves its owner itself, which is more than a security code does.
    return Card(
        brand="visa",
        last4="4242",
        exp_month=12,
        exp_year=today.year + 3,
        cvc=True,
        behaviour="approve",
        wallet=str(wallet),
    )
