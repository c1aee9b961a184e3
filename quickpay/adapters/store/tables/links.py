"""Links in the database; the row decides, whatever the token says."""

import json
from dataclasses import replace
from datetime import datetime
from functools import cache
from heapq import merge
from operator import attrgetter

from sqlalchemy import bindparam, func, select, update

from quickpay.adapters.store.columns import micros, moment, number
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import audit, groups, link_seen, links
from quickpay.adapters.store.statements import Statement, insert
from quickpay.adapters.store.tables.link_rows import link_of
from quickpay.domain.links import Link, LinkState
from quickpay.ports.tables import LinkEvent

_MICROSECONDS_AN_HOUR = 3_600_000_000

_ADD = Statement(
    insert(links)
    .values({column.name: bindparam(column.name) for column in links.c if column.name != "serial"})
    .returning(links.c.serial)
)
_GET = Statement(select(links).where(links.c.id == bindparam("id")))
_BY_SERIAL = Statement(select(links).where(links.c.serial == bindparam("serial")))
_LOCK = Statement(select(links).where(links.c.serial == bindparam("serial")).with_for_update())
_GROUP_MAX = select(groups.c.max_uses).where(groups.c.id == links.c.group_id).scalar_subquery()
_COUNT_USE = Statement(
    update(links)
    .where(
        links.c.id == bindparam("link_id"),
        links.c.state == "active",
        links.c.expires_at > bindparam("now"),
        links.c.uses < func.coalesce(links.c.max_uses, _GROUP_MAX),
    )
    .values(uses=links.c.uses + 1)
    .returning(*links.c)
)
_END = Statement(
    update(links)
    .where(links.c.serial == bindparam("link"), links.c.state == "active")
    .values(state=bindparam("end"))
)
_RESTORE = Statement(
    update(links)
    .where(links.c.serial == bindparam("link"), links.c.state == "suspended")
    .values(state="active")
)
_END_OTHERS = Statement(
    update(links)
    .where(
        links.c.guarantor_id == bindparam("guarantor"),
        links.c.serial != bindparam("but"),
        links.c.state == "active",
    )
    .values(state=bindparam("end"))
    .returning(links.c.serial)
)
_END_SHARES = Statement(
    update(links)
    .where(links.c.shared_from == bindparam("link"), links.c.state == "active")
    .values(state="revoked")
    .returning(*links.c)
)
_SHARE_OF = Statement(
    select(links)
    .where(
        links.c.guarantor_id == bindparam("guarantor"),
        links.c.share_amount.is_not(None),
        links.c.state == "active",
        links.c.expires_at > bindparam("now"),
    )
    .order_by(links.c.serial.desc())
    .limit(1)
)
_SHARES = Statement(
    select(links.c.serial).where(
        links.c.guarantor_id == bindparam("guarantor"), links.c.share_amount.is_not(None)
    )
)


@cache
def _end_many(*given: str) -> Statement:
    """End those for which everything given holds; one statement for each choice of filters."""
    filters = [links.c[name] == bindparam(f"of_{name}") for name in given]
    some = select(links.c.serial).where(links.c.state == "active", *filters).limit(number("most"))
    return Statement(
        update(links)
        .where(links.c.serial.in_(some), links.c.state == "active")
        .values(state=bindparam("end"))
        .returning(*links.c)
    )


_MARK = insert(link_seen).values(
    link_serial=bindparam("link_serial"), hour=bindparam("hour"), times=bindparam("times")
)
_MARK_SEEN = Statement(
    _MARK.on_conflict_do_update(
        index_elements=[link_seen.c.link_serial, link_seen.c.hour],
        set_={"times": link_seen.c.times + _MARK.excluded.times},
    )
)
_SEEN = Statement(
    select(link_seen.c.hour, link_seen.c.times)
    .where(link_seen.c.link_serial == bindparam("serial"))
    .order_by(link_seen.c.hour)
)
_EVENTS = Statement(
    select(audit.c.at, audit.c.type, audit.c.actor, audit.c.detail)
    .where(audit.c.link_serial == bindparam("serial"))
    .order_by(audit.c.at, audit.c.id)
)


