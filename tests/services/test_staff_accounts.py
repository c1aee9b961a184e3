"""Accounts are invited, enrol once in two steps, and are invited anew (R118, R119)."""

import asyncio

import pytest

from quickpay.domain.staff import Staff, StaffRole, StaffState
from quickpay.services.staff.accounts import Changed, Disabled, Invited, LastAdmin, NoStaff
from quickpay.services.staff.enrol import NoEnrolment, NotYet, PasswordSet, WantsCode, WantsPassword
from quickpay.services.staff.sign_in import NoStaffStay, NotSignedIn, SignedIn, StaffStay
from tests.people import House
from tests.services.rows import rows
from tests.staff_people import PASSWORD, Rooms, secret_of, visit


@pytest.fixture
def rooms(house: House) -> Rooms:
    return Rooms(house)


async def _password(rooms: Rooms, invited: Invited, password: str, again: str | None = None) -> object:
    return await rooms.desk.enrol.set_password(
        visit(), secret_of(invited), password=password, again=password if again is None else again
    )


async def test_looking_at_an_enrolment_shows_no_secret_and_changes_nothing(rooms: Rooms) -> None:
    invited = await rooms.invite()
    for _ in range(3):
        assert await rooms.desk.enrol.look(secret_of(invited)) == WantsPassword(staff=invited.staff)


async def test_r119_an_enrolment_is_good_once(rooms: Rooms) -> None:
    invited = await rooms.invite()
    step, ada = await rooms.set_up(invited)
    assert await rooms.desk.enrol.look(secret_of(invited)) == NoEnrolment()
    assert await _password(rooms, invited, "another heron by the lake") == NoEnrolment()
    assert isinstance(await rooms.desk.enrol.finish(visit(), step, code=ada.code()), SignedIn)
    assert await rooms.desk.enrol.look(step) == NoEnrolment()
    assert await rooms.desk.enrol.finish(visit(), step, code=ada.code()) == NoEnrolment()


async def test_r119_of_many_who_set_the_password_at_once_one_goes_on(rooms: Rooms) -> None:
    invited = await rooms.invite()
    answers = await asyncio.gather(*(_password(rooms, invited, f"{PASSWORD} {n}") for n in range(8)))
    assert [type(one) for one in answers].count(PasswordSet) == 1


async def test_r119_an_enrolment_lives_24_hours_in_both_steps(rooms: Rooms) -> None:
    first, second = await rooms.invite("Ada"), await rooms.invite("Bea")
    step, bea = await rooms.set_up(second)
    rooms.house.later(hours=23, minutes=59)
    assert isinstance(await rooms.desk.enrol.look(secret_of(first)), WantsPassword)
    rooms.house.later(minutes=1)
    assert await rooms.desk.enrol.look(secret_of(first)) == NoEnrolment()
    assert await _password(rooms, first, PASSWORD) == NoEnrolment()
    assert await rooms.desk.enrol.finish(visit(), step, code=bea.code()) == NoEnrolment()


@pytest.mark.parametrize(
    "password",
    [
        "short and sweet",
        "password1234567",
        "qwertyuiopasdfgh",
        "aaaaaaaaaaaaaaaaaa",
        "1234567890123456",
        "zaq12wsxcde34rfv",
        "letmeinletmeinletmein",
        "quickpayquickpay",
        "Adalbert Stifter Adalbert Stifter",
        "x" * 200,
        "",
    ],
)
async def test_r119_a_short_common_or_own_word_password_is_refused(rooms: Rooms, password: str) -> None:
    invited = await rooms.invite("Adalbert Stifter")
    answer = await _password(rooms, invited, password[:14] if password.startswith("short") else password)
    assert isinstance(answer, NotYet)
    assert [one.path for one in answer.faults] == ["password"]
    assert isinstance(await _password(rooms, invited, PASSWORD), PasswordSet)


async def test_r119_fifteen_characters_are_enough_and_must_be_typed_twice(rooms: Rooms) -> None:
    invited = await rooms.invite()
    answer = await _password(rooms, invited, "kelp-vat 7 moth", "kelp-vat 7 mot")
    assert isinstance(answer, NotYet)
    assert [one.path for one in answer.faults] == ["again"]
    assert isinstance(await _password(rooms, invited, "kelp-vat 7 moth"), PasswordSet)


async def test_a_wrong_first_code_shows_the_same_secret_again_and_ten_end_the_enrolment(rooms: Rooms) -> None:
    step, ada = await rooms.set_up(await rooms.invite())
    for _ in range(10):
        answer = await rooms.desk.enrol.finish(visit(), step, code="000000")
        assert isinstance(answer, NotYet)
        assert isinstance(answer.step, WantsCode)
        assert answer.step.secret == ada.totp.secret
    assert await rooms.desk.enrol.finish(visit(), step, code=ada.code()) == NoEnrolment()
    (account,) = await rooms.desk.accounts.list_()
    assert account.state is StaffState.DISABLED


