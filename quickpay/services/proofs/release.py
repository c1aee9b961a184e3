"""Release a caller's session: staff type what she says, and get a code to say if it fits what is on file."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from quickpay.domain.audit import Event
from quickpay.domain.digests import Digests
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.sessions import Session
from quickpay.domain.staff import Staff
from quickpay.mfa.codes import SPOKEN_DIGITS, Code, new_code, spoken_digest
from quickpay.mfa.limits import Limit, Limits
from quickpay.mfa.release import Identifier, Release, ReleaseState, Said, fits, on_file
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.proofs.office import may_be_released, release_event
from quickpay.services.stay import Visit, a_patients


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePage:
    """For whom it is, and what may be asked; `off` where the group has no challenge to release from."""

    group: Group
    guarantor: Guarantor
    identifiers: tuple[Identifier, ...]
    off: bool
    locked: bool


@dataclass(frozen=True, slots=True)
class NoGuarantor:
    """None of her groups has such a guarantor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The code to be said, this once; nobody can read it again."""

    page: ReleasePage
    code: Code
    until: datetime


class Why(StrEnum):
    """Why no code was given."""

    NO_MATCH = "no_match"
    """Call code and answer do not belong to one live session and what is on file; which, nobody is told."""
    LOCKED = "locked"
    """Too many that did not fit, for this guarantor or by this account."""
    COLLEAGUE = "colleague"
    """Another of the staff has just given one for this very session."""
    TOO_MANY = "too_many"
    """So many were given for this session that another is a game of guessing."""
    OFF = "off"
    """The group has no challenge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotGiven:
    """No code; the page stands again."""

    page: ReleasePage
    why: Why


class _Full(Exception):
    """A count is full; raised so that this try uses up none of the others."""

    def __init__(self, *, page: ReleasePage, limit: str) -> None:
        super().__init__("too many callers who did not fit")
        self.page = page
        self.limit = limit


