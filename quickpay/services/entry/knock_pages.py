"""What a knock at a group's door shows and how its steps can end; only masked contacts leave here."""

from dataclasses import dataclass, field
from datetime import datetime

from quickpay.domain.groups import Group
from quickpay.domain.sessions import Session
from quickpay.mfa.challenge import CodeExpired, Locked, NoChallenge, WrongCode
from quickpay.mfa.knock import Knock
from quickpay.mfa.methods import Method
from quickpay.services.proofs.pages import seconds_until


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoSheSays:
    """What was typed at the door; `contact` is normalised for its method."""

    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    method: Method
    contact: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockTaken:
    """It was heard; where it matched, a code is on its way. `secret` is for the cookie."""

    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyKnocks:
    """This address said too often who it is."""

    group: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDoor:
    """The group lets nobody in by its website, as it has no challenge."""

    group: Group


@dataclass(frozen=True, slots=True)
class NoSuchGroup:
    """There is no group at this address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockPage:
    """Where a code went if there was somebody to send it to."""

    group: Group
    method: Method
    masked: str
    open: bool
    seconds_left: int
    seconds_to_resend: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoKnock:
    """Nobody knocked here with this cookie."""

    group: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockLocked:
    """Too many tries; said alike whatever was typed (R28)."""

    group: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockNotYet:
    """Another code may be asked for later; the page says when."""

    page: KnockPage


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockNoCode:
    """What was typed is not six digits; nothing was counted (R33)."""

    page: KnockPage


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockRefused:
    """The code did not show it."""

    page: KnockPage
    why: WrongCode | CodeExpired | NoChallenge


@dataclass(frozen=True, slots=True, kw_only=True)
class CameIn:
    """She is in; `secret` is for the cookie, the knock's is dead."""

    group: Group
    session: Session
    secret: bytes = field(repr=False)


NotAtTheDoor = NoSuchGroup | NoDoor


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTheDoor:
    """A knock and whose door it is at."""

    group: Group
    knock: Knock


def knock_page(asked: AtTheDoor, now: datetime) -> KnockPage:
    """Say where the code went and how it stands."""
    knock = asked.knock
    return KnockPage(
        group=asked.group,
        method=knock.method,
        masked=knock.masked,
        open=knock.is_open(now),
        seconds_left=seconds_until(knock.expires_at, now),
        seconds_to_resend=seconds_until(knock.resend_at, now),
    )


def refused(
    asked: AtTheDoor, why: WrongCode | CodeExpired | NoChallenge | Locked, now: datetime
) -> KnockRefused | KnockLocked:
    """Say why a code did not let her in."""
    if isinstance(why, Locked):
        return KnockLocked(group=asked.group)
    return KnockRefused(page=knock_page(asked, now), why=why)
