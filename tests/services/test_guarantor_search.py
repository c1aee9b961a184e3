"""The desk finds a guarantor by name, number or contact; signs are only signs, and only in her groups."""

import pytest

from quickpay.domain.guarantors import Account, Guarantor
from quickpay.domain.staff import Staff, StaffRole, StaffState
from quickpay.services.guarantors.search import AT_ONCE, LAST_PAGE, LOOKED_OVER, Found, GuarantorSearch
from tests.factories import make_account
from tests.people import House
from tests.services.conftest import Lakeside
from tests.services.rows import rows

NASTY = [
    "'",
    "''",
    '"',
    "' OR '1'='1",
    "'; DROP TABLE guarantors; --",
    "1; SELECT 1",
    "x' UNION SELECT password_hash FROM staff --",
    "%",
    "%%",
    "_",
    "____",
    "Al%",
    "A_ice",
    "[a-z]*",
    "*",
    "\\",
    "\\%",
    "$1",
    "?",
    ":name",
    "{{7*7}}",
    "\x1b[31m",
    "\U0010ffff",
    "\u202e",
    "a" * 10_000,
    "' " * 5_000,
]


def staff_of(*groups: int, everywhere: bool = False) -> Staff:
    return Staff(
        id=7,
        name="Ada",
        role=StaffRole.FRONT_DESK,
        groups=None if everywhere else frozenset(groups),
        state=StaffState.ACTIVE,
    )


ADA = staff_of(everywhere=True)


def search_of(house: House) -> GuarantorSearch:
    return GuarantorSearch(store=house.store, clock=house.clock, digests=house.digests)


async def names(house: House, typed: str, staff: Staff = ADA, **how: str) -> list[str]:
    found = await search_of(house).find(staff, typed, **how)  # type: ignore[arg-type]  # words only
    return [line.guarantor.number for line in found.lines]


@pytest.fixture
async def people(lakeside: Lakeside) -> Lakeside:
    """Alice (10067, Alicia "Alice" Example) and some whose names are like hers."""
    house, group = lakeside.house, lakeside.group
    for number, first, preferred, last, email, mobile in (
        ("20001", "José", None, "Núñez-Prado", "jose@example.com", "+16085550102"),
        ("10068", "Alan", None, "Exner", None, None),
        ("A-55%", "Shawn", "Al", "O'Brien", "Shawn.OBrien@example.com", "+16085550103"),
        ("A-550", "Alice", None, "Under_score", None, None),
    ):
        await house.guarantor(
            group,
            Account(),
            number=number,
            first_name=first,
            preferred_name=preferred,
            last_name=last,
            email=email,
            mobile=mobile,
        )
    return lakeside


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("Alice", ["10067", "A-550"]),
        ("alicia", ["10067"]),
        ("EXAMPLE alice", ["10067"]),
        ("ali exa", ["10067"]),
        ("ex al", ["10067", "10068"]),
        ("Example, Alicia", ["10067"]),
        ("jose nunez", ["20001"]),
        ("JOSÉ", ["20001"]),
        ("prado", ["20001"]),
        ("nunez-pra", ["20001"]),
        ("obrien", ["A-55%"]),
        ("O\u2019Brien al", ["A-55%"]),
        ("1006", ["10067", "10068"]),
        ("10067", ["10067"]),
        ("100", ["10067", "10068"]),
        ("10", []),
        ("a-55", ["A-55%", "A-550"]),
        ("A-55%", ["A-55%"]),
        ("alice@example.com", ["10067"]),
        ("ALICE@EXAMPLE.com", ["10067"]),
        (" shawn.obrien@example.com ", ["A-55%"]),
        ("alice@example", []),
        ("(608) 555-0102", ["20001"]),
        ("608.555.0102", ["20001"]),
        ("+1 608 555 0102", ["20001"]),
        ("6085550102", ["20001"]),
        ("555-0102", []),
        ("lice", []),
        ("alice bob", []),
        ("alice example extra words too many names", []),
    ],
)
async def test_who_is_found(people: Lakeside, typed: str, numbers: list[str]) -> None:
    assert sorted(await names(people.house, typed)) == sorted(numbers)


@pytest.mark.parametrize("typed", NASTY)
async def test_a62_signs_are_signs_and_find_nobody(people: Lakeside, typed: str) -> None:
    assert await names(people.house, typed) == []
    assert len(await rows(people.house, "guarantors")) == 5


async def test_a62_a_sign_finds_the_one_who_has_it(people: Lakeside) -> None:
    assert await names(people.house, "under_") == ["A-550"]
    assert await names(people.house, "a-55%") == ["A-55%"]


