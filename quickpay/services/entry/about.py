"""Tell whether a link is really the group's: how to ask the office, and the code it reads out."""

from dataclasses import dataclass

from quickpay.domain.digests import Digests
from quickpay.domain.groups import Group
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.stay import Stay, Visit, stay_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPage:
    """The group, and whether somebody is here with a link of it: then the link's match code."""

    group: Group
    here: Stay | None
    match_code: str | None


class About:
    """Show what can be checked of a group's links."""

    def __init__(self, *, store: Store[Tx], clock: Clock, digests: Digests) -> None:
        self._store = store
        self._clock = clock
        self._digests = digests

    async def page(self, slug: str, visit: Visit) -> AboutPage | None:
        """Show the group; the match code only in an open session of one of its links."""
        now = self._clock.now()

        async def unit(tx: Tx) -> AboutPage | None:
            group = await tx.groups.by_slug(slug)
            if group is None:
                return None
            stay = await stay_of(tx, visit, now, shares=True)
            if not isinstance(stay, Stay) or stay.group.id != group.id:
                return AboutPage(group=group, here=None, match_code=None)
            serial = stay.session.link_serial
            link = None if serial is None else await tx.links.by_serial(serial)
            code = None if link is None else self._digests.match_code(link.id)
            return AboutPage(group=group, here=stay, match_code=code)

        return await self._store.read(unit)
