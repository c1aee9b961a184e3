"""The office lets a caller in: what she says must fit, the code is good in her browser alone, and once."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from quickpay.domain.guarantors import Account, Patient
from quickpay.domain.links import LinkState
from quickpay.domain.options import LandingPage
from quickpay.domain.sessions import Authentication, Role
from quickpay.domain.staff import Staff, StaffRole
from quickpay.mfa.limits import DEFAULT_LIMITS, Limit, Limits
from quickpay.mfa.methods import Method as Way
from quickpay.mfa.release import Identifier, Said
from quickpay.services.proofs.office import NotASpokenCode, OfficePage, SpokenRefused
from quickpay.services.proofs.pages import (
    AlreadyProved,
    CannotProve,
    ChoosePage,
    CodeRefused,
    NotHere,
    ProofNotOffered,
    Proved,
)
from quickpay.services.proofs.release import Given, NoGuarantor, NotGiven, ReleasePage, Why
from quickpay.services.stay import Gone, NoStay
from tests.factories import make_account, make_line
from tests.people import KEYS, Person
from tests.services.conftest import Lakeside
from tests.services.rows import dump, rows
from tests.staff_people import Rooms, visit

VISIT = Said(identifier=Identifier.VISIT_DATE, text="2026-10-02")
WRONG = Said(identifier=Identifier.VISIT_DATE, text="2026-10-03")
SERVICE = Said(identifier=Identifier.SERVICE_ID, text=" 67563-1 ")
PATIENT = Said(identifier=Identifier.ACCOUNT_AND_PATIENT, text="10067", patient="toby  EXAMPLE")


@dataclass(slots=True, kw_only=True)
class Desk:
    """The desk with Fay at it, and Alice on the phone, her browser open."""

    lakeside: Lakeside
    rooms: Rooms
    fay: Staff
    alice: Person

    async def call_code(self, person: Person | None = None) -> str:
        page = await self.lakeside.house.office.page((person or self.alice).visit)
        assert isinstance(page, OfficePage), page
        return page.call_code

    async def give(
        self, said: Said = VISIT, *, by: Staff | None = None, call_code: str | None = None, **whose: str
    ) -> Given | NotGiven | NoGuarantor:
        return await self.rooms.desk.release.give(
            by or self.fay,
            visit(),
            **{"group": "lakeside", "guarantor": "10067"} | whose,
            call_code=await self.call_code() if call_code is None else call_code,
            said=said,
        )

    async def code(self, said: Said = VISIT, **given: Any) -> str:
        answer = await self.give(said, **given)
        assert isinstance(answer, Given), answer
        return answer.code.reveal()

    async def why(self, said: Said = WRONG, **given: Any) -> Why:
        answer = await self.give(said, **given)
        assert isinstance(answer, NotGiven), answer
        return answer.why

    async def types(
        self, code: str, person: Person | None = None
    ) -> Proved | SpokenRefused | NotASpokenCode | NotHere:
        return await self.lakeside.house.office.take((person or self.alice).visit, code)

    async def events(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [
            (row["type"], row["actor"], json.loads(row["detail"]))
            for row in await rows(self.lakeside.house, "audit")
            if "release" in row["type"] or row["type"] == "rate.limited"
        ]


@pytest.fixture
async def desk(lakeside: Lakeside) -> Desk:
    house = lakeside.house
    rooms = Rooms(house)
    await rooms.member("Fay", StaffRole.FRONT_DESK)
    (fay,) = await rooms.desk.accounts.list_()
    alice = await house.come(await house.link(lakeside.alice))
    return Desk(lakeside=lakeside, rooms=rooms, fay=fay, alice=alice)


def _wrong(code: str) -> str:
    return "00000000" if code != "00000000" else "00000001"


@pytest.mark.parametrize("said", [VISIT, SERVICE, PATIENT], ids=lambda said: said.identifier)
async def test_a_caller_who_knows_what_is_on_file_is_let_in_by_the_spoken_code(
    desk: Desk, said: Said
) -> None:
    before = await desk.alice.session()
    assert before is not None
    code = await desk.code(said)
    assert len(code) == 8
    proved = await desk.types(f" {code[:4]}-{code[4:]}")
    assert isinstance(proved, Proved)
    assert await desk.alice.session() is None, "the old id is dead (R64)"
    desk.alice.secret = proved.secret
    after = await desk.alice.session()
    assert after is not None
    assert (after.id, after.authentication, after.role) == (
        before.id,
        Authentication.MFA,
        Role.AUTHORIZED_PATIENT,
    )
    assert await desk.events() == [
        ("release.given", desk.fay.actor, {"identifier": said.identifier.value}),
        (
            "challenge.released",
            desk.fay.actor,
            {"identifier": said.identifier.value, "role": "authorized_patient"},
        ),
    ]
    assert await desk.lakeside.house.verify.ways(desk.alice.visit) == AlreadyProved(landing=LandingPage.PAY)


async def test_the_timeline_of_the_link_tells_it(desk: Desk) -> None:
    await desk.types(await desk.code())
    session = (await rows(desk.lakeside.house, "sessions"))[0]
    link = await desk.lakeside.house.do(lambda tx: tx.links.by_serial(session["link_serial"]))
    assert link is not None
    assert (await desk.lakeside.house.events(link))[-2:] == ["release.given", "challenge.released"]


async def test_r41_the_role_is_the_groups_at_that_moment(desk: Desk) -> None:
    code = await desk.code()
    await desk.lakeside.house.change(desk.lakeside.group, mfa_success_role=Role.QUICKPAY)
    proved = await desk.types(code)
    assert isinstance(proved, Proved)
    desk.alice.secret = proved.secret
    session = await desk.alice.session()
    assert session is not None
    assert (session.role, session.authentication) == (Role.QUICKPAY, Authentication.MFA)


async def test_it_is_the_way_on_where_the_opposing_contact_is_missing(desk: Desk) -> None:
    house, lakeside = desk.lakeside.house, desk.lakeside
    await house.change(lakeside.group, require_mfa=True, require_opposing_contact_methods=True)
    await house.edit(lakeside.alice, email=None)
    page = await house.verify.ways(desk.alice.visit)
    assert isinstance(page, CannotProve)
    assert page.office
    assert isinstance(await desk.types(await desk.code()), Proved)


async def test_r22_of_fifty_who_type_the_right_code_at_once_three_are_heard_and_one_is_let_in(
    desk: Desk,
) -> None:
    code = await desk.code()
    answers = await asyncio.gather(*(desk.types(code) for _ in range(50)))
    kinds = Counter(type(answer).__name__ for answer in answers)
    assert kinds["Proved"] == 1
    assert set(kinds) <= {"Proved", "SpokenRefused", "AlreadyProved", "NoStay"}
    assert [kind for kind, _, _ in await desk.events()].count("challenge.released") == 1
    (release,) = await rows(desk.lakeside.house, "releases")
    assert release["state"] == "used"
    assert release["tries"] <= 3


async def test_a_used_code_is_used(desk: Desk) -> None:
    code = await desk.code()
    proved = await desk.types(code)
    assert isinstance(proved, Proved)
    assert await desk.types(code) == NoStay(why=Gone.NEVER, group=None)
    desk.alice.secret = proved.secret
    assert await desk.types(code) == AlreadyProved(landing=LandingPage.PAY)


async def test_r23_r28_three_wrong_ones_end_the_code_and_the_right_one_is_then_refused_alike(
    desk: Desk,
) -> None:
    code = await desk.code()
    for _ in range(3):
        assert isinstance(await desk.types(_wrong(code)), SpokenRefused)
    assert repr(await desk.types(code)) == repr(await desk.types(_wrong(code)))
    (release,) = await rows(desk.lakeside.house, "releases")
    assert (release["state"], release["digest"], release["tries"]) == ("locked", None, 3)
    assert [kind for kind, _, _ in await desk.events()][-4:] == [*["release.failed"] * 3, "release.locked"]


async def test_r23_the_right_one_is_good_on_the_third_try(desk: Desk) -> None:
    code = await desk.code()
    for _ in range(2):
        await desk.types(_wrong(code))
    assert isinstance(await desk.types(code), Proved)


async def test_r23_of_fifty_wrong_ones_at_once_three_are_compared(desk: Desk) -> None:
    code = await desk.code()
    await asyncio.gather(*(desk.types(_wrong(code)) for _ in range(50)))
    assert [kind for kind, _, _ in await desk.events()].count("release.failed") == 3


@pytest.mark.parametrize("typed", ["", "1234567", "123456789", "abcdefgh", "١٢٣٤٥٦٧٨", "123456", "9" * 500])
async def test_r33_what_is_no_spoken_code_is_not_counted(desk: Desk, typed: str) -> None:
    await desk.code()
    assert isinstance(await desk.types(typed), NotASpokenCode)
    assert (await rows(desk.lakeside.house, "releases"))[0]["tries"] == 0


async def test_r30_the_code_is_good_in_no_other_session_of_the_same_link(desk: Desk) -> None:
    house = desk.lakeside.house
    link = await house.do(lambda tx: tx.links.by_serial(1))
    assert link is not None
    mallory = await house.come(link)
    code = await desk.code()
    for _ in range(5):
        assert isinstance(await desk.types(code, mallory), SpokenRefused)
    assert isinstance(await desk.types(code), Proved), "nor did that use up her tries"


async def test_r30_a_release_pointed_at_another_session_is_worthless_there(desk: Desk) -> None:
    """The digest is keyed by the hash of the session's own secret."""
    from sqlalchemy import update  # noqa: PLC0415 - only here

    from quickpay.adapters.store.schema import releases  # noqa: PLC0415 - only here
    from quickpay.adapters.store.statements import Statement  # noqa: PLC0415 - only here

    house = desk.lakeside.house
    mallory = await house.come(await house.link(desk.lakeside.alice))
    code = await desk.code()
    await house.do(lambda tx: tx.links._run.count(Statement(update(releases).values(session_id=2))))
    assert isinstance(await desk.types(code, mallory), SpokenRefused)
    assert isinstance(await desk.types(code), SpokenRefused)


