"""Staff sign in with three things at once, are let in for a while, and are locked out in time (R119)."""

import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from quickpay.adapters.passwords import Argon2Passwords
from quickpay.domain.staff import StaffRole
from quickpay.services.staff.accounts import Disabled, NoStaff
from quickpay.services.staff.sign_in import NoStaffStay, NotSignedIn, SignedIn, SignInLocked, StaffStay
from quickpay.services.stay import Gone
from tests.people import KEYS, House
from tests.services.rows import rows
from tests.staff_people import ADDRESS, CHEAP, Member, Rooms, visit


@pytest.fixture
def rooms(house: House) -> Rooms:
    return Rooms(house)


@pytest.fixture
async def ada(rooms: Rooms) -> Member:
    return await rooms.member()


async def test_r119_all_three_together_let_her_in(rooms: Rooms, ada: Member) -> None:
    signed_in = await ada.sign_in(name="  aDA ", code=f"{ada.code()[:3]} {ada.code()[3:]}")
    assert isinstance(signed_in, SignedIn)
    stay = await ada.who()
    assert isinstance(stay, StaffStay)
    assert (stay.staff.name, stay.staff.role, stay.staff.groups) == ("Ada", StaffRole.ADMIN, None)
    assert (await rooms.types())[-1] == "staff.login"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Eve"},
        {"name": ""},
        {"password": "a heron waits by seven boat"},
        {"password": ""},
        {"password": "x" * 100_000},
        {"code": "000000"},
        {"code": ""},
        {"code": "1" * 400},
    ],
    ids=str,
)
async def test_r119_a60_one_wrong_thing_keeps_her_out_and_all_are_told_the_same(
    ada: Member, wrong: dict[str, str]
) -> None:
    assert await ada.sign_in(**wrong) == NotSignedIn()
    assert isinstance(await ada.sign_in(), SignedIn)


async def test_a60_what_was_wrong_is_in_the_audit_and_no_name_or_password_is(
    rooms: Rooms, ada: Member
) -> None:
    await ada.sign_in(name="typed-password-as-name")
    await ada.sign_in(password="wrong wrong wrong")
    await ada.sign_in(code="000000")
    failed = [(actor, detail) for kind, actor, detail in await rooms.told() if kind == "staff.failed"]
    assert failed == [
        ("nobody", '{"reason":"unknown"}'),
        ("staff 1", '{"reason":"password"}'),
        ("staff 1", '{"reason":"code"}'),
    ]


async def test_r119_a_code_is_good_once_and_an_older_one_never_after(rooms: Rooms, ada: Member) -> None:
    used = ada.code()
    assert isinstance(await ada.sign_in(code=used), SignedIn)
    assert await ada.sign_in(code=used) == NotSignedIn()
    assert await ada.sign_in(code=ada.code(ago=30)) == NotSignedIn()
    assert '"used_code"' in (await rooms.told())[-1][2]
    rooms.house.later(seconds=30)
    assert isinstance(await ada.sign_in(), SignedIn)


async def test_r119_a_code_sent_by_many_at_once_lets_one_in(ada: Member) -> None:
    code = ada.code()
    answers = await asyncio.gather(*(ada.sign_in(code=code, address=f"192.0.2.{n}") for n in range(9)))
    assert [type(one) for one in answers].count(SignedIn) == 1


async def test_r119_a_phone_half_a_minute_off_is_let_in_and_a_minute_off_is_not(ada: Member) -> None:
    assert await ada.sign_in(code=ada.code(ago=-60)) == NotSignedIn()
    assert await ada.sign_in(code=ada.code(ago=60)) == NotSignedIn()
    assert isinstance(await ada.sign_in(code=ada.code(ago=-30)), SignedIn)


@pytest.mark.parametrize("known", [True, False])
async def test_r119_a60_ten_failures_shut_a_name_for_thirty_minutes_known_or_not(
    rooms: Rooms, ada: Member, known: bool
) -> None:
    name = "Ada" if known else "Nobody"
    for tried in range(10):
        assert await ada.sign_in(name=name, password="no" * 9, address=f"192.0.2.{tried}") == NotSignedIn()
    assert await ada.sign_in(name=name, address="192.0.2.99") == SignInLocked()
    assert (await rooms.types()).count("staff.locked") == 1
    rooms.house.later(minutes=29, seconds=59)
    assert await ada.sign_in(name=name, address="192.0.2.99") == SignInLocked()
    rooms.house.later(seconds=1)
    answer = await ada.sign_in(name=name, address="192.0.2.99")
    assert isinstance(answer, SignedIn if known else NotSignedIn)


