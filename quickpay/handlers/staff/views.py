"""The staff's pages as values; their templates may use nothing else."""

from dataclasses import dataclass, field
from typing import ClassVar

from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.staff.menu import Menu, MenuLine
from quickpay.handlers.staff.qr import QrPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What stands above every page of somebody signed in."""

    name: str
    role: str
    menu: Menu


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage:
    """The door."""

    template: ClassVar[str] = "staff/sign_in.html"
    frame: Frame
    mistakes: tuple[Mistake, ...] = ()
    name: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPage:
    """Enrolment, first step."""

    template: ClassVar[str] = "staff/enrol_password.html"
    frame: Frame
    name: str
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AppPage:
    """Enrolment, second step: the one page that shows the app's secret."""

    template: ClassVar[str] = "staff/enrol_app.html"
    frame: Frame
    name: str
    secret: str = field(repr=False)
    qr: QrPicture = field(repr=False)
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEnrolmentPage:
    """An address that is no longer one."""

    template: ClassVar[str] = "staff/no_enrolment.html"
    frame: Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something that wants somebody's hand, as a way to it."""

    words: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPage:
    """Where a day begins: a search, the ways on, what waits; who you are and what you may do."""

    template: ClassVar[str] = "staff/front.html"
    frame: Frame
    bar: Bar
    ways: tuple[MenuLine, ...]
    waiting: tuple[Waiting, ...]
    groups: tuple[tuple[str, str], ...]
    every_group: bool
    may: tuple[str, ...]
    mistakes: tuple[Mistake, ...] = ()
    link: str = ""
