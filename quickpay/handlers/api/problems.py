"""Say what is wrong with a request: RFC 9457 `application/problem+json`, every field's fault at once."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from quickpay.domain.faults import Fault

CONTENT_TYPE = "application/problem+json"

_WORDS = {
    "missing": "This is required.",
    "missing_argument": "This is required.",
    "missing_keyword_only_argument": "This is required.",
    "unexpected_keyword_argument": "There is no such field.",
    "extra_forbidden": "There is no such field.",
}
_UNION_PARTS = {"int", "str", "constrained-str", "constrained-int"}


class FieldFault(BaseModel):
    """One field's fault; `pointer` is its place as a JSON pointer (RFC 6901)."""

    model_config = ConfigDict(extra="forbid")

    path: str
    pointer: str
    message: str


class ProblemBody(BaseModel):
    """Hold a problem as it is sent."""

    model_config = ConfigDict(extra="forbid")

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: list[FieldFault] = Field(default_factory=list)
    request_id: str = ""


class Problem(Exception):
    """Thrown by a handler that cannot do what was asked; the wrapper of all of them sends it."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def response(self, *, request_id: str) -> web.Response:
        """Write it; `request_id` finds the request in our logs."""
        body = ProblemBody(
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            detail=self.detail,
            errors=[
                FieldFault(path=fault.path, pointer=_pointer(fault.path), message=fault.message)
                for fault in self.errors
            ],
            request_id=request_id,
        )
        return web.Response(
            status=self.status,
            body=json.dumps(body.model_dump(), ensure_ascii=False).encode(),
            content_type=CONTENT_TYPE,
            headers=self.headers,
        )


def not_found() -> Problem:
    """Say that there is no such thing; another group's things are said alike (A59)."""
    return Problem(HTTPStatus.NOT_FOUND, "There is no such thing for this key.")


def faulty(faults: Iterable[Fault]) -> Problem:
    """Say which fields must be mended."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Some fields must be mended.", errors=faults)


def shape_faults(wrong: ValidationError) -> tuple[Fault, ...]:
    """Put the library's findings into ours: path and words, never what was sent."""
    found: dict[tuple[str, str], Fault] = {}
    for error in wrong.errors(include_url=False, include_input=False, include_context=False):
        place = list(error["loc"])
        if place and place[-1] in _UNION_PARTS:
            place.pop()
        path = ".".join(str(part) for part in place)
        message = _WORDS.get(error["type"], error["msg"])
        found.setdefault((path, message), Fault(path=path, message=message))
    return tuple(found.values())


def _pointer(path: str) -> str:
    parts = path.split(".") if path else []
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
