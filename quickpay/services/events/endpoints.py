"""Endpoints of events out, as the API and the staff keep them: made, changed, rotated, taken away."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar

from annotated_types import Len

from quickpay.domain.digests import Digests
from quickpay.domain.endpoints import (
    MOST_ENDPOINTS,
    SECRET_LIVES_ON,
    DisabledBy,
    Endpoint,
)
from quickpay.domain.events_out import EVERY_EVENT, is_endpoint_id
from quickpay.domain.faults import Fault
from quickpay.domain.options import FORBID_UNKNOWN
from quickpay.domain.receivers import receiver_fault
from quickpay.ports.clock import Clock
from quickpay.ports.hooks import Hooks
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.events.endpoint_secrets import sealed, unsealed
from quickpay.services.events.endpoint_views import EndpointView, NoEndpoint, act, holds, view_of
from quickpay.services.groups.keep import NoGroup, group_within


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointAsked:
    """What an endpoint is to be; `group` None is every group."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    url: Annotated[str, Len(1, 2_000)]
    group: Annotated[str, Len(1, 63)] | None = None
    events: Annotated[tuple[str, ...], Len(1, len(EVERY_EVENT))]
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointKept:
    """An endpoint that was made or changed; the secret only where it was made now."""

    view: EndpointView
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """A new secret; `id` finds it again for the same call, until it is the newest no more."""

    id: int
    secret: str = field(repr=False)
    old_until: datetime


class EndpointBook:
    """Endpoints; what is another group's is not there (A59)."""

    def __init__(
        self, *, store: Store[Tx], clock: Clock, hooks: Hooks, digests: Digests, loopback_too: bool
    ) -> None:
        self._store = store
        self._clock = clock
        self._hooks = hooks
        self._digests = digests
        self._loopback_too = loopback_too

    async def put(
        self, endpoint_id: str, asked: EndpointAsked, *, by: str, within: int | None = None
    ) -> EndpointKept | tuple[Fault, ...] | NoGroup | NoEndpoint:
        """Make an endpoint, or change it; its secret stays."""
        wrong = self.faults(endpoint_id, asked, within=within)
        if wrong:
            return wrong
        now, secret = self._clock.now(), self._hooks.new_secret()

        async def unit(tx: Tx) -> EndpointKept | tuple[Fault, ...] | NoGroup | NoEndpoint:
            group = None if asked.group is None else await group_within(tx, asked.group, within)
            if asked.group is not None and group is None:
                return NoGroup()
            group_id = None if group is None else group.id
            before = await tx.endpoints.lock(endpoint_id)
            if before is None and await _is_full(tx, group_id):
                return (Fault(path="id", message=f"There are {MOST_ENDPOINTS} already; take one away."),)
            wanted = _wanted(endpoint_id, asked, group_id, before=before, now=now)
            if before is not None:
                if not holds(within, before):
                    return NoEndpoint()
                await tx.endpoints.change(wanted)
                await tx.audit.add(act("webhook.endpoint_changed", wanted, now, by))
                return EndpointKept(view=await view_of(tx, wanted), secret=None)
            made = await tx.endpoints.add(wanted)
            if made is None:
                return NoEndpoint()  # somebody else was first with this id
            await tx.endpoints.add_secret(made.serial, sealed(secret, self._digests), now=now, old_until=now)
            await tx.audit.add(act("webhook.endpoint_made", made, now, by))
            return EndpointKept(view=await view_of(tx, made), secret=secret)

        return await self._store.write(unit)

    def faults(
        self, endpoint_id: str, asked: EndpointAsked, *, within: int | None = None
    ) -> tuple[Fault, ...]:
        """Name what forbids keeping it; asks nothing of the store."""
        wrong = []
        if not is_endpoint_id(endpoint_id):
            wrong.append(Fault(path="id", message="Use 1 to 64 of a to z, 0 to 9, - and _."))
        address = receiver_fault(asked.url, loopback_too=self._loopback_too)
        if address is not None:
            wrong.append(Fault(path="url", message=address))
        wrong += [
            Fault(path="events", message=f"Choose from {', '.join(EVERY_EVENT)}; one is none of these.")
            for _ in [one for one in asked.events if one not in EVERY_EVENT][:1]
        ]
        if within is not None and asked.group is None:
            wrong.append(Fault(path="group", message="Name the group this key is for."))
        return tuple(wrong)

    async def remove(self, endpoint_id: str, *, by: str, within: int | None = None) -> bool:
        """Take it away with all that was to be told there."""
        now = self._clock.now()

        async def unit(tx: Tx) -> bool:
            found = await tx.endpoints.lock(endpoint_id)
            if found is None or not holds(within, found):
                return False
            await tx.endpoints.remove(found.serial)
            await tx.audit.add(act("webhook.endpoint_removed", found, now, by))
            return True

        return await self._store.write(unit)

    async def rotate_in(
        self, tx: Tx, endpoint_id: str, *, by: str, within: int | None = None
    ) -> Rotated | NoEndpoint:
        """Make a new secret inside the caller's unit; the old one signs along for a day."""
        now, secret = self._clock.now(), self._hooks.new_secret()
        found = await tx.endpoints.lock(endpoint_id)
        if found is None or not holds(within, found):
            return NoEndpoint()
        until = now + SECRET_LIVES_ON
        secret_id = await tx.endpoints.add_secret(
            found.serial, sealed(secret, self._digests), now=now, old_until=until
        )
        await tx.audit.add(act("webhook.secret_rotated", found, now, by))
        return Rotated(id=secret_id, secret=secret, old_until=until)

    async def secret(self, endpoint_id: str, secret_id: int, *, within: int | None = None) -> str | None:
        """Say a rotation's secret again to the call that made it; None when a newer one took its place."""

        async def unit(tx: Tx) -> str | None:
            found = await tx.endpoints.get(endpoint_id)
            if found is None or not holds(within, found):
                return None
            kept = await tx.endpoints.secret(found.serial, secret_id)
            return None if kept is None or kept.ends_at is not None else unsealed(kept, self._digests)

        return await self._store.read(unit)


def _wanted(
    endpoint_id: str, asked: EndpointAsked, group_id: int | None, *, before: Endpoint | None, now: datetime
) -> Endpoint:
    resting = None if before is None else before.disabled_by
    return Endpoint(
        serial=0 if before is None else before.serial,
        id=endpoint_id,
        url=asked.url,
        group_id=group_id,
        events=tuple(one for one in EVERY_EVENT if one in asked.events),
        disabled_by=None if asked.enabled else resting or DisabledBy.API,
        created_at=now if before is None else before.created_at,
        changed_at=now,
    )


async def _is_full(tx: Tx, group_id: int | None) -> bool:
    return len([one for one in await tx.endpoints.list_() if one.group_id == group_id]) >= MOST_ENDPOINTS
