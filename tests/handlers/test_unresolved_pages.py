"""Payments without an end, differences and locked links as the staff and the patient meet them."""

from collections.abc import AsyncIterator

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.differences import missing_here
from quickpay.domain.payments import PaymentState
from quickpay.domain.staff import StaffRole
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.people import House

LIST, DIFFERENCES = "/staff/payments/unresolved", "/staff/payments/differences"


@pytest.fixture
async def here(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


async def test_billing_decides_in_two_steps_what_nobody_can_tell(here: StaffSite) -> None:
    house = here.site.house
    payment = await (await house.come(await here.site.link())).pays("tok_broken")
    house.later(hours=25)
    billing = await here.sign_in(await here.member("Bill", StaffRole.BILLING))
    assert "1 payment has no end yet, the oldest for 1 day" in (await billing.get("/staff")).words
    path = f"/staff/payments/{payment.id}/resolve"
    assert path in (await billing.get(LIST)).text
    file = await billing.get(f"/staff/payments/{payment.id}")
    assert (f'href="{path}"' in file.text, "Nobody can tell yet whether it was charged" in file.words) == (
        1,
        1,
    )
    page = await billing.get(path)
    assert "Gateway now It knows no charge of this payment." in page.words
    asked = {"decision": "not_charged", "because": "seen_at_gateway"}
    for wrong, field in (({}, "decision"), ({"decision": "charged", "because": "given_back"}, "transaction")):
        refused = await billing.post(path, wrong)
        assert (refused.status, f'href="#{field}' in refused.text) == (422, True)
    against = {"decision": "charged", "transaction": "ch_1", "because": "told_by_gateway"}
    refused = await billing.post(path, against | {"sure": "yes"})
    assert "knows no charge of this payment. Say that it was not charged, or have" in refused.words
    changed = await billing.post(path, against | {"sure": "yes", "change": "yes"})
    assert (changed.status, 'value="ch_1"' in changed.text, "Are you sure?" in changed.words) == (
        200,
        True,
        False,
    )
    assert '<option value="told_by_gateway" selected>' in changed.text
    sure = await billing.post(path, asked)
    assert (sure.status, "Are you sure?" in sure.words) == (200, True)
    assert (await house.payment(payment.id)).state is PaymentState.UNKNOWN, (
        "nothing is done by the first press"
    )
    done = await billing.post(path, asked | {"sure": "yes"})
    assert "It has ended as you decided." in (await billing.get(done.to)).words
    assert (await house.payment(payment.id)).state is PaymentState.DECLINED
    viewer = await here.sign_in(await here.member("Vera", StaffRole.VIEWER))
    assert (await viewer.get(LIST)).status == 200
    assert (await viewer.get(path)).status == 403
    assert "It took no money." in (await viewer.get(f"/staff/payments/{payment.id}")).words


async def test_a_difference_is_explained_in_two_steps(here: StaffSite) -> None:
    house = here.site.house
    now = house.clock.now()
    lost = missing_here("ch_nobody", None, reference=None, amount=4_200, at=now)
    await house.do(lambda tx: tx.differences.see(lost, now=now))
    browser = await here.sign_in(await here.member("Bill", StaffRole.BILLING))
    assert "1 difference to the gateway's list" in (await browser.get("/staff")).text.replace("&#39;", "'")
    page = await browser.get(DIFFERENCES)
    assert "ch_nobody" in page.text
    assert "$42.00" in page.text
    path = f"{DIFFERENCES}/1/explain"
    assert (await browser.post(path, {"reason": "because"})).status == 422
    assert "Are you sure?" in (await browser.post(path, {"reason": "a_test"})).words
    assert (await browser.post(path, {"reason": "a_test", "sure": "yes"})).to == DIFFERENCES
    assert "It was a test (Bill)" in (await browser.get(DIFFERENCES)).words
    hers = await here.sign_in(await here.member("Own", StaffRole.ADMIN, "lakeside"))
    assert "ch_nobody" not in (await hers.get(DIFFERENCES)).text, "nobody's, so for who sees every group"
    for number in ("1", "99", "x", "9" * 30):
        assert (await hers.get(f"{DIFFERENCES}/{number}/explain")).status == 404


async def test_a66_a_locked_link_says_to_call_the_office_which_unlocks_it(here: StaffSite) -> None:
    house = here.site.house
    await here.site.options(footer_phone="(608) 555-0100")
    link = await here.site.link(max_uses=9)
    for number in range(5):
        house.later(minutes=11)
        person = await house.come(link, address=f"203.0.113.{number}")
        await person.pays("tok_declined", amount=100)
    patient = here.site.browser()
    await patient.come_to_pay(link, amount="1.00")
    refused = await patient.post("/pay/details", {"card_token": "tok_approved"})
    assert refused.status == 429
    for words in ("Please call the office", "Your card was not charged this time.", "(608) 555-0100"):
        assert words in refused.words
    desk = await here.sign_in(await here.member("Fred", StaffRole.FRONT_DESK))
    path = f"/staff/links/{link.id}"
    page = await desk.get(path)
    assert "Takes no cards: too many were declined" in page.words
    assert "No card was taken: too many were declined through this link." in page.words
    assert "Unlock this link" in (await desk.get(f"{path}/unlock")).words
    done = await desk.post(f"{path}/unlock")
    assert "This link takes cards again." in (await desk.get(done.to)).words
    house.later(seconds=1)
    await patient.come_to_pay(link, amount="1.00")
    assert (await patient.pay()).payment_status == "paid"
