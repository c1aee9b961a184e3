"""A fault: one thing in what somebody sent that must be mended before it can be kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong where; `path` names the field as the API does (`theme.primary`), `message` what to do.

    `beside` names another part it was held against: where that is wrong itself, this says nothing true.
    """

    path: str
    message: str
    beside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """What staff should know about a field before they save it; it may be saved all the same."""

    path: str
    message: str