async def test_the_one_with_the_very_number_comes_first(people: Lakeside) -> None:
    house = people.house
    await house.guarantor(people.group, Account(), number="100678", first_name="Aaron", last_name="Aaa")
    assert await names(house, "10067") == ["10067", "100678"]


async def test_a59_nobody_is_found_in_another_s_groups(people: Lakeside) -> None:
    house = people.house
    hilltop = await house.group("hilltop")
    await house.guarantor(hilltop, Account(), number="30001")
    both = staff_of(people.group.id, hilltop.id)
    assert sorted(await names(house, "alicia", both)) == ["10067", "30001"]
    assert await names(house, "alicia", staff_of(hilltop.id)) == ["30001"]
    assert await names(house, "10067", staff_of(hilltop.id)) == []
    assert await names(house, "alicia", staff_of(hilltop.id), group="lakeside") == []
    assert await names(house, "alicia", staff_of()) == []
    assert await names(house, "alicia", both, group="hilltop") == ["30001"]
    assert await names(house, "alicia", both, group="nowhere") == []


async def test_a_changed_guarantor_is_found_by_what_is_true_now(people: Lakeside) -> None:
    house = people.house
    await house.edit(people.alice, last_name="Married", email=None, mobile="+16085550104")
    assert await names(house, "alicia example") == []
    assert await names(house, "alicia married") == ["10067"]
    assert await names(house, "alice@example.com") == []
    assert await names(house, "(608) 555-0104") == ["10067"]
    before = await rows(house, "guarantor_keys")
    await house.edit(people.alice, last_name="Married", email=None, mobile="+16085550104")
    assert await rows(house, "guarantor_keys") == before


async def test_payable_and_live_links_stand_beside_the_name(lakeside: Lakeside) -> None:
    house, alice = lakeside.house, lakeside.alice
    for given in ({}, {}, {"max_uses": 1, "uses": 1}, {"expires_at": house.clock.now()}):
        await house.link(alice, **given)
    ended = await house.link(alice)
    await house.end(ended)
    found = await search_of(house).find(ADA, "alice")
    (line,) = found.lines
    assert (line.payable, line.live_links, line.group.slug) == (12_550, 2, "lakeside")


async def test_there_are_fifty_on_a_page_and_an_end_to_the_pages(lakeside: Lakeside) -> None:
    house = lakeside.house

    async def crowd(number: int) -> Guarantor:
        return await house.guarantor(
            lakeside.group, Account(), number=f"9{number:03}", first_name="Zed", last_name=f"Zz{number:03}"
        )

    for number in range(AT_ONCE + 1):
        await crowd(number)
    search = search_of(house)

    async def page(number: int) -> Found:
        return await search.find(ADA, "zed", page=number)

    first, second = await page(1), await page(2)
    assert (len(first.lines), first.more) == (AT_ONCE, True)
    assert [line.guarantor.last_name for line in second.lines] == ["Zz050"]
    assert not second.more
    assert (await page(10**6)).page == LAST_PAGE
    assert (await page(-3)).page == 1


async def test_what_was_typed_is_read_again_by_the_same_one_only(lakeside: Lakeside) -> None:
    search = search_of(lakeside.house)
    sealed = search.seal(ADA, "Alice")
    assert search.unseal(ADA, sealed) == "Alice"
    other = Staff(id=8, name="Bea", role=StaffRole.ADMIN, groups=None, state=StaffState.ACTIVE)
    assert search.unseal(other, sealed) is None


async def test_open_balances_are_those_something_is_payable_of_now(lakeside: Lakeside) -> None:
    house, group = lakeside.house, lakeside.group
    for place in range(LOOKED_OVER + 5):
        account = make_account() if place % 50 == 1 else Account()
        await house.guarantor(
            group, account, number=f"R{place:03}", first_name="Ro", last_name=f"Roe{place:03}"
        )
    search = search_of(house)
    first = await search.find(ADA, "roe", open_only=True)
    assert [one.guarantor.number for one in first.lines] == ["R001", "R051", "R101", "R151"]
    assert all(one.payable > 0 for one in first.lines)
    assert first.more
    second = await search.find(ADA, "roe", open_only=True, page=2)
    assert [one.guarantor.number for one in second.lines] == ["R201"]
    assert not second.more
    everybody = await search.find(ADA, "roe")
    assert len(everybody.lines) == AT_ONCE
    assert {one.guarantor.number for one in everybody.lines} >= {"R000", "R001"}
