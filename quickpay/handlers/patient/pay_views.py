"""The pages of paying as values: how to pay, the card's details, and a wallet's button."""

from dataclasses import dataclass, field
from typing import ClassVar

from quickpay.domain.money import Cents
from quickpay.domain.payments import Method
from quickpay.handlers.pages import Frame, Mistake
from quickpay.ports.card_fields import CardFields


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodCard:
    """One way to pay; `value` is what the form sends."""

    value: str
    label: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseMethod:
    """How to pay the chosen amount.

    `outside` names the browser to open instead where this one, part of another app, may lack wallets.
    `plays_wallets`: Apple Pay is there whatever the browser has.
    """

    template: ClassVar[str] = "patient/method.html"
    frame: Frame
    amount: Cents
    cards: tuple[MethodCard, ...]
    chosen: str | None
    outside: str | None
    plays_wallets: bool
    fixed: bool = False
    """The sum is not the reader's to change."""
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLook:
    """How the gateway's fields look, so that they are the group's too."""

    text: str
    background: str
    surface: str
    primary: str
    error: str
    dark: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDetails:
    """The gateway's own fields, the receipt's address, and Pay.

    `stored` and `expires` tell of the stored card that is paid with; then the fields ask for its security
    code alone, and where `asks` is not set there are none. `stores` is whether the box to store a card is
    ticked, None where there is no box.
    """

    template: ClassVar[str] = "patient/details.html"
    frame: Frame
    amount: Cents
    order: str
    card_fields: CardFields
    require_cvc: bool
    look: FieldLook
    email: str = field(repr=False)
    sends_receipt: bool
    asks: bool
    stored: str | None
    expires: str | None
    stores: bool | None
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletDetails:
    """The wallet's own button in place of Pay; `others` is whether there is another way to pay."""

    template: ClassVar[str] = "patient/wallet.html"
    frame: Frame
    amount: Cents
    order: str
    card_fields: CardFields
    method: Method
    wallet: str
    others: bool
    look: FieldLook
    email: str = field(repr=False)
    sends_receipt: bool
    mistakes: tuple[Mistake, ...] = ()