async def test_the_call_code_of_another_guarantor_or_of_nobody_finds_nobody(desk: Desk) -> None:
    house, lakeside = desk.lakeside.house, desk.lakeside
    bob = await house.guarantor(lakeside.group, number="2002", email="bob@example.com", mobile=None)
    his = await house.come(await house.link(bob))
    assert await desk.why(VISIT, call_code=await desk.call_code(his)) is Why.NO_MATCH
    assert await desk.why(VISIT, call_code="222222") is Why.NO_MATCH
    assert await desk.why(VISIT, guarantor="2002") is Why.NO_MATCH, "hers is not good for him either"
    assert await rows(house, "releases") == []


async def test_a_session_that_ended_ran_out_or_has_proved_itself_is_not_found(desk: Desk) -> None:
    house, lakeside = desk.lakeside.house, desk.lakeside
    gone = await house.come(await house.link(lakeside.alice))
    proved = await house.come(await house.link(lakeside.alice))
    codes = [await desk.call_code(one) for one in (gone, proved)]
    await house.leave.sign_out(gone.visit)
    await proved.prove()
    for code in codes:
        assert await desk.why(VISIT, call_code=code) is Why.NO_MATCH
    mine = await desk.call_code()
    house.later(minutes=20)
    assert await desk.why(VISIT, call_code=mine) is Why.NO_MATCH


