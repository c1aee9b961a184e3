"""Alice, who owes; Bob of another group; Mallory, who has no business here; and the house they come to."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from quickpay.adapters.notes import TemplateNotes
from quickpay.adapters.store import OpenStore
from quickpay.adapters.store.tx import StoreTx
from quickpay.adapters.tasks import BackgroundTasks
from quickpay.domain.balances import AmountChoice
from quickpay.domain.digests import Digests, session_hash
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Account, Guarantor
from quickpay.domain.launches import LaunchMode
from quickpay.domain.links import DEFAULT_LIFETIMES, Link, LinkState, door_of
from quickpay.domain.money import Cents
from quickpay.domain.options import LandingPage, Options
from quickpay.domain.origins import Origin
from quickpay.domain.payments import Method, Payment
from quickpay.domain.sessions import Session
from quickpay.domain.tokens import Tokens
from quickpay.mfa.limits import DEFAULT_LIMITS, Limits
from quickpay.mfa.methods import Method as Way
from quickpay.ports.gateway import Outcome
from quickpay.ports.tables import LinkEvent
from quickpay.services.cards.stored import StoredCardBook
from quickpay.services.contacts.change import ContactEditing
from quickpay.services.contacts.pages import Changed
from quickpay.services.entry.about import About
from quickpay.services.entry.enter import Enter
from quickpay.services.entry.entrances import Opened
from quickpay.services.entry.handoffs import Handoff, HandoffBook, NewHandoff
from quickpay.services.entry.launches import LaunchBook, MadeLaunch, NewLaunch
from quickpay.services.entry.leave import Leave
from quickpay.services.entry.not_me import NotMe
from quickpay.services.entry.renew import Renewal
from quickpay.services.guarantors.keep import GuarantorBook
from quickpay.services.links.keep import LinkBook
from quickpay.services.messages.courier import Courier
from quickpay.services.messages.outbox import Outbox
from quickpay.services.payer import SeePayment
from quickpay.services.paying.order import Chosen, Ordering
from quickpay.services.paying.pay import NotPaid, Pay
from quickpay.services.paying.pay_form import PayForm
from quickpay.services.paying.result import Results
from quickpay.services.paying.share import Shared, Sharing
from quickpay.services.portal.pages import Portal
from quickpay.services.proofs.office import Office
from quickpay.services.proofs.pages import CodeSent, Proved
from quickpay.services.proofs.verify import Verify
from quickpay.services.running.retention import Retention
from quickpay.services.running.upkeep import Upkeep
from quickpay.services.settling.reconcile import Reconcile
from quickpay.services.settling.refunds import Refunds
from quickpay.services.settling.settle import settle
from quickpay.services.stay import Visit
from tests.factories import NOW, make_account, make_guarantor, make_link, make_options
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import FakeGateway
from tests.fakes.ids import FakeIds
from tests.fakes.images import FakeImageFetcher
from tests.fakes.mailer import FakeMailer
from tests.fakes.texter import FakeTexter
from tests.household import PORTAL

T = TypeVar("T")

KEYS = ("the-signing-key-of-these-tests-0123456789", "an-older-one-of-these-tests-0123456789abc")
ZONE = ZoneInfo("America/Chicago")
_CODE = re.compile(r"\b[0-9]{6}\b")


class House:
    """The services over a real store, with fakes for all that is outside."""

    def __init__(self, store: OpenStore, *, limits: Limits = DEFAULT_LIMITS, patience: float = 5.0) -> None:
        self.store = store
        self.clock = FakeClock(NOW)
        self.ids = FakeIds()
        self.mailer = FakeMailer()
        self.texter = FakeTexter()
        self.gateway = FakeGateway()
        self.images = FakeImageFetcher()
        self.tasks = BackgroundTasks()
        self.notes = TemplateNotes()
        self.limits = limits
        self.patience = patience
        self.furnish(KEYS[:1])

    def furnish(self, keys: tuple[str, ...]) -> None:
        """Build the services anew, as a restart with these keys does."""
        self.tokens, self.digests = Tokens(keys), Digests(keys)
        store, clock, ids, gateway = self.store, self.clock, self.ids, self.gateway
        tokens, digests, limits = self.tokens, self.digests, self.limits
        self.courier = Courier(
            store=store,
            clock=clock,
            mailer=self.mailer,
            texter=self.texter,
            notes=self.notes,
            host="pay.example.com",
            pauses=(0.0, 0.0),
        )
        self.enter = Enter(store=store, clock=clock, ids=ids, tokens=tokens, digests=digests, limits=limits)
        self.handoffs = HandoffBook(
            clock=clock,
            ids=ids,
            tokens=tokens,
            base_url="https://pay.example.com",
            life=DEFAULT_LIFETIMES[Origin.PORTAL],
            return_urls=(PORTAL,),
        )
        self.launches = LaunchBook(
            store=store,
            clock=clock,
            ids=ids,
            tokens=tokens,
            digests=digests,
            base_url="https://pay.example.com",
            life=DEFAULT_LIFETIMES[Origin.STAFF],
        )
        self.verify = Verify(
            store=store,
            clock=clock,
            ids=ids,
            digests=digests,
            limits=limits,
            courier=self.courier,
            tasks=self.tasks,
        )
        self.office = Office(store=store, clock=clock, ids=ids, digests=digests, limits=limits)
        self.ordering = Ordering(store=store, clock=clock, ids=ids, gateway=gateway)
        self.pay = Pay(
            store=store,
            clock=clock,
            ids=ids,
            digests=digests,
            limits=limits,
            gateway=gateway,
            tasks=self.tasks,
            zone=ZONE,
            patience=self.patience,
        )
        self.links = LinkBook(
            store=store,
            clock=clock,
            ids=ids,
            tokens=tokens,
            digests=digests,
            base_url="https://pay.example.com",
        )
        self.sharing = Sharing(
            store=store,
            clock=clock,
            ids=ids,
            tokens=tokens,
            digests=digests,
            limits=limits,
            gateway=gateway,
            base_url="https://pay.example.com",
            zone=ZONE,
        )
        self.renewal = Renewal(
            store=store, clock=clock, ids=ids, tokens=tokens, digests=digests, limits=limits
        )
        self.not_me = NotMe(store=store, clock=clock)
        self.about = About(store=store, clock=clock, digests=digests)
        self.results = Results(store=store, clock=clock)
        self.portal = Portal(store=store, clock=clock, gateway=gateway, zone=ZONE)
        self.contacts = ContactEditing(
            store=store,
            clock=clock,
            ids=ids,
            digests=digests,
            limits=limits,
            courier=self.courier,
            tasks=self.tasks,
        )
        self.guarantors = GuarantorBook(store=store, clock=clock)
        self.leave = Leave(store=store, clock=clock)
        self.stored_cards = StoredCardBook(store=store, clock=clock, gateway=gateway)
        self.reconcile = Reconcile(store=store, clock=clock, gateway=gateway, zone=ZONE)
        self.refunds = Refunds(
            store=store, clock=clock, ids=ids, gateway=gateway, tasks=self.tasks, patience=self.patience
        )
        self.upkeep = Upkeep(store=store, clock=clock)
        self.retention = Retention(store=store, clock=clock)

    def outbox(self, owner: str = "worker", **outside: Any) -> Outbox:
        """One worker of the outbox."""
        return Outbox(
            store=self.store,
            clock=self.clock,
            mailer=outside.get("mailer", self.mailer),
            texter=outside.get("texter", self.texter),
            notes=self.notes,
            tokens=self.tokens,
            base_url="https://pay.example.com",
            host="pay.example.com",
            owner=owner,
            zone=ZONE,
        )

    async def do(self, call: Callable[[StoreTx], Awaitable[T]]) -> T:
        """Run one call in a unit of its own."""

        async def unit(tx: StoreTx) -> T:
            return await call(tx)

        return await self.store.write(unit)

    async def at_rest(self) -> None:
        """Wait until nothing runs behind the requests."""
        while running := set(self.tasks._running):
            await asyncio.wait(running)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**span))

    async def group(self, slug: str = "lakeside", options: Options | None = None) -> Group:
        """Make a group, by default one that has codes and receipts and lands on Make Your Payment."""
        if options is None:
            options = make_options(slug.title())
            options = _with(options, enable_mfa=True, email_receipt=True, email_from="office@example.com")
            options = _with(options, landing_page=LandingPage.PAY)
        return await self.do(
            lambda tx: tx.groups.put(slug=slug, options=options, now=self.clock.now(), by="staff")
        )

    async def change(self, group: Group, **options: Any) -> Group:
        """Save the group with these options changed, each named without its panel."""
        now = await self.do(lambda tx: tx.groups.get(group.id))
        assert now is not None
        return await self.group(group.slug, _with(now.options, **options))

    async def guarantor(self, group: Group, account: Account | None = None, **given: Any) -> Guarantor:
        """Make Alice, or whoever is told."""
        one = make_guarantor(group_id=group.id, **given)
        owes = make_account() if account is None else account
        return await self.do(lambda tx: tx.guarantors.put(one, owes))

    async def edit(self, guarantor: Guarantor, account: Account | None = None, **changed: Any) -> Guarantor:
        """Tell what the PM system now says."""
        owes = await self.do(lambda tx: tx.guarantors.account(guarantor.id)) if account is None else account
        return await self.do(lambda tx: tx.guarantors.put(replace(guarantor, **changed), owes))

    async def link(self, guarantor: Guarantor, **given: Any) -> Link:
        """Make a link of the guarantor, by text and for 30 days unless told otherwise."""
        now = self.clock.now()
        given = {"created_at": now, "expires_at": now + timedelta(days=30)} | given
        link = make_link(
            id=self.ids.link_id(), group_id=guarantor.group_id, guarantor_id=guarantor.id, **given
        )
        return await self.do(lambda tx: tx.links.add(link))

    async def handoff(self, guarantor: Guarantor, **given: Any) -> Link:
        """Make a hand-off as the portal's call does: once, for 60 seconds, and back to its address."""
        asked = {"authenticated": False, "return_url": PORTAL} | given
        group = await self.do(lambda tx: tx.groups.get(guarantor.group_id))
        assert group is not None
        new = NewHandoff(group=group.slug, guarantor=guarantor.number, **asked)
        made = await self.do(lambda tx: self.handoffs.create_in(tx, new, by="portal"))
        assert isinstance(made, Handoff), made
        link = await self.do(lambda tx: tx.links.get(made.id))
        assert link is not None
        return link

    async def launch(self, guarantor: Guarantor, mode: str = "quickpay", staff: str = "Ada Admin") -> Link:
        """Make a staff launch as the dashboard's call does: once, for 60 seconds."""
        group = await self.do(lambda tx: tx.groups.get(guarantor.group_id))
        assert group is not None
        new = NewLaunch(group=group.slug, guarantor=guarantor.number, staff=staff, mode=LaunchMode(mode))
        made = await self.do(lambda tx: self.launches.create_in(tx, new, by="dashboard"))
        assert isinstance(made, MadeLaunch), made
        link = await self.do(lambda tx: tx.links.get(made.id))
        assert link is not None
        return link

    def token(self, link: Link) -> str:
        """What stands in the link's address, the hand-off's or the launch's."""
        return self.tokens.sign(door_of(link.origin), link.id)

    async def end(self, link: Link, state: LinkState = LinkState.REVOKED) -> None:
        """End a link as staff do."""
        assert await self.do(lambda tx: tx.links.end(link.serial, state))

    async def events(self, link: Link) -> list[str]:
        """The link's timeline, by type."""
        found: list[LinkEvent] = await self.do(lambda tx: tx.links.events(link.serial))
        return [event.type for event in found]

    async def come(self, link: Link, *, address: str = "203.0.113.7") -> "Person":
        """Open the link."""
        opened = await self.enter.open(
            self.token(link),
            Visit(secret=None, address=address, request_id="open"),
            door=door_of(link.origin),
        )
        assert isinstance(opened, Opened), opened
        return Person(self, opened.secret, address=address)

    def last_code(self, way: Way) -> str:
        """The code in the newest message that went this way."""
        if way is Way.EMAIL:
            return _last([email.text for email in self.mailer.sent])
        return _last([text.body for text in self.texter.sent])

    async def settle(self, payment_id: str, outcome: Outcome) -> Payment:
        """Tell of an outcome, as a webhook does."""
        return await self.do(lambda tx: settle(tx, payment_id, outcome, now=self.clock.now(), zone=ZONE))

    async def payment(self, payment_id: str) -> Payment:
        """Read a payment."""
        found = await self.do(lambda tx: tx.payments.get(payment_id))
        assert found is not None
        return found


