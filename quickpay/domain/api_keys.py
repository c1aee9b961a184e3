"""What an API key may be asked to be: its scopes, its name, its life."""

from datetime import timedelta
from enum import StrEnum

from quickpay.domain.faults import Fault

LONGEST_LIFE = timedelta(days=365)
_NAME_LONGEST = 80


class Scope(StrEnum):
    """What a key may do; reading and writing are separate words, neither includes the other."""

    GROUPS_READ = "groups:read"
    GROUPS_WRITE = "groups:write"
    GUARANTORS_READ = "guarantors:read"
    GUARANTORS_WRITE = "guarantors:write"
    LINKS_READ = "links:read"
    LINKS_WRITE = "links:write"
    HANDOFFS_WRITE = "handoffs:write"
    LAUNCHES_WRITE = "launches:write"
    PAYMENTS_READ = "payments:read"
    PAYMENTS_WRITE = "payments:write"
    REPORTS_READ = "reports:read"
    PAYMENTS_REFUND = "payments:refund"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"


EVERY_SCOPE = tuple(scope.value for scope in Scope)


def key_faults(name: str, scopes: tuple[str, ...], life: timedelta) -> list[Fault]:
    """Say what is wrong with a key that is asked for."""
    wrong = []
    if not name.strip() or len(name) > _NAME_LONGEST or not name.isprintable():
        wrong.append(
            Fault(path="name", message=f"Write a name of 1 to {_NAME_LONGEST} printable characters.")
        )
    if not scopes:
        wrong.append(Fault(path="scopes", message="Name at least one scope."))
    wrong += [
        Fault(
            path="scopes",
            message=f"There is no scope {scope[:_NAME_LONGEST]!r}; choose from {', '.join(EVERY_SCOPE)}.",
        )
        for scope in scopes
        if scope not in EVERY_SCOPE
    ]
    if not timedelta(0) < life <= LONGEST_LIFE:
        wrong.append(Fault(path="life", message="A key lives at most 365 days."))
    return wrong
