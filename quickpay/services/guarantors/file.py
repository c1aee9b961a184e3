"""Everything the desk sees of one guarantor: contacts and how they fare, balances, links, payments."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from quickpay.domain.balances import Balances
from quickpay.domain.digests import Digests
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.links import Link, LinkState
from quickpay.domain.messages import Channel
from quickpay.domain.payments import Payment
from quickpay.domain.staff import Staff
from quickpay.domain.text_fates import STOPPED_CODE
from quickpay.mfa.limits import DEFAULT_LIMITS
from quickpay.ports.clock import Clock
from quickpay.ports.messages import STOPPED
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.account import account_now
from quickpay.services.contacts.words import Resting, resting_of

LINKS_AT_ONCE = 20
PAYMENTS_AT_ONCE = 20


class ContactState(StrEnum):
    """Whether messages go to a contact, and if not, why."""

    GOOD = "good"
    OPTED_OUT = "opted_out"
    CARRIER_STOP = "carrier_stop"
    NOT_THIS_PERSON = "not_this_person"
    UNDELIVERABLE = "undeliverable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLine:
    """One contact on file; `since` is when it was stopped, or when the last message did not arrive.

    `own` says that the patient changed it herself.
    """

    channel: Channel
    contact: str = field(repr=False)
    state: ContactState
    since: datetime | None = None
    own: Resting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLine:
    """One link in the guarantor's table."""

    link: Link
    state: LinkState
    max_uses: int
    match_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLine:
    """One payment in the guarantor's table; `link` is the id of the link it came through."""

    payment: Payment
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuarantorFile:
    """One guarantor with one page each of links and payments, the newest first."""

    group: Group
    guarantor: Guarantor = field(repr=False)
    contacts: tuple[ContactLine, ...]
    balances: Balances
    sessions: int
    links: tuple[LinkLine, ...]
    links_page: int
    more_links: bool
    active_links: int
    payments: tuple[PaymentLine, ...]
    payments_page: int
    more_payments: bool


class GuarantorFiles:
    """Look a guarantor up, within the groups of the one who asks."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        digests: Digests,
        rest: timedelta = DEFAULT_LIMITS.contact_rest,
    ) -> None:
        self._store = store
        self._clock = clock
        self._digests = digests
        self._rest = rest

    async def get(
        self, staff: Staff, group: str, number: str, *, links_page: int = 1, payments_page: int = 1
    ) -> GuarantorFile | None:
        """Return one with the balances of this moment; of another group there is none (A59)."""
        now = self._clock.now()

        async def unit(tx: Tx) -> GuarantorFile | None:
            found = await tx.groups.by_slug(group)
            if found is None or not staff.reach.holds(found.id):
                return None
            guarantor = await tx.guarantors.by_number(found.id, number)
            if guarantor is None:
                return None
            links = await tx.desk.links_of(
                guarantor.id, skip=(links_page - 1) * LINKS_AT_ONCE, most=LINKS_AT_ONCE + 1
            )
            payments = await tx.desk.payments_of(
                guarantor.id, skip=(payments_page - 1) * PAYMENTS_AT_ONCE, most=PAYMENTS_AT_ONCE + 1
            )
            owed = await account_now(tx, guarantor.id)
            return GuarantorFile(
                group=found,
                guarantor=guarantor,
                contacts=await _contacts(tx, guarantor, now=now, rest=self._rest),
                balances=owed.balances,
                sessions=await tx.desk.uses_of(guarantor.id),
                links=tuple(self._line(link, found, now) for link in links[:LINKS_AT_ONCE]),
                links_page=links_page,
                more_links=len(links) > LINKS_AT_ONCE,
                active_links=await tx.desk.active_links(
                    group_id=found.id, guarantor_id=guarantor.id, batch=None
                ),
                payments=tuple(
                    PaymentLine(payment=payment, link=link) for payment, link in payments[:PAYMENTS_AT_ONCE]
                ),
                payments_page=payments_page,
                more_payments=len(payments) > PAYMENTS_AT_ONCE,
            )

        return await self._store.read(unit)

    def _line(self, link: Link, group: Group, now: datetime) -> LinkLine:
        group_max = group.options.authentication.quickpay_max_access_attempts
        return LinkLine(
            link=link,
            state=link.state_at(now, group_max=group_max),
            max_uses=link.limit(group_max),
            match_code=self._digests.match_code(link.id),
        )


async def _contacts(
    tx: Tx, guarantor: Guarantor, *, now: datetime, rest: timedelta
) -> tuple[ContactLine, ...]:
    stops = await tx.desk.stops_of(guarantor.id)
    own = {one.change.contact: one for one in await resting_of(tx, guarantor.id, now=now, rest=rest)}
    lines = []
    for channel, contact in ((Channel.EMAIL, guarantor.email), (Channel.SMS, guarantor.mobile)):
        if not contact:
            continue
        state, since = ContactState.GOOD, stops.get(contact.lower())
        last = await tx.desk.last_message(guarantor.id, contact)
        stopped = await tx.carrier_stops.since(contact)
        if since is not None:
            state = ContactState.NOT_THIS_PERSON
        elif stopped is not None:
            state, since = ContactState.CARRIER_STOP, stopped
        elif channel is Channel.SMS and guarantor.text_opt_out:
            state = ContactState.OPTED_OUT
        elif last is not None and not last.delivered and last.reason not in {STOPPED, STOPPED_CODE}:
            state, since = ContactState.UNDELIVERABLE, last.at
        lines.append(
            ContactLine(channel=channel, contact=contact, state=state, since=since, own=own.get(contact))
        )
    return tuple(lines)
