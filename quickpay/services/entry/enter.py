"""Come in by a link: look without touching, then open by a person's press."""

from collections import Counter
from datetime import datetime

from quickpay.domain.alarms import AlarmKind
from quickpay.domain.audit import Event
from quickpay.domain.digests import Digests, session_hash
from quickpay.domain.groups import Group
from quickpay.domain.launches import Launch, LaunchMode
from quickpay.domain.links import Link, LinkState, door_of
from quickpay.domain.sessions import Authentication, Purpose, Role, Session, first_end
from quickpay.domain.tokens import TokenPurpose, Tokens
from quickpay.mfa.limits import Limits
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.entry.entrances import DeadLink, LinkPage, NotALink, Opened, TooManyBadLinks
from quickpay.services.stay import Visit, launch_now, may_share

_MOST_UNSEEN = 10_000
"""Seen marks kept in memory between two flushes; more are dropped, they only inform."""


class _OtherDoor(Exception):
    """Thrown to undo a use that was counted: the link is there, and not for this kind of token."""


class _NoSharing(Exception):
    """Thrown to undo a use that was counted: the group wants proofs since, and a share can give none."""


class Enter:
    """Read and open links, hand-offs and launches; `door` says what kind of token the address is for."""

    def __init__(
        self, *, store: Store[Tx], clock: Clock, ids: Ids, tokens: Tokens, digests: Digests, limits: Limits
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._tokens = tokens
        self._digests = digests
        self._limits = limits
        self._unseen: Counter[tuple[int, datetime]] = Counter()

    async def look(
        self, token: str, visit: Visit, *, door: TokenPurpose = TokenPurpose.LINK
    ) -> LinkPage | DeadLink | NotALink | TooManyBadLinks:
        """Show what a link leads to; changes nothing, whoever calls (R7).

        A mark that it was seen is kept in memory until `flush_seen`, one for each link and hour.
        """
        link_id = self._tokens.read(door, token)
        if link_id is None:
            return await self._refuse(visit)
        now = self._clock.now()

        async def unit(tx: Tx) -> tuple[Link, Group] | None:
            link = await tx.links.get(link_id)
            group = None if link is None else await tx.groups.get(link.group_id)
            return None if link is None or group is None else (link, group)

        found = await self._store.read(unit)
        if found is None or door_of(found[0].origin) is not door:
            return await self._refuse(visit)
        link, group = found
        if len(self._unseen) < _MOST_UNSEEN:
            self._unseen[link.serial, now.replace(minute=0, second=0, microsecond=0)] += 1
        state = _state(link, group, now)
        if state is not LinkState.ACTIVE:
            return DeadLink(group=group, state=state, return_url=link.return_url)
        return LinkPage(group=group, link_id=link.id, share=link.is_share, return_url=link.return_url)

    async def open(
        self, token: str, visit: Visit, *, door: TokenPurpose = TokenPurpose.LINK
    ) -> Opened | DeadLink | NotALink | TooManyBadLinks:
        """Open one session and count one use, both or neither (R5); a refusal consumes nothing (R6)."""
        link_id = self._tokens.read(door, token)
        if link_id is None:
            return await self._refuse(visit)
        return await self._open(link_id, visit, purpose=Purpose.PAY, door=door)

    async def see_receipt(self, token: str, visit: Visit) -> Opened | DeadLink | NotALink | TooManyBadLinks:
        """Open a session that can only read the receipt of a paid link; costs no use, cannot pay."""
        link_id = self._tokens.read(TokenPurpose.LINK, token)
        if link_id is None:
            return await self._refuse(visit)
        return await self._open(link_id, visit, purpose=Purpose.RECEIPT)

    async def flush_seen(self) -> None:
        """Write the marks of links that were looked at; called every few seconds and at the end."""
        marks, self._unseen = self._unseen, Counter()
        if not marks:
            return

        async def unit(tx: Tx) -> None:
            for (serial, hour), times in marks.items():
                await tx.links.mark_seen(serial, at=hour, times=times)

        await self._store.write(unit)

    async def _open(
        self, link_id: str, visit: Visit, *, purpose: Purpose, door: TokenPurpose = TokenPurpose.LINK
    ) -> Opened | DeadLink | NotALink | TooManyBadLinks:
        now = self._clock.now()
        secret = self._ids.secret()
        if door is TokenPurpose.STAFF_LAUNCH:
            secret = self._digests.simulation_secret(secret)
        token_hash = session_hash(secret)

        async def unit(tx: Tx) -> Opened | DeadLink | NotALink:
            if purpose is Purpose.PAY:
                link = await tx.links.count_use(link_id, now)
            else:
                link = await _paid(tx, link_id)
            if link is None:
                return await _why_not(tx, link_id, now, door)
            group = await tx.groups.get(link.group_id)
            if group is None:
                return NotALink()
            _hold_to_door(link, group, door)
            authentication = group.options.authentication
            launch = None
            if door is TokenPurpose.STAFF_LAUNCH:
                launch = await launch_now(tx, link.serial, link.group_id)
                if launch is None:
                    raise _OtherDoor  # whoever made it may look no more
            # What the portal says of its user counts where the group has proofs at all (I4).
            proved = link.authenticated and authentication.enable_mfa
            portal = launch is not None and launch.mode is LaunchMode.PORTAL
            role = authentication.mfa_success_role if proved else Role.QUICKPAY
            session = await tx.sessions.add(
                Session(
                    id=0,
                    link_serial=link.serial,
                    group_id=link.group_id,
                    guarantor_id=link.guarantor_id,
                    origin=link.origin,
                    purpose=purpose,
                    role=Role.AUTHORIZED_PATIENT if portal else role,
                    authentication=Authentication.MFA if proved or portal else Authentication.QUICKPAY,
                    order_id=None,
                    opened_at=now,
                    expires_at=first_end(now, extendable=authentication.session_extension and launch is None),
                    extensions=0,
                    ended_at=None,
                    return_url=link.return_url,
                    share_amount=link.share_amount,
                ),
                token_hash=token_hash,
            )
            await tx.audit.add(
                Event(
                    at=now,
                    type=_opened(purpose, launch),
                    group_id=link.group_id,
                    guarantor_id=link.guarantor_id,
                    link_serial=link.serial,
                    session_id=session.id,
                    actor="patient" if launch is None else launch.actor,
                    request_id=visit.request_id,
                    detail={"use": link.uses, "of": link.limit(authentication.quickpay_max_access_attempts)},
                ),
            )
            return Opened(
                secret=secret,
                group=group,
                role=session.role,
                must_prove=authentication.require_mfa and not (proved or portal),
                expires_at=session.expires_at,
                landing=group.landing_of(session.role),
            )

        try:
            opened = await self._store.write(unit)
        except _OtherDoor:
            opened = NotALink()
        except _NoSharing:
            opened = await self._store.write(lambda tx: _why_not(tx, link_id, now, door))
        return await self._refuse(visit) if isinstance(opened, NotALink) else opened

    async def _refuse(self, visit: Visit) -> NotALink | TooManyBadLinks:
        """Count a token that is not ours against its address; a good one from there still opens."""
        limit = self._limits.bad_tokens_per_address
        subject = self._digests.subject("address", visit.address)
        now = self._clock.now()

        async def unit(tx: Tx) -> bool:
            if await tx.counters.locked_until("bad_tokens.block", subject, now=now) is not None:
                return False
            everybody = self._digests.subject("everybody", "bad tokens")
            if not await tx.counters.bump(self._limits.bad_tokens_alarm, everybody, now=now):
                await tx.alarms.raise_(AlarmKind.MANY_BAD_LINKS, "links", group_id=None, now=now)
            if await tx.counters.bump(limit, subject, now=now):
                return True
            await tx.counters.lock(
                "bad_tokens.block", subject, until=now + self._limits.bad_tokens_block, now=now
            )
            await tx.audit.add(Event(at=now, type="rate.limited", detail={"limit": limit.name}))
            return False

        return NotALink() if await self._store.write(unit) else TooManyBadLinks()


def _hold_to_door(link: Link, group: Group, door: TokenPurpose) -> None:
    if door_of(link.origin) is not door:
        raise _OtherDoor
    if link.is_share and not may_share(group):
        raise _NoSharing


def _opened(purpose: Purpose, launch: Launch | None) -> str:
    """Name the event; a launch has one of its own, so that nobody counts it as a patient's visit."""
    if launch is not None:
        return "staff.launch_opened"
    return "link.opened" if purpose is Purpose.PAY else "link.receipt_opened"


async def _paid(tx: Tx, link_id: str) -> Link | None:
    link = await tx.links.get(link_id)
    return link if link is not None and link.state is LinkState.PAID else None


async def _why_not(tx: Tx, link_id: str, now: datetime, door: TokenPurpose) -> DeadLink | NotALink:
    link = await tx.links.get(link_id)
    group = None if link is None else await tx.groups.get(link.group_id)
    if link is None or group is None or door_of(link.origin) is not door:
        return NotALink()
    state = _state(link, group, now)
    await tx.audit.add(
        Event(
            at=now,
            type="link.refused" if door is not TokenPurpose.STAFF_LAUNCH else "staff.launch_refused",
            group_id=link.group_id,
            guarantor_id=link.guarantor_id,
            link_serial=link.serial,
            detail={"reason": state.value},
        ),
    )
    return DeadLink(group=group, state=state, return_url=link.return_url)


def _state(link: Link, group: Group, now: datetime) -> LinkState:
    if link.is_share and not may_share(group):
        return LinkState.REVOKED
    return link.state_at(now, group_max=group.options.authentication.quickpay_max_access_attempts)