class ReleaseDesk:
    """Check a caller and give the code; alone it opens nothing, for it is good in her browser only."""

    def __init__(self, *, store: Store[Tx], clock: Clock, ids: Ids, digests: Digests, limits: Limits) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._digests = digests
        self._limits = limits

    async def look(self, staff: Staff, *, group: str, guarantor: str) -> ReleasePage | NoGuarantor:
        """Show what may be asked of a caller for this guarantor."""

        async def unit(tx: Tx) -> ReleasePage | NoGuarantor:
            return await self._page(tx, staff, group, guarantor, self._clock.now())

        return await self._store.read(unit)

    async def give(
        self, staff: Staff, visit: Visit, *, group: str, guarantor: str, call_code: str, said: Said
    ) -> Given | NotGiven | NoGuarantor:
        """Hold what the caller said against what is on file, counted, and draw a code for her session."""
        now = self._clock.now()

        async def unit(tx: Tx) -> Given | NotGiven | NoGuarantor:
            page = await self._page(tx, staff, group, guarantor, now)
            if isinstance(page, NoGuarantor):
                return page
            if page.off:
                return NotGiven(page=page, why=Why.OFF)
            found = await self._caller(tx, page, call_code, now)
            counted = self._counted(staff, page.guarantor, found)
            for limit, subject in counted:
                if not await tx.counters.bump(limit, subject, now=now):
                    raise _Full(page=page, limit=limit.name)
            account = await tx.guarantors.account(page.guarantor.id)
            if found is None or not fits(said, page.guarantor, account):
                await tx.audit.add(_refused(staff, page, visit, now, said.identifier))
                return NotGiven(page=page, why=Why.NO_MATCH)
            for limit, subject in counted:
                await tx.counters.take_back(limit.name, subject)
            return await self._draw(tx, staff, visit, page, found, said.identifier, now)

        try:
            return await self._store.write(unit)
        except _Full as full:
            event = _limited(staff, full, visit, now)
            await self._store.write(lambda tx: tx.audit.add(event))
            return NotGiven(page=full.page, why=Why.LOCKED)

    async def _page(
        self, tx: Tx, staff: Staff, slug: str, number: str, now: datetime
    ) -> ReleasePage | NoGuarantor:
        group = await tx.groups.by_slug(slug)
        if group is None or not staff.may_see(group.id):
            return NoGuarantor()
        guarantor = await tx.guarantors.by_number(group.id, number)
        if guarantor is None:
            return NoGuarantor()
        account = await tx.guarantors.account(guarantor.id)
        full = [
            limit.is_full(await tx.counters.count(limit.name, subject, now=now))
            for limit, subject in (*self._of_guarantor(guarantor), self._of_staff(staff))
        ]
        return ReleasePage(
            group=group,
            guarantor=guarantor,
            identifiers=on_file(guarantor, account),
            off=not group.options.authentication.enable_mfa,
            locked=any(full),
        )

    async def _caller(
        self, tx: Tx, page: ReleasePage, call_code: str, now: datetime
    ) -> tuple[Session, bytes] | None:
        """Find the one live session of this guarantor whose page shows this call code."""
        for session, token_hash in await tx.sessions.open_of(page.guarantor.id, now):
            if self._digests.call_code(session.id) == call_code:
                stay = a_patients(session, page.group, page.guarantor, now)
                return (
                    (session, token_hash) if stay.live and await may_be_released(tx, stay, now=now) else None
                )
        return None

    async def _draw(
        self,
        tx: Tx,
        staff: Staff,
        visit: Visit,
        page: ReleasePage,
        found: tuple[Session, bytes],
        identifier: Identifier,
        now: datetime,
    ) -> Given | NotGiven:
        """Write the release with its digest; her own earlier one ends, a colleague's stands."""
        session, token_hash = found
        limit, subject = self._limits.releases_per_session, self._digests.subject("release", str(session.id))
        if not await tx.counters.bump(limit, subject, now=now):
            return NotGiven(page=page, why=Why.TOO_MANY)
        code, release_id = new_code(SPOKEN_DIGITS), self._ids.link_id()
        digest = spoken_digest(
            pepper=self._digests.peppers[0], session_hash=token_hash, release_id=release_id, code=code
        )
        release = Release(
            id=release_id,
            session_id=session.id,
            link_id=session.link_serial,
            group_id=session.group_id,
            guarantor_id=session.guarantor_id,
            staff_id=staff.id,
            identifier=identifier,
            state=ReleaseState.OPEN,
            tries=0,
            digest=digest,
            created_at=now,
            expires_at=now + self._limits.release_life,
        )
        await tx.releases.supersede(session.id, of_staff=staff.id, now=now)
        if not await tx.releases.add(release):
            await tx.counters.take_back(limit.name, subject)
            return NotGiven(page=page, why=Why.COLLEAGUE)
        await tx.audit.add(
            release_event(
                release, "release.given", visit, now, actor=staff.actor, identifier=identifier.value
            )
        )
        return Given(page=page, code=code, until=min(release.expires_at, session.expires_at))

    def _counted(
        self, staff: Staff, guarantor: Guarantor, found: tuple[Session, bytes] | None
    ) -> tuple[tuple[Limit, bytes], ...]:
        """Name the counts of a try; without a session nothing is compared, so it is no guess at anybody."""
        of_guarantor = () if found is None else self._of_guarantor(guarantor)
        return (self._of_staff(staff), *of_guarantor)

    def _of_guarantor(self, guarantor: Guarantor) -> tuple[tuple[Limit, bytes], ...]:
        subject = self._digests.subject("release_guarantor", str(guarantor.id))
        return tuple((limit, subject) for limit in self._limits.release_failures_per_guarantor)

    def _of_staff(self, staff: Staff) -> tuple[Limit, bytes]:
        subject = self._digests.subject("release_staff", str(staff.id))
        return (self._limits.release_failures_per_staff, subject)


def _refused(staff: Staff, page: ReleasePage, visit: Visit, now: datetime, identifier: Identifier) -> Event:
    return _event("release.refused", staff, page, visit, now, identifier=identifier.value)


def _limited(staff: Staff, full: _Full, visit: Visit, now: datetime) -> Event:
    return _event("rate.limited", staff, full.page, visit, now, limit=full.limit)


def _event(kind: str, staff: Staff, page: ReleasePage, visit: Visit, now: datetime, **detail: str) -> Event:
    return Event(
        at=now,
        type=kind,
        group_id=page.group.id,
        guarantor_id=page.guarantor.id,
        actor=staff.actor,
        request_id=visit.request_id,
        detail={**detail},
    )
