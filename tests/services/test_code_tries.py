"""Typing a code: five tries, counted before anything is compared, and no way to get one back."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from quickpay.domain.links import Link
from quickpay.domain.options import LandingPage
from quickpay.domain.origins import Origin
from quickpay.domain.sessions import Authentication
from quickpay.mfa.challenge import ChallengeState, CodeExpired, NoChallenge, WrongCode
from quickpay.mfa.limits import DEFAULT_LIMITS, Limit
from quickpay.mfa.methods import Method as Way
from quickpay.services.proofs.pages import (
    AlreadyProved,
    CodePage,
    CodeRefused,
    CodeSent,
    NotACode,
    NothingSent,
    ProofLocked,
    Proved,
)
from quickpay.services.stay import Gone, NoStay
from tests.people import KEYS, House, Person, wrong
from tests.services.conftest import Lakeside
from tests.services.rows import rows

LOCKED = ProofLocked.__name__


@pytest.fixture
async def alice(lakeside: Lakeside) -> Person:
    return await lakeside.house.come(await lakeside.house.link(lakeside.alice))


async def _challenge(house: House) -> dict[str, Any]:
    return max(await rows(house, "challenges"), key=lambda row: row["id"])


def _without_limits(house: House, *kept: str) -> None:
    """Take every limit but these out of the way."""
    many = {
        limit.name: Limit(name=limit.name, most=10_000, per=limit.per)
        for limit in DEFAULT_LIMITS.each()
        if limit.name not in {"tries_challenge", "release_tries", *kept}
    }
    house.limits = DEFAULT_LIMITS.replaced(many)
    house.furnish(KEYS[:1])


async def test_a_right_code_proves_it(alice: Person) -> None:
    proved = await alice.type(await alice.ask())
    assert isinstance(proved, Proved)


async def test_r23_four_wrong_ones_are_refused_and_the_fifth_locks(alice: Person) -> None:
    code = wrong(await alice.ask())
    left = []
    for _ in range(4):
        refused = await alice.type(code)
        assert isinstance(refused, CodeRefused)
        assert isinstance(refused.why, WrongCode)
        left.append(refused.why.tries_left)
    assert left == [4, 3, 2, 1]
    assert isinstance(await alice.type(code), ProofLocked)
    assert (await _challenge(alice.house))["state"] == "locked"


async def test_r23_a_right_code_on_the_fifth_try_succeeds(alice: Person) -> None:
    code = await alice.ask()
    for _ in range(4):
        await alice.type(wrong(code))
    assert isinstance(await alice.type(code), Proved)


async def test_r23_of_fifty_wrong_codes_at_once_at_most_five_are_compared(alice: Person) -> None:
    code = wrong(await alice.ask())
    answers = await asyncio.gather(*(alice.type(code) for _ in range(50)))
    kinds = Counter(type(answer).__name__ for answer in answers)
    assert kinds["CodeRefused"] <= 4
    assert kinds["CodeRefused"] + kinds[LOCKED] == 50
    events = Counter(row["type"] for row in await rows(alice.house, "audit"))
    assert events["challenge.failed"] == 5, "five were counted and compared, no more"
    assert events["challenge.locked"] == 1
    assert (await _challenge(alice.house))["tries"] == 5


async def test_r22_a_press_that_finds_the_code_used_by_the_press_beside_it_is_told_so(alice: Person) -> None:
    """As on PostgreSQL, where it reads the code as open and then waits for the press that uses it."""
    house, code = alice.house, await alice.ask()
    challenge = await _challenge(house)
    await house.do(lambda tx: tx.challenges.move(challenge["id"], ChallengeState.VERIFIED, house.clock.now()))
    assert isinstance(await alice.type(code), AlreadyProved)


async def test_r22_of_fifty_right_codes_at_once_exactly_one_proves_it(alice: Person) -> None:
    code = await alice.ask()
    answers = await asyncio.gather(*(alice.type(code) for _ in range(50)))
    kinds = Counter(type(answer).__name__ for answer in answers)
    assert kinds["Proved"] == 1
    assert set(kinds) <= {"Proved", AlreadyProved.__name__, LOCKED, NoStay.__name__}
    events = Counter(row["type"] for row in await rows(alice.house, "audit"))
    assert events["challenge.verified"] == 1
    session = (await rows(alice.house, "sessions"))[0]
    assert session["authentication"] == "mfa"


async def test_r22_a_used_code_is_used(alice: Person) -> None:
    code = await alice.ask()
    proved = await alice.type(code)
    assert isinstance(proved, Proved)
    assert await alice.type(code) == NoStay(why=Gone.NEVER, group=None), "the old secret is dead"
    alice.secret = proved.secret
    assert await alice.type(code) == AlreadyProved(landing=LandingPage.PAY)


async def test_r24_resending_keeps_the_count_and_kills_the_old_code(alice: Person) -> None:
    first = await alice.ask()
    for _ in range(2):
        await alice.type(wrong(first))
    second = await alice.ask_again()
    assert second != first
    answers = [await alice.type(first), await alice.type(wrong(second)), await alice.type(wrong(second))]
    assert [type(answer).__name__ for answer in answers] == ["CodeRefused", "CodeRefused", LOCKED]
    assert (await _challenge(alice.house))["state"] == "locked"
    assert isinstance(await alice.type(second), ProofLocked), "the lock, not merely a refusal (A19)"


async def test_r24_the_old_code_is_refused_like_any_wrong_one(alice: Person) -> None:
    first = await alice.ask()
    second = await alice.ask_again()
    old = await alice.type(first)
    assert isinstance(old, CodeRefused)
    assert old.why == WrongCode(tries_left=4)
    assert isinstance(await alice.type(second), Proved)


async def test_r24_changing_the_method_keeps_the_count(alice: Person) -> None:
    code = await alice.ask(Way.EMAIL)
    for _ in range(3):
        await alice.type(wrong(code))
    other = await alice.ask(Way.SMS)
    assert (await alice.type(wrong(other))).why == WrongCode(tries_left=1)
    assert isinstance(await alice.type(wrong(other)), ProofLocked)


async def test_r29_a_lock_by_one_method_is_not_escaped_by_another(alice: Person) -> None:
    code = await alice.ask(Way.EMAIL)
    for _ in range(5):
        await alice.type(wrong(code))
    assert isinstance(await alice.house.verify.send(alice.visit, Way.SMS), ProofLocked)
    assert alice.house.texter.sent == []


async def test_r28_a_lock_answers_right_and_wrong_alike(alice: Person) -> None:
    code = await alice.ask()
    for _ in range(5):
        await alice.type(wrong(code))
    assert await alice.type(code) == await alice.type(wrong(code))
    assert isinstance(await alice.house.verify.code_page(alice.visit), ProofLocked)


async def test_r28_a_right_code_that_meets_the_lock_between_count_and_claim_learns_nothing(
    alice: Person,
) -> None:
    code = await alice.ask()
    for _ in range(3):
        await alice.type(wrong(code))
    answers = await asyncio.gather(*(alice.type(one) for one in (code, wrong(code), wrong(code), code)))
    kinds = {type(answer).__name__ for answer in answers}
    # Whoever is first wins; the rest are told of the lock or of the proof, never that a code was right.
    assert kinds <= {"Proved", LOCKED, AlreadyProved.__name__, NoStay.__name__, "CodeRefused"}
    state = (await _challenge(alice.house))["state"]
    assert state in {"verified", "locked"}
    assert ("Proved" in kinds) == (state == "verified")


async def test_r29_a_lock_opens_by_the_clock_and_then_holds_twice_as_long(lakeside: Lakeside) -> None:
    house = lakeside.house
    _without_limits(house)
    alice = await house.come(await house.link(lakeside.alice))
    for held in (15, 30, 60):
        code = await alice.ask()
        for _ in range(5):
            await alice.type(wrong(code))
        house.later(seconds=held * 60 - 1)
        alice = await house.come(await house.link(lakeside.alice))
        assert isinstance(await house.verify.send(alice.visit, Way.EMAIL), ProofLocked)
        house.later(seconds=1)
    assert isinstance(await house.verify.send(alice.visit, Way.EMAIL), CodeSent)


async def test_r29_after_the_lock_there_are_five_tries_and_a_lock_again(lakeside: Lakeside) -> None:
    house = lakeside.house
    _without_limits(house)
    await house.change(lakeside.group, session_extension=True)
    alice = await house.come(await house.link(lakeside.alice))
    code = await alice.ask()
    for _ in range(5):
        await alice.type(wrong(code))
    house.later(minutes=15)
    code = await alice.ask()
    answers = [type(await alice.type(wrong(code))).__name__ for _ in range(5)]
    assert answers == ["CodeRefused"] * 4 + [LOCKED]


async def test_r26_the_twenty_first_wrong_try_of_a_contact_in_an_hour_is_refused(lakeside: Lakeside) -> None:
    house = lakeside.house
    _without_limits(house, "tries_contact_3600s")
    answers = []
    for _ in range(6):
        alice = await house.come(await house.link(lakeside.alice))
        code = await alice.ask()
        for _ in range(4):
            answers.append(type(await alice.type(wrong(code))).__name__)
            if answers[-1] == LOCKED:
                break
        if answers[-1] == LOCKED:
            assert isinstance(await alice.type(code), ProofLocked)
            break
    assert answers == ["CodeRefused"] * 20 + [LOCKED]


async def test_r26_five_wrong_tries_in_five_minutes_lock_over_sessions_and_links(lakeside: Lakeside) -> None:
    house = lakeside.house
    first = await house.come(await house.link(lakeside.alice))
    code = await first.ask()
    for _ in range(3):
        await first.type(wrong(code))
    second = await house.come(await house.link(lakeside.alice))
    code = await second.ask()
    answers = [type(await second.type(wrong(code))).__name__ for _ in range(3)]
    assert answers == ["CodeRefused", "CodeRefused", LOCKED]
    assert isinstance(await second.type(code), ProofLocked)


async def test_r26_success_clears_the_consecutive_count_and_is_no_wrong_try(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, max_uses=100, origin=Origin.STATEMENT)
    _without_limits(house, "tries_contact_300s", "tries_contact_3600s", "tries_link", "tries_address_300s")
    for _ in range(25):
        alice = await house.come(link)
        await alice.prove()
    counts = {row["name"]: row["count"] for row in await rows(house, "counters")}
    assert "tries_contact_300s" not in counts
    assert counts["tries_contact_3600s"] == 0
    assert counts["tries_link"] == 0


async def test_r25_after_fifteen_wrong_tries_a_link_proves_nothing_more(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, max_uses=100)
    _without_limits(house, "tries_link")
    answers = []
    while LOCKED not in answers:
        alice = await house.come(link)
        code = await alice.ask()
        answers += [type(await alice.type(wrong(code))).__name__ for _ in range(4)]
    assert answers.index(LOCKED) == 15
    house.later(days=2)
    await house.upkeep.run_once()
    alice = await house.come(link)
    assert isinstance(await house.verify.send(alice.visit, Way.EMAIL), ProofLocked)
    assert isinstance(await house.verify.send(alice.visit, Way.SMS), ProofLocked)
    alice = await house.come(await house.link(lakeside.alice))
    await alice.prove()


async def test_r27_after_ten_wrong_tries_an_address_waits_and_locks_nobody_else(lakeside: Lakeside) -> None:
    house = lakeside.house
    _without_limits(house, "tries_address_300s")
    answers = []
    for number in range(3):
        one = await house.guarantor(
            lakeside.group, number=f"2{number}", email=f"p{number}@example.com", mobile=None
        )
        person = await house.come(await house.link(one))
        code = await person.ask()
        answers += [type(await person.type(wrong(code))).__name__ for _ in range(4)]
    assert answers == ["CodeRefused"] * 10 + [LOCKED] * 2
    assert await rows(house, "outbox") == [], "nobody's contact was locked, so nobody is told"
    elsewhere = await house.come(await house.link(one), address="192.0.2.1")
    await elsewhere.prove()


async def test_r21_a_code_lives_300_seconds(alice: Person) -> None:
    code = await alice.ask()
    alice.house.later(seconds=299)
    late = wrong(code)
    assert isinstance((await alice.type(late)).why, WrongCode)
    alice.house.later(seconds=2)
    assert (await alice.type(late)).why == CodeExpired()
    assert (await alice.type(code)).why == CodeExpired()
    await alice.house.upkeep.run_once()
    assert (await alice.type(code)).why == CodeExpired()


async def test_r21_a_code_is_good_in_its_last_second(alice: Person) -> None:
    code = await alice.ask()
    alice.house.later(seconds=299)
    assert isinstance(await alice.type(code), Proved)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "١٢٣٤٥٦", "１２３４５６", "+12345", "x" * 10_000])  # noqa: RUF001 - other digits
async def test_r33_what_is_no_code_is_not_counted(alice: Person, typed: str) -> None:
    await alice.ask()
    assert isinstance(await alice.type(typed), NotACode)
    assert (await _challenge(alice.house))["tries"] == 0


async def test_r33_spaces_and_hyphens_are_read_over(alice: Person) -> None:
    code = await alice.ask()
    assert isinstance(await alice.type(f" {code[:3]}-{code[3:]} "), Proved)


async def test_nothing_is_checked_before_anything_was_sent(alice: Person) -> None:
    assert await alice.type("123456") == NothingSent()
    assert await alice.house.verify.resend(alice.visit) == NothingSent()
    assert await alice.house.verify.code_page(alice.visit) == NothingSent()


async def test_a_try_cut_off_before_its_lock_is_locked_by_the_next_request(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.ask()
    challenge = await _challenge(house)
    for _ in range(5):  # counted and committed, then the process died
        await house.do(lambda tx: tx.challenges.count_try(challenge["id"], most=5, now=house.clock.now()))
    assert isinstance(await house.verify.send(alice.visit, Way.SMS), ProofLocked)
    assert (await _challenge(house))["state"] == "locked"
    assert house.texter.sent == []


async def test_a_resend_beside_the_fifth_wrong_try_does_not_save_its_sender_from_the_lock(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    code = await alice.ask()
    for _ in range(4):
        await alice.type(wrong(code))
    house.later(minutes=2)
    await asyncio.gather(alice.type(wrong(code)), house.verify.resend(alice.visit))
    await house.at_rest()
    answers = [await alice.type(house.last_code(Way.EMAIL)), await house.verify.send(alice.visit, Way.SMS)]
    assert [type(answer).__name__ for answer in answers] == [LOCKED, LOCKED]


async def test_r29_the_contact_is_locked_even_if_the_challenge_ended_between_count_and_lock(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.ask()
    row = await _challenge(house)
    challenge = await house.do(lambda tx: tx.challenges.get(row["id"]))
    assert challenge is not None
    now = house.clock.now()
    assert await house.do(lambda tx: tx.challenges.move(challenge.id, ChallengeState.UNDELIVERABLE, now))
    await house.do(lambda tx: house.verify._codes.lock(tx, challenge, lakeside.alice, now))
    assert isinstance(await house.verify.send(alice.visit, Way.EMAIL), ProofLocked)
    assert await rows(house, "outbox") == []


async def test_r29_another_guarantor_of_the_same_group_is_not_locked_with_her(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    code = await alice.ask()
    for _ in range(5):
        await alice.type(wrong(code))
    other = await house.guarantor(
        lakeside.group, number="2", email="carol@example.com", mobile="+16085550102"
    )
    carol = await house.come(await house.link(other), address="192.0.2.8")
    await carol.prove()
    session = await carol.session()
    assert session is not None
    assert session.authentication is Authentication.MFA


async def test_the_code_page_says_how_it_stands(alice: Person) -> None:
    await alice.ask()
    alice.house.later(seconds=10)
    page = await alice.house.verify.code_page(alice.visit)
    assert isinstance(page, CodePage)
    assert (page.open, page.seconds_left, page.seconds_to_resend) == (True, 290, 20)
    assert (page.way.method, page.other_ways, page.undeliverable) == (Way.EMAIL, True, False)
    assert "alice@example.com" not in page.way.masked


async def test_an_undelivered_challenge_takes_no_code(lakeside: Lakeside) -> None:
    house = lakeside.house
    link: Link = await house.link(lakeside.alice)
    alice = await house.come(link)
    code = await alice.ask()
    challenge = await _challenge(house)
    await house.do(
        lambda tx: tx.challenges.move(challenge["id"], ChallengeState.UNDELIVERABLE, house.clock.now())
    )
    assert (await alice.type(code)).why == NoChallenge()
