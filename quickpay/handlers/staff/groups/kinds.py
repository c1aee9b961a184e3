"""What a field of the group editor is: its label, what it does, and how it is typed."""

from dataclasses import dataclass, replace
from enum import StrEnum

OPTIONS = "Options"
"""The heading that most panels stand under."""


class Kind(StrEnum):
    """How an option is typed; each is drawn in its own way."""

    TEXT = "text"
    LINES = "lines"
    URL = "url"
    COLOUR = "colour"
    SWITCH = "switch"
    CHOICE = "choice"
    NUMBER = "number"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One option on the screen; `name` is its panel's and its own, `choices` are value and label."""

    name: str
    label: str
    help: str
    kind: Kind
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    instead: str = ""
    """What is used where nothing is written."""

    def shown(self, typed: str) -> str:
        """Say a value in the screen's words; what is none of them is shown as typed."""
        if self.kind is Kind.SWITCH:
            return {"on": "On", "": "Off"}.get(typed, typed)
        return dict(self.choices).get(typed, typed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One section of the screen; those `within` another heading stand under it in the index."""

    name: str
    title: str
    fields: tuple[Field, ...]
    within: str = ""


def panel(name: str, title: str, *fields: Field, within: str = "") -> Panel:
    """Put fields into a panel, whose name goes before theirs."""
    named = tuple(replace(one, name=f"{name}.{one.name}") for one in fields)
    return Panel(name=name, title=title, fields=named, within=within)


def switch(name: str, label: str, *, on: str, off: str) -> Field:
    """Describe an option that is on or off."""
    return Field(name=name, label=label, help=f"On: {on} Off: {off}", kind=Kind.SWITCH)


def choice(name: str, label: str, *choices: tuple[str, str], help: str) -> Field:  # noqa: A002 - the field's own word
    """Describe an option that is one of a few."""
    return Field(name=name, label=label, help=help, kind=Kind.CHOICE, choices=choices)