async def test_nobody_signs_in_before_the_enrolment_is_finished(rooms: Rooms) -> None:
    _, ada = await rooms.set_up(await rooms.invite())
    assert await ada.sign_in() == NotSignedIn()


async def test_the_first_code_is_used_up_by_the_enrolment(rooms: Rooms) -> None:
    step, ada = await rooms.set_up(await rooms.invite())
    code = ada.code()
    assert isinstance(await rooms.desk.enrol.finish(visit(), step, code=code), SignedIn)
    assert await ada.sign_in(code=code) == NotSignedIn()


async def test_a_name_is_taken_whatever_its_case_and_spaces(rooms: Rooms) -> None:
    await rooms.invite("Ada  Quill ")
    answer = await rooms.desk.accounts.add("ada quill", role=StaffRole.VIEWER, by="tests")
    assert isinstance(answer, tuple)
    assert [one.path for one in answer] == ["name"]


@pytest.mark.parametrize("name", ["", "   ", "a" * 61, "a\x00b", "a\x1b[31mb", "a\u202eb"])
async def test_a61_a_name_that_could_forge_a_line_is_refused(rooms: Rooms, name: str) -> None:
    assert isinstance(await rooms.desk.accounts.add(name, role=StaffRole.VIEWER, by="tests"), tuple)
    assert await rooms.desk.accounts.list_() == []


async def test_r118_an_account_has_its_groups_and_a_group_that_is_not_there_is_refused(rooms: Rooms) -> None:
    lakeside, hilltop = await rooms.house.group(), await rooms.house.group("hilltop")
    one = (await rooms.invite("Ada", StaffRole.BILLING, "lakeside")).staff
    assert one.groups == {lakeside.id}
    assert one.may_see(lakeside.id)
    assert not one.may_see(hilltop.id)
    wrong = await rooms.desk.accounts.add("Bea", role=StaffRole.BILLING, groups=["nowhere"], by="tests")
    assert isinstance(wrong, tuple)
    assert [each.name for each in await rooms.desk.accounts.list_()] == ["Ada"]


async def test_a_reset_takes_everything_away_and_lets_her_enrol_anew_as_another(rooms: Rooms) -> None:
    lakeside = await rooms.house.group()
    ada = await rooms.member()
    await rooms.member("Bea")
    await ada.sign_in()
    invited = await rooms.desk.accounts.reset("ADA", role=StaffRole.VIEWER, groups=["lakeside"], by="tests")
    assert isinstance(invited, Invited)
    assert invited.staff == Staff(
        id=1, name="Ada", role=StaffRole.VIEWER, groups=frozenset({lakeside.id}), state=StaffState.INVITED
    )
    assert isinstance(await ada.who(), NoStaffStay)
    rooms.house.later(seconds=30)
    assert await ada.sign_in() == NotSignedIn()
    again = await rooms.enrol(invited)
    assert again.totp.secret != ada.totp.secret
    assert isinstance(await again.sign_in(), SignedIn)
    assert [kind for kind in await rooms.types() if kind in {"staff.reset", "staff.role_change"}] == [
        "staff.reset",
        "staff.role_change",
    ]
    assert await rooms.desk.accounts.reset("nobody", by="tests") == NoStaff()


async def test_a_reset_without_more_keeps_role_and_groups_and_brings_a_disabled_account_back(
    rooms: Rooms,
) -> None:
    await rooms.house.group()
    ada = await rooms.member("Ada", StaffRole.BILLING, "lakeside")
    await rooms.desk.accounts.disable("Ada", by="tests")
    invited = await rooms.desk.accounts.reset("Ada", by="tests")
    assert isinstance(invited, Invited)
    assert (invited.staff.role, invited.staff.groups) == (StaffRole.BILLING, frozenset({1}))
    assert isinstance(await (await rooms.enrol(invited)).sign_in(), SignedIn)
    assert "staff.role_change" not in await rooms.types()
    assert ada.name == "Ada"


async def test_a_disabled_account_s_enrolment_is_over(rooms: Rooms) -> None:
    invited = await rooms.invite()
    await rooms.desk.accounts.disable("Ada", by="tests")
    assert await rooms.desk.enrol.look(secret_of(invited)) == NoEnrolment()


async def test_the_last_admin_stays_whoever_asks(rooms: Rooms) -> None:
    accounts = rooms.desk.accounts
    await rooms.house.group()
    ada = await rooms.member("Ada")
    await rooms.member("Lim", StaffRole.ADMIN, "lakeside")
    await rooms.invite("Ivy")  # not an admin yet who could do anything
    await ada.sign_in()
    assert await accounts.disable("Ada", by="tests") == LastAdmin()
    assert await accounts.reset("Ada", role=StaffRole.VIEWER, by="tests") == LastAdmin()
    assert await accounts.reset("Ada", groups=["lakeside"], by="tests") == LastAdmin()
    for role, groups in ((StaffRole.BILLING, None), (StaffRole.ADMIN, ["lakeside"])):
        assert await accounts.change("Ada", role=role, groups=groups, by="tests") == LastAdmin()
    assert isinstance(await ada.who(), StaffStay)
    assert isinstance(await accounts.change("Ada", role=StaffRole.ADMIN, groups=None, by="tests"), Changed)
    assert await accounts.disable("Lim", by="tests") == Disabled(), "she kept some groups only"
    assert isinstance(await accounts.reset("Ada", by="tests"), Invited), (
        "a lost phone is no reason to be stuck"
    )


