"""Read a request's JSON strictly: one meaning or none (R110)."""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from quickpay.domain.faults import Fault
from quickpay.handlers.api.problems import Problem, faulty, shape_faults
from quickpay.handlers.uploads import take_in

T = TypeVar("T")

LONGEST = 64 * 1024
LONGEST_GUARANTOR = 1024 * 1024
_DEEPEST = 32
# The closing quote may be missing: a string that never ends must not be looked for from each of its quotes.
_STRINGS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_BRACKETS = re.compile(r"[\[\]{}]")


async def read_body(
    request: web.Request,
    shape: TypeAdapter[T],
    *,
    longest: int = LONGEST,
    rules: Callable[[T], Iterable[Fault]] = lambda _: (),
    least: Mapping[str, Any] | None = None,
    spelled: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> tuple[T, bytes]:
    """Read the body as `shape`; also give a digest that is the same for every spelling of the same JSON.

    Where the shape is wrong in one part, `rules` still judges the others, so that all is told at once;
    `least` stands meanwhile for what nobody may leave out, in parts whose fields do not depend on each other.
    `spelled` first writes in our way what may be said in two.

    Raises:
        Problem: 400 not JSON, 413 too long, 415 not called JSON, 422 with the fault of every field.
    """
    if request.content_type != "application/json":
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send application/json.")
    raw = await _bytes(request, longest)
    said = read_json(raw)
    if not isinstance(said, dict):
        raise Problem(HTTPStatus.BAD_REQUEST, "Send one JSON object.")
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"))
    if _NUL.search(canonical):
        detail = "Leave out U+0000: no database keeps it in a text."
        faults = [Fault(path=path, message=detail) for path in _with_nul(said)]
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=faults)
    if spelled is not None:
        said = spelled(said)
        raw = json.dumps(said).encode()
    try:
        return shape.validate_json(raw, strict=True), hashlib.sha256(canonical.encode()).digest()
    except ValidationError as wrong:
        found = shape_faults(wrong)
        raise faulty((*found, *_of_the_rest(said, found, shape, rules, least or {}))) from None


def _with_nul(said: object, path: str = "") -> Iterator[str]:
    """Name every field whose text holds U+0000; for a name that does, the part it stands in."""
    if isinstance(said, str) and "\0" in said:
        yield path
    elif isinstance(said, dict):
        for name, value in said.items():
            if "\0" in name:
                yield path
            else:
                yield from _with_nul(value, f"{path}.{name}" if path else name)
    elif isinstance(said, list):
        for place, value in enumerate(said):
            yield from _with_nul(value, f"{path}.{place}" if path else str(place))


def _of_the_rest(
    said: dict[str, Any],
    found: tuple[Fault, ...],
    shape: TypeAdapter[T],
    rules: Callable[[T], Iterable[Fault]],
    least: Mapping[str, Any],
) -> Iterator[Fault]:
    """Judge what is left when the parts of a wrong shape are left out."""
    wrong = {fault.path for fault in found}
    try:
        value = shape.validate_json(json.dumps(_without(said, wrong, least)), strict=True)
    except ValidationError:
        return
    for fault in rules(value):
        part, _, _ = fault.path.partition(".")
        if fault.beside and any(_in(fault.beside, path) for path in wrong):
            continue
        if not wrong & {part, fault.path} and (part in least or not any(_in(part, path) for path in wrong)):
            yield fault


def _without(said: dict[str, Any], wrong: Collection[str], least: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the parts that are wrong; of those in `least`, only their wrong fields."""
    rest = {name: value for name, value in said.items() if not any(_in(name, path) for path in wrong)}
    for name, stand_in in least.items():
        given = said.get(name)
        if isinstance(stand_in, dict) and isinstance(given, dict):
            kept = {key: value for key, value in given.items() if f"{name}.{key}" not in wrong}
            rest[name] = stand_in | kept
        else:
            rest.setdefault(name, stand_in)
    return rest


def _in(part: str, path: str) -> bool:
    return path == part or path.startswith(f"{part}.")


def read_json(raw: bytes) -> Any:
    """Parse JSON that has one meaning: UTF-8, no key twice, no NaN or Infinity, not deeper than 32.

    Raises:
        Problem: 400, saying which of these it is.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _bad("The body is not UTF-8.") from None
    if _depth(text) > _DEEPEST:
        raise _bad(f"The body is nested deeper than {_DEEPEST}.")
    try:
        return json.loads(text, object_pairs_hook=_each_key_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _bad("The body is not JSON.") from None


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _bad("A key stands twice in one object.")
    return made


def _no_constant(_: str) -> NoReturn:
    raise _bad("NaN and Infinity are no JSON.")


def _bad(detail: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, detail)


async def _bytes(request: web.Request, longest: int) -> bytes:
    """Read at most `longest` bytes, whatever the length header says."""
    try:
        return await take_in(request, largest=longest)
    except web.HTTPRequestEntityTooLarge:
        raise _too_long(longest) from None
    except web.HTTPRequestTimeout:
        raise Problem(
            HTTPStatus.REQUEST_TIMEOUT, "The body took too long to arrive.", headers={"Connection": "close"}
        ) from None


def _too_long(longest: int) -> Problem:
    # What is left of the body is not read; the connection cannot be used again.
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The body may have {longest} bytes.",
        headers={"Connection": "close"},
    )


def _depth(text: str) -> int:
    """Count how deep brackets nest, those inside strings aside."""
    deepest = depth = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest
