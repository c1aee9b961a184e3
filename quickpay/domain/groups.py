"""A group: a practice as its patients meet it, with its options; and how options are kept as text."""

import json
import re
from dataclasses import asdict, dataclass, fields
from enum import EnumType
from typing import Any, get_type_hints

from quickpay.domain.images import NO_IMAGES, ImageIds
from quickpay.domain.options import LandingPage, Options
from quickpay.domain.payments import Method
from quickpay.domain.sessions import Role
from quickpay.domain.texts import name_in_text

SLUG_PATTERN = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"

_SLUG = re.compile(SLUG_PATTERN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group as one version of its options makes it; `version` counts from 1."""

    id: int
    slug: str
    version: int
    options: Options
    images: ImageIds = NO_IMAGES

    @property
    def logo(self) -> str | None:
        """The kept picture shown in place of the name, if the options give one."""
        return self.images.logo if self.options.branding.logo_url else None

    @property
    def favicon(self) -> str | None:
        """The kept picture browsers show beside the title, if the options give one."""
        return self.images.favicon if self.options.branding.favicon_url else None

    @property
    def home_asset(self) -> str | None:
        """The kept picture shown on Home, if the options give one."""
        return self.images.home_asset if self.options.branding.home_asset_url else None

    def landing_of(self, role: Role) -> LandingPage:
        """Where a proof leads whoever has this role after it; without the portal, to Make Your Payment."""
        if role is not Role.AUTHORIZED_PATIENT:
            return LandingPage.PAY
        return self.options.look_and_feel.landing_page

    @property
    def name(self) -> str:
        """What patients call it."""
        return self.options.branding.name

    @property
    def name_in_texts(self) -> str:
        """The form of the name a text message carries (A46)."""
        return name_in_text(self.name)

    @property
    def methods_on(self) -> tuple[Method, ...]:
        """The ways to pay the group has turned on, in the page's order; a stored card counts as a card.

        What the gateway has activated and the browser can do narrows this further.
        """
        payments = self.options.payments
        switches = (
            (Method.CARD, payments.credit_card),
            (Method.APPLE_PAY, payments.apple_pay),
            (Method.GOOGLE_PAY, payments.google_pay),
        )
        return tuple(method for method, on in switches if on)

    @property
    def stores_cards(self) -> bool:
        """Whether cards may be kept, and kept ones offered to an authorized patient."""
        return self.options.payments.payment_method_storage and self.options.payments.credit_card


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One option that differs between two versions."""

    path: str
    before: object
    after: object


def is_slug(text: str) -> bool:
    """Tell whether text may name a group in addresses: 1 to 63 of a-z, 0-9 and inner hyphens."""
    return _SLUG.fullmatch(text) is not None


def changes(before: Options, after: Options) -> tuple[Change, ...]:
    """List what differs between two versions, panel by panel in the order of the screen."""
    old, new = asdict(before), asdict(after)
    return tuple(
        Change(path=f"{panel}.{name}", before=value, after=new[panel][name])
        for panel, values in old.items()
        for name, value in values.items()
        if value != new[panel][name]
    )


def options_to_json(options: Options) -> str:
    """Write options as the store keeps them: the API's names, always in the same order."""
    return json.dumps(asdict(options), ensure_ascii=False, separators=(",", ":"))


def options_from_json(text: str) -> Options:
    """Read options as any earlier version kept them: the missing has its default, the unknown is left.

    Raises:
        ValueError: it is not JSON of that shape, has no name, or a choice that does not exist.
    """
    kept = json.loads(text)
    if not isinstance(kept, dict):
        raise ValueError("kept options are an object")  # noqa: TRY004 - the text is wrong, not the call
    panels = get_type_hints(Options)
    try:
        built = {name: _panel(panels[name], values) for name, values in kept.items() if name in panels}
        return Options(**built)
    except TypeError as wrong:
        raise ValueError("kept options lack a name or are of another shape") from wrong


def _panel(kind: type, values: dict[str, Any]) -> Any:
    if not isinstance(values, dict):
        raise TypeError(f"{kind.__name__} is an object")
    hints = get_type_hints(kind)
    known = {one.name for one in fields(kind)}
    return kind(**{name: _value(hints[name], value) for name, value in values.items() if name in known})


def _value(hint: Any, value: Any) -> Any:
    return hint(value) if isinstance(hint, EnumType) else value
