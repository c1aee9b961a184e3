"""What the bar above the staff's pages offers, to whom, and where one is."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from quickpay.domain.staff import StaffRole
from quickpay.handlers.gate import AT_THE_DESK, EVERY_ROLE

_ADMIN = frozenset({StaffRole.ADMIN})
_ONE = "/[^/]+"
_PAYMENT = "/[0-9a-f]{8}-[^/]+"


class Place(Enum):
    """Where a line of the menu stands."""

    BAR = "bar"
    MORE = "more"
    POPS = "pops"
    """POPS Management, a place with a menu of its own; absent without the setting."""
    PAYMENTS = "payments"
    """The pages of payments, with a menu of their own too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """One way on; `area` is the pattern of the addresses that belong to it, `words` what it is for."""

    label: str
    path: str
    area: str
    words: str = ""
    place: Place = Place.BAR
    roles: frozenset[StaffRole] = AT_THE_DESK


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuLine:
    """One line as a page shows it; `here` is the word of `aria-current`, empty elsewhere."""

    label: str
    path: str
    words: str
    here: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """The lines somebody is offered; `within` are those of the place `within_label` that the page is in."""

    bar: tuple[MenuLine, ...]
    more: tuple[MenuLine, ...]
    pops: MenuLine | None
    within: tuple[MenuLine, ...]
    within_label: str


_POPS = MenuItem(
    label="POPS Management",
    path="/staff/groups",
    area="/staff/(groups|templates|api-keys|accounts)(/.*)?",
    words="Groups, messages, API keys and accounts.",
    place=Place.POPS,
    roles=_ADMIN,
)
_MENU = (
    MenuItem(
        label="Guarantors",
        path="/staff/guarantors",
        area=f"/staff/guarantors({_ONE}{_ONE}(/end-links)?)?|/staff/links/[A-Za-z0-9_-]{{22}}(/(end|restore|unlock))?",
        words="Find who owes, their links and their payments.",
        roles=EVERY_ROLE,
    ),
    MenuItem(
        label="Payments",
        path="/staff/payments",
        area="/staff/(payments|batches)(/.*)?",
        words="What was paid, refunds, posting and the days' batches.",
        roles=EVERY_ROLE,
    ),
    MenuItem(
        label="Send a link",
        path="/staff/send",
        area=f"/staff/send|/staff/guarantors{_ONE}{_ONE}/send",
        words="By email or text message, to one guarantor.",
    ),
    MenuItem(
        label="Office QR",
        path="/staff/office-qr",
        area=f"/staff/office-qr(/.*)?|/staff/guarantors{_ONE}{_ONE}/qr|/staff/links{_ONE}/qr",
        words="A code on your screen that a phone scans to pay.",
    ),
    MenuItem(
        label="See as patient",
        path="/staff/launch",
        area="/staff/launch",
        words="What a patient sees; nothing is paid or changed.",
    ),
    MenuItem(
        label="Reports",
        path="/staff/reports",
        area="/staff/reports(/.*)?",
        words="How links are used, and what was paid.",
        roles=EVERY_ROLE,
    ),
    MenuItem(
        label="Caller without a code",
        path="/staff/release",
        area=f"/staff/release|/staff/guarantors{_ONE}{_ONE}/release",
        words="Let somebody in by phone who cannot get a code.",
        place=Place.MORE,
    ),
    MenuItem(
        label="Batches",
        path="/staff/links/batches",
        area="/staff/links/(batches|groups)(/.*)?",
        words="Links sent together: how they fared, and ending them.",
        place=Place.MORE,
    ),
    MenuItem(
        label="Webhooks",
        path="/staff/webhooks",
        area="/staff/webhooks(/.*)?",
        words="Programs that are told of payments as they change.",
        place=Place.MORE,
        roles=_ADMIN,
    ),
    *(
        MenuItem(label=label, path=path, area=area, place=Place.PAYMENTS, roles=EVERY_ROLE)
        for label, path, area in (
            ("All payments", "/staff/payments", f"/staff/payments({_PAYMENT}(/(refund|post).*)?)?"),
            ("Unresolved", "/staff/payments/unresolved", f"/staff/payments(/unresolved|{_PAYMENT}/resolve)"),
            ("Not acknowledged", "/staff/payments/unacknowledged", "/staff/payments/unacknowledged"),
            ("Reference batches", "/staff/batches", "/staff/batches(/.*)?"),
            ("Differences", "/staff/payments/differences", "/staff/payments/differences(/.*)?"),
        )
    ),
    MenuItem(
        label="Groups",
        path="/staff/groups",
        area=f"/staff/groups(?!{_ONE}/templates)(/.*)?",
        place=Place.POPS,
        roles=_ADMIN,
    ),
    MenuItem(
        label="Messages",
        path="/staff/templates",
        area=f"/staff/templates|/staff/groups{_ONE}/templates(/.*)?",
        place=Place.POPS,
        roles=_ADMIN,
    ),
    MenuItem(
        label="API keys",
        path="/staff/api-keys",
        area="/staff/api-keys(/.*)?",
        place=Place.POPS,
        roles=_ADMIN,
    ),
    MenuItem(
        label="Accounts",
        path="/staff/accounts",
        area="/staff/accounts(/.*)?",
        place=Place.POPS,
        roles=_ADMIN,
    ),
    MenuItem(
        label="Session usage",
        path="/staff/reports/session-usage",
        area="/staff/reports/session-usage",
        place=Place.POPS,
        roles=_ADMIN,
    ),
)


def menu_of(role: StaffRole, here: str, *, pops_management: bool) -> Menu:
    """List what this role may open where POPS Management is shown or is not, as the page at `here` does."""
    line = _marked(here)

    def lines(place: Place) -> tuple[MenuLine, ...]:
        return tuple(line(item) for item in _MENU if item.place is place and role in item.roles)

    shown = pops_management and role in _POPS.roles
    pops = line(_POPS) if shown else None
    within, label = lines(Place.POPS) if pops is not None and pops.here else (), _POPS.label
    payments = lines(Place.PAYMENTS)
    if any(one.here for one in payments):
        within, label = payments, "Payments"
    return Menu(
        bar=lines(Place.BAR),
        more=lines(Place.MORE),
        pops=pops,
        within=within,
        within_label=label,
    )


def _marked(here: str) -> Callable[[MenuItem], MenuLine]:
    def line(item: MenuItem) -> MenuLine:
        word = "true" if re.fullmatch(item.area, here) else ""
        if here == item.path and item is not _POPS:
            word = "page"
        return MenuLine(label=item.label, path=item.path, words=item.words, here=word)

    return line
