"""A hand-off opens one session within a minute, keeps what the portal said, and knows the way back."""

import asyncio
from typing import Any

import pytest

from quickpay.domain.links import Link, LinkState
from quickpay.domain.origins import Origin
from quickpay.domain.payments import PaymentState
from quickpay.domain.sessions import Authentication, Purpose, Role
from quickpay.domain.tokens import TokenPurpose
from quickpay.ports.tables import Tx
from quickpay.services.entry.entrances import DeadLink, LinkPage, NotALink, Opened
from quickpay.services.entry.handoffs import NewHandoff
from quickpay.services.entry.leave import SignedOut
from quickpay.services.groups.keep import NoGroup
from quickpay.services.payer import SeePayment
from quickpay.services.proofs.pages import ChoosePage, ProofNotOffered
from quickpay.services.running.checks import Checks
from quickpay.services.stay import Gone, MustProve, NoStay, Visit
from tests.household import PORTAL
from tests.people import House
from tests.services.conftest import Lakeside
from tests.services.rows import dump, rows

STRANGER = Visit(secret=None, address="198.51.100.9", request_id="r")
OTHER_BROWSER = Visit(secret=None, address="203.0.113.80", request_id="r")
DOOR = TokenPurpose.PORTAL_HANDOFF


async def _open(house: House, handoff: Link, visit: Visit = STRANGER) -> Any:
    return await house.enter.open(house.token(handoff), visit, door=DOOR)


async def test_a_handoff_is_a_link_of_the_portal_for_one_use_and_one_payment(lakeside: Lakeside) -> None:
    house = lakeside.house
    handoff = await house.handoff(lakeside.alice, authenticated=True)
    assert (handoff.origin, handoff.max_uses, handoff.single_payment) == (Origin.PORTAL, 1, True)
    assert (handoff.authenticated, handoff.return_url, handoff.contact) == (True, PORTAL, None)
    assert (handoff.expires_at - handoff.created_at).total_seconds() == 60
    assert await house.events(handoff) == ["link.created"]


async def test_r123_a_handoff_opens_once_in_whatever_browser(lakeside: Lakeside) -> None:
    house = lakeside.house
    handoff = await house.handoff(lakeside.alice)
    assert isinstance(await house.enter.look(house.token(handoff), STRANGER, door=DOOR), LinkPage)
    assert isinstance(await _open(house, handoff), Opened)
    for visit in (STRANGER, OTHER_BROWSER):
        again = await _open(house, handoff, visit)
        assert again == DeadLink(group=lakeside.group, state=LinkState.USED_UP, return_url=PORTAL)
    assert len(await rows(house, "sessions")) == 1


async def test_r123_fifty_presses_at_once_open_one_session(lakeside: Lakeside) -> None:
    house = lakeside.house
    handoff = await house.handoff(lakeside.alice)
    answers = await asyncio.gather(*(_open(house, handoff) for _ in range(50)))
    assert sum(isinstance(answer, Opened) for answer in answers) == 1
    assert len(await rows(house, "sessions")) == 1


@pytest.mark.parametrize(("seconds", "opens"), [(59.999, True), (60, False), (61, False)])
async def test_r123_a_handoff_is_good_for_sixty_seconds(
    lakeside: Lakeside, seconds: float, opens: bool
) -> None:
    house = lakeside.house
    handoff = await house.handoff(lakeside.alice)
    house.later(seconds=seconds)
    answer = await _open(house, handoff)
    assert isinstance(answer, Opened) is opens
    if not opens:
        assert answer == DeadLink(group=lakeside.group, state=LinkState.EXPIRED, return_url=PORTAL)
        assert await rows(house, "sessions") == []


@pytest.mark.parametrize("signed_for", list(TokenPurpose))
@pytest.mark.parametrize("origin", [Origin.SMS, Origin.PORTAL, Origin.STAFF])
@pytest.mark.parametrize("door", [TokenPurpose.LINK, DOOR, TokenPurpose.STAFF_LAUNCH])
async def test_a3_each_door_takes_its_own_tokens_for_its_own_rows(
    lakeside: Lakeside, signed_for: TokenPurpose, origin: Origin, door: TokenPurpose
) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, origin=origin)
    if origin is Origin.STAFF:
        link = await house.launch(lakeside.alice)
    token = house.tokens.sign(signed_for, link.id)
    at = {TokenPurpose.LINK: Origin.SMS, DOOR: Origin.PORTAL, TokenPurpose.STAFF_LAUNCH: Origin.STAFF}
    right = at[door] is origin and signed_for is door
    before = await rows(house, "links")
    looked = await house.enter.look(token, STRANGER, door=door)
    opened = await house.enter.open(token, STRANGER, door=door)
    assert (isinstance(looked, LinkPage), isinstance(opened, Opened)) == (right, right)
    if not right:
        assert (looked, opened) == (NotALink(), NotALink())
        assert await rows(house, "links") == before, "nothing is counted by it"
        assert await rows(house, "sessions") == []


@pytest.mark.parametrize("door", [TokenPurpose.LINK, DOOR])
async def test_a3_an_ended_row_of_another_door_is_not_told_of(lakeside: Lakeside, door: TokenPurpose) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, origin=Origin.PORTAL if door is TokenPurpose.LINK else Origin.SMS)
    await house.end(link)
    token = house.tokens.sign(door, link.id)
    assert await house.enter.open(token, STRANGER, door=door) == NotALink()
    assert await house.enter.look(token, STRANGER, door=door) == NotALink()


