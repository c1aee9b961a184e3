"""Print papers with the group's own head."""

from dataclasses import replace

from quickpay.domain.groups import Group
from quickpay.domain.images import Image
from quickpay.ports.papers import Paper, Papers
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx


class Press:
    """Print for a group: its logo stands where its name would."""

    def __init__(self, *, store: Store[Tx], papers: Papers) -> None:
        self._store = store
        self._papers = papers

    async def pdf(self, paper: Paper, group: Group) -> bytes:
        """Write the paper; nothing is kept of it."""
        logo = group.logo

        async def unit(tx: Tx) -> Image | None:
            return None if logo is None else await tx.images.get(logo)

        image = await self._store.read(unit)
        return await self._papers.pdf(replace(paper, logo=None if image is None else image.png))
