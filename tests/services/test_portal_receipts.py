"""Receipts on the portal: every payment however made, once, with what it was put on."""

from dataclasses import replace
from datetime import date

import pytest

from quickpay.domain.guarantors import Account
from quickpay.domain.money import Cents
from quickpay.domain.receipts import ReceiptStatus
from quickpay.services.portal.pages import NoSuchPage
from quickpay.services.portal.receipts import ReceiptPage
from tests.factories import TODAY, make_outside_receipt
from tests.people import Person
from tests.services.conftest import Lakeside
from tests.services.portal_account import ACCOUNT, member, receipts


@pytest.fixture
async def alice(lakeside: Lakeside) -> Person:
    await lakeside.house.edit(lakeside.alice, ACCOUNT)
    return await member(lakeside.house, lakeside.alice)


async def _listed(person: Person) -> list[tuple[str, int, str]]:
    page = await receipts(person)
    return [(one.number, one.amount, one.status or one.said) for one in page.receipts.items]


async def test_ours_and_the_pm_systems_stand_together_the_newest_first(alice: Person) -> None:
    await alice.pays("tok_declined", amount=17_000)
    await alice.pays(amount=17_000)
    assert await _listed(alice) == [
        ("2", 17_000, "Paid"),
        ("1", 0, "Unsuccessful"),
        ("A-5501", 2_500, "Paid"),
    ]


@pytest.mark.parametrize("number", ["1", "0001"])
async def test_one_of_ours_is_listed_once_when_the_pm_system_names_it(
    lakeside: Lakeside, alice: Person, number: str
) -> None:
    await alice.pays(amount=1_000)
    told = make_outside_receipt(
        number=number, date=TODAY, amount=Cents(1_000), applied=Cents(600), refunded=Cents(100)
    )
    await lakeside.house.edit(lakeside.alice, replace(ACCOUNT, receipts=(told,)))
    (only,) = (await receipts(alice)).receipts.items
    assert (only.number, only.amount, only.refunded, only.unapplied) == ("1", 1_000, 100, 300)
    assert only.payment is not None, "with its card and transaction"


async def test_a_receipt_says_which_lines_it_went_on_and_what_is_left_of_them(alice: Person) -> None:
    payment = await alice.pays(amount=17_000)
    page = await alice.house.portal.receipt(alice.visit, "1")
    assert isinstance(page, ReceiptPage)
    assert [(one.service_id, one.amount, one.line and one.line.remaining) for one in page.posted] == [
        ("1-1", 15_000, 0),
        ("2-1", 2_000, 6_000),
    ]
    assert page.receipt.payment == payment


async def test_a_line_the_pm_system_lists_no_more_keeps_its_number(lakeside: Lakeside, alice: Person) -> None:
    await alice.pays(amount=1_000)
    await lakeside.house.edit(lakeside.alice, Account())
    page = await alice.house.portal.receipt(alice.visit, "1")
    assert isinstance(page, ReceiptPage)
    assert [(one.service_id, one.line) for one in page.posted] == [("1-1", None)]


@pytest.mark.parametrize(
    ("said", "status", "amount"),
    [
        ("Paid", ReceiptStatus.PAID, 2_500),
        ("unsuccessful", ReceiptStatus.UNSUCCESSFUL, 0),
        ("Voided", None, 2_500),
    ],
)
async def test_what_the_pm_system_says_of_its_own_is_shown_as_it_says_it(
    lakeside: Lakeside, alice: Person, said: str, status: ReceiptStatus | None, amount: int
) -> None:
    told = make_outside_receipt(status=said, applied=Cents(0))
    await lakeside.house.edit(lakeside.alice, replace(ACCOUNT, receipts=(told,)))
    (only,) = (await receipts(alice)).receipts.items
    assert (only.status, only.amount, only.unapplied) == (status, amount, amount)


async def test_a59_another_guarantors_receipt_and_statement_are_not_there(
    lakeside: Lakeside, alice: Person
) -> None:
    house = lakeside.house
    theirs = replace(
        ACCOUNT,
        statements=(replace(ACCOUNT.statements[0], id="S-BOB"),),
        receipts=(make_outside_receipt(number="B-1", date=date(2026, 1, 1)),),
    )
    other_group = await house.group("hilltop")
    for number, group in (("2", lakeside.group), ("3", other_group)):
        bob = await member(house, await house.guarantor(group, theirs, number=number))
        payment = await bob.pays(amount=500)
        assert isinstance(await house.portal.receipt(bob.visit, str(payment.receipt_number)), ReceiptPage)
        for receipt in (str(payment.receipt_number), "B-1", "", "9999"):
            assert await house.portal.receipt(alice.visit, receipt) == NoSuchPage()
        assert await house.portal.statement(alice.visit, "S-BOB") == NoSuchPage()
    assert await _listed(alice) == [("A-5501", 2_500, "Paid")]