async def test_r119_a60_ten_failures_shut_an_address_whatever_the_names(rooms: Rooms, ada: Member) -> None:
    for tried in range(10):
        assert await ada.sign_in(name=f"guess {tried}") == NotSignedIn()
    assert await ada.sign_in() == SignInLocked()
    assert isinstance(await ada.sign_in(address="192.0.2.1"), SignedIn)
    rooms.house.later(minutes=30)
    assert isinstance(await ada.sign_in(), SignedIn)


async def test_r119_success_gives_the_name_its_tries_back_and_the_address_none_of_the_others(
    rooms: Rooms, ada: Member
) -> None:
    for _ in range(3):
        for tried in range(9):
            await ada.sign_in(password="no" * 9, address=f"192.0.2.{tried}")
        assert isinstance(await ada.sign_in(address="192.0.2.77"), SignedIn)
        rooms.house.later(seconds=30)
    for tried in range(9):
        await ada.sign_in(name=f"guess {tried}", address="192.0.2.88")
    assert isinstance(await ada.sign_in(address="192.0.2.88"), SignedIn)
    assert await ada.sign_in(name="guess", address="192.0.2.88") == NotSignedIn()
    rooms.house.later(seconds=30)
    assert await ada.sign_in(address="192.0.2.88") == SignInLocked()


class Compared:
    """Passwords that count how often somebody asked (port `Passwords`)."""

    def __init__(self) -> None:
        self.times = 0

    async def digest(self, password: str) -> str:
        return await CHEAP.digest(password)

    async def matches(self, password: str, digest: str | None) -> bool:
        self.times += 1
        return await CHEAP.matches(password, digest)

    async def is_common(self, password: str, *, words: tuple[str, ...]) -> bool:
        return await CHEAP.is_common(password, words=words)


@pytest.mark.parametrize("of", ["name", "address"])
async def test_r119_a60_a_burst_gets_no_more_than_ten_compared(house: House, of: str) -> None:
    passwords = Compared()
    rooms = Rooms(house, passwords=passwords)
    ada = await rooms.member()
    answers = await asyncio.gather(
        *(
            ada.sign_in(
                name="Ada" if of == "name" else f"guess {n}",
                password=f"guess {n}",
                address=f"192.0.2.{n}" if of == "name" else ADDRESS,
            )
            for n in range(40)
        )
    )
    assert passwords.times <= 10
    assert set(map(type, answers)) <= {NotSignedIn, SignInLocked}
    assert await ada.sign_in(address="192.0.2.200" if of == "name" else ADDRESS) == SignInLocked()


@pytest.mark.parametrize(("minutes", "there"), [(14.99, True), (15, False)])
async def test_r119_a_session_ends_after_fifteen_idle_minutes(
    rooms: Rooms, ada: Member, minutes: float, there: bool
) -> None:
    await ada.sign_in()
    rooms.house.later(minutes=10)
    assert isinstance(await ada.who(), StaffStay)
    rooms.house.later(minutes=minutes)
    stay = await ada.who()
    assert isinstance(stay, StaffStay) is there
    if not there:
        assert stay == NoStaffStay(why=Gone.EXPIRED)


async def test_r119_a_session_ends_after_twelve_hours_however_busy(rooms: Rooms, ada: Member) -> None:
    await ada.sign_in()
    for _ in range(12 * 6 - 1):
        rooms.house.later(minutes=10)
        assert isinstance(await ada.who(), StaffStay)
    rooms.house.later(minutes=9, seconds=59)
    assert isinstance(await ada.who(), StaffStay)
    rooms.house.later(seconds=1)
    assert await ada.who() == NoStaffStay(why=Gone.EXPIRED)


async def test_r119_each_sign_in_has_a_new_id_and_the_old_one_is_dead(rooms: Rooms, ada: Member) -> None:
    await ada.sign_in()
    first = ada.secret
    rooms.house.later(seconds=30)
    await ada.sign_in()
    assert ada.secret != first
    assert await rooms.desk.sign_in.who(visit(first)) == NoStaffStay(why=Gone.SIGNED_OUT)


