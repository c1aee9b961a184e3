"""How far somebody's word goes: every group, or only some."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The ids of the groups somebody may know of; None is every group, those made later too."""

    groups: frozenset[int] | None

    def holds(self, group_id: int) -> bool:
        """Whether this group is one of them; what is in another does not exist for whoever asks (A59)."""
        return self.groups is None or group_id in self.groups


EVERYWHERE = Reach(groups=None)


def reach_of(group_id: int | None) -> Reach:
    """Give the reach of a key that is for one group, or for all."""
    return EVERYWHERE if group_id is None else Reach(groups=frozenset({group_id}))
