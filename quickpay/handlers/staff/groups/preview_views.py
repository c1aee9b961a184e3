"""The preview's own parts as values: the mark above every page, and a text message."""

from dataclasses import dataclass
from typing import ClassVar

from quickpay.handlers.pages import UNBRANDED, Frame
from quickpay.services.previews.looks import Shown

NAMES = {
    Shown.LINK: "Link",
    Shown.VERIFY: "Where to send the code",
    Shown.CODE: "Enter your code",
    Shown.PAY: "Make Your Payment",
    Shown.METHOD: "How to pay",
    Shown.DETAILS: "Card details",
    Shown.RECEIPT: "Receipt",
    Shown.HOME: "Home",
    Shown.ACCOUNT: "Account",
    Shown.ABOUT: "Is this really my doctor?",
    Shown.EMAIL: "Email with the code",
    Shown.TEXT: "Text with the code",
    Shown.RECEIPT_EMAIL: "Email with the receipt",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What stands above a preview: what it is, an email's header, and what is not shown as typed."""

    template: ClassVar[str] = "preview_mark.html"
    name: str
    header: tuple[tuple[str, str], ...]
    unshown: tuple[str, ...]
    frame: Frame = UNBRANDED


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPreview:
    """The text message as a phone shows it."""

    template: ClassVar[str] = "staff/preview_text.html"
    frame: Frame
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """The preview beside the editor: where it asks, and the pages there are, as value and name."""

    action: str
    check: str
    pages: tuple[tuple[str, str], ...] = tuple((shown.value, name) for shown, name in NAMES.items())


def aside_of(path: str) -> Aside:
    """Make the aside of the editor at an address like `/staff/groups/lakeside`."""
    return Aside(action=f"{path}/preview", check=f"{path}/check")
