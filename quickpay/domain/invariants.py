"""The invariants, as a check names what breaks them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One invariant that does not hold, and the rows it does not hold for; ids only, nothing of a person."""

    invariant: str
    what: str
    row_ids: tuple[str, ...]
