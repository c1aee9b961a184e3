"""Ids the PM system may send as numbers: a line is often the 4 of 67563-4, and means the text of it."""

from typing import Any

_IDS: dict[str, tuple[str, ...]] = {"patients": ("id",), "encounters": ("id",), "statements": ("id",)}

_SHAPES = {"PatientRecord": "id", "EncounterRecord": "id", "LineRecord": "line", "StatementRecord": "id"}


def say_ids_may_be_numbers(shapes: dict[str, Any]) -> None:
    """Write into the published shapes that these ids may be sent as numbers too."""
    for shape, name in _SHAPES.items():
        told = shapes[shape]["properties"]
        told[name] = {"anyOf": [told[name], {"type": "integer", "minimum": 0}]}


def ids_as_texts(said: dict[str, Any]) -> dict[str, Any]:
    """Write whole numbers as texts where an id stands; all else, right or wrong, stays as it was sent."""
    told = {name: _each(said[name], ids) for name, ids in _IDS.items() if name in said}
    if isinstance(told.get("encounters"), list):
        told["encounters"] = [
            one | {"lines": _each(one["lines"], ("line",))}
            if isinstance(one, dict) and "lines" in one
            else one
            for one in told["encounters"]
        ]
    return said | told


def _each(part: Any, ids: tuple[str, ...]) -> Any:
    if not isinstance(part, list):
        return part
    return [_one(one, ids) if isinstance(one, dict) else one for one in part]


def _one(one: dict[str, Any], ids: tuple[str, ...]) -> dict[str, Any]:
    # A truth is an int to isinstance, and no number of anything.
    return one | {name: str(one[name]) for name in ids if type(one.get(name)) is int}
