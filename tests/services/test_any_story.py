"""Whatever is done in whatever order, no invariant breaks and the gateway's book agrees with ours."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quickpay.domain.balances import AmountChoice
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Account, Guarantor
from quickpay.domain.links import Link, LinkState
from quickpay.domain.money import Cents
from quickpay.domain.payments import HELD, Method, PaymentState
from quickpay.mfa.methods import Method as Way
from quickpay.ports.gateway import Approved
from quickpay.services.account import account_now
from quickpay.services.entry.entrances import Opened
from quickpay.services.proofs.pages import CodeSent, Proved
from quickpay.services.running.checks import Checks
from quickpay.services.stay import Visit
from tests.factories import make_line, make_statement
from tests.fakes.gateway import VISA
from tests.people import House, Person, wrong
from tests.services.rows import rows

_LINES = tuple(make_line(f"7-{number}", remaining=1_000) for number in range(1, 6))

ACTIONS = st.one_of(
    st.tuples(st.just("open"), st.integers(0, 2)),
    st.tuples(st.just("choose"), st.sampled_from([1, 700, 2_500, 5_000, 9_999])),
    st.tuples(st.just("choose_whole"), st.just(0)),
    st.tuples(
        st.just("pay"),
        st.sampled_from(["tok_approved", "tok_approved", "tok_declined", "tok_silent", "tok_broken"]),
    ),
    st.tuples(st.just("next_person"), st.just(0)),
    st.tuples(st.just("ask"), st.sampled_from(list(Way))),
    st.tuples(st.just("type"), st.booleans()),
    st.tuples(
        st.just("option"),
        st.sampled_from(["require_mfa", "auto_post", "show_current_balance", "email_receipt", "credit_card"]),
    ),
    st.tuples(st.just("bill"), st.integers(0, 5)),
    st.tuples(st.just("end_link"), st.sampled_from([LinkState.REVOKED, LinkState.SUSPENDED])),
    st.tuples(st.just("gateway"), st.sampled_from(["down", "hidden", "well"])),
    st.tuples(st.just("webhook"), st.integers(0, 3)),
    st.tuples(st.just("wrong_webhook"), st.integers(0, 3)),
    st.tuples(st.just("wait"), st.sampled_from([1, 35, 70, 400])),
    st.tuples(st.just("leave"), st.just(0)),
)


@dataclass(slots=True, kw_only=True)
class Story:
    """One guarantor, three links, whoever came by them, and the gateway's own book."""

    house: House
    group: Group
    alice: Guarantor
    links: list[Link]
    people: list[Person] = field(default_factory=list)
    at: int = 0
    seen: int = 0

    @property
    def person(self) -> Person:
        return self.people[self.at % len(self.people)]

    async def act(self, name: str, given: Any) -> None:
        payable = (await self.house.do(lambda tx: account_now(tx, self.alice.id))).balances.payable
        await getattr(self, f"_{name}")(given)
        await self.house.at_rest()
        new = self.house.gateway.asked[self.seen :]
        self.seen = len(self.house.gateway.asked)
        assert sum(charge.amount for charge in new) <= payable, "more asked of the card than was owed"
        assert await Checks(store=self.house.store, clock=self.house.clock).run() == []

    async def _open(self, number: int) -> None:
        visit = Visit(secret=None, address=self._address(), request_id="r")
        token = self.house.token(self.links[number])
        opened = await self.house.enter.open(token, visit)
        if not isinstance(opened, Opened):
            opened = await self.house.enter.see_receipt(token, visit)
        if isinstance(opened, Opened):
            self.people.append(Person(self.house, opened.secret, address=self._address()))
            self.at = len(self.people) - 1

    def _address(self) -> str:
        return f"2001:db8::{self.alice.id:x}:{self.at:x}"

    async def _next_person(self, _: int) -> None:
        self.at += 1

    async def _choose(self, amount: int) -> None:
        visit = self.person.visit
        await self.house.ordering.choose_amount(visit, AmountChoice.OTHER, Cents(amount))
        await self.house.ordering.choose_method(visit, Method.CARD)

    async def _choose_whole(self, _: int) -> None:
        visit = self.person.visit
        await self.house.ordering.choose_amount(visit, AmountChoice.CURRENT, None)
        await self.house.ordering.choose_method(visit, Method.CARD)

    async def _pay(self, card: str) -> None:
        await self.person.press_pay(card, email="me@example.com")

    async def _ask(self, way: Way) -> None:
        await self.house.verify.send(self.person.visit, way)

    async def _type(self, right: bool) -> None:
        challenges = [row for row in await rows(self.house, "challenges") if row["digest"] is not None]
        if not challenges:
            return
        way = Way(max(challenges, key=lambda row: (row["created_at"], row["sends"]))["method"])
        code = self.house.last_code(way)
        answer = await self.person.type(code if right else wrong(code))
        if isinstance(answer, Proved):
            self.person.secret = answer.secret

    async def _option(self, name: str) -> None:
        group = await self.house.do(lambda tx: tx.groups.get(self.group.id))
        assert group is not None
        for panel in (group.options.payments, group.options.look_and_feel, group.options.authentication):
            if hasattr(panel, name):
                await self.house.change(group, **{name: not getattr(panel, name)})

    async def _bill(self, lines: int) -> None:
        left = _LINES[:lines]
        cut = (make_statement(*(line.service_id for line in left)),) if left else ()
        await self.house.edit(self.alice, Account(lines=left, statements=cut))

    async def _end_link(self, state: LinkState) -> None:
        await self.house.do(lambda tx: tx.links.end(self.links[self.at % 3].serial, state))

    async def _gateway(self, how: str) -> None:
        self.house.gateway.down = how == "down"
        self.house.gateway.hidden = how == "hidden"

    async def _webhook(self, number: int) -> None:
        mine = [row["id"] for row in await self._mine()]
        told = [one for one in mine if one in self.house.gateway.book]
        if told:
            payment = told[number % len(told)]
            await self.house.settle(payment, self.house.gateway.book[payment])

    async def _wrong_webhook(self, number: int) -> None:
        mine = await self._mine()
        if mine:
            one = mine[number % len(mine)]
            outcome = Approved(
                transaction="ch_wrong",
                card=VISA,
                amount=one["amount"] + 1,
                currency="usd",
                reference=one["id"],
            )
            await self.house.settle(one["id"], outcome)

    async def _wait(self, seconds: int) -> None:
        self.house.later(seconds=seconds)
        await self.house.reconcile.run_once()
        await self.house.upkeep.run_once()
        await self.house.outbox().run_once()

    async def _leave(self, _: int) -> None:
        await self.house.leave.sign_out(self.person.visit)

    async def _mine(self) -> list[dict[str, Any]]:
        return [row for row in await rows(self.house, "payments") if row["guarantor_id"] == self.alice.id]

    async def come_to_an_end(self) -> None:
        """Let the gateway be well and time pass until nothing is held; then compare the books.

        What the gateway never heard of and yet a webhook told of stays with a person.
        """
        await self._gateway("well")
        for _ in range(8):
            await self._wait(3_700)
        taken = {name for name, done in self.house.gateway.book.items() if isinstance(done, Approved)}
        for row in await self._mine():
            reviewed = row["state"] == "review" and row["id"] not in self.house.gateway.book
            assert PaymentState(row["state"]) not in HELD or reviewed, row
            assert (row["state"] == "succeeded") == (row["id"] in taken), row
        assert await Checks(store=self.house.store, clock=self.house.clock).run() == []
        waiting = [row for row in await rows(self.house, "outbox") if row["state"] in {"queued", "leased"}]
        assert waiting == []


