"""Pages that say what happened and what to do, as values; their templates use nothing else."""

from dataclasses import dataclass, field
from typing import ClassVar

from quickpay.handlers.pages import Frame, Mistake


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to read: what happened, what to do, and at most one place to go on.

    `kind` is info, warning, error or success; with `office`, the ways to reach the office are repeated.
    """

    template: ClassVar[str] = "patient/notice.html"
    frame: Frame
    heading: str
    words: tuple[str, ...]
    kind: str = "info"
    go_on: tuple[str, str] | None = None
    go_on_later: bool = False  # a place for after a wait, so no button that asks to be pressed now
    office: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreTime:
    """How long the session lasts; `offered`: there may be more now, `later`: when little is left."""

    template: ClassVar[str] = "patient/more_time.html"
    frame: Frame
    time_left: str
    offered: bool
    later: bool
    offered_below: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshLink:
    """A button that sends a fresh link, and where to."""

    action: str
    masked: str
    aloud: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLinkNotice:
    """A link that opens no more; a paid one has a button to its receipt, another perhaps one to renew it."""

    template: ClassVar[str] = "patient/dead_link.html"
    frame: Frame
    heading: str
    words: str
    receipt_action: str | None
    renewal: FreshLink | None
    csrf: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRenewed:
    """Where the fresh link goes; alike whether this press sent it or an earlier one."""

    template: ClassVar[str] = "patient/link_renewed.html"
    frame: Frame
    masked: str
    aloud: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeQuestion:
    """What saying "I am not this person" does, and the second press for it."""

    template: ClassVar[str] = "patient/not_me.html"
    frame: Frame
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutOffice:
    """How to make sure of the office; `match_code` only for somebody who is here by one of its links."""

    template: ClassVar[str] = "patient/about.html"
    frame: Frame
    match_code: str | None
    back: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOutNotice:
    """The end of a session by a press; `closes` when the tab should close itself, `door` to sign in again."""

    template: ClassVar[str] = "patient/signed_out.html"
    frame: Frame
    closes: bool
    door: str | None