async def test_a_lying_caller_has_three_tries_a_day_whoever_answers_the_phone(desk: Desk) -> None:
    await desk.rooms.member("Gil", StaffRole.FRONT_DESK)
    fay, gil = await desk.rooms.desk.accounts.list_()
    assert [await desk.why(by=one) for one in (fay, gil, fay)] == [Why.NO_MATCH] * 3
    assert await desk.why(VISIT, by=gil) is Why.LOCKED, "the right answer is not even compared"
    page = await desk.rooms.desk.release.look(gil, group="lakeside", guarantor="10067")
    assert isinstance(page, ReleasePage)
    assert page.locked
    assert await rows(desk.lakeside.house, "releases") == []
    assert [kind for kind, _, _ in await desk.events()] == [*["release.refused"] * 3, "rate.limited"]


async def test_the_lock_opens_after_a_day_and_six_a_month_are_all(desk: Desk) -> None:
    house = desk.lakeside.house
    await house.change(desk.lakeside.group, session_extension=True)
    for _ in range(2):
        alice = await house.come(await house.link(desk.lakeside.alice))
        code = await desk.call_code(alice)
        assert [await desk.why(call_code=code) for _ in range(3)] == [Why.NO_MATCH] * 3
        house.later(days=1)
    alice = await house.come(await house.link(desk.lakeside.alice))
    assert await desk.why(VISIT, call_code=await desk.call_code(alice)) is Why.LOCKED


