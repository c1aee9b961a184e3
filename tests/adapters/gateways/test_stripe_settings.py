"""What the settings say of Stripe becomes a gateway, or a line for each thing that is missing."""

from pathlib import Path

import pytest

from quickpay.handlers.headers import new_scripts
from quickpay.ports.card_fields import Activated
from quickpay.settings import BadSettings, load
from quickpay.world import open_world

WHOLE = {
    "QUICKPAY_GATEWAY": "stripe",
    "QUICKPAY_BASE_URL": "https://pay.example.com",
    "QUICKPAY_STRIPE_SECRET_KEY": "sk_test_canary",
    "QUICKPAY_STRIPE_PUBLISHABLE_KEY": "pk_test_invented",
    "QUICKPAY_STRIPE_WEBHOOK_SECRET": "whsec_canary,whsec_before",
}


@pytest.mark.parametrize("missing", ["SECRET_KEY", "PUBLISHABLE_KEY", "WEBHOOK_SECRET"])
async def test_x31_what_is_missing_is_named_at_the_start(tmp_path: Path, missing: str) -> None:
    given = {name: value for name, value in WHOLE.items() if not name.endswith(f"STRIPE_{missing}")}
    settings = load(given | {"QUICKPAY_DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}"})
    with pytest.raises(BadSettings) as told:
        async with open_world(settings, create=True):
            raise AssertionError("it started")
    assert told.value.lines == [f"QUICKPAY_STRIPE_{missing}: QUICKPAY_GATEWAY=stripe needs it"]


async def test_a_whole_set_makes_the_gateway_with_what_the_account_offers(tmp_path: Path) -> None:
    offers = {"QUICKPAY_STRIPE_OFFERS": "card,apple_pay"}
    settings = load(WHOLE | offers | {"QUICKPAY_DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}"})
    assert "canary" not in repr(settings)
    async with open_world(settings, create=True) as world:
        assert world.gateway.name == "stripe"
        assert world.gateway.activated == Activated(
            card=True, apple_pay=True, google_pay=False, storage=False
        )
        fields = world.gateway.card_fields()
    assert fields.script_url == "https://js.stripe.com/v3/"
    assert fields.settings == {"key": "pk_test_invented"}
    policy = new_scripts(fields).policy
    assert "https://js.stripe.com https://*.js.stripe.com" in policy
    assert "connect-src 'self' https://api.stripe.com" in policy
    assert "frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com" in policy


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STRIPE_API_BASE", "http://stripe.example.com"),
        ("STRIPE_JS_URL", "http://stripe.example.com/v3/"),
        ("STRIPE_OFFERS", "card,cash"),
    ],
)
def test_a_value_that_will_not_do_is_refused(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as told:
        load(WHOLE | {f"QUICKPAY_{name}": value})
    assert name in told.value.lines[0]
