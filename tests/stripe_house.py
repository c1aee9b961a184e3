"""A whole QuickPay whose gateway is Stripe, played by localstripe."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.adapters.gateways import stripe_front
from tests.adapters.gateways.stripe_front import Front
from tests.household import Household, household


@asynccontextmanager
async def stripe_house(data: Path, upstream: str) -> AsyncIterator[tuple[Household, Front]]:
    """Start it with Stripe's webhooks on their way to it."""
    async with stripe_front.stripe_front(upstream) as front:
        settings: dict[str, Any] = {
            "GATEWAY": "stripe",
            "STRIPE_SECRET_KEY": stripe_front.SECRET_KEY,
            "STRIPE_PUBLISHABLE_KEY": stripe_front.PUBLISHABLE_KEY,
            "STRIPE_WEBHOOK_SECRET": stripe_front.WEBHOOK_SECRET,
            "STRIPE_API_BASE": front.url,
            "STRIPE_JS_URL": f"{front.url}/js.stripe.com/v3/",
        }
        async with household(data, **settings) as house:
            await front.send_webhooks_to(f"{house.base_url}/webhooks/stripe")
            yield house, front
