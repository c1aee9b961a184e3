"""One press of Continue: a browser that sends it twice comes to the one session it opened."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from quickpay.domain.digests import Digests, session_hash
from quickpay.domain.sessions import Authentication, Session
from quickpay.domain.tokens import TokenPurpose
from quickpay.ports.tables import Tx
from quickpay.services.entry.entrances import NotALink, Opened

ONE_PRESS = timedelta(seconds=30)
"""How long what a page sends again counts as the press before; who is slower presses a second time."""


class SentBefore(Exception):
    """Thrown to undo a use that was counted: this press opened a session already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What a new session may be known by: what its press stands for; where there is none, what was drawn."""

    pressed: bytes | None
    drawn: bytes

    async def choose(self, tx: Tx, now: datetime) -> bytes:
        """Give the secret to open with. Raises: SentBefore."""
        if self.pressed is None:
            return self.drawn
        before = await tx.sessions.find(session_hash(self.pressed))
        if before is None:
            return self.pressed
        if _is_of(before, now):
            raise SentBefore
        return self.drawn  # a page kept by the browser, pressed again later

    async def opened(self, tx: Tx) -> Opened | NotALink:
        """Give the session of the press before as it stands."""
        session = None if self.pressed is None else await tx.sessions.find(session_hash(self.pressed))
        group = None if session is None else await tx.groups.get(session.group_id)
        if self.pressed is None or session is None or group is None:
            return NotALink()
        proved = session.authentication is Authentication.MFA
        return Opened(
            secret=self.pressed,
            group=group,
            role=session.role,
            must_prove=group.options.authentication.require_mfa and not proved,
            expires_at=session.expires_at,
            landing=group.landing_of(session.role),
        )


def secrets_of(
    digests: Digests, drawn: bytes, *, link_id: str, press: str | None, door: TokenPurpose
) -> Secrets:
    """Make them for one press at one door; a simulation's are marked as such."""
    pressed = None if press is None else digests.press_secret(link_id, press)
    if door is TokenPurpose.STAFF_LAUNCH:
        drawn = digests.simulation_secret(drawn)
        pressed = None if pressed is None else digests.simulation_secret(pressed)
    return Secrets(pressed=pressed, drawn=drawn)


def _is_of(before: Session, now: datetime) -> bool:
    return before.ended_at is None and now < before.opened_at + ONE_PRESS