async def test_of_fifty_answers_at_once_three_are_compared(desk: Desk) -> None:
    call_code = await desk.call_code()
    answers = await asyncio.gather(*(desk.why(call_code=call_code) for _ in range(50)))
    assert Counter(answers) == {Why.NO_MATCH: 3, Why.LOCKED: 47}


async def test_another_guarantor_is_not_locked_with_her_and_a_right_answer_gives_its_count_back(
    desk: Desk,
) -> None:
    house, lakeside = desk.lakeside.house, desk.lakeside
    for _ in range(2):
        await desk.why()
    await desk.code()
    assert await desk.why() is Why.NO_MATCH
    assert await desk.why() is Why.LOCKED
    bob = await house.guarantor(lakeside.group, number="2002", email="bob@example.com", mobile=None)
    his = await house.come(await house.link(bob))
    assert isinstance(await desk.give(VISIT, guarantor="2002", call_code=await desk.call_code(his)), Given)


async def test_one_of_the_staff_who_tries_call_codes_is_stopped(lakeside: Lakeside) -> None:
    few = Limit(name="release_staff_86400s", most=4, per=DEFAULT_LIMITS.release_failures_per_staff.per)
    lakeside.house.limits = DEFAULT_LIMITS.replaced({few.name: few})
    lakeside.house.furnish(KEYS[:1])
    rooms = Rooms(lakeside.house)
    await rooms.member("Fay", StaffRole.FRONT_DESK)
    (fay,) = await rooms.desk.accounts.list_()
    alice = await lakeside.house.come(await lakeside.house.link(lakeside.alice))
    desk = Desk(lakeside=lakeside, rooms=rooms, fay=fay, alice=alice)
    codes = [f"{digit}23456" for digit in range(2, 7)]
    assert [await desk.why(VISIT, call_code=code) for code in codes] == [*[Why.NO_MATCH] * 4, Why.LOCKED]
    assert await desk.why(VISIT) is Why.LOCKED


async def test_of_two_of_the_staff_at_once_one_gives_the_code(desk: Desk) -> None:
    await desk.rooms.member("Gil", StaffRole.BILLING)
    fay, gil = await desk.rooms.desk.accounts.list_()
    call_code = await desk.call_code()
    answers = await asyncio.gather(*(desk.give(by=one, call_code=call_code) for one in (fay, gil)))
    (given,) = [one for one in answers if isinstance(one, Given)]
    (other,) = [one for one in answers if isinstance(one, NotGiven)]
    assert other.why is Why.COLLEAGUE
    assert isinstance(await desk.types(given.code.reveal()), Proved)
    assert len(await rows(desk.lakeside.house, "releases")) == 1


async def test_asked_anew_by_the_same_account_the_earlier_code_is_dead_and_three_are_all(desk: Desk) -> None:
    codes = [await desk.code() for _ in range(3)]
    assert await desk.why(VISIT) is Why.TOO_MANY
    assert isinstance(await desk.types(codes[0]), SpokenRefused)
    assert isinstance(await desk.types(codes[2]), Proved)
    states = Counter(row["state"] for row in await rows(desk.lakeside.house, "releases"))
    assert states == {"superseded": 2, "used": 1}


async def test_r21_it_lives_five_minutes_and_a_colleague_may_then_give_another(desk: Desk) -> None:
    await desk.rooms.member("Gil", StaffRole.FRONT_DESK)
    _, gil = await desk.rooms.desk.accounts.list_()
    code = await desk.code()
    desk.lakeside.house.later(minutes=4, seconds=59)
    assert await desk.why(VISIT, by=gil) is Why.COLLEAGUE
    desk.lakeside.house.later(seconds=1)
    assert isinstance(await desk.types(code), SpokenRefused)
    assert isinstance(await desk.types(await desk.code(by=gil)), Proved)


async def test_r32_upkeep_forgets_the_digest_of_one_that_ran_out(desk: Desk) -> None:
    await desk.code()
    digest = (await rows(desk.lakeside.house, "releases"))[0]["digest"]
    desk.lakeside.house.later(minutes=5)
    await desk.lakeside.house.upkeep.run_once()
    assert digest.hex() not in await dump(desk.lakeside.house)


