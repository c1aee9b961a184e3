"""Where gateways differ in what they promise, said by each rig, so that no test of the suite is skipped."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from quickpay.ports.gateway import Approved, Card, GatewayEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """Say where gateways differ; each is met by what the suite then holds instead."""

    remembers_refusals: bool = True
    """A card it could not read is in its book; else a look-up of that order finds nothing."""
    code_by_order: bool = True
    """Each order says whether it needs the security code; else the merchant's account does, for all."""
    signs_a_time: bool = True
    """A webhook's signature has a time; else a replay is known by its event id alone."""
    joins_signatures: bool = True
    """One webhook may carry several signatures; else we hold several secrets."""
    webhook_names_card: bool = True
    """A webhook names the card as the answer does."""
    not_asked: Mapping[str, str] = field(default_factory=dict)
    """What this gateway cannot be asked for, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """Bodies of webhooks in a gateway's own shape; `paid` means `meaning`, `useless` nothing."""

    paid: bytes
    meaning: GatewayEvent
    in_euros: bytes
    useless: tuple[bytes, ...]


def events_like(paid: bytes, *, useless: tuple[bytes, ...]) -> Events:
    """Make them of one by which `p1` was paid 5 cents; what is `useless` in this shape alone comes along."""
    return Events(
        paid=paid,
        meaning=GatewayEvent(
            event_id="evt_1",
            payment_id="p1",
            outcome=Approved(
                transaction="ch_1",
                card=Card(brand="visa", last4="4242"),
                amount=5,
                currency="usd",
                reference="p1",
            ),
        ),
        in_euros=paid.replace(b"usd", b"eur"),
        useless=(
            b"",
            b"[]",
            b"null",
            b'{"id":"evt_1"}',
            paid.replace(b'"evt_1"', b"7"),
            paid.replace(b'"p1"', b"null"),
            paid.replace(b'"status":"succeeded"', b'"status":"pending"'),
            paid.replace(b'"amount":5', b'"amount":"5"'),
            paid.replace(b'"amount":5', b'"amount":5.0'),
            b"[" * 100_000,
            *useless,
        ),
    )
