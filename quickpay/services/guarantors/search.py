"""Find guarantors for the desk by what a caller says: a name, an account number, an email address, a mobile.

What was typed names a person, and addresses land in logs and histories. So the form is posted, and the page
it leads to has the words sealed in its address, for the one who typed them: Back and reload work, and nobody
reads them there.
"""

from dataclasses import dataclass, field

from quickpay.domain.contacts import ContactFault, normalise_email, normalise_mobile
from quickpay.domain.digests import Digests
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.money import Cents
from quickpay.domain.reach import Reach
from quickpay.domain.sealed_words import seal_words, unseal_words
from quickpay.domain.search_keys import email_key, number_key, typed_words
from quickpay.domain.staff import Staff
from quickpay.ports.clock import Clock
from quickpay.ports.desk_tables import Sought
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.account import account_now

AT_ONCE = 50
LAST_PAGE = 20
"""Who has not found somebody on this page types more: nobody reads a thousand names."""
LOOKED_OVER = 200
"""Accounts that are added up for a page of those with an open balance: what is owed stands in no index."""
_MOST_WORDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """One guarantor who was found, with what the desk asks first."""

    guarantor: Guarantor = field(repr=False)
    group: Group
    payable: Cents
    live_links: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of who was found; `more` says that there is another, `over` how many a page looks through."""

    lines: tuple[FoundLine, ...]
    page: int
    more: bool
    over: int = AT_ONCE


class GuarantorSearch:
    """Search within the groups of the one who asks."""

    def __init__(
        self, *, store: Store[Tx], clock: Clock, digests: Digests, countries: tuple[str, ...] = ("US",)
    ) -> None:
        self._store = store
        self._clock = clock
        self._digests = digests
        self._countries = countries

    def seal(self, staff: Staff, typed: str) -> str:
        """Write what somebody typed so that it may stand in an address."""
        return seal_words(typed, key=self._key(staff))

    def unseal(self, staff: Staff, sealed: str) -> str | None:
        """Read it again; None for what this one has not typed, or typed before the signing key changed."""
        return unseal_words(sealed, key=self._key(staff))

    def sought(self, typed: str) -> Sought:
        """Say what may be meant by it; it may be several things at once."""
        words, number = typed_words(typed), number_key(typed)
        # Too many words are no name. Words that fold to the same are one.
        distinct = tuple(dict.fromkeys(words)) if len(words) <= _MOST_WORDS else ()
        email = normalise_email(typed) if "@" in typed else ContactFault.EMPTY
        mobile = normalise_mobile(typed, countries=self._countries)
        return Sought(
            words=distinct,
            number=number or None,
            email=None if isinstance(email, ContactFault) else email_key(email),
            mobile=None if isinstance(mobile, ContactFault) else mobile,
        )

    async def find(
        self, staff: Staff, typed: str, *, group: str | None = None, page: int = 1, open_only: bool = False
    ) -> Found:
        """Find at most 50 in her groups, or in one of them; of another group nobody is found (A59).

        With `open_only` a page is those of the next 200 to whom something is payable.
        """
        sought, now = self.sought(typed), self._clock.now()
        page = min(max(page, 1), LAST_PAGE)
        over = LOOKED_OVER if open_only else AT_ONCE

        async def unit(tx: Tx) -> Found:
            groups = {one.id: one for one in await tx.groups.list_() if staff.reach.holds(one.id)}
            chosen = {one.id for one in groups.values() if group in {None, one.slug}}
            within = staff.reach if group is None else Reach(groups=frozenset(chosen))
            people = await tx.desk.find(sought, within=within, skip=(page - 1) * over, most=over + 1)
            found = [(one, (await account_now(tx, one.id)).balances.payable) for one in people[:over]]
            lines = [
                FoundLine(
                    guarantor=one,
                    group=groups[one.group_id],
                    payable=payable,
                    live_links=await tx.desk.live_links(one.id, now),
                )
                for one, payable in found
                if payable > 0 or not open_only
            ]
            return Found(
                lines=tuple(lines), page=page, more=len(people) > over and page < LAST_PAGE, over=over
            )

        return await self._store.read(unit)

    def _key(self, staff: Staff) -> bytes:
        return self._digests.subject("staff search", staff.actor)