async def test_r34_r129_neither_the_code_nor_what_was_said_stands_in_any_table(desk: Desk) -> None:
    before = await dump(desk.lakeside.house)
    code = await desk.code(PATIENT)
    await desk.types(_wrong(code))
    await desk.types(code)
    await desk.why(Said(identifier=Identifier.SERVICE_ID, text="a lie of mine"), call_code="234567")
    after = await dump(desk.lakeside.house)
    assert code not in {word.strip("'") for word in after.split()}
    assert "lie of mine" not in after
    assert after.casefold().count("toby") == before.casefold().count("toby")


async def test_x32_a_code_given_before_a_change_of_keys_still_counts(desk: Desk) -> None:
    house = desk.lakeside.house
    code = await desk.code()
    house.furnish(("a-new-signing-key-of-these-tests-0123456789", KEYS[0]))
    assert isinstance(await desk.types(code), Proved)


async def test_every_contact_on_file_that_may_be_written_to_is_told(desk: Desk) -> None:
    house = desk.lakeside.house
    await desk.types(await desk.code())
    await house.outbox().run_once()
    assert [mail.to for mail in house.mailer.sent] == ["alice@example.com"]
    assert [text.to for text in house.texter.sent] == ["+16085550101"]
    for said in (house.mailer.sent[0].text, house.texter.sent[0].body):
        assert "by phone" in said
        assert "Alice" not in said
    assert len(house.texter.sent[0].body) <= 160


async def test_nobody_is_told_by_text_who_opted_out_of_it(desk: Desk) -> None:
    house = desk.lakeside.house
    await house.edit(desk.lakeside.alice, text_opt_out=True)
    await desk.types(await desk.code())
    assert [row["channel"] for row in await rows(house, "outbox")] == ["email"]


async def test_the_open_challenge_of_the_session_ends_with_it(desk: Desk) -> None:
    sent = await desk.alice.ask()
    proved = await desk.types(await desk.code())
    assert isinstance(proved, Proved)
    assert [row["state"] for row in await rows(desk.lakeside.house, "challenges")] == ["superseded"]
    assert len(sent) == 6


async def test_a_code_by_email_is_no_spoken_code_and_the_other_way_round(desk: Desk) -> None:
    sent = await desk.alice.ask(Way.EMAIL)
    code = await desk.code()
    assert isinstance(await desk.types(sent), NotASpokenCode)
    assert not isinstance(await desk.alice.type(code), Proved | CodeRefused)
    assert isinstance(await desk.types(code), Proved)


@pytest.mark.parametrize("state", [LinkState.REVOKED, LinkState.SUSPENDED, LinkState.SUPERSEDED])
async def test_r10_nobody_is_let_in_through_a_link_that_was_ended(desk: Desk, state: LinkState) -> None:
    house = desk.lakeside.house
    code, call_code = await desk.code(), await desk.call_code()
    link = await house.do(lambda tx: tx.links.by_serial(1))
    assert link is not None
    await house.end(link, state)
    answer = await desk.types(code)
    assert isinstance(answer, CannotProve)
    assert not answer.office
    assert await desk.why(VISIT, call_code=call_code) is Why.NO_MATCH


async def test_where_the_group_has_no_challenge_there_is_nothing_to_release(desk: Desk) -> None:
    house = desk.lakeside.house
    code, call_code = await desk.code(), await desk.call_code()
    await house.change(desk.lakeside.group, enable_mfa=False)
    assert await house.office.page(desk.alice.visit) == ProofNotOffered()
    assert await desk.types(code) == ProofNotOffered()
    assert await desk.why(VISIT, call_code=call_code) is Why.OFF


async def test_a_session_of_staff_is_not_released(desk: Desk) -> None:
    house = desk.lakeside.house
    launched = await house.come(await house.launch(desk.lakeside.alice))
    page = await house.verify.ways(launched.visit)
    assert isinstance(page, ChoosePage)
    assert not page.office
    answer = await house.office.page(launched.visit)
    assert isinstance(answer, CannotProve)
    session = await launched.session()
    assert session is not None
    call_code = house.digests.call_code(session.id)
    assert await desk.why(VISIT, call_code=call_code) is Why.NO_MATCH