async def _begin(house: House) -> Story:
    number = len(await rows(house, "groups"))
    group = await house.group(f"group-{number}")
    account = Account(lines=_LINES, statements=(make_statement(*(line.service_id for line in _LINES)),))
    alice = await house.guarantor(
        group, account, email=f"p{number}@example.com", mobile=f"+1608555{number % 10_000:04}"
    )
    links = [
        await house.link(alice, single_payment=False, max_uses=4),
        await house.link(alice, max_uses=2),
        await house.link(alice),
    ]
    house.gateway.down = house.gateway.hidden = False
    story = Story(house=house, group=group, alice=alice, links=links, seen=len(house.gateway.asked))
    for one in range(3):
        await story.act("open", one)
    return story


@example(actions=[("choose_whole", 0), ("pay", "tok_silent"), ("bill", 1), ("webhook", 0), ("wait", 1)])
@example(
    actions=[
        ("choose", 700),
        ("pay", "tok_broken"),
        ("wrong_webhook", 0),
        ("next_person", 0),
        ("choose_whole", 0),
        ("pay", "tok_approved"),
        ("wait", 400),
    ]
)
@example(
    actions=[
        ("choose", 700),
        ("option", "require_mfa"),
        ("pay", "tok_approved"),
        ("ask", Way.EMAIL),
        ("type", True),
        ("pay", "tok_approved"),
        ("open", 2),
    ]
)
@settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(actions=st.lists(ACTIONS, min_size=3, max_size=14))
async def test_no_story_breaks_an_invariant(house: House, actions: list[tuple[str, Any]]) -> None:
    story = await _begin(house)
    for name, given_ in actions:
        await story.act(name, given_)
    await story.come_to_an_end()


async def test_a_code_asked_for_in_a_story_arrives(house: House) -> None:
    story = await _begin(house)
    assert await house.verify.send(story.person.visit, Way.EMAIL) == CodeSent()
    await house.at_rest()
    await story.act("type", True)
    session = await story.person.session()
    assert session is not None
    assert session.authentication == "mfa", "stories do get this far"
