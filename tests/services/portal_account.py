"""Alice's account as the portal's tests have it, and Alice past the challenge."""

from datetime import date
from typing import Any

from quickpay.domain.guarantors import Account, Guarantor
from quickpay.domain.money import Cents
from quickpay.services.portal.pages import HomePage
from quickpay.services.portal.receipts import ReceiptsPage
from tests.factories import make_line, make_outside_receipt, make_statement
from tests.people import House, Person

ACCOUNT = Account(
    lines=(
        make_line("1-1", date=date(2026, 8, 1), remaining=15_000, insurance_pending=Cents(100)),
        make_line("2-1", date=date(2026, 10, 20), remaining=8_000, insurance_pending=Cents(20)),
        make_line(
            "3-1", date=date(2026, 1, 9), remaining=6_000, insurance_pending=Cents(3), in_collections=True
        ),
    ),
    statements=(
        make_statement("1-1", id="S-2", date=date(2026, 9, 15), due_date=date(2026, 10, 15), balance=20_123),
        make_statement("3-1", id="S-1", date=date(2026, 2, 1), due_date=date(2026, 3, 3), balance=6_100),
    ),
    receipts=(make_outside_receipt(),),
)
"""Statement balance 201.23, amount due 150.00, current balance 230.00, 60.00 with a collector."""


async def member(house: House, guarantor: Guarantor, **link: Any) -> Person:
    """Somebody who came by a link that takes any number of payments, and passed the challenge."""
    person = await house.come(await house.link(guarantor, **({"single_payment": False} | link)))
    await person.prove()
    return person


async def home(person: Person) -> HomePage:
    """Home as she sees it."""
    page = await person.house.portal.home(person.visit)
    assert isinstance(page, HomePage), page
    return page


async def receipts(person: Person) -> ReceiptsPage:
    """The first page of her receipts."""
    page = await person.house.portal.receipts(person.visit, 1)
    assert isinstance(page, ReceiptsPage), page
    return page