async def test_without_an_admin_of_every_group_the_last_of_some_stays(rooms: Rooms) -> None:
    await rooms.house.group()
    await rooms.member("Lim", StaffRole.ADMIN, "lakeside")
    assert await rooms.desk.accounts.disable("Lim", by="tests") == LastAdmin()
    widened = await rooms.desk.accounts.change("Lim", role=StaffRole.ADMIN, groups=None, by="tests")
    assert isinstance(widened, Changed)


async def test_admins_who_end_each_other_at_once_leave_one(rooms: Rooms) -> None:
    names = [f"Admin {number}" for number in range(8)]
    for name in names:
        await rooms.member(name)
    disable = rooms.desk.accounts.disable
    answers = await asyncio.gather(*(disable(name, by="tests") for name in names))
    assert sorted(type(one).__name__ for one in answers) == ["Disabled"] * 7 + ["LastAdmin"]
    states = [one.state for one in await rooms.desk.accounts.list_()]
    assert states.count(StaffState.ACTIVE) == 1


async def test_a_change_of_role_and_groups_holds_at_once_and_is_audited_once(rooms: Rooms) -> None:
    lakeside = await rooms.house.group()
    await rooms.member("Ada")
    bea = await rooms.member("Bea", StaffRole.VIEWER)
    rooms.house.later(seconds=30)
    await bea.sign_in()
    change = rooms.desk.accounts.change
    for _ in range(2):
        answer = await change("bea", role=StaffRole.BILLING, groups=["lakeside"], by="tests")
        assert isinstance(answer, Changed)
    stay = await bea.who()
    assert isinstance(stay, StaffStay)
    assert (stay.staff.role, stay.staff.groups) == (StaffRole.BILLING, frozenset({lakeside.id}))
    assert (await rooms.types()).count("staff.role_change") == 1
    assert await change("nobody", role=StaffRole.BILLING, groups=None, by="tests") == NoStaff()
    assert isinstance(await change("Bea", role=StaffRole.BILLING, groups=["x"], by="tests"), tuple)


async def test_r118_an_admin_of_some_groups_keeps_no_account_beyond_them_and_gives_no_more(
    rooms: Rooms,
) -> None:
    lakeside, hilltop = await rooms.house.group(), await rooms.house.group("hilltop")
    within = frozenset({lakeside.id})
    accounts = rooms.desk.accounts
    await rooms.invite("Ada")
    await rooms.invite("Hal", StaffRole.VIEWER, "hilltop")
    await rooms.invite("Both", StaffRole.VIEWER, "hilltop", "lakeside")
    await rooms.invite("Lim", StaffRole.VIEWER, "lakeside")
    assert [one.name for one in await accounts.list_(within=within)] == ["Lim"]
    for one in await accounts.list_():
        hers = one.name == "Lim"
        assert (await accounts.get(one.id, within=within) is not None) == hers
        reset = await accounts.reset(one.name, by="tests", within=within)
        assert isinstance(reset, Invited if hers else NoStaff)
        answer = await accounts.change(
            one.name, role=StaffRole.ADMIN, groups=["lakeside"], by="tests", within=within
        )
        assert isinstance(answer, Changed if hers else NoStaff)
    for groups in (None, ["hilltop"], ["lakeside", "hilltop"]):
        more = await accounts.change("Lim", role=StaffRole.VIEWER, groups=groups, by="tests", within=within)
        assert isinstance(more, tuple)
        new = await accounts.add("New", role=StaffRole.ADMIN, groups=groups, by="tests", within=within)
        assert isinstance(new, tuple)
    assert await accounts.disable("Hal", by="tests", within=within) == NoStaff()
    assert await accounts.disable("Lim", by="tests", within=within) == Disabled()
    assert hilltop.id not in within


async def test_an_enrolment_that_ran_out_is_forgotten_with_what_was_set_in_it(rooms: Rooms) -> None:
    invited = await rooms.invite()
    await rooms.set_up(invited)
    rooms.house.later(hours=23, minutes=59)
    await rooms.house.upkeep.run_once()
    (row,) = await rows(rooms.house, "staff")
    assert row["enrol_hash"] is not None
    rooms.house.later(minutes=1)
    await rooms.house.upkeep.run_once()
    (row,) = await rows(rooms.house, "staff")
    kept = {row[name] for name in ("enrol_hash", "enrol_until", "password_hash", "totp_nonce", "totp_body")}
    assert kept == {None}
    again = await rooms.desk.accounts.reset("Ada", by="tests")
    assert isinstance(again, Invited)
    assert isinstance(await (await rooms.enrol(again)).sign_in(), SignedIn)
