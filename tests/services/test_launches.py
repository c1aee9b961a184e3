"""A staff launch opens one simulation within a minute; it shows, writes down each look, and does nothing."""

import asyncio
from typing import Any

import pytest

from quickpay.domain.balances import AmountChoice
from quickpay.domain.digests import Digests
from quickpay.domain.launches import LaunchMode
from quickpay.domain.links import Link, LinkState
from quickpay.domain.money import Cents
from quickpay.domain.options import LogoutFunction
from quickpay.domain.origins import Origin
from quickpay.domain.payments import Method
from quickpay.domain.sessions import Authentication, Purpose, Role
from quickpay.domain.staff import StaffRole
from quickpay.domain.tokens import TokenPurpose
from quickpay.mfa.methods import Method as Way
from quickpay.ports.store import Conflict
from quickpay.ports.tables import Tx
from quickpay.services.entry.entrances import DeadLink, LinkPage, NotALink, Opened
from quickpay.services.entry.launches import MadeLaunch, NewLaunch
from quickpay.services.entry.leave import SignedOut
from quickpay.services.groups.keep import NoGroup
from quickpay.services.payer import AmountPage, LinkEnded
from quickpay.services.paying.order import AmountNotTaken, DetailsPage, MethodPage, NoOrder
from quickpay.services.paying.simulation import Imagined
from quickpay.services.proofs.pages import ChoosePage, CodePage
from quickpay.services.running.checks import Checks
from quickpay.services.staff.accounts import Disabled
from quickpay.services.stay import Gone, MustProve, NoStay, Stay, Visit
from tests.people import KEYS, House
from tests.people import Person as Looker
from tests.services.conftest import Lakeside
from tests.services.rows import dump, rows
from tests.staff_people import Member, Rooms

STRANGER = Visit(secret=None, address="198.51.100.9", request_id="r")
DOOR = TokenPurpose.STAFF_LAUNCH


async def _open(house: House, launch: Link, visit: Visit = STRANGER) -> Any:
    return await house.enter.open(house.token(launch), visit, door=DOOR)


async def _audit(house: House) -> list[tuple[str, str, str]]:
    return [
        (row["type"], row["actor"], row["detail"])
        for row in await rows(house, "audit")
        if row["type"].startswith("staff.") and row["link_serial"] is not None
    ]


async def test_a_launch_is_a_link_of_staff_for_one_use_and_sixty_seconds(lakeside: Lakeside) -> None:
    house = lakeside.house
    launch = await house.launch(lakeside.alice)
    assert (launch.origin, launch.max_uses, launch.contact) == (Origin.STAFF, 1, None)
    assert (launch.expires_at - launch.created_at).total_seconds() == 60
    assert await house.events(launch) == ["staff.launch"]
    assert isinstance(await house.enter.look(house.token(launch), STRANGER, door=DOOR), LinkPage)
    answers = await asyncio.gather(*(_open(house, launch) for _ in range(20)))
    assert sum(isinstance(answer, Opened) for answer in answers) == 1
    dead = DeadLink(group=lakeside.group, state=LinkState.USED_UP)
    assert all(answer == dead for answer in answers if not isinstance(answer, Opened))
    assert len(await rows(house, "sessions")) == 1


async def test_a_launch_is_not_opened_after_its_minute(lakeside: Lakeside) -> None:
    house = lakeside.house
    launch = await house.launch(lakeside.alice)
    house.later(seconds=60)
    assert await _open(house, launch) == DeadLink(group=lakeside.group, state=LinkState.EXPIRED)
    assert await house.events(launch) == ["staff.launch", "staff.launch_refused"]


