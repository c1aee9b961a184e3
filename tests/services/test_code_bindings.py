"""A code is for one challenge, session, link, group, contact, channel and purpose, and is kept nowhere."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import bindparam, update

from quickpay.adapters.store.schema import challenges, sessions
from quickpay.adapters.store.statements import Statement
from quickpay.domain.links import LinkState
from quickpay.domain.options import LandingPage
from quickpay.domain.origins import Origin
from quickpay.domain.sessions import Authentication, Role
from quickpay.mfa.challenge import ChallengeState, WrongCode
from quickpay.mfa.methods import Method as Way
from quickpay.services.entry.leave import SignedOut
from quickpay.services.proofs.pages import (
    AlreadyProved,
    CannotProve,
    CodeRefused,
    NothingSent,
    ProofNotOffered,
    Proved,
)
from quickpay.services.stay import Gone, NoStay
from tests.people import KEYS, House, Person, wrong
from tests.services.conftest import Lakeside
from tests.services.rows import dump, rows


async def _plant(house: House, table: Any, **values: Any) -> None:
    """Change every row of a table behind the store's back."""
    given = {f"new_{name}": value for name, value in values.items()}
    statement = Statement(update(table).values({name: bindparam(f"new_{name}") for name in values}))
    await house.do(lambda tx: tx.links._run.count(statement, **given))


@pytest.fixture
async def alice(lakeside: Lakeside) -> Person:
    return await lakeside.house.come(await lakeside.house.link(lakeside.alice))


async def test_r30_a_code_of_another_challenge_is_wrong(alice: Person) -> None:
    first = await alice.ask(Way.EMAIL)
    second = await alice.ask(Way.SMS)
    assert first != second
    assert (await alice.type(first)).why == WrongCode(tries_left=4)
    assert isinstance(await alice.type(second), Proved)


