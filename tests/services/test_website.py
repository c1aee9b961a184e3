"""Coming in by the website: who matches gets a code, and nobody can tell who that is."""

import asyncio
import unicodedata
from datetime import timedelta
from typing import Any

import pytest

from quickpay.adapters.store.schema import metadata
from quickpay.domain.contacts import ContactFault
from quickpay.domain.digests import session_hash
from quickpay.domain.origins import Origin
from quickpay.domain.sessions import Authentication, Role, Session
from quickpay.mfa.challenge import WrongCode
from quickpay.mfa.limits import DEFAULT_LIMITS, Limit, Limits
from quickpay.mfa.methods import Method
from quickpay.services.entry.knock_pages import (
    CameIn,
    KnockLocked,
    KnockNoCode,
    KnockNotYet,
    KnockPage,
    KnockRefused,
    KnockTaken,
    NoDoor,
    NoKnock,
    NoSuchGroup,
    TooManyKnocks,
    WhoSheSays,
)
from quickpay.services.entry.website import Website
from quickpay.services.running.upkeep import Upkeep
from quickpay.services.stay import Visit
from tests.people import House, wrong
from tests.services.conftest import Lakeside
from tests.services.rows import dump, rows

ROOMY = DEFAULT_LIMITS.replaced(
    {one.name: Limit(name=one.name, most=1_000, per=one.per) for one in DEFAULT_LIMITS.knocks_per_address}
)


class Knocker:
    """Somebody at the door, with a browser of hers."""

    def __init__(self, house: House, *, limits: Limits = ROOMY, address: str = "203.0.113.9") -> None:
        self.house = house
        self.address = address
        self.secret: bytes | None = None
        self.website = Website(
            store=house.store,
            clock=house.clock,
            ids=house.ids,
            digests=house.digests,
            limits=limits,
            courier=house.courier,
            tasks=house.tasks,
            pause=0.0,
        )

    @property
    def visit(self) -> Visit:
        return Visit(secret=self.secret, address=self.address, request_id="request")

    async def knock(
        self,
        first: str = "Alice",
        last: str = "Example",
        contact: str = "alice@example.com",
        *,
        slug: str = "lakeside",
    ) -> Any:
        """Say who she is."""
        read = self.website.read_contact(contact)
        assert not isinstance(read, ContactFault), read
        says = WhoSheSays(first_name=first, last_name=last, method=read[0], contact=read[1])
        answer = await self.website.knock(self.visit, slug, says)
        if isinstance(answer, KnockTaken):
            self.secret = answer.secret
        await self.house.at_rest()
        return answer

    async def type(self, code: str, *, slug: str = "lakeside") -> Any:
        """Type a code."""
        return await self.website.check(self.visit, slug, code)

    async def page(self) -> Any:
        """Look at the code's page."""
        return await self.website.page(self.visit, "lakeside")

    def sent(self) -> int:
        """How many codes went out to anybody."""
        return len(self.house.mailer.sent) + len(self.house.texter.sent)


async def _session(house: House, secret: bytes) -> Session:
    found = await house.do(lambda tx: tx.sessions.find(session_hash(secret)))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("first", "last", "contact"),
    [
        ("Alice", "Example", "alice@example.com"),
        ("Alicia", "Example", "alice@example.com"),
        ("  aLICE ", "EXAMPLE", "ALICE@Example.COM"),
        ("Alice", "Example", "(608) 555-0101"),
    ],
)
async def test_j5_first_or_preferred_and_last_name_with_a_contact_on_file_come_in(
    lakeside: Lakeside, first: str, last: str, contact: str
) -> None:
    house = lakeside.house
    alice = Knocker(house)
    assert isinstance(await alice.knock(first, last, contact), KnockTaken)
    way = Method.EMAIL if "@" in contact else Method.SMS
    came = await alice.type(house.last_code(way))
    assert isinstance(came, CameIn)
    session = await _session(house, came.secret)
    assert (session.origin, session.guarantor_id, session.link_serial) == (
        Origin.WEBSITE,
        lakeside.alice.id,
        None,
    )
    assert (session.role, session.authentication) == (Role.AUTHORIZED_PATIENT, Authentication.MFA)
    assert isinstance(await alice.page(), NoKnock)
    assert await house.do(lambda tx: tx.checks.find(now=house.clock.now())) == []
    sent_to = house.mailer.sent[-1].to if way is Method.EMAIL else house.texter.sent[-1].to
    assert sent_to in {"alice@example.com", "+16085550101"}


