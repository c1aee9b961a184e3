"""What a preview can show, as values: the services' own pages, and the messages as they would be sent."""

from dataclasses import dataclass
from enum import StrEnum

from quickpay.domain.faults import Caution, Fault
from quickpay.domain.groups import Group
from quickpay.domain.theme_contrasts import Judged
from quickpay.ports.notes import Words
from quickpay.services.payer import AmountPage
from quickpay.services.paying.order import DetailsPage, MethodPage
from quickpay.services.paying.result import ResultPage
from quickpay.services.portal.account import AccountPage
from quickpay.services.portal.pages import HomePage
from quickpay.services.proofs.pages import ChoosePage, CodePage


class Shown(StrEnum):
    """What can be previewed, in the order a patient meets it."""

    LINK = "link"
    VERIFY = "verify"
    CODE = "code"
    PAY = "pay"
    METHOD = "method"
    DETAILS = "details"
    RECEIPT = "receipt"
    HOME = "home"
    ACCOUNT = "account"
    ABOUT = "about"
    EMAIL = "email"
    TEXT = "text"
    RECEIPT_EMAIL = "receipt_email"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLook:
    """The page a link leads to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutLook:
    """How to make sure of the office, with an invented match code."""

    match_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """An email as it would be sent."""

    sender: str
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMessage:
    """A text message as it would be sent."""

    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """With these options no patient gets to see it: `option` is why, as it stands at `value`."""

    option: str
    value: str = "off"


PageLook = (
    LinkLook
    | AboutLook
    | AmountPage
    | MethodPage
    | DetailsPage
    | ResultPage
    | ChoosePage
    | CodePage
    | HomePage
    | AccountPage
    | TextMessage
    | Absent
)
"""What is a page of QuickPay's own; an email is another document."""
Look = PageLook | Mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The group as it would be, what is seen of it, and what is not shown as it was typed."""

    group: Group
    look: Look
    unshown: tuple[Fault, ...]
    logo_comes: bool
    """Whether there will be another logo, which is fetched when the group is saved and not before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What would be said if the form were saved now, and how every colour stands."""

    faults: tuple[Fault, ...]
    cautions: tuple[Caution, ...]
    colours: tuple[Judged, ...]
