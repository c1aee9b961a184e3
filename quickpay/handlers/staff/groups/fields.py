"""The editor's form: every option as text, and the options made of what was typed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Any, get_type_hints

from quickpay.domain.faults import Fault
from quickpay.domain.options import FEWEST_USES, MOST_USES, Options
from quickpay.handlers.forms import Form
from quickpay.handlers.staff.groups.kinds import Field, Kind
from quickpay.handlers.staff.groups.panels import PANELS
from quickpay.handlers.words import FORM_FAULTS

FIELDS: Mapping[str, Field] = MappingProxyType({one.name: one for panel in PANELS for one in panel.fields})
"""Every option by its name in forms and in the API, like `theme.dark`."""

Typed = Mapping[str, str]
"""The form as texts: every field of `FIELDS`, just as it was typed; a switch is `on` or nothing."""

ON = "on"


def _hints(kind: type[Any]) -> dict[str, Any]:
    known = {one.name for one in fields(kind)}
    return {name: hint for name, hint in get_type_hints(kind).items() if name in known}


_PANELS = _hints(Options)
_NUMBER_LONGEST = 10
_UNREADABLE = {
    Kind.SWITCH: "Turn this on or off.",
    Kind.CHOICE: "Choose one of these.",
    Kind.NUMBER: f"Write a whole number from {FEWEST_USES} to {MOST_USES}.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a form says: `options` has the default in place of whatever could not be read, as `faults` name.

    So everything else can be checked at once; but with any fault here, nothing may be saved.
    """

    typed: Typed
    options: Options
    faults: tuple[Fault, ...]


def typed_from_form(form: Form) -> Typed:
    """Take the options' fields out of a form; any other field is not one of ours (A58)."""
    return {name: form.text(name) for name in FIELDS}


def form_faults(form: Form) -> tuple[Fault, ...]:
    """Say which of the options' fields could not even be taken in."""
    return tuple(
        Fault(path=name, message=FORM_FAULTS[fault]) for name, fault in form.faults.items() if name in FIELDS
    )


def typed_from_options(options: Options) -> Typed:
    """Write options the way the form has them."""
    kept = asdict(options)
    return {name: text_of(_value_of(kept, name)) for name in FIELDS}


def read_typed(typed: Typed, *, also: tuple[Fault, ...] = ()) -> Reading:
    """Make options of texts; `also` are faults found before."""
    known = {one.path for one in also}
    found = list(also)
    built: dict[str, Any] = {}
    for name, hint in _PANELS.items():
        values = {}
        for one, kind in _hints(hint).items():
            path = f"{name}.{one}"
            if path in known:
                continue
            try:
                values[one] = _value(FIELDS[path], kind, typed.get(path, ""))
            except ValueError:
                found.append(Fault(path=path, message=_UNREADABLE[FIELDS[path].kind]))
        built[name] = hint(**(_REQUIRED.get(name, {}) | values))
    return Reading(typed=typed, options=Options(**built), faults=tuple(found))


# A name that could not be taken in has a fault already; this stands in for it.
_REQUIRED: dict[str, dict[str, str]] = {"branding": {"name": "-"}}


def _value(field: Field, hint: Any, typed: str) -> Any:
    if field.kind is Kind.SWITCH:
        return _switch(typed)
    if field.kind is Kind.NUMBER:
        return _number(typed.strip(" "))
    if field.kind is Kind.CHOICE:
        return hint(typed)
    if field.kind is Kind.COLOUR:
        return typed.strip(" ")
    return typed if field.required or typed.strip() else None


def _switch(typed: str) -> bool:
    if typed not in {ON, ""}:
        raise ValueError("a switch is on or it is not there")
    return typed == ON


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) <= _NUMBER_LONGEST):
        raise ValueError("not a whole number")
    return int(typed)


def text_of(value: object) -> str:
    """Write one option's value the way the form has it."""
    if isinstance(value, bool):
        return ON if value else ""
    return "" if value is None else str(value)


def _value_of(kept: Mapping[str, Any], name: str) -> object:
    panel, _, one = name.partition(".")
    return kept[panel][one]
