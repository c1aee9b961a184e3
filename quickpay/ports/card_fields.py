"""What a gateway brings to our pages: its own card fields, and which ways to pay it has switched on."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFields:
    """Hold what a page needs to show the gateway's own card fields, and what its CSP must allow.

    The origins are `scheme://host[:port]`, ready for the directive of the same name. `adapter` is the script
    of ours that gives the one of `script_url` the shape `static/pay.js` and `static/wallet.js` know; it reads
    `settings`, none of them a secret. `script_data` is what the gateway's script wants to read on its own
    tag, as `data-…`. Apple's check of the merchant is that script's and the gateway's. `plays_wallets`: its
    wallets are a play that needs nothing of the browser, so Apple Pay is not missing where it has none.
    """

    adapter: str
    script_url: str
    script_src: tuple[str, ...]
    frame_src: tuple[str, ...]
    connect_src: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    script_data: Mapping[str, str] = field(default_factory=dict)
    plays_wallets: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Activated:
    """Say what the merchant account at the gateway has switched on."""

    card: bool
    apple_pay: bool
    google_pay: bool
    storage: bool
