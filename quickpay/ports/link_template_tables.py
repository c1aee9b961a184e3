"""The port to the table of link templates: every version of a group's messages, never changed."""

from datetime import datetime
from typing import Protocol

from quickpay.domain.link_templates import LinkTemplate, TemplateText
from quickpay.domain.messages import Channel


class LinkTemplates(Protocol):
    """Versions; at most one of a group, name and channel is live."""

    async def add(self, group_id: int, text: TemplateText, *, now: datetime, by: str) -> LinkTemplate | None:
        """Store a live version. None: a live one has this name for this channel."""
        ...

    async def end(self, template_id: int, *, now: datetime) -> bool:
        """Take a live version out of use; False when it was before."""
        ...

    async def get(self, template_id: int) -> LinkTemplate | None:
        """Any version, live or not."""
        ...

    async def find(self, group_id: int, name: str, channel: Channel) -> LinkTemplate | None:
        """The live version of this name."""
        ...

    async def list_(self, group_id: int) -> list[LinkTemplate]:
        """The live ones by name."""
        ...

    async def use(self, template_id: int, *, link_id: str) -> None:
        """Note the version a new link goes out with."""
        ...

    async def of_link(self, link_id: str) -> LinkTemplate | None:
        """The version a link goes out with, live or not; None: QuickPay's own words."""
        ...