class Person:
    """Somebody with a session; her secret is what her browser's cookie holds."""

    def __init__(self, house: House, secret: bytes, *, address: str) -> None:
        self.house = house
        self.secret = secret
        self.address = address

    @property
    def visit(self) -> Visit:
        """A request of hers."""
        marked = self.house.launches.is_simulation(self.secret)
        return Visit(secret=self.secret, address=self.address, request_id="request", simulation=marked)

    async def session(self) -> Session | None:
        """Her session's row."""
        return await self.house.do(lambda tx: tx.sessions.find(session_hash(self.secret)))

    async def ask(self, way: Way = Way.EMAIL) -> str:
        """Ask for a code and read it where it went."""
        answer = await self.house.verify.send(self.visit, way)
        assert isinstance(answer, CodeSent), answer
        await self.house.at_rest()
        return self.house.last_code(way)

    async def ask_again(self, way: Way = Way.EMAIL) -> str:
        """Ask for another code, past the wait."""
        self.house.later(minutes=2)
        answer = await self.house.verify.resend(self.visit)
        assert isinstance(answer, CodeSent), answer
        await self.house.at_rest()
        return self.house.last_code(way)

    async def type(self, code: str) -> Any:
        """Type a code."""
        return await self.house.verify.check(self.visit, code)

    async def prove(self, way: Way = Way.EMAIL) -> None:
        """Pass the challenge."""
        proved = await self.type(await self.ask(way))
        assert isinstance(proved, Proved), proved
        self.secret = proved.secret

    async def names(self, way: Way, contact: str) -> str:
        """Say that this contact is hers, and read the code that went there."""
        answer = await self.house.contacts.send(self.visit, way, contact)
        assert isinstance(answer, CodeSent), answer
        await self.house.at_rest()
        return self.house.last_code(way)

    async def changes(self, way: Way, contact: str) -> None:
        """Change a contact and confirm it."""
        answer = await self.house.contacts.check(self.visit, await self.names(way, contact))
        assert isinstance(answer, Changed), answer

    async def choose(
        self, amount: int | None = None, *, choice: AmountChoice | None = None, stored: str | None = None
    ) -> str:
        """Choose an amount, the whole unless one is given, and to pay by card; returns the order's id."""
        if choice is None:
            choice = AmountChoice.CURRENT if amount is None else AmountChoice.OTHER
        other = None if amount is None else Cents(amount)
        chosen = await self.house.ordering.choose_amount(self.visit, choice, other)
        assert isinstance(chosen, Chosen), chosen
        method = Method.CARD if stored is None else Method.STORED
        chosen_method = await self.house.ordering.choose_method(self.visit, method, stored_card=stored)
        assert isinstance(chosen_method, Chosen), chosen_method
        session = await self.session()
        assert session is not None
        assert session.order_id is not None
        return session.order_id

    async def shares(self, amount: int) -> Link:
        """Make a link for somebody else, who may pay this sum."""
        made = await self.house.sharing.make(self.visit, AmountChoice.OTHER, Cents(amount))
        assert isinstance(made, Shared), made
        session = await self.session()
        assert session is not None
        now = self.house.clock.now()
        share = await self.house.do(lambda tx: tx.links.share_of(session.guarantor_id, now))
        assert share is not None
        return share

    async def press_pay(
        self,
        card: str = "tok_approved",
        *,
        order: str | None = None,
        email: str | None = None,
        store: bool = False,
    ) -> NotPaid:
        """Press Pay on the details page."""
        form = PayForm(order_id=order, card_token=card, email=email, store_card=store)
        return await self.house.pay.pay(self.visit, form)

    async def stores(self, *, amount: int = 1_000) -> str:
        """Pay and have the card stored; gives what it is known by from then on."""
        await self.choose(amount)
        answer = await self.press_pay(store=True)
        assert isinstance(answer, SeePayment), answer
        return answer.payment_id

    async def pays(
        self, card: str = "tok_approved", *, amount: int | None = None, email: str | None = None
    ) -> Payment:
        """Choose and pay, and read the payment there is then."""
        await self.choose(amount)
        answer = await self.press_pay(card, email=email)
        assert isinstance(answer, SeePayment), answer
        return await self.house.payment(answer.payment_id)


def _last(texts: list[str]) -> str:
    found = _CODE.findall(texts[-1])
    assert len(set(found)) == 1, "one code in one message"
    return str(found[0])


def _with(options: Options, **changed: Any) -> Options:
    panels = (
        "branding",
        "payments",
        "look_and_feel",
        "authentication",
        "notifications",
        "patient_permissions",
    )
    for panel in panels:
        old = getattr(options, panel)
        mine = {name: changed.pop(name) for name in list(changed) if hasattr(old, name)}
        options = replace(options, **{panel: replace(old, **mine)})
    assert not changed, f"no such option: {changed}"
    return options


def wrong(code: str) -> str:
    """A code that is not this one."""
    return "000000" if code != "000000" else "000001"
