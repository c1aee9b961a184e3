"""The staff's pages as values; their templates may use nothing else."""

from dataclasses import dataclass, field
from typing import ClassVar

from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.staff.menu import MenuItem
from quickpay.handlers.staff.qr import QrPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What stands above every page of somebody signed in."""

    name: str
    role: str
    menu: tuple[MenuItem, ...]


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
class FrontPage:
    """Who you are, your groups, what you may do."""

    template: ClassVar[str] = "staff/front.html"
    frame: Frame
    bar: Bar
    groups: tuple[tuple[str, str], ...]
    every_group: bool
    may: tuple[str, ...]
    mistakes: tuple[Mistake, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """One link, and how it fared, in sentences."""

    template: ClassVar[str] = "staff/link.html"
    frame: Frame
    bar: Bar
    link_id: str
    facts: tuple[tuple[str, str], ...]
    events: tuple[tuple[str, str], ...]
