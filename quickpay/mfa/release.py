"""A release: the office lets a session in by a code it says, if what the caller says fits what is on file."""

import datetime as dt
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from quickpay.domain.guarantors import Account, Guarantor

VISITS_ASKED = 3
"""The days of so many last visits count: more would be easier to guess."""


class Identifier(StrEnum):
    """What staff ask a caller for besides her name: none of it is on the pay page or in a message."""

    VISIT_DATE = "visit_date"
    SERVICE_ID = "service_id"
    ACCOUNT_AND_PATIENT = "account_and_patient"


class ReleaseState(StrEnum):
    """Say where a release stands; only an open one has a code."""

    OPEN = "open"
    USED = "used"
    LOCKED = "locked"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One row: for one session, by one of the staff; `digest` is there only while it is open."""

    id: str
    session_id: int
    link_id: int | None
    group_id: int
    guarantor_id: int
    staff_id: int
    identifier: Identifier
    state: ReleaseState
    tries: int
    digest: bytes | None = field(repr=False)
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a caller said; `patient` goes with the account number only."""

    identifier: Identifier
    text: str = field(repr=False)
    patient: str = field(default="", repr=False)

    @property
    def readable(self) -> bool:
        """Whether it could be an answer at all; what could not is not counted."""
        match self.identifier:
            case Identifier.VISIT_DATE:
                return _day(self.text) is not None
            case Identifier.SERVICE_ID:
                return bool(_plain(self.text))
            case Identifier.ACCOUNT_AND_PATIENT:
                return bool(_plain(self.text)) and bool(_plain(self.patient))


def on_file(guarantor: Guarantor, account: Account) -> tuple[Identifier, ...]:
    """List what can be asked of a caller for this guarantor."""
    found = (Identifier.VISIT_DATE, Identifier.SERVICE_ID) if account.lines else ()
    return (*found, *((Identifier.ACCOUNT_AND_PATIENT,) if _others(guarantor) else ()))


def fits(said: Said, guarantor: Guarantor, account: Account) -> bool:
    """Tell whether what was said is what is on file."""
    match said.identifier:
        case Identifier.VISIT_DATE:
            return _day(said.text) in _last_visits(account)
        case Identifier.SERVICE_ID:
            return _plain(said.text) in {_plain(line.service_id) for line in account.lines}
        case Identifier.ACCOUNT_AND_PATIENT:
            same_account = _plain(said.text) == _plain(guarantor.number)
            return same_account and _plain(said.patient) in _others(guarantor)


def _last_visits(account: Account) -> set[date | None]:
    days = sorted({line.date for line in account.lines}, reverse=True)
    return {*days[:VISITS_ASKED]}


def _others(guarantor: Guarantor) -> set[str]:
    """The patients but the guarantor, whose own name stands on the pay page beside the account number."""
    own = {_plain(guarantor.name), _plain(f"{guarantor.preferred_name or ''} {guarantor.last_name}")}
    return {_plain(patient.name) for patient in guarantor.patients} - own - {""}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _day(typed: str) -> date | None:
    """Read a date as browsers send it, or as it is written here: month, day, year."""
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return dt.datetime.strptime(typed.strip(), form).date()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
    return None
