"""Where a portal may want its user back: whole addresses of the settings, letter for letter (R113, A11)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quickpay.domain.return_addresses import may_return_to, return_address_fault
from quickpay.settings import BadSettings, load

PORTAL = "https://portal.example.com/bills?from=quickpay"

GOOD = [
    PORTAL,
    "https://portal.example.com",
    "https://portal.example.com:8443/#/bills",
    "https://portal.intranet/bills",
    "https://10.0.0.5/bills",
    "https://[2606:2800:220:1::1]:8443/",
    "http://127.0.0.1:8081/",
    "http://[::1]:8081/",
    "http://localhost/back",
]
BAD = [
    "",
    "/bills",
    "//portal.example.com/bills",
    "\\\\portal.example.com",
    "https:portal.example.com",
    "https:/portal.example.com",
    "https:///bills",
    "https://",
    "HTTPS://portal.example.com/",
    "http://portal.example.com/bills",
    "http://127.0.0.1.example.com/",
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://portal.example.com/",
    "https://patient@portal.example.com/",
    "https://portal.example.com@evil.example/",
    "https://portal.example.com\\@evil.example/",
    "https://portal.example.com/\\evil",
    "https://portal.example.com/\r\nLocation: https://evil.example",
    "https://portal.example.com/\n",
    "https://portal.example.com/ bills",
    " https://portal.example.com/",
    "https://portal.example.com/\x00",
    "https://port\u0430l.example.com/",  # a Cyrillic letter
    "https://portal.example.com\u3002evil.example/",  # a full stop of another script
    "https://portal.example.com/b\u00efll",
    "https://portal..example.com/",
    "https://-portal.example.com/",
    "https://portal.example.com:0/",
    "https://portal.example.com:/",
    "https://portal.example.com:99999/",
    "https://[::1",
    'https://portal.example.com/"onmouseover="x',
    "https://portal.example.com/" + "x" * 2_000,
]


@pytest.mark.parametrize("url", GOOD)
def test_an_address_of_the_portal_may_stand_in_the_settings(url: str) -> None:
    assert return_address_fault(url) is None
    assert load({"QUICKPAY_PORTAL_RETURN_URLS": url}).portal_return_urls == (url,)


@pytest.mark.parametrize("url", BAD)
def test_a11_what_could_be_read_in_two_ways_may_not(url: str) -> None:
    assert return_address_fault(url)


@pytest.mark.parametrize(
    "url", ["//evil.example/", "http://portal.example.com/", "https://a@portal.example.com/"]
)
def test_a_start_with_such_an_address_is_refused_by_the_setting_s_name(url: str) -> None:
    with pytest.raises(BadSettings) as refused:
        load({"QUICKPAY_PORTAL_RETURN_URLS": f"{PORTAL},{url}"})
    assert refused.value.lines[0].startswith(f"QUICKPAY_PORTAL_RETURN_URLS: {url}: ")


def test_r113_only_the_very_letters_are_the_address() -> None:
    allowed = (PORTAL, "http://127.0.0.1:8081/")
    assert all(may_return_to(url, allowed) for url in allowed)
    near = [
        PORTAL + "#",
        PORTAL + "&next=https://evil.example",
        PORTAL.upper(),
        PORTAL.replace("https", "http"),
        PORTAL.replace("portal.example", "portal%2Eexample"),
        PORTAL.replace(".com/", ".com:443/"),
        PORTAL.replace(".com/", ".com./"),
        PORTAL.partition("?")[0],
        "https://portal.example.com",
        f" {PORTAL}",
        f"{PORTAL}\n",
        "",
    ]
    assert [url for url in near if may_return_to(url, allowed)] == []
    assert not may_return_to(PORTAL, ())


@settings(deadline=None)
@given(st.text())
def test_it_answers_whatever_it_is_given(text: str) -> None:
    return_address_fault(text)
    return_address_fault(f"https://{text}")
    assert not may_return_to(text, (PORTAL,))