async def test_an_id_nobody_gave_out_opens_nothing(rooms: Rooms, ada: Member) -> None:
    ada.secret = b"x" * 32
    assert await ada.who() == NoStaffStay(why=Gone.NEVER)
    assert isinstance(await ada.sign_in(), SignedIn)
    assert await rooms.desk.sign_in.who(visit(b"x" * 32)) == NoStaffStay(why=Gone.NEVER)


async def test_signing_out_ends_the_session_once(rooms: Rooms, ada: Member) -> None:
    await ada.sign_in()
    await rooms.desk.sign_in.sign_out(visit(ada.secret))
    await rooms.desk.sign_in.sign_out(visit(ada.secret))
    await rooms.desk.sign_in.sign_out(visit(None))
    assert await ada.who() == NoStaffStay(why=Gone.SIGNED_OUT)
    assert (await rooms.types())[-2:] == ["staff.login", "staff.logged_out"]


async def test_r119_a_disabled_account_is_out_at_the_next_request_and_stays_out(
    rooms: Rooms, ada: Member
) -> None:
    await rooms.member("Bea")
    await ada.sign_in()
    assert await rooms.desk.accounts.disable("ada", by="tests") == Disabled()
    assert await rooms.desk.accounts.disable("ada", by="tests") == NoStaff()
    assert isinstance(await ada.who(), NoStaffStay)
    rooms.house.later(seconds=30)
    assert await ada.sign_in() == NotSignedIn()
    assert await rooms.desk.accounts.disable("nobody", by="tests") == NoStaff()


async def test_a_code_of_a_key_before_the_rotation_is_good_and_is_sealed_anew(house: House) -> None:
    house.furnish((KEYS[1],))
    ada = await Rooms(house).member()
    for keys in (KEYS, KEYS[:1]):
        house.furnish(keys)
        house.clock.advance(timedelta(seconds=30))
        ada.rooms = Rooms(house)
        assert isinstance(await ada.sign_in(), SignedIn), keys


async def test_without_its_key_the_sealed_secret_is_noise(house: House) -> None:
    house.furnish((KEYS[1],))
    ada = await Rooms(house).member()
    house.furnish(KEYS[:1])
    ada.rooms = Rooms(house)
    assert await ada.sign_in() == NotSignedIn()
    kept = await house.do(lambda tx: tx.staff.proofs(1))
    assert kept.totp is not None
    assert kept.totp.body != ada.totp.byte_secret()
    assert kept.password is not None
    assert kept.password.startswith("$argon2id$")


async def test_a_password_is_digested_anew_at_the_sign_in_after_the_numbers_grew(house: House) -> None:
    ada = await Rooms(house).member()
    before = (await rows(house, "staff"))[0]["password_hash"]
    house.later(seconds=30)
    await ada.sign_in()
    assert (await rows(house, "staff"))[0]["password_hash"] == before, "the numbers are the same"
    grown = Argon2Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    ada.rooms = Rooms(house, passwords=grown)
    house.later(seconds=30)
    assert await ada.sign_in(password="not hers, not at all") == NotSignedIn()
    assert (await rows(house, "staff"))[0]["password_hash"] == before, "nobody else's is kept"
    assert isinstance(await ada.sign_in(), SignedIn)
    after = (await rows(house, "staff"))[0]["password_hash"]
    assert "m=16,t=2" in after
    assert not grown.outgrown(after)
    house.later(seconds=30)
    assert isinstance(await ada.sign_in(), SignedIn)


async def test_a_digest_that_was_changed_meanwhile_is_not_put_back(house: House) -> None:
    await Rooms(house).member()
    assert not await house.do(lambda tx: tx.staff.rehash(1, was="another", password="new"))


async def test_rows_of_sessions_that_are_over_go_away_after_a_month(rooms: Rooms, ada: Member) -> None:
    await ada.sign_in()
    await ada.rooms.desk.sign_in.sign_out(visit(ada.secret))
    rooms.house.later(seconds=30)
    await ada.sign_in()  # and never signs out
    rooms.house.later(days=29, hours=23)
    await rooms.house.upkeep.run_once()
    assert len(await rows(rooms.house, "staff_sessions")) == 3, "with the one of her enrolment"
    rooms.house.later(hours=2)
    await rooms.house.upkeep.run_once()
    assert await rows(rooms.house, "staff_sessions") == []
    assert isinstance(await ada.sign_in(), SignedIn)
    await rooms.house.upkeep.run_once()
    assert isinstance(await ada.who(), StaffStay)
