"""What the PM system says of the lines while it does not know our payment yet: nothing is asked for twice."""

from datetime import timedelta

import pytest

from quickpay.domain.encounters import Line
from quickpay.domain.guarantors import Account
from quickpay.services.payer import AmountPage
from tests.factories import NOW, make_line, make_statement
from tests.services.conftest import Lakeside

OLD = make_line("8-1", remaining=5_000, date=NOW.date() - timedelta(days=30))
NEW = make_line("9-1", remaining=8_000, date=NOW.date())


@pytest.mark.parametrize(
    ("old_line", "payable"),
    [
        ((OLD,), 8_000),
        ((make_line("8-1", remaining=2_000, date=OLD.date),), 5_000),
        ((), 3_000),
        ((make_line("8-2", remaining=5_000, date=OLD.date),), 8_000),
        ((make_line("8-1", remaining=5_000, in_collections=True, date=OLD.date),), 8_000),
    ],
    ids=["as it was", "adjusted", "gone", "under another number", "in collections"],
)
async def test_a_payment_it_does_not_know_stays_deducted_whatever_became_of_its_line(
    lakeside: Lakeside, old_line: tuple[Line, ...], payable: int
) -> None:
    house = lakeside.house
    cut = make_statement(OLD.service_id, NEW.service_id)
    await house.edit(lakeside.alice, Account(lines=(OLD, NEW), statements=(cut,)))
    alice = await house.come(await house.link(lakeside.alice, single_payment=False))
    await alice.pays(amount=5_000)
    await house.edit(lakeside.alice, Account(lines=(*old_line, NEW), statements=(cut,)))
    page = await house.ordering.amounts(alice.visit)
    assert isinstance(page, AmountPage)
    assert page.balances.payable == payable
    assert page.balances.unapplied == 0, "it is on a line, as far as we know"