@pytest.mark.parametrize(
    ("authenticated", "options", "authentication", "role"),
    [
        (True, {"enable_mfa": True}, Authentication.MFA, Role.AUTHORIZED_PATIENT),
        (True, {"enable_mfa": True, "require_mfa": True}, Authentication.MFA, Role.AUTHORIZED_PATIENT),
        (True, {"enable_mfa": True, "mfa_success_role": Role.QUICKPAY}, Authentication.MFA, Role.QUICKPAY),
        (True, {"enable_mfa": False}, Authentication.QUICKPAY, Role.QUICKPAY),
        (False, {"enable_mfa": True}, Authentication.QUICKPAY, Role.QUICKPAY),
        (False, {"enable_mfa": True, "require_mfa": True}, Authentication.QUICKPAY, Role.QUICKPAY),
    ],
)
async def test_i4_what_the_portal_says_counts_where_the_group_has_proofs(
    lakeside: Lakeside,
    authenticated: bool,
    options: dict[str, Any],
    authentication: Authentication,
    role: Role,
) -> None:
    house = lakeside.house
    await house.change(lakeside.group, **options)
    handoff = await house.handoff(lakeside.alice, authenticated=authenticated)
    alice = await house.come(handoff)
    session = await alice.session()
    assert session is not None
    assert (session.authentication, session.role) == (authentication, role)
    assert (session.origin, session.purpose, session.return_url) == (Origin.PORTAL, Purpose.PAY, PORTAL)
    must = options.get("require_mfa", False) and not authenticated
    assert (await house.ordering.amounts(alice.visit) == MustProve()) is must
    assert await Checks(store=house.store, clock=house.clock).run() == []


async def test_the_challenge_comes_first_where_it_is_required_and_then_the_way_back_is_kept(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    await house.change(lakeside.group, require_mfa=True, require_opposing_contact_methods=True)
    alice = await house.come(await house.handoff(lakeside.alice))
    page = await house.verify.ways(alice.visit)
    assert isinstance(page, ChoosePage)
    assert len(page.ways) == 2, "the portal is neither of the two ways, so both oppose it"
    await alice.prove()
    session = await alice.session()
    assert session is not None
    assert (session.authentication, session.return_url) == (Authentication.MFA, PORTAL)


async def test_with_require_on_and_enable_off_the_portal_s_word_opens_nothing(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.change(lakeside.group, enable_mfa=False, require_mfa=True)
    alice = await house.come(await house.handoff(lakeside.alice, authenticated=True))
    assert await house.ordering.amounts(alice.visit) == MustProve()
    assert not isinstance(await house.verify.ways(alice.visit), ChoosePage | ProofNotOffered)


async def test_a_handed_over_bill_is_paid_once(lakeside: Lakeside) -> None:
    house = lakeside.house
    handoff = await house.handoff(lakeside.alice, authenticated=True)
    alice = await house.come(handoff)
    payment = await alice.pays(amount=1_000)
    assert payment.state is PaymentState.SUCCEEDED
    assert await house.ordering.amounts(alice.visit) == SeePayment(payment_id=payment.id)
    dead = await _open(house, handoff)
    assert isinstance(dead, DeadLink)
    assert dead.state is LinkState.PAID
    assert await Checks(store=house.store, clock=house.clock).run() == []


async def test_an_ended_session_and_a_press_on_log_out_know_the_way_back(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.handoff(lakeside.alice))
    assert await house.leave.sign_out(alice.visit) == SignedOut(group=lakeside.group, return_url=PORTAL)
    gone = NoStay(why=Gone.SIGNED_OUT, group=lakeside.group, return_url=PORTAL, origin=Origin.PORTAL)
    assert await house.ordering.amounts(alice.visit) == gone

    alice = await house.come(await house.handoff(lakeside.alice))
    house.later(minutes=20)
    gone = NoStay(why=Gone.EXPIRED, group=lakeside.group, return_url=PORTAL, origin=Origin.PORTAL)
    assert await house.ordering.amounts(alice.visit) == gone


async def test_x37_a_handoff_nobody_comes_by_leaves_no_session(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.handoff(lakeside.alice, authenticated=True)
    house.later(hours=1)
    assert await rows(house, "sessions") == []
    assert await Checks(store=house.store, clock=house.clock).run() == []


async def test_what_opens_a_handoff_is_nowhere_in_the_database(lakeside: Lakeside) -> None:
    house = lakeside.house
    handoff = await house.handoff(lakeside.alice)
    assert house.token(handoff).partition(".")[2] not in await dump(house)


async def test_a_refused_handoff_names_every_fault_and_makes_nothing(lakeside: Lakeside) -> None:
    house = lakeside.house

    async def ask(group: str, guarantor: str, return_url: str) -> Any:
        new = NewHandoff(group=group, guarantor=guarantor, authenticated=True, return_url=return_url)

        async def unit(tx: Tx) -> Any:
            return await house.handoffs.create_in(tx, new, by="portal")

        return await house.store.write(unit)

    faults = await ask("lakeside", "9999", "https://evil.example/")
    assert {fault.path for fault in faults} == {"guarantor", "return_url"}
    assert await ask("nowhere", lakeside.alice.number, PORTAL) == NoGroup()
    assert await rows(house, "links") == []