class Links:
    """`ports.tables.Links` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, link: Link) -> Link:
        """Store it; the given serial is ignored, the stored one returned."""
        row = await self._run.one(
            _ADD,
            id=link.id,
            group_id=link.group_id,
            guarantor_id=link.guarantor_id,
            origin=link.origin.value,
            state=link.state.value,
            uses=link.uses,
            max_uses=link.max_uses,
            single_payment=int(link.single_payment),
            contact=link.contact,
            batch=link.batch,
            created_at=micros(link.created_at),
            expires_at=micros(link.expires_at),
            authenticated=int(link.authenticated),
            return_url=link.return_url,
            share_amount=link.share_amount,
            shared_from=link.shared_from,
        )
        assert row is not None
        return replace(link, serial=row[0])

    async def get(self, link_id: str) -> Link | None:
        """Return the link a token names."""
        row = await self._run.one(_GET, id=link_id)
        return None if row is None else link_of(row)

    async def by_serial(self, serial: int) -> Link | None:
        """Return the link a row of ours names."""
        row = await self._run.one(_BY_SERIAL, serial=serial)
        return None if row is None else link_of(row)

    async def lock(self, serial: int) -> Link | None:
        """Return it and keep others from ending it until the unit ends."""
        row = await self._run.one(_LOCK, serial=serial)
        return None if row is None else link_of(row)

    async def count_use(self, link_id: str, now: datetime) -> Link | None:
        """Count one use if the link is active, unexpired and below its limit: one statement, no race (R5)."""
        row = await self._run.one(_COUNT_USE, link_id=link_id, now=micros(now))
        return None if row is None else link_of(row)

    async def end(self, serial: int, state: LinkState) -> bool:
        """Move an active link to its end."""
        return await self._run.count(_END, link=serial, end=state.value) == 1

    async def restore(self, serial: int) -> bool:
        """Make a suspended link active again; no other end is taken back."""
        return await self._run.count(_RESTORE, link=serial) == 1

    async def end_others(self, guarantor_id: int, *, but: int, state: LinkState) -> list[int]:
        """End the guarantor's other active links; returns their serials."""
        rows = await self._run.all(_END_OTHERS, guarantor=guarantor_id, but=but, end=state.value)
        return sorted(row[0] for row in rows)

    async def end_many(
        self,
        *,
        group_id: int | None,
        guarantor_id: int | None,
        batch: str | None,
        state: LinkState,
        most: int,
    ) -> list[Link]:
        """End up to `most` active links of all that is given, and return them as they are now."""
        filters = {"group_id": group_id, "guarantor_id": guarantor_id, "batch": batch}
        given = {name: value for name, value in filters.items() if value is not None}
        params = {f"of_{name}": value for name, value in given.items()}
        rows = await self._run.all(_end_many(*given), **params, end=state.value, most=most)
        return sorted((link_of(row) for row in rows), key=attrgetter("serial"))

    async def end_shares(self, serial: int) -> list[Link]:
        """Revoke the shares made from a link that still could be opened, and return them as they are now."""
        rows = await self._run.all(_END_SHARES, link=serial)
        return sorted((link_of(row) for row in rows), key=attrgetter("serial"))

    async def share_of(self, guarantor_id: int, now: datetime) -> Link | None:
        """Return the newest share of the guarantor that can still be opened."""
        row = await self._run.one(_SHARE_OF, guarantor=guarantor_id, now=micros(now))
        return None if row is None else link_of(row)

    async def shares(self, guarantor_id: int) -> frozenset[int]:
        """Return the serials of every share there ever was."""
        rows = await self._run.all(_SHARES, guarantor=guarantor_id)
        return frozenset(row[0] for row in rows)

    async def mark_seen(self, serial: int, *, at: datetime, times: int) -> None:
        """Add to the one mark of this link and hour."""
        hour = micros(at) // _MICROSECONDS_AN_HOUR
        await self._run.count(_MARK_SEEN, link_serial=serial, hour=hour, times=times)

    async def events(self, serial: int) -> list[LinkEvent]:
        """The timeline, oldest first, the hours it was seen in included."""
        done = [
            LinkEvent(at=moment(at), type=type_, actor=actor, detail=json.loads(detail))
            for at, type_, actor, detail in await self._run.all(_EVENTS, serial=serial)
        ]
        # An hour's mark stands at its beginning, but never before the link was made.
        made = done[0].at if done else moment(0)
        seen = [
            LinkEvent(
                at=max(made, moment(hour * _MICROSECONDS_AN_HOUR)),
                type="link.seen",
                actor="",
                detail={"times": times},
            )
            for hour, times in await self._run.all(_SEEN, serial=serial)
        ]
        return list(merge(done, seen, key=attrgetter("at")))
