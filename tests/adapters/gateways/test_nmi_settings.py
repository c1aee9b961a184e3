"""What the settings must say before an installation starts with NMI, and what they make of it."""

from pathlib import Path

import pytest

from quickpay.adapters.gateways.nmi import NmiGateway
from quickpay.ports.card_fields import Activated
from quickpay.settings import BadSettings, Settings, load
from quickpay.world import open_world

NEEDED = {
    "QUICKPAY_NMI_API_BASE": "https://windriver.example.com",
    "QUICKPAY_NMI_SECURITY_KEY": "private",
    "QUICKPAY_NMI_TOKENIZATION_KEY": "public",
    "QUICKPAY_NMI_WEBHOOK_SECRET": "signing,older",
}


def settings(folder: Path, **given: str | None) -> Settings:
    named = NEEDED | {f"QUICKPAY_{name}": value for name, value in given.items()}
    base = {"QUICKPAY_GATEWAY": "nmi", "QUICKPAY_DATABASE_URL": f"sqlite:///{folder / 'q.db'}"}
    return load(base | {name: value for name, value in named.items() if value is not None})


async def test_every_missing_setting_is_named(tmp_path: Path) -> None:
    empty = settings(tmp_path, NMI_API_BASE=None, NMI_WEBHOOK_SECRET="")
    with pytest.raises(BadSettings) as refused:
        async with open_world(empty, create=True):
            pass
    assert refused.value.lines == [
        "QUICKPAY_NMI_API_BASE: QUICKPAY_GATEWAY=nmi needs it",
        "QUICKPAY_NMI_WEBHOOK_SECRET: QUICKPAY_GATEWAY=nmi needs it",
    ]


async def test_the_account_says_what_is_offered_and_where_the_fields_are(tmp_path: Path) -> None:
    plain = settings(tmp_path)
    async with open_world(plain, create=True) as world:
        assert isinstance(world.gateway, NmiGateway)
        assert world.gateway.activated == Activated(
            card=True, apple_pay=False, google_pay=False, storage=False
        )
        fields = world.gateway.card_fields()
        assert fields.script_url == "https://windriver.example.com/token/Collect.js"
        assert fields.script_src == ("https://windriver.example.com",)
    full = settings(tmp_path, NMI_OFFERS="card,storage,google_pay", NMI_JS_URL="https://js.example.com/c.js")
    async with open_world(full) as world:
        assert world.gateway.activated == Activated(card=True, apple_pay=False, google_pay=True, storage=True)
        assert world.gateway.card_fields().script_src[0] == "https://js.example.com"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NMI_API_BASE", "http://windriver.example.com"),
        ("NMI_API_BASE", "windriver.example.com"),
        ("NMI_API_BASE", "https://user:word@windriver.example.com"),
        ("NMI_JS_URL", "javascript:alert(1)"),
        ("NMI_JS_URL", "https://js.example.com/c.js?key=1"),
        ("NMI_OFFERS", "bitcoin"),
    ],
)
def test_an_address_or_a_word_that_will_not_do_is_refused(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=f"QUICKPAY_{name}"):
        settings(tmp_path, **{name: value})


def test_no_secret_is_shown_with_the_settings(tmp_path: Path) -> None:
    shown = repr(settings(tmp_path))
    assert "private" not in shown
    assert "signing" not in shown