@pytest.mark.parametrize(
    ("mode", "role", "authentication"),
    [
        ("quickpay", Role.QUICKPAY, Authentication.QUICKPAY),
        ("portal", Role.AUTHORIZED_PATIENT, Authentication.MFA),
    ],
)
@pytest.mark.parametrize("extendable", [False, True])
async def test_a_simulation_is_what_its_launch_says_for_ten_minutes(
    lakeside: Lakeside, mode: str, role: Role, authentication: Authentication, extendable: bool
) -> None:
    house = lakeside.house
    group = await house.change(lakeside.group, session_extension=extendable)
    ada = await house.come(await house.launch(lakeside.alice, mode))
    session = await ada.session()
    assert session is not None
    assert (session.role, session.authentication) == (role, authentication)
    assert (session.origin, session.purpose) == (Origin.STAFF, Purpose.PAY)
    house.later(minutes=9, seconds=59)
    assert isinstance(await house.ordering.amounts(ada.visit), AmountPage)
    house.later(seconds=1)
    assert await house.ordering.amounts(ada.visit) == NoStay(
        why=Gone.EXPIRED, group=group, origin=Origin.STAFF
    )
    assert await Checks(store=house.store, clock=house.clock).run() == []


async def test_r122_looking_leaves_the_patient_s_links_and_everything_else_as_they_were(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    await house.change(lakeside.group, require_mfa=True)
    theirs = await house.link(lakeside.alice)
    await house.come(theirs)
    ada = await house.come(await house.launch(lakeside.alice))
    watched = ("orders", "payments", "challenges", "counters", "outbox", "receipts", "contact_stops")
    before = {name: await rows(house, name) for name in watched}
    events = await house.events(theirs)
    assert isinstance(await house.ordering.amounts(ada.visit), AmountPage)
    assert isinstance(await house.ordering.methods(ada.visit), MethodPage)
    assert isinstance(await house.ordering.details(ada.visit), DetailsPage)
    assert isinstance(await house.verify.ways(ada.visit), ChoosePage)
    assert isinstance(await house.verify.code_page(ada.visit), CodePage)
    assert isinstance(await house.launches.look(ada.visit, "/pay"), Stay)
    await house.at_rest()
    assert {name: await rows(house, name) for name in watched} == before
    assert (house.mailer.sent, house.texter.sent, house.gateway.asked) == ([], [], [])
    after = await house.do(lambda tx: tx.links.by_serial(theirs.serial))
    assert after is not None
    assert (after.uses, after.state, await house.events(theirs)) == (1, LinkState.ACTIVE, events)
    assert events.count("link.opened") == 1
    assert [row["type"] for row in await rows(house, "audit")].count("link.opened") == 1
    assert await Checks(store=house.store, clock=house.clock).run() == []


async def test_a_patient_still_proves_what_a_simulation_skips(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.change(lakeside.group, require_mfa=True)
    alice = await house.come(await house.link(lakeside.alice))
    ada = await house.come(await house.launch(lakeside.alice))
    assert await house.ordering.amounts(alice.visit) == MustProve()
    assert isinstance(await house.ordering.amounts(ada.visit), AmountPage)


async def test_what_a_simulation_imagines_is_read_of_no_patient(lakeside: Lakeside) -> None:
    house = lakeside.house
    other = Imagined(choice=AmountChoice.OTHER, other=Cents(700), method=Method.CARD)
    alice = await house.come(await house.link(lakeside.alice))
    assert await house.ordering.methods(alice.visit, other) == NoOrder()
    assert await house.ordering.details(alice.visit, other) == NoOrder()
    ada = await house.come(await house.launch(lakeside.alice))
    page = await house.ordering.details(ada.visit, other)
    assert isinstance(page, DetailsPage)
    assert (page.order.amount, page.order.method) == (700, Method.CARD)
    too_much = Imagined(choice=AmountChoice.OTHER, other=Cents(99_999_999))
    assert isinstance(await house.ordering.methods(ada.visit, too_much), AmountNotTaken)
    code = await house.verify.code_page(ada.visit, imagined=Way.SMS)
    assert isinstance(code, CodePage)
    assert (code.way.method, code.open, code.seconds_left) == (Way.SMS, True, 300)


async def test_every_look_is_written_down_with_who_looked(lakeside: Lakeside) -> None:
    house = lakeside.house
    launch = await house.launch(lakeside.alice, staff="Ada Admin")
    ada = await house.come(launch)
    await house.launches.look(ada.visit, "/pay")
    await house.launches.refuse(ada.visit, "/pay/details")
    await house.leave.sign_out(ada.visit)
    assert await house.launches.look(ada.visit, "/pay") == NoStay(
        why=Gone.SIGNED_OUT, group=lakeside.group, origin=Origin.STAFF
    )
    who = f"launch {launch.serial}"
    assert await _audit(house) == [
        ("staff.launch", "dashboard", '{"mode":"quickpay"}'),
        ("staff.launch_opened", who, '{"use":1,"of":1}'),
        ("staff.viewed", who, '{"route":"/pay"}'),
        ("staff.refused", who, '{"route":"/pay/details"}'),
    ]
    assert [row["actor"] for row in await rows(house, "audit") if row["type"] == "session.logged_out"] == [
        who
    ]
    assert "Ada Admin" not in str(await rows(house, "audit"))
    kept = await house.do(lambda tx: tx.launches.of_link(launch.serial))
    assert kept is not None
    assert (kept.staff, kept.staff_id, kept.mode) == ("Ada Admin", None, LaunchMode.QUICKPAY)


@pytest.mark.parametrize("function", list(LogoutFunction))
async def test_a_simulation_can_be_left_whatever_the_control_is(
    lakeside: Lakeside, function: LogoutFunction
) -> None:
    house = lakeside.house
    group = await house.change(lakeside.group, logout_function=function)
    ada = await house.come(await house.launch(lakeside.alice))
    assert await house.leave.sign_out(ada.visit) == SignedOut(group=group, return_url=None, simulated=True)


async def test_a_secret_that_is_not_marked_opens_no_simulation_and_a_mark_nothing_else(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    ada = await house.come(await house.launch(lakeside.alice))
    alice = await house.come(await house.link(lakeside.alice))
    nobody = NoStay(why=Gone.NEVER, group=None)
    assert house.launches.is_simulation(ada.secret)
    assert not house.launches.is_simulation(alice.secret)
    for person, marked in ((ada, False), (alice, True)):
        visit = Visit(secret=person.secret, address="192.0.2.1", request_id="r", simulation=marked)
        assert await house.ordering.amounts(visit) == nobody
    house.furnish((KEYS[1],))  # another key: the mark is not known, so the session is nobody's
    assert await house.ordering.amounts(ada.visit) == nobody


def test_a_mark_belongs_to_its_secret_and_its_key() -> None:
    digests, other = Digests(KEYS[:1]), Digests(KEYS[1:])
    secret = digests.simulation_secret(bytes(range(32)))
    assert (len(secret), secret[:16], digests.is_simulation(secret)) == (32, bytes(range(16)), True)
    assert not other.is_simulation(secret)
    for place in range(32):
        changed = bytearray(secret)
        changed[place] ^= 1
        assert not digests.is_simulation(bytes(changed))


async def _made(member: Member, lakeside: Lakeside, **asked: Any) -> Any:
    """Make a launch by the staff pages."""
    staff = await lakeside.house.do(lambda tx: tx.staff.by_name(member.name))
    assert staff is not None
    wanted = {"group": "lakeside", "guarantor": lakeside.alice.number, "mode": LaunchMode.QUICKPAY} | asked
    return await lakeside.house.launches.create_for(staff, **wanted)


async def _simulation_of(member: Member, lakeside: Lakeside) -> tuple[Looker, Link]:
    house = lakeside.house
    made = await _made(member, lakeside)
    assert isinstance(made, MadeLaunch)
    link = await house.do(lambda tx: tx.links.get(made.id))
    assert link is not None
    return await house.come(link), link


async def test_an_account_looks_in_its_own_name_and_groups(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.group("bayside")
    rooms = Rooms(house)
    dan = await rooms.member("Dan Desk", StaffRole.FRONT_DESK, "lakeside")
    ada, link = await _simulation_of(dan, lakeside)
    await house.launches.look(ada.visit, "/pay")
    account = await house.do(lambda tx: tx.staff.by_name("Dan Desk"))
    assert account is not None
    assert {actor for _, actor, _ in await _audit(house)} == {account.actor}
    kept = await house.do(lambda tx: tx.launches.of_link(link.serial))
    assert kept is not None
    assert (kept.staff, kept.staff_id) == ("Dan Desk", account.id)
    for asked, path in (
        ({"group": "bayside"}, "group"),
        ({"group": "nowhere"}, "group"),
        ({"guarantor": "9999"}, "guarantor"),
    ):
        assert [fault.path for fault in await _made(dan, lakeside, **asked)] == [path]
    vera = await rooms.member("Vera View", StaffRole.VIEWER)
    assert [fault.path for fault in await _made(vera, lakeside)] == ["group"]


async def test_an_account_that_is_ended_looks_no_more(lakeside: Lakeside) -> None:
    house = lakeside.house
    rooms = Rooms(house)
    ada, _ = await _simulation_of(await rooms.member("Ada"), lakeside)
    waiting = await _made(await rooms.member("Bo"), lakeside)
    assert isinstance(await house.ordering.amounts(ada.visit), AmountPage)
    await rooms.member("Cy")  # the last admin cannot be disabled
    for name in ("Ada", "Bo"):
        assert isinstance(await rooms.desk.accounts.disable(name, by="tests"), Disabled)
    gone = NoStay(why=Gone.SIGNED_OUT, group=lakeside.group)
    assert await house.ordering.amounts(ada.visit) == gone
    assert await house.launches.look(ada.visit, "/pay") == gone
    link = await house.do(lambda tx: tx.links.get(waiting.id))
    assert link is not None
    assert await _open(house, link) == NotALink()
    after = await house.do(lambda tx: tx.links.get(waiting.id))
    assert after is not None
    assert after.uses == 0


@pytest.mark.parametrize(
    ("role", "groups"), [(StaffRole.VIEWER, ("lakeside",)), (StaffRole.ADMIN, ("bayside",))]
)
async def test_an_account_that_may_no_longer_look_does_not(
    lakeside: Lakeside, role: StaffRole, groups: tuple[str, ...]
) -> None:
    house = lakeside.house
    bayside = await house.group("bayside")
    ids = {"lakeside": lakeside.group.id, "bayside": bayside.id}
    rooms = Rooms(house)
    ada, _ = await _simulation_of(await rooms.member("Ada"), lakeside)
    account = await house.do(lambda tx: tx.staff.by_name("Ada"))
    assert account is not None
    may = frozenset(ids[slug] for slug in groups)
    await house.do(lambda tx: tx.staff.set_access(account.id, role=role, groups=may))
    gone = NoStay(why=Gone.SIGNED_OUT, group=lakeside.group)
    assert await house.ordering.amounts(ada.visit) == gone


async def test_a_launch_that_was_ended_shows_nothing_more(lakeside: Lakeside) -> None:
    house = lakeside.house
    launch = await house.launch(lakeside.alice)
    ada = await house.come(launch)
    await house.end(launch)
    assert isinstance(await house.ordering.amounts(ada.visit), LinkEnded)


async def test_what_opens_a_launch_is_nowhere_in_the_database(lakeside: Lakeside) -> None:
    house = lakeside.house
    launch = await house.launch(lakeside.alice)
    assert house.token(launch).partition(".")[2] not in await dump(house)


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "Ada\x00", "Ada\nQuill", "\u202eAda"])
async def test_a_name_that_cannot_stand_in_the_banner_is_refused(lakeside: Lakeside, name: str) -> None:
    house = lakeside.house

    async def ask(group: str, guarantor: str, staff: str) -> Any:
        new = NewLaunch(group=group, guarantor=guarantor, staff=staff)

        async def unit(tx: Tx) -> Any:
            return await house.launches.create_in(tx, new, by="dashboard")

        return await house.store.write(unit)

    faults = await ask("lakeside", "9999", name)
    expected = {"guarantor"} if name == "Ada\nQuill" else {"guarantor", "staff"}
    assert {fault.path for fault in faults} == expected
    assert await ask("nowhere", lakeside.alice.number, "Ada") == NoGroup()
    assert await rows(house, "links") == []
    assert await rows(house, "staff_launches") == []


async def test_a_launch_that_is_not_one_of_the_two_kinds_is_not_kept(lakeside: Lakeside) -> None:
    house = lakeside.house
    launch = await house.launch(lakeside.alice)
    kept = await house.do(lambda tx: tx.launches.of_link(launch.serial))
    assert kept is not None
    with pytest.raises(Conflict):
        await house.do(lambda tx: tx.launches.add(kept))
