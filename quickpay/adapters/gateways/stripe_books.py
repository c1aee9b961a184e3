"""Ask Stripe once, and read its books: the intents of one payment, and every charge of some time."""

from collections.abc import Awaitable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, cast

import stripe
import structlog

from quickpay.adapters.gateways import stripe_others as others
from quickpay.adapters.gateways.stripe_reading import REFERENCE, Said, mapping_of, reference_of
from quickpay.adapters.gateways.stripe_wire import NotConnected, Silent
from quickpay.ports.gateway import RUBBISH, ListedCharge, NoAnswer, NotReceived

_log = structlog.get_logger(__name__)

WHOLE: Final = ["latest_charge", "payment_method"]
"""What of an intent Stripe is to write out."""

_PAGE: Final = 100
_FINE: Final = 200
_RECENT: Final = timedelta(hours=2)


class Books:
    """Stripe's API behind answers that are values."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._stripe = client

    async def ask(self, asking: Awaitable[object]) -> Said | tuple[int, object] | NotReceived | NoAnswer:
        """Ask once: the answer, an error with its status, or that there was none."""
        try:
            answer = await asking
        except NotConnected as trouble:
            _log.error("gateway_not_connected", gateway="stripe", reason=trouble.reason)
            return NotReceived(reason=trouble.reason)
        except Silent:
            return NoAnswer(reason="silent")
        except stripe.StripeError as trouble:
            return trouble.http_status or 0, trouble.json_body
        except (TypeError, ValueError, AttributeError, KeyError, RecursionError):
            # Its package stumbles over words that are JSON and nothing else.
            return NoAnswer(reason=RUBBISH)
        # What is JSON and no object comes through its package as it is, whatever its types say.
        response = answer.last_response if isinstance(answer, stripe.StripeObject) else None
        data = None if response is None else response.data
        return data if isinstance(data, Mapping) else NoAnswer(reason=RUBBISH)

    async def find(self, payment_id: str) -> list[Said] | NoAnswer:
        """Read the newest intents until ours is among them; then search, for one that is older.

        The list shows an intent as soon as it is made, the search some time later.
        """
        params: dict[str, Any] = {"limit": _PAGE, "expand": [f"data.{name}" for name in WHOLE]}
        newest: int | None = None
        while True:
            said = await self.ask(
                self._stripe.v1.payment_intents.list_async(
                    cast("stripe.params.PaymentIntentListParams", params)
                )
            )
            page = _page(said)
            if page is None:
                return _silence(said)
            ours = [intent for intent in page if reference_of(intent) == payment_id]
            if ours:
                return ours
            ages = [intent["created"] for intent in page if type(intent.get("created")) is int]
            newest = max(ages, default=0) if newest is None else newest
            if not _more(said) or not page or min(ages, default=0) < newest - _RECENT.total_seconds():
                break
            params["starting_after"] = page[-1].get("id")
        return await self._search(payment_id)

    async def _search(self, payment_id: str) -> list[Said] | NoAnswer:
        if not payment_id.replace("-", "").isalnum():  # it would be words of the query, not a value
            return []
        said = await self.ask(
            self._stripe.v1.payment_intents.search_async(
                {
                    "query": f"metadata['{REFERENCE}']:'{payment_id}'",
                    "expand": [f"data.{name}" for name in WHOLE],
                }
            )
        )
        page = _page(said)
        if page is None:
            return _silence(said)
        if any(reference_of(intent) != payment_id for intent in page):
            return NoAnswer(reason=RUBBISH)  # a list that ignored the question says nothing of our payment
        return page

    async def charges(self, *, since: datetime, until: datetime) -> tuple[ListedCharge, ...] | NoAnswer:
        """Read Stripe's charges page by page, whoever made them."""
        params: dict[str, Any] = {
            "limit": _PAGE,
            "created": {"gt": int(since.timestamp()) - 1},
            "expand": ["data.payment_intent"],
        }
        found: list[ListedCharge] = []
        while True:
            said = await self.ask(
                self._stripe.v1.charges.list_async(cast("stripe.params.ChargeListParams", params))
            )
            page = _page(said)
            if page is None:
                return _silence(said)
            try:
                read = [others.read_charge(one) for one in page]
            except ValueError:
                return NoAnswer(reason=RUBBISH)
            found += [one for one in read if one is not None and since <= one.charged_at < until]
            if not _more(said) or not page:
                return tuple(found)
            params["starting_after"] = page[-1].get("id")


def _page(said: object) -> list[Said] | None:
    data = said.get("data") if isinstance(said, Mapping) else None
    if not isinstance(data, list) or not all(isinstance(one, Mapping) for one in data):
        return None
    return data


def _more(said: object) -> bool:
    return mapping_of(said).get("has_more") is True


def _silence(said: object) -> NoAnswer:
    if isinstance(said, NoAnswer):
        return said
    # A page that is none came with a success; an error has its status.
    fine = isinstance(said, Mapping) or (isinstance(said, tuple) and said[0] == _FINE)
    return NoAnswer(reason=RUBBISH if fine else "no list")
