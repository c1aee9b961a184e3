"""Addresses of pictures: https, public, nothing hidden (R116, A48, A49)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quickpay.domain.web_addresses import url_fault

untimed = settings(deadline=None)  # nothing here is about time, and cores are shared

GOOD = [
    "https://www.example.com/logo.png",
    "HTTPS://Example.COM",
    "https://example.com:8443/a/b?c=d&e=%20#f",
    "https://xn--bcher-kva.example/logo.png",
    "https://93.184.215.14/logo.png",
    "https://[2606:2800:220:1:248:1893:25c8:1946]/logo.png",
    "https://example.com./logo.png",
    "https://a.example/" + "x" * 1982,
]

BAD = [
    "",
    "http://example.com/logo.png",
    "//example.com/logo.png",
    "example.com/logo.png",
    "ftp://example.com/logo.png",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//https://example.com",
    " https://example.com",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "file:///etc/passwd",
    "https:/example.com",
    "https:example.com",
    "https://",
    "https:///logo.png",
    "https://example.com:99999/",
    "https://example.com:0/",
    "https://example.com:x/",
    "https://example.com:/",
    "https://user@example.com/",
    "https://user:secret@example.com/",
    "https://example.com@127.0.0.1/",
    "https://exa mple.com/",
    "https://example.com/\n",
    "https://example.com/\tx",
    "https://example.com\\@evil.example/",
    "https://ex\u0430mple.com/",  # a Cyrillic letter
    "https://example.com/x\x00",
    "https://-example.com/",
    "https://exam_ple.com/",
    "https://example..com/",
    "https://%6cocalhost/",
    "https://" + "a" * 64 + ".example/",
    "https://a.example/" + "x" * 1983,
    # inside
    "https://localhost/",
    "https://LOCALHOST:8443/",
    "https://localhost./",
    "https://app.localhost/",
    "https://intranet/",
    "https://fileserver/logo.png",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://nas.home.arpa/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://1.2.3.0x7f/",
    "https://999.1.1.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:93.184.215.14]/",
    "https://[::7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[ff0e::1]/",
    "https://[::1",
    "https://[x]/",
]


@pytest.mark.parametrize("url", GOOD)
def test_a_public_https_address_may_be_used(url: str) -> None:
    assert url_fault(url) is None


@pytest.mark.parametrize("url", BAD)
def test_a49_everything_else_may_not(url: str) -> None:
    assert url_fault(url)


@untimed
@given(st.integers(0, 0xFFFFFFFF))
def test_a49_no_spelling_of_a_number_is_a_host(number: int) -> None:
    for spelling in (str(number), hex(number), f"0{number:o}", f"1.{number}", f"x.{hex(number)}"):
        assert url_fault(f"https://{spelling}/")


@untimed
@given(st.text())
def test_it_answers_whatever_it_is_given(text: str) -> None:
    assert url_fault(text)  # random text is no https address
    url_fault(f"https://{text}")
