"""A group's options as programs set them, over the API, while patients are in the middle of things."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from quickpay.domain.api_keys import EVERY_SCOPE
from quickpay.services.staff.api_keys import NewKey
from tests.handlers.site import HOST, Site

DARK = {
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The site's group, as the PM system's key may change it and read what became of its payments."""

    site: Site
    secret: str

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Call the API; give the status and the JSON."""
        sent = {"Host": HOST, "Authorization": f"Bearer {self.secret}", **headers}
        url = f"{self.site.address}/api/v1{path}"
        async with self.site.session.request(method, url, json=body, headers=sent) as answer:
            return answer.status, await answer.json(content_type=None)

    async def put(self, **panels: dict[str, Any]) -> tuple[int, Any]:
        """Save the group as it is with these options changed, panel by panel."""
        status, body = await self.call("GET", f"/groups/{self.site.group.slug}")
        assert status == 200, body
        changed = {name: body[name] | options for name, options in panels.items()}
        return await self.call("PUT", f"/groups/{self.site.group.slug}", body | changed)

    async def save(self, **panels: dict[str, Any]) -> None:
        """Save what may be saved."""
        status, said = await self.put(**panels)
        assert status == 200, said

    async def refused(self, **panels: dict[str, Any]) -> dict[str, str]:
        """Save what may not be saved; gives the words for each field."""
        status, said = await self.put(**panels)
        assert status == 422, said
        return {one["path"]: one["message"] for one in said["errors"]}

    async def payments(self) -> list[dict[str, Any]]:
        """What the PM system is told of payments, in the order of their last change."""
        status, said = await self.call("GET", "/payments")
        assert status == 200, said
        found: list[dict[str, Any]] = said["data"]
        return found


async def office_of(site: Site) -> Office:
    """Give the office of a site, with a key of its own."""
    key = await site.desk.keyring.create(
        name="PM system", scopes=EVERY_SCOPE, group=None, life=timedelta(days=365), by="tests"
    )
    assert isinstance(key, NewKey), key
    return Office(site=site, secret=key.secret)
