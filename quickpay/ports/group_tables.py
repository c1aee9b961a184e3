"""The port to what the group editor needs besides the groups: drafts, and the last change of each group."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from quickpay.domain.groups import Group


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedGroup:
    """A group with its last change."""

    group: Group
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody typed into a group's form and did not save; patients never meet it.

    `version` is the group's version it was made from, 0 for a group that did not exist; `mark` tells one
    saving of a draft from every other.
    """

    slug: str
    version: int
    typed: Mapping[str, str] = field(repr=False)
    saved_at: datetime
    saved_by: str
    mark: int = 0


class GroupDrafts(Protocol):
    """Drafts, at most one for each slug."""

    async def get(self, slug: str) -> Draft | None: ...
    async def list_(self) -> list[Draft]: ...
    async def put(self, draft: Draft) -> bool:
        """Keep it in place of the one with its `mark`, of none if that is 0; False: there is another."""
        ...

    async def drop(self, slug: str, *, mark: int) -> bool:
        """Forget the draft if it is still this one."""
        ...
