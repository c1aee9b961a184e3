"""A group and a guarantor of a test's own, with links to the bill."""

import re
from typing import Any

from quickpay.domain.languages import Language
from tests.household import Household

MFA: dict[str, Any] = {
    "enable_mfa": True,
    "require_mfa": True,
    "require_opposing_contact_methods": True,
}
DARK: dict[str, Any] = {
    "background": "#0f1720",
    "surface": "#17212d",
    "primary": "#8ab4f8",
    "secondary": "#a5b4c4",
    "accent": "#f0b26b",
    "info": "#7cc4f0",
    "success": "#7bd88f",
    "error": "#ff9a94",
    "warning": "#f3c969",
    "dark": True,
}
SECRETS = (
    *("Alice", "Example", "Rivera", "Main Street", "Office visit", "99213", "67563", "68110"),
    *("150.00", "230.00", "200.00", "80.00", "2026-08-01", "2026-10-20", "Aug 1", "Oct 20", "Sep 15"),
)


class Bills:
    """One test's group, guarantor and links; `number` keeps them apart from every other test's."""

    def __init__(self, *, house: Household, number: int, language: Language = Language.EN) -> None:
        self.house = house
        self.language = language
        self.group = f"practice-{number}"
        self.number = str(700_200 + number)
        self.email = f"alice{self.number}@example.com"
        self.mobile = f"+1608555{self.number[-4:]}"
        self.name = f"Practice {number}"

    @property
    def dark(self) -> dict[str, Any]:
        """A dark theme."""
        return DARK

    def seen_in(self, told: str) -> list[str]:
        """Find whatever of the guarantor nobody may see before proof; not letters within a token."""
        mine = (*SECRETS, self.email, self.mobile, self.mobile[2:], self.number)
        return [one for one in mine if re.search(rf"(?<![0-9A-Za-z]){re.escape(one)}(?![0-9A-Za-z])", told)]

    async def make(self, *, record: dict[str, Any] | None = None, **panels: Any) -> "Bills":
        """Make the group with these panels, and the one who owes 150.00 and 80.00, and speaks `language`."""
        await self.house.group(self.group, branding={"name": self.name}, **panels)
        spoken = {"language": self.language.value}
        await self.house.guarantor(self.group, self.number, **(record or {}) | spoken)
        return self

    async def options(self, **panels: Any) -> None:
        """Change the group while links and sessions live."""
        await self.house.group(self.group, branding={"name": self.name}, **panels)

    async def link(self, origin: str = "sms", **asked: Any) -> str:
        """Make a link and give its address."""
        return str((await self.made(origin, **asked))["url"])

    async def made(self, origin: str = "sms", **asked: Any) -> dict[str, Any]:
        """Make a link and give what the API says of it."""
        return await self.house.link(self.group, self.number, origin, **asked)

    async def charges(self) -> list[dict[str, Any]]:
        """The gateway's charges for this guarantor's payments."""
        feed = await self.house.api("GET", f"/payments?group={self.group}&limit=200")
        mine = {payment["id"] for payment in feed["data"]}
        return [charge for charge in await self.house.charges() if charge["reference"] in mine]

    async def uses(self, link_id: str) -> int:
        """How many times a link was opened."""
        return int((await self.house.api("GET", f"/links/{link_id}"))["uses"])
