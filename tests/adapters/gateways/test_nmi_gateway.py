"""What the NMI adapter sends, and what it makes of a book that is late, torn or has something else."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from quickpay.adapters.gateways.nmi import NmiGateway
from quickpay.ports.card_fields import CardFields
from quickpay.ports.gateway import (
    Approved,
    Charge,
    Declined,
    DeclineReason,
    ForgedWebhook,
    Found,
    GatewayEvent,
    Mismatch,
    NoAnswer,
    NotFound,
    NotReceived,
    Refund,
    Refunded,
    RefundRefused,
)
from tests.adapters.gateways.nmi_rig import PAID, SOLD, gateway_at
from tests.nmi.book import Transaction
from tests.nmi.host import SECURITY_KEY, Nmi, nmi, signed

VISA = "4242424242424242"


@pytest.fixture
async def host() -> AsyncIterator[Nmi]:
    async with nmi() as made:
        yield made


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def gateway(host: Nmi, session: aiohttp.ClientSession) -> NmiGateway:
    return gateway_at(host.url, session)


def order(host: Nmi, number: str = VISA, **changes: Any) -> Charge:
    given: dict[str, Any] = {
        "payment_id": "p1",
        "amount": 12_50,
        "currency": "usd",
        "token": f"nmi_{host.book.token(number)}",
        "require_cvc": True,
        "description": "QuickPay p1",
    }
    return Charge(**(given | changes))


async def paid(gateway: NmiGateway, host: Nmi, **changes: Any) -> Approved:
    outcome = await gateway.charge(order(host, **changes))
    assert isinstance(outcome, Approved), outcome
    return outcome


def back(sale: Approved, amount: int, refund_id: str = "r1") -> Refund:
    return Refund(refund_id=refund_id, transaction=sale.transaction, amount=amount, currency="usd")


def sold(host: Nmi) -> list[Transaction]:
    return [one for one in host.book.transactions if one.acts[0].kind == "sale"]


def sent(host: Nmi) -> list[str]:
    return [form["type"] for part, form in host.asked if part == "transact"]


async def test_the_sale_goes_out_as_the_documents_say(gateway: NmiGateway, host: Nmi) -> None:
    charge = order(host, amount=1_234_05)
    assert isinstance(await gateway.charge(charge), Approved)
    assert host.asked[0] == (
        "transact",
        {
            "security_key": SECURITY_KEY,
            "type": "sale",
            "amount": "1234.05",
            "currency": "USD",
            "orderid": "p1",
            "orderdescription": "QuickPay p1",
            "dup_seconds": "120",
            "payment_token": charge.token.removeprefix("nmi_"),
        },
    )
    assert host.asked[1:] == [("query", {"security_key": SECURITY_KEY, "order_id": "p1"})]


async def test_the_fields_bring_only_public_things(gateway: NmiGateway, host: Nmi) -> None:
    fields = gateway.card_fields()
    assert fields == CardFields(
        adapter="fields_nmi.js",
        script_url=f"{host.url}/token/Collect.js",
        script_data={"tokenization-key": "abc123-public-key", "variant": "inline"},
        script_src=(host.url, "https://pay.google.com", "https://applepay.cdn-apple.com"),
        frame_src=(host.url, "https://pay.google.com", "https://applepay.cdn-apple.com"),
        connect_src=(host.url, "https://pay.google.com", "https://applepay.cdn-apple.com"),
    )
    assert SECURITY_KEY not in repr(fields)


async def test_x7_nothing_may_be_sent_twice_and_the_key_is_our_order(gateway: NmiGateway) -> None:
    assert gateway.idempotency_window == timedelta(0)
    assert gateway.look_up_lag >= timedelta(minutes=1)


@pytest.mark.parametrize("torn", ["cut", "500", "<html>busy</html>", "", "<nm_response/>"])
async def test_r86_an_approval_the_book_does_not_bear_out_is_no_answer_and_found_later(
    gateway: NmiGateway, host: Nmi, torn: str
) -> None:
    host.trouble = [("query", torn)]
    assert isinstance(await gateway.charge(order(host)), NoAnswer)
    found = await gateway.look_up("p1")
    assert isinstance(found, Found)
    assert isinstance(found.outcome, Approved)
    assert sent(host) == ["sale"]


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"amount": Decimal("12.51")}, ("amount",)),
        ({"amount": Decimal("0.01")}, ("amount",)),
        ({"currency": "EUR"}, ("currency",)),
    ],
)
async def test_r86_x8_a_success_that_is_not_ours_is_a_mismatch_and_an_alarm(
    gateway: NmiGateway, host: Nmi, change: dict[str, Any], differs: tuple[str, ...]
) -> None:
    honest = host.book.found

    def found(query: dict[str, str]) -> list[Transaction]:
        for one in honest(query):
            one.acts[0].amount = change.get("amount", one.acts[0].amount)
            one.currency = change.get("currency", one.currency)
        return honest(query)

    host.book.found = found
    with capture_logs() as logs:
        outcome = await gateway.charge(order(host))
    assert isinstance(outcome, Mismatch)
    assert outcome.differs == differs
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["gateway_mismatch"]


@pytest.mark.parametrize(
    ("said", "differs"),
    [
        ("response=1&transactionid=1&orderid=p1&response_code=100", ("order",)),
        ("response=1&transactionid={}&orderid=p2&response_code=100", ("reference",)),
    ],
)
async def test_r86_an_answer_for_another_order_is_a_mismatch(
    gateway: NmiGateway, host: Nmi, said: str, differs: tuple[str, ...]
) -> None:
    sale = await paid(gateway, host)
    host.trouble = [("transact", said.format(sale.transaction))]
    outcome = await gateway.charge(order(host))
    assert isinstance(outcome, Mismatch)
    assert outcome.differs == differs


async def test_two_successes_of_one_order_are_for_a_person(gateway: NmiGateway, host: Nmi) -> None:
    await paid(gateway, host)
    host.book.sale({"orderid": "p1", "amount": "9.00", "payment_token": host.book.token(VISA)})
    found = await gateway.look_up("p1")
    assert isinstance(found, Found)
    assert isinstance(found.outcome, Mismatch)
    assert found.outcome.differs == ("order",)


async def test_x5_words_with_a_500_are_not_believed(gateway: NmiGateway, host: Nmi) -> None:
    sale = await paid(gateway, host)
    declined = "500 response=2&responsetext=DECLINE&orderid=p2&response_code=200"
    host.trouble = [("transact", declined)]
    assert await gateway.charge(order(host, payment_id="p2")) == NoAnswer(reason="http_500")
    host.trouble = [("query", "500 <nm_response></nm_response>")]
    assert await gateway.look_up("p2") == NoAnswer(reason="http_500")
    host.trouble = [("query", "302 <nm_response></nm_response>")]
    assert await gateway.refund(back(sale, 1)) == NoAnswer(reason="http_302")


@pytest.mark.parametrize("code", ["400", "420", "421", "430", "440", ""])
async def test_x5_words_about_the_line_say_nothing_of_the_charge(
    gateway: NmiGateway, host: Nmi, code: str
) -> None:
    host.trouble = [("transact", f"response=3&responsetext=trouble&orderid=&response_code={code}")]
    assert isinstance(await gateway.charge(order(host)), NoAnswer)
    assert await gateway.look_up("p1") == NotFound()


@pytest.mark.parametrize("text", ["Duplicate transaction REFID:1", "Payment Token already used REFID:1"])
async def test_x7_an_order_seen_before_that_the_book_does_not_show_is_no_decline(
    gateway: NmiGateway, host: Nmi, text: str
) -> None:
    host.trouble = [("transact", f"response=3&responsetext={text}&orderid=&response_code=300")]
    assert isinstance(await gateway.charge(order(host)), NoAnswer)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("200", DeclineReason.CARD_DECLINED),
        ("202", DeclineReason.INSUFFICIENT_FUNDS),
        ("204", DeclineReason.CARD_NOT_ACCEPTED),
        ("220", DeclineReason.CARD_COULD_NOT_BE_READ),
        ("223", DeclineReason.EXPIRED_CARD),
        ("225", DeclineReason.INCORRECT_CVC),
        ("252", DeclineReason.CARD_DECLINED),
        ("999", DeclineReason.CARD_DECLINED),
    ],
)
async def test_a_decline_stands_though_the_book_is_silent(
    gateway: NmiGateway, host: Nmi, code: str, reason: DeclineReason
) -> None:
    said = f"response=2&responsetext=no&orderid=p1&transactionid=77&response_code={code}"
    host.trouble = [("transact", said), ("query", "cut")]
    assert await gateway.charge(order(host)) == Declined(reason=reason, transaction="77", card=None)


@pytest.mark.parametrize("said", ["Authentication+Failed", "Invalid+Security+Key", "any&response_code=411"])
async def test_an_account_that_refuses_us_charged_nothing_and_is_an_alarm(
    gateway: NmiGateway, host: Nmi, said: str
) -> None:
    code = "" if "response_code" in said else "&response_code=300"
    host.trouble = [("transact", f"response=3&responsetext={said}{code}")]
    with capture_logs() as logs:
        assert isinstance(await gateway.charge(order(host)), NotReceived)
    assert [line["event"] for line in logs] == ["gateway_refuses_us"]


@pytest.mark.parametrize("status", [401, 403, 404, 429])
async def test_x6_a_front_door_that_lets_nothing_in_received_nothing(
    gateway: NmiGateway, host: Nmi, status: int
) -> None:
    host.trouble = [("transact", str(status))]
    assert await gateway.charge(order(host)) == NotReceived(reason=f"http_{status}")


async def test_x5_a_502_after_the_charge_is_no_answer_and_the_look_up_finds_it(
    gateway: NmiGateway, host: Nmi
) -> None:
    host.trouble = [("transact", "late")]
    assert isinstance(await gateway.charge(order(host)), NoAnswer)
    found = await gateway.look_up("p1")
    assert isinstance(found, Found)
    assert isinstance(found.outcome, Approved)


@pytest.mark.parametrize("part", ["transact", "query"])
async def test_r55_a_silent_host_is_not_waited_for_longer_than_the_limit(
    host: Nmi, session: aiohttp.ClientSession, part: str
) -> None:
    gateway = gateway_at(host.url, session, timeout=0.3)
    host.trouble = [(part, "silent")]
    began = time.monotonic()
    assert isinstance(await gateway.charge(order(host)), NoAnswer)
    assert time.monotonic() - began < 3


async def test_a_stored_card_has_a_name_nobody_guesses(gateway: NmiGateway, host: Nmi) -> None:
    sale = await paid(gateway, host, store=True)
    (name,) = host.book.vault
    assert sale.stored == f"vault_{name}"
    assert len(name) == 32
    stolen = await gateway.charge(order(host, payment_id="p2", token="vault_8564830001"))
    assert isinstance(stolen, Declined)
    assert host.asked[-2][1]["payment_token"] == "vault_8564830001"  # never a record of the vault


async def test_a_stored_card_is_charged_with_the_code_beside_it(gateway: NmiGateway, host: Nmi) -> None:
    sale = await paid(gateway, host, store=True)
    assert sale.stored is not None
    await gateway.charge(order(host, payment_id="p2", token=sale.stored, cvc_token="nmi_cvv-token"))
    said = next(form for part, form in host.asked if part == "transact" and form["orderid"] == "p2")
    assert (said["customer_vault_id"], said["payment_token"]) == (sale.stored[6:], "cvv-token")


async def test_a_record_named_by_the_gateway_is_not_kept(gateway: NmiGateway, host: Nmi) -> None:
    honest = host.book.sale

    def sale(form: dict[str, str]) -> Any:
        answer, one = honest(form)
        return answer | {"customer_vault_id": "1234567"}, one

    host.book.sale = sale
    assert (await paid(gateway, host, store=True)).stored is None


async def test_forgetting_is_certain_only_when_it_was_said(gateway: NmiGateway, host: Nmi) -> None:
    sale = await paid(gateway, host, store=True)
    assert sale.stored is not None
    host.trouble = [("transact", "500"), ("transact", "response=3&responsetext=busy&response_code=300")]
    assert not await gateway.forget_card(sale.stored)
    assert not await gateway.forget_card(sale.stored)
    assert await gateway.forget_card(sale.stored)
    assert await gateway.forget_card(sale.stored)
    assert host.book.vault == {}
    assert not await gateway.forget_card("tok_of_another_kind")


async def test_the_whole_of_an_unsettled_sale_is_voided_once(gateway: NmiGateway, host: Nmi) -> None:
    sale = await paid(gateway, host)
    done = await gateway.refund(back(sale, 12_50))
    assert done == Refunded(transaction=sale.transaction)
    assert await gateway.refund(back(sale, 12_50)) == done
    assert await gateway.refund(back(sale, 1, "r2")) == RefundRefused(reason="refund_too_large")
    assert sent(host) == ["sale", "void"]
    found = await gateway.look_up("p1")
    assert isinstance(found, Found)
    assert isinstance(found.outcome, Approved)
    assert found.outcome.refunded == 12_50


async def test_the_whole_of_a_settled_sale_is_refunded(gateway: NmiGateway, host: Nmi) -> None:
    sale = await paid(gateway, host)
    host.book.settle()
    done = await gateway.refund(back(sale, 12_50))
    assert isinstance(done, Refunded)
    assert done.transaction != sale.transaction
    assert sent(host) == ["sale", "refund"]


async def test_a_part_that_the_account_gives_back_only_once_settled_says_so(
    gateway: NmiGateway, host: Nmi
) -> None:
    host.book.refunds_parts_unsettled = False
    sale = await paid(gateway, host)
    assert await gateway.refund(back(sale, 5_00)) == RefundRefused(reason="not_settled_yet")
    host.book.settle()
    assert isinstance(await gateway.refund(back(sale, 5_00)), Refunded)


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("amount", [5_00, 12_50])
async def test_r92_a_refund_whose_answer_was_lost_is_not_given_twice(
    gateway: NmiGateway, host: Nmi, amount: int, settled: bool
) -> None:
    sale = await paid(gateway, host)
    if settled:
        host.book.settle()
    host.trouble = [("transact", "late")]
    assert isinstance(await gateway.refund(back(sale, amount)), NoAnswer)
    assert isinstance(await gateway.refund(back(sale, amount)), Refunded)
    assert len(sent(host)) == 2
    found = await gateway.look_up("p1")
    assert isinstance(found, Found)
    assert isinstance(found.outcome, Approved)
    assert found.outcome.refunded == amount


@pytest.mark.parametrize("torn", ["cut", "500", "<html/>"])
async def test_r92_without_the_book_no_refund_is_sent(gateway: NmiGateway, host: Nmi, torn: str) -> None:
    sale = await paid(gateway, host)
    for trouble in ([("query", torn)], [("query", "<nm_response/>"), ("query", torn)]):
        host.trouble = list(trouble)
        assert isinstance(await gateway.refund(back(sale, 5_00)), NoAnswer)
    assert sent(host) == ["sale"]


async def test_the_same_refund_for_another_amount_is_for_a_person(gateway: NmiGateway, host: Nmi) -> None:
    sale = await paid(gateway, host)
    assert isinstance(await gateway.refund(back(sale, 5_00)), Refunded)
    assert await gateway.refund(back(sale, 4_00)) == NoAnswer(reason="another_refund")
    assert sent(host) == ["sale", "refund"]


async def test_a_refund_made_in_the_portal_shows_in_the_look_up(gateway: NmiGateway, host: Nmi) -> None:
    sale = await paid(gateway, host)
    host.book.refund({"transactionid": sale.transaction, "amount": "3.00"})  # under the sale's own order
    found = await gateway.look_up("p1")
    assert isinstance(found, Found)
    assert isinstance(found.outcome, Approved)
    assert found.outcome.refunded == 3_00


async def test_r89_a_long_list_is_read_to_its_end(gateway: NmiGateway, host: Nmi) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    for number in range(230):
        host.book.sale({"orderid": f"p{number}", "amount": "2.00", "payment_token": host.book.token(VISA)})
    until = datetime.now(UTC) + timedelta(minutes=1)
    listed = await gateway.list_charges(since=since, until=until)
    assert not isinstance(listed, NoAnswer)
    assert {charge.reference for charge in listed} == {f"p{number}" for number in range(230)}
    honest = host.book.found
    host.book.found = lambda query: honest({**query, "page_number": "0"})
    first = await gateway.list_charges(since=since, until=until)
    assert not isinstance(first, NoAnswer)
    assert len(first) == 100  # a host that knows no pages does not keep us asking


async def test_r89_a_torn_page_makes_the_whole_list_say_nothing(gateway: NmiGateway, host: Nmi) -> None:
    await paid(gateway, host)
    host.trouble = [("query", "<nm_response><transaction>")]
    now = datetime.now(UTC)
    listed = await gateway.list_charges(since=now - timedelta(hours=1), until=now + timedelta(hours=1))
    assert isinstance(listed, NoAnswer)


@pytest.mark.parametrize(
    ("seconds", "kind"), [(300, GatewayEvent), (301, ForgedWebhook), (-86_400, GatewayEvent)]
)
async def test_r99_an_act_from_the_future_is_forged_and_one_resent_late_is_not(
    gateway: NmiGateway, seconds: int, kind: type
) -> None:
    headers, body = signed(PAID)
    now = SOLD.acts[0].at - timedelta(seconds=seconds)
    assert isinstance(gateway.read_webhook(headers, body, now=now), kind)


@pytest.mark.parametrize(
    "header",
    ["", "t=,s=" + "0" * 64, "t=1", "s=" + "0" * 64, "t=1,s=" + "0" * 63, "t=1,s=" + "É" * 64, "t=1,t=2,s=0"],
)
async def test_r98_a_header_of_another_shape_is_forged(gateway: NmiGateway, header: str) -> None:
    read = gateway.read_webhook({"Webhook-Signature": header}, PAID, now=SOLD.acts[0].at)
    assert read == ForgedWebhook(reason="signature malformed")


async def test_no_secret_is_ever_logged(gateway: NmiGateway, host: Nmi) -> None:
    host.trouble = [("transact", "403"), ("transact", "response=3&responsetext=Authentication+Failed")]
    with capture_logs() as logs:
        for _ in range(2):
            await gateway.charge(order(host))
    assert len(logs) == 2
    assert SECURITY_KEY not in repr(logs)
