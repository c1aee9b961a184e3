"""Money is whole cents; this reads what a patient types and writes what she reads."""

import re
from enum import StrEnum
from typing import NewType

Cents = NewType("Cents", int)
NO_CENTS = Cents(0)

MAX_AMOUNT = Cents(999_999_999)
"""The largest amount one payment can name: $9,999,999.99 (ours)."""

_LONGEST_TYPED = 40
_CENT_DECIMALS = 2
# [0-9] and not \d, which also takes Arabic and full-width digits. A grouped number may not begin with 0:
# "0,123" is somebody's decimal comma, not one hundred and twenty-three dollars.
_AMOUNT = re.compile(
    r"(?P<minus>-?) *\$? *(?P<minus_inside>-?)"
    r"(?P<dollars>[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+|(?=\.[0-9]))"
    r"(?:\.(?P<cents>[0-9]*))?"
)


class AmountFault(StrEnum):
    """Say why typed text is no amount of money."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE_CENTS = "not_whole_cents"
    NOT_POSITIVE = "not_positive"
    TOO_LARGE = "too_large"


def parse_amount(typed: str) -> Cents | AmountFault:
    """Read an amount in US dollars as people type it: `150`, `150.00`, `$1,234.50`, `12.5`.

    Three decimals are refused even when they are zeros: `150.000` may mean a hundred and fifty thousand.
    """
    text = typed.strip(" ")
    if not text:
        return AmountFault.EMPTY
    match = _AMOUNT.fullmatch(text) if len(text) <= _LONGEST_TYPED else None
    if match is None or (match["minus"] and match["minus_inside"]):
        return AmountFault.NOT_A_NUMBER
    if match["minus"] or match["minus_inside"]:
        return AmountFault.NOT_POSITIVE
    decimals = match["cents"] or ""
    if len(decimals) > _CENT_DECIMALS:
        return AmountFault.NOT_WHOLE_CENTS
    cents = int(match["dollars"].replace(",", "") or "0") * 100 + int(decimals.ljust(_CENT_DECIMALS, "0"))
    if cents == 0:
        return AmountFault.NOT_POSITIVE
    return Cents(cents) if cents <= MAX_AMOUNT else AmountFault.TOO_LARGE


def format_usd(cents: int) -> str:
    """Write cents as a US patient reads them: `$1,234.50`, `-$0.05`."""
    dollars, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${dollars:,}.{rest:02d}"


def decimal_text(cents: int) -> str:
    """Write cents as a plain decimal for gateways, exports and form fields: `1234.50`."""
    dollars, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{dollars}.{rest:02d}"
