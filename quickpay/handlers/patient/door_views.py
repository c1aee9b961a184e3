"""The pages of a group's door on the web, as values."""

from dataclasses import dataclass, field
from typing import ClassVar

from quickpay.handlers.pages import Frame, Mistake


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What is said where a session has ended; `by_door`: it began at this very door."""

    heading: str
    words: tuple[str, ...]
    by_door: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The group's door on the web; `left`: she has just logged out, `ended`: her time has run out."""

    template: ClassVar[str] = "patient/sign_in.html"
    frame: Frame
    action: str
    left: bool
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    contact: str = field(repr=False)
    ended: Ended | None = None
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockCode:
    """Where a code went if there was somebody to send it to, and the field for it."""

    template: ClassVar[str] = "patient/knock_code.html"
    frame: Frame
    action: str
    way: str
    masked: str
    aloud: str
    open: bool
    time_left: str
    seconds_to_resend: int
    told: str = ""
    mistakes: tuple[Mistake, ...] = ()
