"""Give out API keys, know them again, and take them back (R120)."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from quickpay.domain.api_keys import EVERY_SCOPE, LONGEST_LIFE, key_faults
from quickpay.domain.audit import Event
from quickpay.domain.faults import Fault
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import ApiKey, Tx

PREFIX = "qpk_"
"""What every secret begins with, so that a leaked one is found by whoever scans for it."""

_MARKED_EVERY = timedelta(minutes=1)
_ENDING_WITHIN = timedelta(days=14)
_FORM = "staff api-keys"
_SECRET_LENGTH = len(PREFIX) + 43  # 32 bytes of base64url without padding


class KeyState(StrEnum):
    """How a key stands; one that ends within two weeks should be replaced now."""

    GOOD = "good"
    ENDING = "ending"
    ENDED = "ended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """One key as it stands now; `group` is the name of the one it is for, None for all."""

    key: ApiKey
    group: str | None
    state: KeyState


@dataclass(frozen=True, slots=True)
class MadeBefore:
    """An earlier press of the same form made the key; its secret was in that answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key just made: the one moment its secret can be read."""

    key: ApiKey
    secret: str = field(repr=False)


class ApiKeyring:
    """Keys of the PM system and the portal."""

    def __init__(self, *, store: Store[Tx], clock: Clock, ids: Ids) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._used: dict[str, datetime] = {}

    async def create(
        self,
        *,
        name: str,
        scopes: tuple[str, ...],
        group: str | None = None,
        life: timedelta = LONGEST_LIFE,
        by: str,
        within: frozenset[int] | None = None,
    ) -> NewKey | tuple[Fault, ...]:
        """Make a key of 256 random bits for one group, or for all; at most 365 days.

        The secret is in the answer and nowhere else. `within`: who makes it may give it these groups only.
        """
        made = await self._create(
            name=name, scopes=scopes, group=group, life=life, by=by, within=within, form_key=None
        )
        assert not isinstance(made, MadeBefore)
        return made

    async def create_once(
        self,
        form_key: str,
        *,
        name: str,
        scopes: tuple[str, ...],
        group: str | None,
        life: timedelta,
        by: str,
        within: frozenset[int] | None,
    ) -> NewKey | MadeBefore | tuple[Fault, ...]:
        """Do what `create` does, once for each form's key."""
        return await self._create(
            name=name, scopes=scopes, group=group, life=life, by=by, within=within, form_key=form_key
        )

    async def _create(
        self,
        *,
        name: str,
        scopes: tuple[str, ...],
        group: str | None,
        life: timedelta,
        by: str,
        within: frozenset[int] | None,
        form_key: str | None,
    ) -> NewKey | MadeBefore | tuple[Fault, ...]:
        wrong = tuple(key_faults(name, scopes, life))
        if wrong:
            return wrong
        secret = PREFIX + base64.urlsafe_b64encode(self._ids.secret()).rstrip(b"=").decode("ascii")
        now = self._clock.now()
        key_id = self._ids.uuid()

        async def unit(tx: Tx) -> NewKey | MadeBefore | tuple[Fault, ...]:
            found = None if group is None else await tx.groups.by_slug(group)
            if not is_within(None if found is None else found.id, within):
                return (Fault(path="group", message="Choose one of your groups."),)
            if group is not None and found is None:
                return (Fault(path="group", message="There is no such group."),)
            if form_key is not None and not await tx.idempotency.begin(
                key_id=by, endpoint=_FORM, key=form_key, body_hash=b"", now=now
            ):
                return MadeBefore()
            key = ApiKey(
                id=key_id,
                name=name.strip(),
                group_id=None if found is None else found.id,
                scopes=tuple(scope for scope in EVERY_SCOPE if scope in scopes),
                created_at=now,
                expires_at=now + life,
                revoked_at=None,
            )
            await tx.api_keys.add(key, secret_hash=_hash(secret))
            await tx.audit.add(
                Event(
                    at=now,
                    type="staff.key_created",
                    group_id=key.group_id,
                    actor=by,
                    detail={"key": key.id, "scopes": " ".join(key.scopes)},
                )
            )
            return NewKey(key=key, secret=secret)

        return await self._store.write(unit)

    async def authenticate(self, bearer: str) -> ApiKey | None:
        """Return the key of a secret that is good now; None for a wrong, revoked or expired one alike."""
        if not bearer.startswith(PREFIX) or len(bearer) != _SECRET_LENGTH:
            return None
        digest = _hash(bearer)

        async def unit(tx: Tx) -> ApiKey | None:
            return await tx.api_keys.find(digest)

        key = await self._store.read(unit)
        now = self._clock.now()
        if key is None or key.revoked_at is not None or now >= key.expires_at:
            return None
        if key.last_used_at is None or now - key.last_used_at >= _MARKED_EVERY:
            self._used[key.id] = now
        return key

    async def flush_used(self) -> None:
        """Write when keys were last used; called every few seconds, each key at most once a minute."""
        marks, self._used = self._used, {}
        if not marks:
            return

        async def unit(tx: Tx) -> None:
            for key_id, at in marks.items():
                await tx.api_keys.mark_used(key_id, at=at)

        await self._store.write(unit)

    async def lines(self, *, within: frozenset[int] | None) -> list[KeyLine]:
        """Return the keys somebody of these groups may see, the newest first."""
        now = self._clock.now()

        async def unit(tx: Tx) -> list[KeyLine]:
            names = {group.id: group.name for group in await tx.groups.list_()}
            return [
                KeyLine(
                    key=key,
                    group=None if key.group_id is None else names[key.group_id],
                    state=key_state(key, now),
                )
                for key in reversed(await tx.api_keys.list_())
                if is_within(key.group_id, within)
            ]

        return await self._store.read(unit)

    async def list_(self) -> list[ApiKey]:
        """Return all keys, oldest first, without their secrets."""

        async def unit(tx: Tx) -> list[ApiKey]:
            return await tx.api_keys.list_()

        return await self._store.read(unit)

    async def revoke(self, key_id: str, *, by: str, within: frozenset[int] | None = None) -> bool:
        """End a key at once; False if it was ended before or does not exist for whom sees these groups."""
        now = self._clock.now()

        async def unit(tx: Tx) -> bool:
            hers = [key.id for key in await tx.api_keys.list_() if is_within(key.group_id, within)]
            if key_id not in hers or not await tx.api_keys.revoke(key_id, now):
                return False
            await tx.audit.add(Event(at=now, type="staff.key_revoked", actor=by, detail={"key": key_id}))
            return True

        return await self._store.write(unit)


def is_within(group_id: int | None, within: frozenset[int] | None) -> bool:
    """Tell whether a key for this group, or for all, belongs to somebody of these groups."""
    return within is None or group_id in within


def key_state(key: ApiKey, now: datetime) -> KeyState:
    """Tell how a key stands now."""
    if key.revoked_at is not None:
        return KeyState.REVOKED
    if now >= key.expires_at:
        return KeyState.ENDED
    return KeyState.ENDING if key.expires_at - now <= _ENDING_WITHIN else KeyState.GOOD


def _hash(secret: str) -> bytes:
    # 256 random bits need no salt and no slow hash.
    return hashlib.sha256(secret.encode()).digest()
