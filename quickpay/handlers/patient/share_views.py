"""The pages of a share as values: the guarantor's, and what somebody else sees of the bill."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from quickpay.domain.balances import AmountChoice
from quickpay.domain.money import Cents
from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.patient.views import AmountCard
from quickpay.services.payer import PaidShare


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedBill:
    """One sum for somebody else to pay; nothing of the guarantor is among the fields."""

    template: ClassVar[str] = "patient/shared.html"
    frame: Frame
    amount: Cents


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedLink:
    """The address to pass on, and how: the phone's own text and mail programs, with these words in them."""

    url: str = field(repr=False)
    amount: Cents
    good_until: date
    sms_uri: str = field(repr=False)
    mail_uri: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareBill:
    """What somebody else may pay, and the link to pass on."""

    template: ClassVar[str] = "patient/share.html"
    frame: Frame
    share: SharedLink | None
    cards: tuple[AmountCard, ...]
    chosen: AmountChoice | None
    typed: str
    paid_shares: tuple[PaidShare, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
