"""Ask the office: the patient's side of a release; show the call code, take the code the office says."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from quickpay.domain.audit import Event
from quickpay.domain.digests import Digests, session_hash
from quickpay.domain.messages import Channel, MessageKind, NewMessage
from quickpay.domain.staff import StaffState
from quickpay.mfa.challenge import ChallengeState
from quickpay.mfa.codes import SPOKEN_DIGITS, clean_code, same_code, spoken_digest
from quickpay.mfa.limits import Limits
from quickpay.mfa.release import Release
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.proofs.pages import CannotProve, ChoosePage, NotHere, Proved
from quickpay.services.proofs.ways import choose_page
from quickpay.services.stay import Gone, NoStay, Stay, Visit, stay_of

_NOTICE_WORTH_SENDING = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePage:
    """What she reads out to the desk, how long there is for it, and whether a code could be sent instead."""

    stay: Stay
    other_ways: bool
    call_code: str
    seconds_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotASpokenCode:
    """What was typed is not eight digits; nothing was counted (R33)."""

    page: OfficePage


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenRefused:
    """It is not the code, or there is none, or none any more: said alike (R28)."""

    page: OfficePage


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """A try that is on disk, with the release it is for."""

    page: OfficePage
    release: Release


class Office:
    """Let a session in by the code that staff gave for it."""

    def __init__(self, *, store: Store[Tx], clock: Clock, ids: Ids, digests: Digests, limits: Limits) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._digests = digests
        self._most = limits.release_tries.most
        self._rest = limits.contact_rest

    async def page(self, visit: Visit) -> OfficePage | NotHere:
        """Show how to ask; nothing is written by looking."""
        now = self._clock.now()

        async def unit(tx: Tx) -> OfficePage | NotHere:
            return await self._page(tx, visit, now)

        return await self._store.read(unit)

    async def take(self, visit: Visit, typed: str) -> Proved | SpokenRefused | NotASpokenCode | NotHere:
        """Judge one typed code: counted and on disk before anything is compared (R23)."""
        digits = clean_code(typed, SPOKEN_DIGITS)
        now = self._clock.now()

        async def count(tx: Tx) -> _Counted | SpokenRefused | NotASpokenCode | NotHere:
            page = await self._page(tx, visit, now)
            if not isinstance(page, OfficePage):
                return page
            if digits is None:
                return NotASpokenCode(page=page)
            counted = await tx.releases.count_try(page.stay.session.id, most=self._most, now=now)
            return SpokenRefused(page=page) if counted is None else _Counted(page=page, release=counted)

        counted = await self._store.write(count)
        if not isinstance(counted, _Counted):
            return counted
        right = self._is_right(counted.release, visit, digits or "")
        secret = self._ids.secret()

        async def claim(tx: Tx) -> Proved | SpokenRefused | NotHere:
            if right:
                return await self._claim(tx, counted, visit, secret, now)
            return await self._refuse(tx, counted, visit, now)

        return await self._store.write(claim)

    async def _page(self, tx: Tx, visit: Visit, now: datetime) -> OfficePage | NotHere:
        stay = await stay_of(tx, visit, now)
        if isinstance(stay, NoStay):
            return stay
        ways = await choose_page(tx, stay, rested_since=now - self._rest)
        if not isinstance(ways, ChoosePage | CannotProve):
            return ways
        if not ways.office:
            return CannotProve(stay=stay)
        return OfficePage(
            stay=stay,
            other_ways=isinstance(ways, ChoosePage),
            call_code=self._digests.call_code(stay.session.id),
            seconds_left=max(0, int((stay.session.expires_at - now).total_seconds())),
        )

    def _is_right(self, release: Release, visit: Visit, digits: str) -> bool:
        """Compare under each key that may have made the digest (X32)."""
        made = release.digest or b""
        given = [
            spoken_digest(
                pepper=pepper,
                session_hash=session_hash(visit.secret or b""),
                release_id=release.id,
                code=digits,
            )
            for pepper in self._digests.peppers
        ]
        return any(same_code(made, one) for one in given)

    async def _claim(
        self, tx: Tx, counted: _Counted, visit: Visit, secret: bytes, now: datetime
    ) -> Proved | SpokenRefused | NotHere:
        """Use the code once, give the role and change the session's id, all in this unit (R22, R64)."""
        page, release = await self._page(tx, visit, now), counted.release
        if not isinstance(page, OfficePage):
            return page
        stay = page.stay
        giver = await tx.staff.get(release.staff_id)
        if giver is None or giver.state is not StaffState.ACTIVE or not giver.may_see(stay.group.id):
            return SpokenRefused(page=page)
        if not await tx.releases.use(release.id, now):
            return SpokenRefused(page=page)
        role = stay.group.options.authentication.mfa_success_role
        raised = await tx.sessions.raise_role(
            stay.session.id, role=role, token_hash=session_hash(secret), now=now
        )
        if not raised:
            return NoStay(why=Gone.SIGNED_OUT, group=stay.group, return_url=stay.session.return_url)
        asked = await tx.challenges.last_of(stay.session.id)
        if asked is not None:
            await tx.challenges.move(asked.id, ChallengeState.SUPERSEDED, now)
        await tx.audit.add(
            release_event(
                release,
                "challenge.released",
                visit,
                now,
                actor=giver.actor,
                identifier=release.identifier.value,
                role=role.value,
            )
        )
        await _tell(tx, stay, release, now)
        return Proved(secret=secret, expires_at=stay.session.expires_at, landing=stay.group.landing_of(role))

    async def _refuse(self, tx: Tx, counted: _Counted, visit: Visit, now: datetime) -> SpokenRefused:
        release = counted.release
        await tx.audit.add(release_event(release, "release.failed", visit, now, tries=release.tries))
        if release.tries >= self._most and await tx.releases.lock(release.id):
            await tx.audit.add(release_event(release, "release.locked", visit, now))
        return SpokenRefused(page=counted.page)


async def may_be_released(tx: Tx, stay: Stay, *, now: datetime) -> bool:
    """Tell whether the office may let this session in: where a code would be asked for, sent or not."""
    page = await choose_page(tx, stay, rested_since=now)  # whichever contact may get one
    return isinstance(page, ChoosePage | CannotProve) and page.office


def release_event(
    release: Release,
    kind: str,
    visit: Visit,
    now: datetime,
    *,
    actor: str = "patient",
    **detail: str | int | None,
) -> Event:
    """Name the release's session, link and people in an audit event."""
    return Event(
        at=now,
        type=kind,
        group_id=release.group_id,
        guarantor_id=release.guarantor_id,
        link_serial=release.link_id,
        session_id=release.session_id,
        actor=actor,
        request_id=visit.request_id,
        detail=detail,
    )


async def _tell(tx: Tx, stay: Stay, release: Release, now: datetime) -> None:
    """Tell every contact on file that may be written to: who lied to the office does not have them all."""
    guarantor = stay.guarantor
    mobile = None if guarantor.text_opt_out else guarantor.mobile
    for channel, contact in ((Channel.EMAIL, guarantor.email), (Channel.SMS, mobile)):
        if contact is not None:
            await tx.outbox.add(
                NewMessage(
                    kind=MessageKind.RELEASED,
                    subject=f"{release.id}.{channel}",
                    group_id=release.group_id,
                    guarantor_id=release.guarantor_id,
                    channel=channel,
                    recipient=contact,
                    now=now,
                    give_up_at=now + _NOTICE_WORTH_SENDING,
                )
            )