@pytest.mark.parametrize(
    ("after", "sent"), [(timedelta(hours=24) - timedelta(seconds=1), 0), (timedelta(hours=24), 1)]
)
async def test_r47_at_the_door_a_changed_contact_gets_no_code_for_a_day_and_the_answer_is_the_same(
    lakeside: Lakeside, after: timedelta, sent: int
) -> None:
    house = lakeside.house
    await house.change(lakeside.group, contact_info_editing=True)
    person = await house.come(await house.link(lakeside.alice))
    await person.prove()
    await person.changes(Method.EMAIL, "new@example.com")
    house.clock.advance(after)
    before = Knocker(house).sent()
    alice = Knocker(house)
    assert isinstance(await alice.knock(contact="alice@example.com"), KnockTaken)
    assert alice.sent() == before, "the old one is nobody's at once"
    alice = Knocker(house, address="203.0.113.10")
    assert isinstance(await alice.knock(contact="new@example.com"), KnockTaken)
    assert alice.sent() == before + sent


async def test_names_composed_another_way_are_the_same(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.edit(lakeside.alice, last_name="Muñoz  García")
    alice = Knocker(house)
    await alice.knock("alice", unicodedata.normalize("NFD", "muñoz garcía"))
    assert alice.sent() == 1


@pytest.mark.parametrize(
    ("first", "last", "contact"),
    [
        ("Bob", "Example", "alice@example.com"),
        ("Ali", "Example", "alice@example.com"),
        ("Alice", "Exampl", "alice@example.com"),
        ("Alice", "Example", "alice@example.org"),
        ("Alice", "Example", "608-555-0199"),
        ("Example", "Alice", "alice@example.com"),
        ("Alice' OR '1'='1", "%", "alice@example.com"),
        ("", "", "alice@example.com"),
    ],
)
async def test_r39_a14_whoever_does_not_match_sees_the_same_and_gets_nothing(
    lakeside: Lakeside, first: str, last: str, contact: str
) -> None:
    house = lakeside.house
    stranger = Knocker(house)
    assert isinstance(await stranger.knock(first, last, contact), KnockTaken)
    assert stranger.sent() == 0
    page = await stranger.page()
    assert isinstance(page, KnockPage)
    assert (page.open, page.seconds_left, page.seconds_to_resend) == (True, 300, 30)
    answers = [await stranger.type("123456") for _ in range(6)]
    assert [type(one) for one in answers] == [KnockRefused] * 4 + [KnockLocked] * 2
    assert [one.why for one in answers[:4]] == [WrongCode(tries_left=left) for left in (4, 3, 2, 1)]
    assert await rows(house, "sessions") == []


async def test_r28_alice_s_own_wrong_codes_read_the_same(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = Knocker(house)
    await alice.knock()
    not_it = wrong(house.last_code(Method.EMAIL))
    answers = [await alice.type(not_it) for _ in range(5)]
    assert [type(one) for one in answers] == [KnockRefused] * 4 + [KnockLocked]
    assert isinstance(await alice.type(house.last_code(Method.EMAIL)), KnockLocked)
    [notice] = await rows(house, "outbox")
    assert (notice["kind"], notice["recipient"]) == ("locked", "+16085550101")


async def test_a29_a_stranger_s_wrong_codes_lock_nobody_s_contact(lakeside: Lakeside) -> None:
    house = lakeside.house
    for _ in range(6):
        stranger = Knocker(house, address="198.51.100.66")
        await stranger.knock("Nobody", "Here")
        for _ in range(5):
            await stranger.type("123456")
    alice = Knocker(house)
    await alice.knock()
    assert isinstance(await alice.type(house.last_code(Method.EMAIL)), CameIn)


async def test_r29_a_locked_contact_gets_no_code_and_no_other_words(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = Knocker(house)
    await alice.knock()
    for _ in range(5):
        await alice.type(wrong(house.last_code(Method.EMAIL)))
    sent = alice.sent()
    again = Knocker(house)
    assert isinstance(await again.knock(), KnockTaken)
    assert again.sent() == sent
    assert isinstance(await again.page(), KnockPage)
    assert isinstance(await again.type(house.last_code(Method.EMAIL)), KnockRefused)


async def test_a14_a_knock_for_nobody_writes_as_much(lakeside: Lakeside) -> None:
    house = lakeside.house

    async def written(address: str, *says: str) -> dict[str, int]:
        before = {table: len(await rows(house, table)) for table in metadata.tables}
        await Knocker(house, address=address).knock(*says)
        return {table: len(await rows(house, table)) - number for table, number in before.items()}

    known = await written("203.0.113.1")
    nobody = await written("203.0.113.2", "Nobody", "Here", "nobody@example.com")
    assert known == nobody
    assert (known["knocks"], known["audit"]) == (1, 1)
    assert known["counters"] > 3


async def test_an_address_knocks_ten_times_an_hour(lakeside: Lakeside) -> None:
    house = lakeside.house
    answers = [
        await Knocker(house, limits=DEFAULT_LIMITS).knock("N", "N", "n@example.com") for _ in range(11)
    ]
    assert [type(one) for one in answers] == [KnockTaken] * 10 + [TooManyKnocks]
    elsewhere = Knocker(house, limits=DEFAULT_LIMITS, address="203.0.113.77")
    assert isinstance(await elsewhere.knock(), KnockTaken)
    house.later(hours=1)
    assert isinstance(await Knocker(house, limits=DEFAULT_LIMITS).knock(), KnockTaken)


async def test_r36_a_contact_gets_three_codes_in_ten_minutes_and_nobody_is_told(lakeside: Lakeside) -> None:
    house = lakeside.house
    knockers = [Knocker(house) for _ in range(5)]
    for one in knockers:
        assert isinstance(await one.knock(), KnockTaken)
        assert isinstance(await one.page(), KnockPage)
    assert knockers[0].sent() == 3


async def test_two_alike_get_nothing(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.guarantor(lakeside.group, number="A-5502")
    alice = Knocker(house)
    await alice.knock()
    assert alice.sent() == 0


async def test_a59_another_group_s_guarantor_is_nobody_here(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.group("hilltop")
    alice = Knocker(house)
    assert isinstance(await alice.knock(slug="hilltop"), KnockTaken)
    assert alice.sent() == 0
    await alice.knock()
    code = house.last_code(Method.EMAIL)
    assert isinstance(await alice.type(code, slug="hilltop"), NoKnock)
    assert isinstance(await alice.type(code), CameIn)


async def test_r31_a_contact_changed_since_is_for_nobody(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = Knocker(house)
    await alice.knock()
    code = house.last_code(Method.EMAIL)
    await house.edit(lakeside.alice, email="other@example.com")
    assert isinstance(await alice.type(code), KnockRefused)
    assert await rows(house, "sessions") == []


async def test_a_contact_that_is_not_this_person_s_gets_nothing(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, contact="alice@example.com")
    person = await house.come(link)
    await house.not_me.say(person.visit)
    alice = Knocker(house)
    await alice.knock()
    assert alice.sent() == 0


async def test_r22_a_code_lets_in_once_however_often_it_is_pressed(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = Knocker(house)
    await alice.knock()
    code = house.last_code(Method.EMAIL)
    answers = await asyncio.gather(*(alice.type(code) for _ in range(8)))
    assert sum(isinstance(one, CameIn) for one in answers) == 1
    assert len(await rows(house, "sessions")) == 1


async def test_r23_no_burst_gets_more_than_five_tries(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = Knocker(house)
    await alice.knock()
    not_it = wrong(house.last_code(Method.EMAIL))
    await asyncio.gather(*(alice.type(not_it) for _ in range(20)))
    [row] = await rows(house, "knocks")
    assert (row["tries"], row["state"], row["digest"]) == (5, "locked", None)


async def test_r24_a_new_code_kills_the_old_one_and_keeps_the_tries(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = Knocker(house)
    await alice.knock()
    old = house.last_code(Method.EMAIL)
    await alice.type(wrong(old))
    assert isinstance(await alice.website.resend(alice.visit, "lakeside"), KnockNotYet)
    house.later(seconds=31)
    assert isinstance(await alice.website.resend(alice.visit, "lakeside"), KnockTaken)
    await house.at_rest()
    new = house.last_code(Method.EMAIL)
    assert alice.sent() == 2
    if old != new:
        refused = await alice.type(old)
        assert isinstance(refused, KnockRefused)
        assert refused.why == WrongCode(tries_left=3)
    assert isinstance(await alice.type(new), CameIn)


async def test_what_is_no_code_costs_no_try(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = Knocker(house)
    await alice.knock()
    assert isinstance(await alice.type("12345"), KnockNoCode)
    assert isinstance(await alice.type(house.last_code(Method.EMAIL)), CameIn)


async def test_r21_after_its_life_a_code_opens_nothing(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = Knocker(house)
    await alice.knock()
    house.later(minutes=5)
    assert isinstance(await alice.type(house.last_code(Method.EMAIL)), KnockRefused)
    await Upkeep(store=house.store, clock=house.clock).run_once()
    [row] = await rows(house, "knocks")
    assert (row["state"], row["digest"]) == ("expired", None)
    house.later(days=1)
    await Upkeep(store=house.store, clock=house.clock).run_once()
    assert await rows(house, "knocks") == []


async def test_without_enable_mfa_there_is_no_door_nor_without_a_group(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    alice = Knocker(house)
    await alice.knock()
    await house.change(lakeside.group, enable_mfa=False)
    assert isinstance(await alice.type(house.last_code(Method.EMAIL)), NoDoor)
    assert isinstance(await alice.knock(), NoDoor)
    assert isinstance(await alice.knock(slug="nowhere"), NoSuchGroup)


async def test_the_success_role_is_the_group_s(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.change(lakeside.group, mfa_success_role=Role.QUICKPAY)
    alice = Knocker(house)
    await alice.knock()
    came = await alice.type(house.last_code(Method.EMAIL))
    assert isinstance(came, CameIn)
    assert came.session.role is Role.QUICKPAY
    assert came.session.authentication is Authentication.MFA


async def test_r34_nothing_that_was_typed_is_kept(lakeside: Lakeside) -> None:
    house = lakeside.house
    stranger = Knocker(house)
    await stranger.knock("Wanda", "Unheard-of", "wanda.unheard@example.com")
    everything = await dump(house)
    for typed in ("Wanda", "Unheard", "wanda"):
        assert typed not in everything
    alice = Knocker(house)
    await alice.knock()
    assert house.last_code(Method.EMAIL) not in await dump(house)


async def test_a_code_of_one_knock_opens_no_other(lakeside: Lakeside) -> None:
    house = lakeside.house
    bob = await house.guarantor(
        lakeside.group, number="B-1", first_name="Bob", preferred_name=None, email="bob@example.com"
    )
    alice, robert = Knocker(house), Knocker(house, address="203.0.113.10")
    await alice.knock()
    code = house.last_code(Method.EMAIL)
    await robert.knock("Bob", bob.last_name, "bob@example.com")
    if house.last_code(Method.EMAIL) != code:
        assert isinstance(await robert.type(code), KnockRefused)
    came = await robert.type(house.last_code(Method.EMAIL))
    assert isinstance(came, CameIn)
    assert came.session.guarantor_id == bob.id
    assert timedelta(0) < came.session.expires_at - house.clock.now()


async def test_a_right_code_lets_nobody_in_while_the_contact_is_locked(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = Knocker(house)
    await alice.knock()
    contact = house.digests.subject("contact", "alice@example.com")
    until, now = house.clock.now() + timedelta(minutes=15), house.clock.now()
    await house.do(lambda tx: tx.counters.lock("proof_lock", contact, until=until, now=now))
    assert not isinstance(await alice.type(house.last_code(Method.EMAIL)), CameIn)
    assert await rows(house, "sessions") == []
