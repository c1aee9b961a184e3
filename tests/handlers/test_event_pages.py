"""The staff's pages of what the PM system has not acknowledged, and of who is told of events."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.endpoints import DeliveryState, DisabledBy
from quickpay.domain.money import Cents
from quickpay.domain.reach import EVERYWHERE
from quickpay.domain.refunds import Refund
from quickpay.domain.staff import StaffRole
from quickpay.handlers.staff.events.words import AT_REST, SINCE, SINCE_WORDS, STATES, age
from quickpay.services.events.endpoints import EndpointAsked, EndpointKept
from quickpay.services.events.feed import PaymentView
from quickpay.services.settling.refunds import GiveBack
from tests.handlers.site import Browser
from tests.handlers.staff_site import StaffSite, staff_site_of
from tests.people import House
from tests.services.rows import rows

UNACKNOWLEDGED = "/staff/payments/unacknowledged"
HOOK = "/staff/webhooks/pm"


@pytest.fixture
async def here(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


@pytest.fixture
async def ada(here: StaffSite) -> Browser:
    return await here.sign_in(await here.member("Ada"))


async def pays(here: StaffSite, amount: int = 1_000) -> str:
    alice = await here.site.house.come(await here.site.link())
    return (await alice.pays(amount=amount)).id


async def endpoint(here: StaffSite, name: str = "pm", **asked: object) -> None:
    new = EndpointAsked(
        **{"url": "https://hooks.example.com/in", "group": "lakeside", "events": ("payment.succeeded",)}
        | asked  # type: ignore[arg-type]  # as a test gives them
    )
    assert isinstance(await here.site.desk.endpoints.put(name, new, by="tests"), EndpointKept)


async def test_what_is_not_acknowledged_stands_there_with_its_age_the_oldest_first(
    here: StaffSite, ada: Browser
) -> None:
    assert "has acknowledged every payment" in (await ada.get(UNACKNOWLEDGED)).words
    assert "not acknowledged by the PM" not in (await ada.get("/staff")).words
    first = await pays(here, 1_000)
    here.site.house.later(minutes=10)
    await pays(here, 2_500)
    page = await ada.get(UNACKNOWLEDGED)
    assert "2 payments, $35.00 together; the oldest waits 10 minutes." in page.words
    assert page.words.index("$10.00") < page.words.index("$25.00")
    assert "too long" not in page.words
    assert (
        "2 payments are not acknowledged by the PM system; the oldest waits 10 minutes"
        in (await ada.get("/staff")).words
    )
    await here.site.desk.feed.ack(first, by="pm")
    assert "1 payment, $25.00" in (await ada.get(UNACKNOWLEDGED)).words


async def test_past_a_day_there_is_a_warning(here: StaffSite) -> None:
    await pays(here)
    here.site.house.later(days=1)
    ada = await here.sign_in(await here.member("Ada"))
    page = await ada.get(UNACKNOWLEDGED)
    assert "Something has waited for more than 1 day." in page.words
    assert "1 day , too long" in page.words
    assert "the oldest waits 1 day, which is too long" in (await ada.get("/staff")).words


async def test_a_payment_the_pm_system_named_is_its_own_and_a_declined_one_nobody_s(
    here: StaffSite, ada: Browser
) -> None:
    house = here.site.house
    await pays(here)
    alice = await house.come(await here.site.link())
    await alice.pays("tok_declined")
    [number] = [one["number"] for one in await rows(house, "receipts") if one["status"] == "Paid"]
    await house.do(lambda tx: tx.payments.settle_by_pm(here.site.alice.id, receipt_numbers=(str(number),)))
    assert "has acknowledged every payment" in (await ada.get(UNACKNOWLEDGED)).words


async def test_a_refund_stands_there_until_the_pm_system_has_it(here: StaffSite, ada: Browser) -> None:
    house, desk = here.site.house, here.site.desk
    payment = await pays(here, 1_000)
    await desk.feed.ack(payment, by="pm")
    house.later(days=3)
    ada = await here.sign_in(await here.member("Bea"))
    assert isinstance(
        await desk.refunds.give(payment, GiveBack(amount=Cents(400), reason="r", by="a"), within=EVERYWHERE),
        Refund,
    )
    house.later(minutes=5)
    page = await ada.get(UNACKNOWLEDGED)
    assert "1 payment, $0.00 together and $4.00 given back; the oldest waits 5 minutes." in page.words
    assert "$10.00" not in page.words
    again = await desk.feed.ack(payment, by="pm")
    assert isinstance(again, PaymentView)
    assert "has acknowledged every payment" in (await ada.get(UNACKNOWLEDGED)).words
    assert isinstance(
        await desk.refunds.give(payment, GiveBack(amount=None, reason="r", by="a"), within=EVERYWHERE), Refund
    )
    assert "and $6.00 given back" in (await ada.get(UNACKNOWLEDGED)).words
    number = str((await house.payment(payment)).receipt_number)
    for told, left in ((500, "$5.00 given back"), (1_000, "has acknowledged every payment")):
        await house.do(
            lambda tx, told=told: tx.payments.hear_of_refunds(here.site.alice.id, {number: Cents(told)})
        )
        assert left in (await ada.get(UNACKNOWLEDGED)).words


async def test_r118_only_payments_of_her_groups_are_there(here: StaffSite) -> None:
    await here.site.house.group("hilltop")
    await pays(here)
    for role in StaffRole:
        own = await here.sign_in(await here.member(f"own {role.value}", role, "lakeside"))
        assert "$10.00" in (await own.get(UNACKNOWLEDGED)).words
        other = await here.sign_in(await here.member(f"other {role.value}", role, "hilltop"))
        assert "$10.00" not in (await other.get(UNACKNOWLEDGED)).words
        assert "not acknowledged by" not in (await other.get("/staff")).words
        assert (await other.get(f"{UNACKNOWLEDGED}?group=lakeside")).status == 404
    both = await here.sign_in(await here.member("Both", StaffRole.VIEWER, "lakeside", "hilltop"))
    assert "$10.00" not in (await both.get(f"{UNACKNOWLEDGED}?group=hilltop")).words
    assert "$10.00" in (await both.get(f"{UNACKNOWLEDGED}?group=lakeside")).words
    assert (await both.get(f"{UNACKNOWLEDGED}?group=nowhere")).status == 404


async def test_there_are_pages_of_fifty(here: StaffSite, ada: Browser) -> None:
    await pays(here, 100)
    [one] = await rows(here.site.house, "payments")
    await plant(here, one["id"], 50)
    first = await ada.get(UNACKNOWLEDGED)
    assert first.text.count("<tr>") == 1 + 50
    assert "page=2" in first.text
    assert (await ada.get(f"{UNACKNOWLEDGED}?page=2")).text.count("<tr>") == 1 + 1


async def plant(here: StaffSite, like: str, more: int) -> None:
    """Put more payments like this one there."""
    from dataclasses import replace  # noqa: PLC0415 - only here

    from tests.factories import make_order, some_id  # noqa: PLC0415 - only here

    house = here.site.house
    payment = await house.payment(like)
    for _ in range(more):
        order = make_order(session_id=payment.session_id)
        another = replace(
            payment,
            id=some_id("payment"),
            order_id=order.id,
            link_serial=None,
            receipt_number=None,
            single_payment=False,
        )
        await house.do(lambda tx, order=order: tx.orders.add(order))  # type: ignore[misc]  # a default
        await house.do(lambda tx, another=another: tx.payments.add(another))  # type: ignore[misc]  # the same


async def test_an_admin_sees_how_an_endpoint_fares_and_sends_again(here: StaffSite, ada: Browser) -> None:
    assert "No program asked" in (await ada.get("/staff/webhooks")).words
    await endpoint(here)
    await pays(here)
    house = here.site.house
    now = house.clock.now()
    [one] = await house.do(
        lambda tx: tx.deliveries.claim(1, owner="w", now=now, lease=timedelta(minutes=1), most=9)
    )
    await house.do(
        lambda tx: tx.deliveries.finish(
            one.id, owner="w", state=DeliveryState.DEAD, trouble="status 500", now=now
        )
    )
    await house.do(lambda tx: tx.endpoints.fared(1, trouble="status 500", now=now))
    listed = await ada.get("/staff/webhooks")
    assert "pm https://hooks.example.com/in lakeside Failing: 1 try since" in listed.words
    assert "1 webhook fails or rests" in (await ada.get("/staff")).words
    page = await ada.get(HOOK)
    assert "It answered with HTTP status 500." in page.words
    assert "Given up" in page.words
    assert one.event_id in page.text
    again = await ada.post(f"{HOOK}/deliveries/{one.id}/again")
    assert again.to == f"{HOOK}?again=1"
    assert "1 event will be sent again." in (await ada.get(again.to)).words
    assert (await ada.post(f"{HOOK}/deliveries/{one.id}/again")).to == f"{HOOK}?again=0"
    assert (await ada.post(f"{HOOK}/again", {"since": "never"})).status == 422
    assert (await ada.post(f"{HOOK}/again", {"since": "day"})).to == f"{HOOK}?again=0"
    [row] = await rows(house, "webhook_deliveries")
    assert (row["state"], row["attempts"]) == ("queued", 0)


async def test_an_admin_puts_an_endpoint_to_rest_and_wakes_it(here: StaffSite, ada: Browser) -> None:
    await endpoint(here)
    await pays(here)
    await ada.get(HOOK)
    assert (await ada.post(f"{HOOK}/rest", {"step": "rest"})).to == HOOK
    page = await ada.get(HOOK)
    assert "At rest, by staff" in page.words
    assert "1 event, not sent" in page.words
    again = await ada.post(f"{HOOK}/again", {"since": "week"})
    assert "1 event will be sent when it is woken." in (await ada.get(again.to)).words
    none = await ada.post(f"{HOOK}/again", {"since": "week"})
    assert "There was nothing to send again" in (await ada.get(none.to)).words
    assert (await ada.post(f"{HOOK}/rest", {"step": "wake"})).to == HOOK
    assert "Good" in (await ada.get(HOOK)).words


async def test_a59_an_admin_of_one_group_meets_its_endpoints_only(here: StaffSite) -> None:
    await here.site.house.group("hilltop")
    await endpoint(here)
    await endpoint(here, "everybody-s", group=None)
    own = await here.sign_in(await here.member("Own", StaffRole.ADMIN, "lakeside"))
    assert "everybody-s" not in (await own.get("/staff/webhooks")).text
    assert (await own.get("/staff/webhooks/everybody-s")).status == 404
    other = await here.sign_in(await here.member("Other", StaffRole.ADMIN, "hilltop"))
    for path in ("again", "rest", "deliveries/1/again"):
        await other.get("/staff/webhooks")
        assert (await other.post(f"{HOOK}/{path}", {"since": "day", "step": "rest"})).status == 404
    assert (await own.get(f"{HOOK}")).status == 200


def test_every_state_and_choice_has_its_words() -> None:
    assert set(STATES) == set(DeliveryState)
    assert set(AT_REST) == set(DisabledBy)
    assert [name for name, _ in SINCE_WORDS] == list(SINCE)
    assert [age(timedelta(seconds=one)) for one in (59, 60, 3_599, 3_600, 86_400, 172_799)] == [
        "less than a minute", "1 minute", "59 minutes", "1 hour", "1 day", "1 day",
    ]  # fmt: skip
