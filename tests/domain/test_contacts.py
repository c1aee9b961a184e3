"""A contact is one address or one number: nothing typed can make it two (F10, R57)."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickpay.domain.contacts import (
    ContactFault,
    email_beginning,
    is_text_gateway,
    mask_email,
    mask_mobile,
    mobile_ending,
    normalise_email,
    normalise_mobile,
    same_destination,
)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("alice@example.com", "alice@example.com"),
        ("  alice@example.com ", "alice@example.com"),
        ("Alice.O'Hara+bills@EXAMPLE.Com", "Alice.O'Hara+bills@example.com"),
        ("a@b.co", "a@b.co"),
        ("a@XN--BCHER-KVA.com", "a@xn--bcher-kva.com"),
        ("x" * 64 + "@example.com", "x" * 64 + "@example.com"),
    ],
)
def test_one_address_is_read_and_only_its_domain_changes_case(typed: str, address: str) -> None:
    assert normalise_email(typed) == address


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", ContactFault.EMPTY),
        ("  ", ContactFault.EMPTY),
        ("alice@example.com,mallory@example.com", ContactFault.NOT_ONE_ADDRESS),
        ("alice@example.com, mallory@example.com", ContactFault.NOT_ONE_ADDRESS),
        ("alice@example.com;mallory@example.com", ContactFault.NOT_ONE_ADDRESS),
        ("alice,mallory@example.com", ContactFault.NOT_ONE_ADDRESS),
        ("alice;mallory@example.com", ContactFault.NOT_ONE_ADDRESS),
        ("alice:mallory@example.com", ContactFault.NOT_ONE_ADDRESS),
        ("alice@example.com mallory@example.com", ContactFault.NOT_ONE_ADDRESS),
        ("Alice <alice@example.com>", ContactFault.NOT_ONE_ADDRESS),
        ("<alice@example.com>", ContactFault.NOT_ONE_ADDRESS),
        ("friends:alice@example.com;", ContactFault.NOT_ONE_ADDRESS),
        ("undisclosed:alice@example.com", ContactFault.NOT_ONE_ADDRESS),
        ('["alice@example.com"]', ContactFault.NOT_ONE_ADDRESS),
        ('"alice"@example.com', ContactFault.NOT_ONE_ADDRESS),
        ('"a@x,b"@example.com', ContactFault.NOT_ONE_ADDRESS),
        ("alice(comment)@example.com", ContactFault.NOT_ONE_ADDRESS),
        ("alice@example.com@example.org", ContactFault.NOT_ONE_ADDRESS),
        ("alice%example.org@example.com", ContactFault.NOT_ONE_ADDRESS),
        ("example.org!alice@example.com", ContactFault.NOT_ONE_ADDRESS),
        ("=?utf-8?q?a?=@example.com", ContactFault.NOT_ONE_ADDRESS),
        ("alice@example.com\r\nBcc:mallory@example.com", ContactFault.NOT_ONE_ADDRESS),
        ("alice@example.com\n", ContactFault.NOT_ONE_ADDRESS),
        ("alice@example.com\r", ContactFault.NOT_ONE_ADDRESS),
        ("alice\x00@example.com", ContactFault.NOT_ONE_ADDRESS),
        ("alice\t@example.com", ContactFault.NOT_ONE_ADDRESS),
        ("alice@example.com\u2028", ContactFault.NOT_ASCII),
        ("alice\uff20example.com", ContactFault.NOT_ASCII),
        ("\u0430lice@example.com", ContactFault.NOT_ASCII),
        ("alice@b\u00fccher.example", ContactFault.NOT_ASCII),
        ("alice", ContactFault.NOT_AN_ADDRESS),
        ("alice@", ContactFault.NOT_AN_ADDRESS),
        ("@example.com", ContactFault.NOT_AN_ADDRESS),
        ("alice@localhost", ContactFault.NOT_AN_ADDRESS),
        ("a..b@example.com", ContactFault.NOT_AN_ADDRESS),
        (".a@example.com", ContactFault.NOT_AN_ADDRESS),
        ("a@example.com.", ContactFault.NOT_AN_ADDRESS),
        ("a@-example.com", ContactFault.NOT_AN_ADDRESS),
        ("a@[127.0.0.1]", ContactFault.NOT_ONE_ADDRESS),
        ("x" * 65 + "@example.com", ContactFault.TOO_LONG),
        ("a@" + "x" * 60 + ("." + "x" * 60) * 4 + ".com", ContactFault.TOO_LONG),
        ("a" * 100_000, ContactFault.TOO_LONG),
    ],
)
def test_r57_anything_but_one_address_is_refused(typed: str, fault: ContactFault) -> None:
    assert normalise_email(typed) is fault


@given(
    st.text(alphabet="aB0.+'@,;:<>()\"\\%! =?[]-_\r\n\x00\u2028\uff20", max_size=16).map(
        "alice{}@example.com".format
    )
)
def test_a26_an_accepted_address_is_one_recipient_in_a_mail_header(typed: str) -> None:
    address = normalise_email(typed)
    if isinstance(address, ContactFault):
        return
    message = EmailMessage()
    message["To"] = address
    assert [one.addr_spec for one in message["To"].addresses] == [address]
    assert normalise_email(address) == address


@pytest.mark.parametrize(
    "typed",
    ["6085550123", "(608) 555-0123", "608.555.0123", "608-555-0123", "608/555-0123", "+1 608 555 0123",
     "1-608-555-0123", " +16085550123 "],
)  # fmt: skip
def test_one_number_is_read_however_it_is_written(typed: str) -> None:
    assert normalise_mobile(typed) == "+16085550123"


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", ContactFault.EMPTY),
        (" ", ContactFault.EMPTY),
        ("911", ContactFault.NOT_A_NUMBER),
        ("555-0123", ContactFault.NOT_A_NUMBER),
        ("608-555-0123 x12", ContactFault.NOT_A_NUMBER),
        ("+1 608 555 0123;ext=3", ContactFault.NOT_A_NUMBER),
        ("tel:+16085550123", ContactFault.NOT_A_NUMBER),
        ("1-800-FLOWERS", ContactFault.NOT_A_NUMBER),
        ("608-555-0123, 608-555-0124", ContactFault.NOT_A_NUMBER),
        ("6085550123 / 6085550124", ContactFault.NOT_A_NUMBER),
        ("6085550123\n", ContactFault.NOT_A_NUMBER),
        ("608555\x000123", ContactFault.NOT_A_NUMBER),
        ("+1+6085550123", ContactFault.NOT_A_NUMBER),
        ("\uff16085550123", ContactFault.NOT_A_NUMBER),
        ("\u0666\u0660\u06685550123", ContactFault.NOT_A_NUMBER),
        ("1" * 100_000, ContactFault.TOO_LONG),
        ("800-555-0123", ContactFault.NOT_TEXTABLE),
        ("900-555-0123", ContactFault.NOT_TEXTABLE),
        ("+44 7400 123456", ContactFault.COUNTRY_REFUSED),
        ("416-555-0123", ContactFault.COUNTRY_REFUSED),
    ],
)
def test_anything_but_one_textable_number_is_refused(typed: str, fault: ContactFault) -> None:
    assert normalise_mobile(typed) is fault


def test_r37_a_country_counts_only_when_it_is_allowed() -> None:
    assert normalise_mobile("416-555-0123", countries=("US", "CA")) == "+14165550123"
    assert normalise_mobile("07400 123456", countries=("GB",)) == "+447400123456"
    assert normalise_mobile("608-555-0123", countries=("CA",)) is ContactFault.COUNTRY_REFUSED
    assert normalise_mobile("020 7946 0018", countries=("GB",)) is ContactFault.NOT_TEXTABLE


@given(st.text(max_size=20) | st.text(alphabet="0123456789+-() ./", max_size=20))
def test_a_number_once_read_stays_as_it_is(typed: str) -> None:
    number = normalise_mobile(typed)
    if not isinstance(number, ContactFault):
        assert normalise_mobile(number) == number


@pytest.mark.parametrize(
    ("address", "mask"),
    [
        ("alice@example.com", "al•••@example.com"),
        ("alic@example.com", "al•••@example.com"),
        ("ali@example.com", "a•••@example.com"),
        ("al@example.com", "a•••@example.com"),
        ("a@example.com", "•••@example.com"),
    ],
)
def test_r39_a_masked_address_shows_two_characters_at_most(address: str, mask: str) -> None:
    assert mask_email(address) == mask
    assert mask.startswith(email_beginning(address) + "•")


def test_r39_a_masked_number_shows_its_last_two_digits_only() -> None:
    assert mask_mobile("+16085550123") == "(•••) •••-••23"
    assert mask_mobile("+447400123456") == "+••• •••••••56"
    assert mobile_ending("+16085550123") == "23"


@pytest.mark.parametrize(
    "address",
    ["6085550123@vtext.com", "6085550123@VTEXT.com", "6085550123@txt.att.net", "6085550123@tmomail.net",
     "alice@sms.myboostmobile.com", "6085550123@mms.cricketwireless.net", "1.2.3@txt.voice.google.com"],
)  # fmt: skip
def test_r46_a_carrier_gateway_is_known(address: str) -> None:
    assert is_text_gateway(address)


@pytest.mark.parametrize(
    "address",
    ["alice@example.com", "alice@att.net", "alice@notvtext.com", "alice@vtext.com.example.com",
     "vtext.com@example.com"],
)  # fmt: skip
def test_r46_a_mailbox_is_no_gateway(address: str) -> None:
    assert not is_text_gateway(address)


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("6085550123@vtext.com", True),
        ("16085550123@vtext.com", True),
        ("608-555-0123@new-carrier.example.com", True),
        ("6085550123+x@new-carrier.example.com", True),
        ("6085550124@vtext.com", False),
        ("5550123@example.com", False),
        ("alice6085550123@example.com", False),
        ("alice@example.com", False),
    ],
)
def test_r46_an_address_that_is_the_number_is_the_same_destination(address: str, same: bool) -> None:
    assert same_destination(address, "+16085550123") is same


def test_r46_a_number_abroad_is_compared_whole() -> None:
    assert same_destination("447400123456@example.com", "+447400123456")
    assert not same_destination("7400123456@example.com", "+447400123456")