async def test_a_code_is_dead_once_who_gave_it_is_disabled_or_sees_the_group_no_more(desk: Desk) -> None:
    code = await desk.code()
    hill = await desk.lakeside.house.group("hilltop")
    await desk.lakeside.house.do(
        lambda tx: tx.staff.set_access(desk.fay.id, role=StaffRole.BILLING, groups=frozenset({hill.id}))
    )
    assert isinstance(await desk.types(code), SpokenRefused)
    await desk.lakeside.house.do(
        lambda tx: tx.staff.set_access(desk.fay.id, role=StaffRole.BILLING, groups=None)
    )
    await desk.rooms.desk.accounts.disable("Fay", by="tests")
    assert isinstance(await desk.types(code), SpokenRefused)


async def test_r118_a_guarantor_of_another_group_does_not_exist(desk: Desk) -> None:
    await desk.lakeside.house.group("hilltop")
    await desk.rooms.member("Hal", StaffRole.FRONT_DESK, "hilltop")
    _, hal = await desk.rooms.desk.accounts.list_()
    assert await desk.give(VISIT, by=hal) == NoGuarantor()
    look = desk.rooms.desk.release.look
    assert await look(hal, group="lakeside", guarantor="10067") == NoGuarantor()
    assert await look(desk.fay, group="lakeside", guarantor="none") == NoGuarantor()
    assert await look(desk.fay, group="nowhere", guarantor="10067") == NoGuarantor()


async def test_what_stands_on_the_pay_page_lets_nobody_in(desk: Desk) -> None:
    for name in ("Alicia Example", "Alice Example", "", "Example"):
        said = Said(identifier=Identifier.ACCOUNT_AND_PATIENT, text="10067", patient=name)
        assert await desk.why(said, call_code="222222") is Why.NO_MATCH
    house = desk.lakeside.house
    for name in ("Alicia Example", "alice EXAMPLE"):
        said = Said(identifier=Identifier.ACCOUNT_AND_PATIENT, text="10067", patient=name)
        assert await desk.why(said) is Why.NO_MATCH
    alone = await house.guarantor(
        desk.lakeside.group, Account(), number="7", patients=(Patient(id="p", name="Alicia Example"),)
    )
    page = await desk.rooms.desk.release.look(desk.fay, group="lakeside", guarantor=alone.number)
    assert isinstance(page, ReleasePage)
    assert page.identifiers == ()


async def test_a_day_of_one_of_the_last_three_visits_counts_and_no_other(desk: Desk) -> None:
    days = [date(2026, month, 1) for month in (2, 4, 6, 8)]
    lines = tuple(make_line(f"{number}-1", date=day) for number, day in enumerate(days))
    owes = Account(lines=lines, statements=make_account().statements)
    bob = await desk.lakeside.house.guarantor(desk.lakeside.group, owes, number="8")
    his = await desk.lakeside.house.come(await desk.lakeside.house.link(bob))
    call_code = await desk.call_code(his)

    async def fits(day: str) -> bool:
        said = Said(identifier=Identifier.VISIT_DATE, text=day)
        answer = await desk.give(said, guarantor="8", call_code=call_code)
        return isinstance(answer, Given)

    assert not await fits("2026-02-01")
    assert await fits("2026-04-01")
    assert await fits("8/1/2026")


@pytest.mark.parametrize(
    ("said", "readable"),
    [
        (VISIT, True),
        (Said(identifier=Identifier.VISIT_DATE, text="9/30/2026"), True),
        (Said(identifier=Identifier.VISIT_DATE, text="in May"), False),
        (Said(identifier=Identifier.VISIT_DATE, text="2026-02-30"), False),
        (Said(identifier=Identifier.SERVICE_ID, text="  "), False),
        (Said(identifier=Identifier.ACCOUNT_AND_PATIENT, text="1"), False),
        (Said(identifier=Identifier.ACCOUNT_AND_PATIENT, text="1", patient="x"), True),
    ],
)
def test_what_could_not_be_an_answer_is_told_apart(said: Said, *, readable: bool) -> None:
    assert said.readable is readable


def test_no_setting_gives_a_spoken_code_more_tries_or_a_longer_life() -> None:
    with pytest.raises(ValueError, match="spoken code"):
        DEFAULT_LIMITS.replaced({"release_tries": Limit(name="release_tries", most=4)})
    with pytest.raises(ValueError, match="spoken code"):
        Limits(release_life=DEFAULT_LIMITS.code_life * 3)
