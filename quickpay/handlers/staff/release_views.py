"""The pages of a release as values, and what staff may ask a caller for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypedDict

from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.staff.views import Bar
from quickpay.mfa.release import Identifier


class _Words(TypedDict):
    label: str
    hint: str


ASKED: dict[Identifier, _Words] = {
    Identifier.VISIT_DATE: {
        "label": "The date of a visit",
        "hint": "One of the days of the last three visits. Let the caller say it; do not offer any.",
    },
    Identifier.SERVICE_ID: {
        "label": "A service id",
        "hint": "From the statement on paper, like 67563-4.",
    },
    Identifier.ACCOUNT_AND_PATIENT: {
        "label": "The account number and a patient",
        "hint": "Somebody else than the guarantor who was treated on this account.",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One thing to ask for."""

    kind: Identifier
    label: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFindPage:
    """For whom."""

    template: ClassVar[str] = "staff/release_find.html"
    frame: Frame
    bar: Bar
    groups: tuple[tuple[str, str], ...]
    group: str
    guarantor: str
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFormPage:
    """What to ask, and what the caller said."""

    template: ClassVar[str] = "staff/release.html"
    frame: Frame
    bar: Bar
    name: str
    number: str
    group: str
    off: bool
    locked: bool
    asked: tuple[Asked, ...]
    chosen: str
    typed: Mapping[str, str] = field(repr=False)
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCodePage:
    """The code to say, this once."""

    template: ClassVar[str] = "staff/release_code.html"
    frame: Frame
    bar: Bar
    name: str
    code: str = field(repr=False)
    until: str
    again: str
