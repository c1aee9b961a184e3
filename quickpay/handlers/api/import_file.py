"""Read an import file: groups and guarantors in the API's shapes, one by one, each judged for itself.

`{"groups": …, "guarantors": …}`, both optional. Groups are `{slug: body}` or a list of bodies with `slug`;
guarantors are a list of bodies with `group` and `id`, or `{slug: {id: body}}`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from quickpay.domain.faults import Fault
from quickpay.handlers.api.pm_ids import ids_as_texts
from quickpay.handlers.api.problems import shape_faults
from quickpay.handlers.api.shapes import GROUP_BODY, GUARANTOR_BODY
from quickpay.services.guarantors.importing import BadEntry, GroupEntry, GuarantorEntry

T = TypeVar("T")


class NotAnImportFile(ValueError):
    """The file as a whole will not do; the text says why, in words for who wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFile:
    """What a file holds; entries are judged as they are taken, so each list can be gone through once."""

    groups: Iterator[GroupEntry | BadEntry]
    guarantors: Iterator[GuarantorEntry | BadEntry]
    group_count: int
    guarantor_count: int


def read_import(raw: bytes) -> ImportFile:
    """Read a file's text.

    Raises:
        NotAnImportFile: it is not JSON, or not of the shape above.
    """
    try:
        said = from_json(raw, allow_inf_nan=False)
    except ValueError as wrong:
        raise NotAnImportFile(f"This is not JSON: {wrong}") from None
    if not isinstance(said, dict) or not said.keys() <= {"groups", "guarantors"}:
        raise NotAnImportFile('Write one object with "groups" and "guarantors" and nothing else.')
    groups = list(_groups(said.get("groups", [])))
    guarantors = list(_guarantors(said.get("guarantors", [])))
    return ImportFile(
        groups=(_group(where, body) for where, body in groups),
        guarantors=(_guarantor(where, body) for where, body in guarantors),
        group_count=len(groups),
        guarantor_count=len(guarantors),
    )


def _groups(said: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(said, dict):
        for slug, body in said.items():
            yield f"groups.{slug}", _with(body, slug=slug)
    elif isinstance(said, list):
        yield from ((f"groups.{place}", body) for place, body in enumerate(said))
    else:
        raise NotAnImportFile('"groups" is an object by slug, or a list.')


def _guarantors(said: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(said, list):
        yield from ((f"guarantors.{place}", body) for place, body in enumerate(said))
        return
    if not isinstance(said, dict) or not all(isinstance(people, dict) for people in said.values()):
        raise NotAnImportFile('"guarantors" is a list, or an object by group and then by id.')
    for group, people in said.items():
        for number, body in people.items():
            yield f"guarantors.{group}.{number}", _with(body, group=group, id=number)


def _with(body: Any, **named: str) -> Any:
    """Say in the body what its place says; where both say it, they must agree."""
    if not isinstance(body, Mapping):
        return body
    differing = [name for name, value in named.items() if body.get(name, value) != value]
    return {**body, **named} if not differing else {**body, differing[0]: None}


def _group(where: str, body: Any) -> GroupEntry | BadEntry:
    read = _read(where, body, GROUP_BODY)
    if isinstance(read, BadEntry):
        return read
    if read.slug is None:
        return _nameless(where, "slug")
    return GroupEntry(where=where, slug=read.slug, options=read.options())


def _guarantor(where: str, body: Any) -> GuarantorEntry | BadEntry:
    read = _read(where, ids_as_texts(body) if isinstance(body, dict) else body, GUARANTOR_BODY)
    if isinstance(read, BadEntry):
        return read
    if read.group is None or read.id is None:
        return _nameless(where, "group" if read.group is None else "id")
    return GuarantorEntry(where=where, group=read.group, number=read.id, record=read.record())


def _read(where: str, body: Any, shape: TypeAdapter[T]) -> T | BadEntry:
    try:
        # Through JSON again: only then does strict mean what it means for the API (dates are texts there).
        return shape.validate_json(to_json(body), strict=True)
    except ValidationError as wrong:
        return BadEntry(where=where, faults=shape_faults(wrong))


def _nameless(where: str, path: str) -> BadEntry:
    return BadEntry(where=where, faults=(Fault(path=path, message="Say it here, and the same everywhere."),))
