"""Whatever NMI's host may answer, only words that name our order, whole and once, can mean success."""

import re
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickpay.adapters.gateways.nmi_answers import judge_refund, judge_sale
from quickpay.adapters.gateways.nmi_book import judge_order, read_book
from quickpay.adapters.gateways.nmi_words import read_amount, read_card, read_form, write_amount
from quickpay.domain.money import MAX_AMOUNT
from quickpay.ports.gateway import Approved, Charge, Found, NoAnswer, NotFound

CHARGE = Charge(
    payment_id="p1", amount=12_50, currency="usd", token="tok", require_cvc=True, description="QuickPay p1"
)
SALE = (
    "<transaction><transaction_id>77</transaction_id><condition>pendingsettlement</condition>"
    "<order_id>p1</order_id><currency>USD</currency><cc_number>4xxxxxxxxxxx4242</cc_number>"
    "<cc_exp>1230</cc_exp><cc_type>visa</cc_type><action><amount>12.50</amount>"
    "<action_type>sale</action_type><date>20260302150000</date><success>1</success>"
    "<response_code>100</response_code></action></transaction>"
)
BOOK = f"<nm_response>{SALE}</nm_response>"
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    f"<nm_response>{SALE.replace('p1', '&b;')}</nm_response>"
)


def judged(body: bytes) -> object:
    entries = read_book(body)
    return None if entries is None else judge_order(entries, order="p1")


def test_the_honest_book_is_read() -> None:
    found = judged(BOOK.encode())
    assert isinstance(found, Found)
    assert isinstance(found.outcome, Approved)
    assert (found.outcome.amount, found.outcome.card.last4) == (12_50, "4242")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe<\x00n",
        b"<html><body>Sign in</body></html>",
        BOOK.encode()[:-1],
        BOOK.encode() + BOOK.encode(),
        BOOK.encode("utf-16"),
        BOMB.encode(),
        BOMB.replace("DOCTYPE", "doctype").encode(),
        BOOK.replace("p1", "&b;").encode(),
        b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><nm_response/>',
        b"<nm_response>" + b"<transaction>" * 20_000,
        f"<nm_response><error_response>Authentication Failed</error_response>{SALE}</nm_response>".encode(),
        BOOK.replace("transaction>", "note>").encode(),
        f"<nm_response>{SALE}{SALE}</nm_response>".encode(),
        BOOK.replace("<order_id>", "<order_id>p2</order_id><order_id>").encode(),
        BOOK.replace("<condition>", "<condition>failed</condition><condition>").encode(),
        BOOK.replace("<success>", "<success>0</success><success>").encode(),
        BOOK.replace("</action>", "</action><action>", 1).encode(),
        re.sub("(<action>.*</action>)", r"\1\1", BOOK).encode(),
        BOOK.replace("12.50", "12.5").encode(),
        BOOK.replace("12.50", "12,50").encode(),
        BOOK.replace("12.50", "\u0661\u0662.\u0665\u0660").encode(),
        BOOK.replace("12.50", "nan").encode(),
        BOOK.replace("<success>1", "<success>yes").encode(),
        BOOK.replace(">77<", ">x<").encode(),
        BOOK.replace(">77<", "><").encode(),
        BOOK.replace("20260302150000", "20261302150000").encode(),
    ],
)
def test_x8_a_book_that_makes_no_sense_says_nothing(body: bytes) -> None:
    assert read_book(body) is None


@pytest.mark.parametrize(
    "changed",
    [
        BOOK.replace("p1", "p2"),
        BOOK.replace("pendingsettlement", "pending"),
        BOOK.replace("pendingsettlement", "in_progress"),
        BOOK.replace("pendingsettlement", "unknown"),
        BOOK.replace("pendingsettlement", "failed"),
        BOOK.replace("<success>1", "<success>0"),
        BOOK.replace("pendingsettlement", ""),
    ],
)
def test_a_sale_that_has_not_ended_or_is_another_s_is_no_answer(changed: str) -> None:
    assert isinstance(judged(changed.encode()), NoAnswer)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>response=1</html>",
        b"response=1&response=1",
        b"response=1&transactionid=77&transactionid=78",
        b"response=2&response=1",
        b"Response=1",
        b"response=4",
        b"response=",
        b"response=%ff",
        b"\xff",
        b'{"response": "1"}',
        b"response=1&" + b"&".join(b"x%d=1" % number for number in range(200)),
    ],
)
def test_x8_a_form_that_is_not_one_or_says_a_thing_twice_is_not_read(body: bytes) -> None:
    assert read_form(body) is None


_WORDS = st.sampled_from(["p1", "p2", "77", "78", "100", "200", "300", "1", "2", "3", "", "12.50", "exceed"])
_FORMS = st.dictionaries(
    st.sampled_from(["responsetext", "transactionid", "orderid", "response_code", "customer_vault_id"]),
    _WORDS,
)


@given(said=_FORMS, response=st.sampled_from(["1", "2", "3"]), silent=st.booleans())
def test_x8_no_answer_alone_is_ever_a_success(said: dict[str, str], response: str, silent: bool) -> None:
    form = read_form(urlencode(said | {"response": response}).encode())
    assert form is not None
    book = NoAnswer(reason="cut") if silent else NotFound()
    assert not isinstance(judge_sale(form, book, charge=CHARGE), Approved)


@given(
    cut=st.integers(0, len(BOOK)),
    junk=st.text(st.characters(blacklist_categories=["Cs"]), max_size=12),
    swallowed=st.integers(0, 40),
)
def test_x8_no_torn_book_takes_another_amount_or_order_for_ours(cut: int, junk: str, swallowed: int) -> None:
    body = (BOOK[:cut] + junk + BOOK[cut + swallowed :]).encode()
    found = judged(body)
    if not isinstance(found, Found):
        return
    outcome = judge_sale({"response": "1", "transactionid": "77", "orderid": "p1"}, found, charge=CHARGE)
    if isinstance(outcome, Approved):
        assert (outcome.amount, outcome.currency, outcome.reference) == (12_50, "usd", "p1")
        assert outcome.transaction == "77"


@given(st.integers(1, MAX_AMOUNT))
def test_r77_cents_come_back_as_they_went(cents: int) -> None:
    written = write_amount(cents)
    assert re.fullmatch(r"[0-9]+\.[0-9]{2}", written)
    assert read_amount(written) == cents


@given(st.text("0123456789.,-+eE _\u0661\uff11", max_size=12))
def test_r77_only_two_decimals_are_an_amount(text: str) -> None:
    cents = read_amount(text)
    assert (cents is None) == (re.fullmatch(r"[0-9]{1,9}\.[0-9]{2}", text) is None)
    assert cents is None or cents == round(float(text) * 100)


@pytest.mark.parametrize("cents", [0, -1])
def test_an_order_of_nothing_is_never_written(cents: int) -> None:
    with pytest.raises(ValueError, match="above zero"):
        write_amount(cents)


@pytest.mark.parametrize("number", ["4242424242424242", "", "x4242", "xxxx", "4xxx424", "javascript:4242"])
def test_a_card_is_shown_only_where_it_is_masked(number: str) -> None:
    card = read_card(number, "visa", "1230")
    assert card is None or (number, card.last4) == ("x4242", "4242")


def test_a_refund_without_its_own_number_is_no_answer() -> None:
    assert isinstance(judge_refund({"response": "1", "transactionid": ""}), NoAnswer)
