"""The pages of the staff's accounts as values."""

from dataclasses import dataclass, field
from typing import ClassVar

from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.staff.qr import QrPicture
from quickpay.handlers.staff.views import Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account, in words."""

    id: int
    name: str
    role: str
    groups: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTick:
    """One group as a box to tick; the field's name says its id in letters."""

    field: str
    name: str
    slug: str
    ticked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What an account may do and see; `every` is None for an admin who cannot give every group."""

    role: str
    roles: tuple[tuple[str, str], ...]
    every: bool | None
    groups: tuple[GroupTick, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsPage:
    """The accounts."""

    template: ClassVar[str] = "staff/accounts.html"
    frame: Frame
    bar: Bar
    rows: tuple[AccountRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccountPage:
    """Who is to have an account."""

    template: ClassVar[str] = "staff/account_new.html"
    frame: Frame
    bar: Bar
    name: str
    reach: Reach
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """One account and what can be done about it; nothing where it is one's own."""

    template: ClassVar[str] = "staff/account.html"
    frame: Frame
    bar: Bar
    row: AccountRow
    own: bool
    disabled: bool
    reach: Reach
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurePage:
    """What a press will do, and the second press for it; `kept` is what was chosen on the page before."""

    template: ClassVar[str] = "staff/account_sure.html"
    frame: Frame
    bar: Bar
    heading: str
    words: tuple[str, ...]
    button: str
    back: str
    kept: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitedPage:
    """The one-time address, this once."""

    template: ClassVar[str] = "staff/account_invited.html"
    frame: Frame
    bar: Bar
    name: str
    until: str
    url: str = field(repr=False)
    qr: QrPicture = field(repr=False)