async def test_r30_a_code_of_another_session_is_wrong(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    hers, mallorys = await house.come(link), await house.come(link)
    code = await hers.ask()
    assert await mallorys.ask(Way.SMS) != code
    assert (await mallorys.type(code)).why == WrongCode(tries_left=4)
    assert isinstance(await hers.type(code), Proved)


async def test_r30_a_challenge_moved_to_another_session_takes_no_code(lakeside: Lakeside) -> None:
    """The digest is keyed by the cookie's secret, so a row pointed elsewhere proves nothing there (R32)."""
    house = lakeside.house
    link = await house.link(lakeside.alice)
    hers, mallorys = await house.come(link), await house.come(link)
    code = await hers.ask()
    session = await mallorys.session()
    assert session is not None
    await _plant(house, challenges, session_id=session.id)
    assert (await mallorys.type(code)).why == WrongCode(tries_left=4)


@pytest.mark.parametrize(
    "moved",
    [
        {"link_serial": 99},
        {"group_id": 99},
        {"guarantor_id": 99},
        {"contact": "mallory@example.com"},
        {"method": "sms"},
        {"purpose": "contact_change"},
    ],
    ids=lambda moved: next(iter(moved)),
)
async def test_r30_a_challenge_for_something_else_takes_no_code(alice: Person, moved: dict[str, Any]) -> None:
    code = await alice.ask()
    await _plant(alice.house, challenges, **moved)
    assert await alice.type(code) == NothingSent()
    session = await alice.session()
    assert session is not None
    assert session.authentication is Authentication.QUICKPAY
    ended = ["sent"] if "purpose" in moved else ["superseded"]  # one for a contact goes on as what it is
    assert [row["state"] for row in await rows(alice.house, "challenges")] == ended


async def test_r31_a_contact_changed_meanwhile_makes_the_old_code_dead(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    code = await alice.ask()
    await house.edit(lakeside.alice, email="new@example.com")
    assert await house.verify.code_page(alice.visit) == NothingSent()
    assert await alice.type(code) == NothingSent()
    assert await alice.type(code) == NothingSent()
    assert [email.to for email in house.mailer.sent] == ["alice@example.com"]
    new = await alice.ask()
    assert house.mailer.sent[-1].to == "new@example.com"
    assert isinstance(await alice.type(new), Proved)


async def test_r31_a_resend_after_the_contact_changed_goes_nowhere(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.ask()
    await house.edit(lakeside.alice, email="new@example.com")
    house.later(minutes=2)
    assert await house.verify.resend(alice.visit) == NothingSent()
    await house.at_rest()
    assert len(house.mailer.sent) == 1


async def test_r31_putting_the_contact_back_does_not_revive_the_code(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    code = await alice.ask()
    await house.edit(lakeside.alice, email="new@example.com")
    assert await alice.type(code) == NothingSent()
    await house.edit(lakeside.alice, email="alice@example.com")
    assert isinstance(await alice.type(code), CodeRefused)


async def test_r32_a_code_stands_in_no_table_before_or_after(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    code = await alice.ask()
    assert code not in await _texts(house)
    await alice.type(wrong(code))
    assert code not in await _texts(house)
    await alice.type(code)
    assert code not in await _texts(house)


async def _texts(house: House) -> str:
    """The database without what only counts or times: six digits of a microsecond are no code."""
    found = []
    for table in ("challenges", "audit", "outbox", "sessions", "counters", "guarantors", "links"):
        for row in await rows(house, table):
            found += [repr(value) for value in row.values() if not isinstance(value, int)]
    return "\n".join(found)


@pytest.mark.parametrize("end", ["verified", "locked", "expired", "superseded", "cancelled"])
async def test_r32_a_digest_is_gone_once_its_challenge_has_ended(lakeside: Lakeside, end: str) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    code = await alice.ask()
    digest = (await rows(house, "challenges"))[0]["digest"]
    assert digest.hex() in await dump(house)
    match end:
        case "verified":
            await alice.type(code)
        case "locked":
            for _ in range(5):
                await alice.type(wrong(code))
        case "expired":
            house.later(seconds=300)
            await house.upkeep.run_once()
        case "superseded":
            await alice.ask(Way.SMS)
        case "cancelled":
            await house.edit(lakeside.alice, email="new@example.com")
            await alice.type(code)
    assert digest.hex() not in await dump(house)
    states = Counter(row["state"] for row in await rows(house, "challenges"))
    assert states["superseded" if end == "cancelled" else end] == 1


async def test_x32_a_code_made_before_a_change_of_keys_still_counts(alice: Person) -> None:
    house = alice.house
    house.furnish((KEYS[1],))
    code = await alice.ask()
    house.furnish(KEYS)
    assert isinstance(await alice.type(code), Proved)


async def test_r64_role_and_secret_change_together_and_the_old_secret_is_dead(alice: Person) -> None:
    house = alice.house
    before = await alice.session()
    assert before is not None
    proved = await alice.type(await alice.ask())
    assert isinstance(proved, Proved)
    assert proved.secret != alice.secret
    assert await alice.session() is None
    assert await house.verify.ways(alice.visit) == NoStay(why=Gone.NEVER, group=None)
    alice.secret = proved.secret
    after = await alice.session()
    assert after is not None
    assert after.id == before.id, "the same row: a report counts one session"
    assert (after.role, after.authentication) == (Role.AUTHORIZED_PATIENT, Authentication.MFA)
    assert len(await rows(house, "sessions")) == 1
    assert proved.expires_at == before.expires_at


async def test_r41_the_role_is_what_the_group_says_at_that_moment(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    code = await alice.ask()
    await house.change(lakeside.group, mfa_success_role=Role.QUICKPAY)
    proved = await alice.type(code)
    assert isinstance(proved, Proved)
    alice.secret = proved.secret
    session = await alice.session()
    assert session is not None
    assert (session.role, session.authentication) == (Role.QUICKPAY, Authentication.MFA)
    assert await house.verify.ways(alice.visit) == AlreadyProved(landing=LandingPage.PAY)


async def test_a_session_that_ended_meanwhile_is_not_raised(alice: Person) -> None:
    code = await alice.ask()
    assert isinstance(await alice.house.leave.sign_out(alice.visit), SignedOut)
    answer = await alice.type(code)
    assert isinstance(answer, NoStay)
    assert answer.why is Gone.SIGNED_OUT
    assert (await rows(alice.house, "sessions"))[0]["authentication"] == "quickpay"


async def test_r65_a_session_that_ran_out_is_not_raised(alice: Person) -> None:
    code = await alice.ask()
    await _plant(alice.house, sessions, expires_at=1)
    answer = await alice.type(code)
    assert isinstance(answer, NoStay)
    assert answer.why is Gone.EXPIRED


async def test_a_code_is_worthless_once_the_group_turned_codes_off(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    code = await alice.ask()
    await house.change(lakeside.group, enable_mfa=False)
    assert await alice.type(code) == ProofNotOffered()


async def test_r45_a_code_by_a_method_no_longer_offered_is_worthless(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice, origin=Origin.SMS))
    code = await alice.ask(Way.SMS)
    await house.change(lakeside.group, require_opposing_contact_methods=True)
    assert await alice.type(code) == NothingSent()
    house.later(minutes=2)
    assert await house.verify.resend(alice.visit) == NothingSent()
    assert len(house.texter.sent) == 1
    await alice.prove(Way.EMAIL)


@pytest.mark.parametrize("state", [LinkState.REVOKED, LinkState.SUSPENDED, LinkState.SUPERSEDED])
async def test_r10_nothing_is_proved_through_a_link_that_was_ended(
    lakeside: Lakeside, state: LinkState
) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice)
    alice = await house.come(link)
    code = await alice.ask()
    await house.end(link, state)
    assert isinstance(await alice.type(code), CannotProve)
    assert isinstance(await house.verify.send(alice.visit, Way.SMS), CannotProve)
    assert house.texter.sent == []
    assert (await rows(house, "sessions"))[0]["authentication"] == "quickpay"


async def test_the_state_of_a_challenge_is_never_moved_back(alice: Person) -> None:
    await alice.prove()
    challenge = (await rows(alice.house, "challenges"))[0]
    for state in (ChallengeState.SENT, ChallengeState.LOCKED, ChallengeState.EXPIRED):
        moved = await alice.house.do(
            lambda tx, state=state: tx.challenges.move(challenge["id"], state, alice.house.clock.now())
        )
        assert not moved
