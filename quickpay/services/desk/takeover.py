"""What the PM system has not taken over yet, for the staff: each payment with its age, the oldest first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from quickpay.domain.groups import Group
from quickpay.domain.reach import Reach
from quickpay.domain.staff import Staff
from quickpay.ports.clock import Clock
from quickpay.ports.feed_tables import Backlog, NotTakenOver
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx

WORRYING_AGE = timedelta(days=1)
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPayment:
    """One payment, how long it waits, and whether that is too long."""

    payment: NotTakenOver
    age: timedelta
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeoverPage:
    """A page of them within the groups asked for; `more` where another follows."""

    groups: tuple[Group, ...]
    group: Group | None
    backlog: Backlog
    oldest_age: timedelta | None
    late: bool
    lines: tuple[WaitingPayment, ...]
    more: bool


class Takeover:
    """Reading, always within the groups of the one who asks; old is what waits longer than `worrying`."""

    def __init__(self, *, store: Store[Tx], clock: Clock, worrying: timedelta = WORRYING_AGE) -> None:
        self._store = store
        self._clock = clock
        self.worrying = worrying

    async def page(self, staff: Staff, *, group: str | None, page: int) -> TakeoverPage | None:
        """Return a page of one of her groups, or of all; None where she has no such group."""
        now = self._clock.now()

        async def unit(tx: Tx) -> TakeoverPage | None:
            hers = tuple(one for one in await tx.groups.list_() if staff.may_see(one.id))
            chosen = next((one for one in hers if one.slug == group), None)
            if group is not None and chosen is None:
                return None
            within = Reach(groups=staff.groups if chosen is None else frozenset({chosen.id}))
            found = await tx.unacknowledged.page(within=within, skip=page * PAGE, most=PAGE + 1)
            backlog = await tx.unacknowledged.backlog(within=within)
            return TakeoverPage(
                groups=hers,
                group=chosen,
                backlog=backlog,
                oldest_age=None if backlog.oldest is None else now - backlog.oldest,
                late=self._is_late(backlog.oldest, now),
                lines=tuple(
                    WaitingPayment(payment=one, age=now - one.since, late=self._is_late(one.since, now))
                    for one in found[:PAGE]
                ),
                more=len(found) > PAGE,
            )

        return await self._store.read(unit)

    def _is_late(self, at: datetime | None, now: datetime) -> bool:
        return at is not None and now - at > self.worrying
