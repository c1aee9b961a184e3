"""Links made at the desk for a guarantor of one's own groups, once for each form."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from quickpay.domain.faults import Fault
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.links import DEFAULT_LIFETIMES
from quickpay.domain.origins import Origin
from quickpay.domain.staff import Staff
from quickpay.ports.clock import Clock
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.groups.keep import NoGroup
from quickpay.services.links.keep import LinkBook, LinkView, NewLink
from quickpay.services.links.templates import group_of
from quickpay.services.once import Call, InFlight, Made, NotMade, Once, OtherBody, Refused, Replayed


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMade:
    """A link of this guarantor; of the same form there is never a second."""

    link_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLink:
    """A link made for the screen or for paper, as it stands now."""

    view: LinkView
    group: Group
    guarantor: Guarantor
    seconds_left: int


@dataclass(frozen=True, slots=True)
class NobodyHere:
    """There is no such guarantor in her groups."""


@dataclass(frozen=True, slots=True)
class FormUsed:
    """The form made a link before, of something else: nothing was made now."""


MadeOrNot = LinkMade | tuple[Fault, ...] | NobodyHere | FormUsed


class DeskLinks:
    """Links for the screen and for paper, and what every link made at the desk has in common."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        links: LinkBook,
        lifetimes: Mapping[Origin, timedelta] = DEFAULT_LIFETIMES,
    ) -> None:
        self._store = store
        self._clock = clock
        self._links = links
        self._lifetimes = {**DEFAULT_LIFETIMES, **lifetimes}
        self._once = Once(store=store, clock=clock)

    async def find(self, staff: Staff, slug: str, number: str) -> tuple[Group, Guarantor] | NobodyHere:
        """Find a guarantor of one of her groups."""

        async def unit(tx: Tx) -> tuple[Group, Guarantor] | NobodyHere:
            return await guarantor_for(tx, staff, slug, number)

        return await self._store.read(unit)

    async def link(self, staff: Staff, link_id: str, *, origin: Origin) -> DeskLink | None:
        """Return a link of this origin in one of her groups; of another there is none."""
        view = await self._links.get(link_id)
        if view is None or view.link.origin is not origin:
            return None
        found = await self.find(staff, view.group, view.guarantor)
        if isinstance(found, NobodyHere):
            return None
        left = view.link.expires_at - self._clock.now()
        return DeskLink(
            view=view, group=found[0], guarantor=found[1], seconds_left=max(0, int(left.total_seconds()))
        )

    def life(self, origin: Origin) -> timedelta:
        """How long a link of this origin lives unless told otherwise."""
        return self._lifetimes[origin]

    async def make(self, staff: Staff, slug: str, number: str, *, origin: Origin, form_key: str) -> MadeOrNot:
        """Make a link for the screen or for paper, once for each form."""
        new = NewLink(group=slug, guarantor=number, origin=origin)
        return await self.make_once(staff, new, form_key=form_key)

    async def make_once(
        self,
        staff: Staff,
        new: NewLink,
        *,
        form_key: str,
        blocked: Callable[[Tx], Awaitable[tuple[Fault, ...]]] | None = None,
    ) -> MadeOrNot:
        """Make the link this form asks for; `blocked` says in the same unit what forbids it."""

        async def make(tx: Tx) -> Made:
            found = await guarantor_for(tx, staff, new.group, new.guarantor)
            if isinstance(found, NobodyHere):
                raise Refused(found)
            wrong = () if blocked is None else await blocked(tx)
            if wrong:
                raise Refused(wrong)
            made = await self._links.create_in(tx, new, by=staff.actor, within=found[0].id)
            if not isinstance(made, LinkView):
                raise Refused(made)
            return Made(answer=made.link.id)

        call = Call(key_id=staff.actor, endpoint=f"desk {new.origin}", key=form_key, body_hash=_digest(new))
        match await self._once.run(call, make):
            case Made(answer=link_id) | Replayed(answer=link_id):
                return LinkMade(link_id=link_id)
            case InFlight() | OtherBody():
                return FormUsed()
            case NotMade(reason=tuple() as faults):
                return faults
            case NotMade(reason=NobodyHere() | NoGroup()):
                return NobodyHere()
            case NotMade(reason=reason):
                raise TypeError(f"nothing was made because of {type(reason).__name__}")


async def guarantor_for(tx: Tx, staff: Staff, slug: str, number: str) -> tuple[Group, Guarantor] | NobodyHere:
    """Find a guarantor of one of her groups; of another there is none."""
    group = await group_of(tx, staff, slug)
    guarantor = None if group is None else await tx.guarantors.by_number(group.id, number)
    return NobodyHere() if group is None or guarantor is None else (group, guarantor)


def _digest(new: NewLink) -> bytes:
    said = (
        new.group,
        new.guarantor,
        new.origin,
        new.template,
        new.contact,
        new.max_uses,
        new.expires_in,
    )
    return sha256(repr(said).encode()).digest()
