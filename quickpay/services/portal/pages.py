"""The portal pages behind the challenge: each read in one unit, for an authorized patient only."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import TypeVar

from quickpay.domain.contact_changes import ContactChange
from quickpay.domain.encounters import last_statement
from quickpay.domain.stored_cards import StoredCard
from quickpay.mfa.limits import DEFAULT_LIMITS
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import Gateway
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.account import account_now
from quickpay.services.cards.stored import may_store
from quickpay.services.contacts.words import Resting, resting_of
from quickpay.services.member import NotAMember, member_of
from quickpay.services.portal.account import AccountPage, VisitFilter, account_page
from quickpay.services.portal.paging import paged
from quickpay.services.portal.receipts import ReceiptPage, ReceiptsPage, receipt_page, receipts_of
from quickpay.services.portal.statements import (
    StatementPage,
    StatementsPage,
    statement_page,
    statements_page,
)
from quickpay.services.portal.sums import Owed, owed_of
from quickpay.services.portal.visits import VisitsPage, visits_page
from quickpay.services.stay import Stay, Visit

_Page = TypeVar("_Page")


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """Home; a statement is new until it is paid or its due date is over."""

    stay: Stay
    owed: Owed
    new_statement: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePage:
    """What is on file of the guarantor, and of it what she changed; `changed` in this session.

    `cards` are listed so that they can be removed, also where none is offered now (`cards_used`). `removed`
    is the one the address says was just removed, if it was.
    """

    stay: Stay
    editable: bool
    own: tuple[Resting, ...] = ()
    changed: tuple[ContactChange, ...] = ()
    cards: tuple[StoredCard, ...] = ()
    removed: StoredCard | None = None
    cards_used: bool = True
    today: date | None = None


@dataclass(frozen=True, slots=True)
class NoSuchPage:
    """This guarantor has no such receipt or statement; said alike for another's and for none (R73, A59)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotExported:
    """The group does not let visits be exported."""

    stay: Stay


class Portal:
    """Read the portal pages."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        gateway: Gateway,
        zone: tzinfo,
        rest: timedelta = DEFAULT_LIMITS.contact_rest,
    ) -> None:
        self._store = store
        self._clock = clock
        self._gateway = gateway
        self._zone = zone
        self._rest = rest

    async def home(self, visit: Visit) -> HomePage | NotAMember:
        """Show what is owed and the notice of a new statement."""
        today = self._clock.now().astimezone(self._zone).date()

        async def page(tx: Tx, stay: Stay) -> HomePage:
            owed = await self._owed(tx, stay)
            new = owed.last is not None and owed.last.due_date >= today and owed.balances.amount_due > 0
            return HomePage(stay=stay, owed=owed, new_statement=new)

        return await self._read(visit, page)

    async def account(self, visit: Visit, chosen: VisitFilter) -> AccountPage | NotAMember:
        """Show the sums and the visits."""

        async def page(tx: Tx, stay: Stay) -> AccountPage:
            account = await account_now(tx, stay.guarantor.id)
            owed = await owed_of(tx, stay, account, self._gateway.activated)
            return account_page(stay, account, owed, chosen)

        return await self._read(visit, page)

    async def visits(self, visit: Visit, chosen: VisitFilter) -> VisitsPage | NotExported | NotAMember:
        """Give every visit a filter chooses, to be kept as a paper."""
        now = self._clock.now()

        async def page(tx: Tx, stay: Stay) -> VisitsPage | NotExported:
            if not stay.group.options.look_and_feel.visits_pdf_export:
                return NotExported(stay=stay)
            account = await account_now(tx, stay.guarantor.id)
            owed = await owed_of(tx, stay, account, self._gateway.activated)
            today = now.astimezone(self._zone).date()
            return visits_page(stay, account, owed, chosen, today=today)

        return await self._read(visit, page)

    async def receipts(self, visit: Visit, number: int) -> ReceiptsPage | NotAMember:
        """Show one page of all payments."""

        async def page(tx: Tx, stay: Stay) -> ReceiptsPage:
            account = await tx.guarantors.account(stay.guarantor.id)
            found = await receipts_of(tx, stay, account.receipts)
            return ReceiptsPage(stay=stay, receipts=paged(found, number))

        return await self._read(visit, page)

    async def receipt(self, visit: Visit, number: str) -> ReceiptPage | NoSuchPage | NotAMember:
        """Show one receipt with what it was put on."""

        async def page(tx: Tx, stay: Stay) -> ReceiptPage | NoSuchPage:
            account = await account_now(tx, stay.guarantor.id)
            found = await receipts_of(tx, stay, account.receipts)
            return await receipt_page(tx, stay, account, found, number) or NoSuchPage()

        return await self._read(visit, page)

    async def statements(self, visit: Visit, *, hide_paid: bool, number: int) -> StatementsPage | NotAMember:
        """Show one page of the statements."""

        async def page(tx: Tx, stay: Stay) -> StatementsPage:
            account = await account_now(tx, stay.guarantor.id)
            last = last_statement(account.statements)
            return statements_page(stay, account, last, hide_paid=hide_paid, page=number)

        return await self._read(visit, page)

    async def statement(self, visit: Visit, statement_id: str) -> StatementPage | NoSuchPage | NotAMember:
        """Show one statement, its lines as they stand now."""

        async def page(tx: Tx, stay: Stay) -> StatementPage | NoSuchPage:
            account = await account_now(tx, stay.guarantor.id)
            last = last_statement(account.statements)
            return statement_page(stay, account, last, statement_id) or NoSuchPage()

        return await self._read(visit, page)

    async def profile(self, visit: Visit, *, removed: str = "") -> ProfilePage | NotAMember:
        """Show name, contacts, patients and stored cards."""
        now = self._clock.now()

        async def page(tx: Tx, stay: Stay) -> ProfilePage:
            guarantor = stay.guarantor
            gone = await tx.stored_cards.get(removed, guarantor.id) if removed else None
            return ProfilePage(
                stay=stay,
                editable=stay.group.options.patient_permissions.contact_info_editing,
                own=tuple(await resting_of(tx, guarantor.id, now=now, rest=self._rest)),
                changed=tuple(await tx.contact_changes.of_session(stay.session.id, guarantor.id)),
                cards=tuple(await tx.stored_cards.of_guarantor(guarantor.id)),
                removed=gone if gone is not None and gone.removed_at is not None else None,
                cards_used=may_store(stay, self._gateway.activated),
                today=now.astimezone(self._zone).date(),
            )

        return await self._read(visit, page)

    async def _owed(self, tx: Tx, stay: Stay) -> Owed:
        account = await account_now(tx, stay.guarantor.id)
        return await owed_of(tx, stay, account, self._gateway.activated)

    async def _read(self, visit: Visit, page: Callable[[Tx, Stay], Awaitable[_Page]]) -> _Page | NotAMember:
        """Read a page in one unit once it is known that it may be seen."""
        now = self._clock.now()

        async def unit(tx: Tx) -> _Page | NotAMember:
            stay = await member_of(tx, visit, now)
            return await page(tx, stay) if isinstance(stay, Stay) else stay

        return await self._store.read(unit)
