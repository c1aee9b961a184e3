"""What one line of the API's table says: enough to serve it and to describe it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from quickpay.domain.api_keys import Scope
from quickpay.handlers.api.keyed import ApiHandler

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a query, with its JSON Schema."""

    name: str
    words: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRoute:
    """One call; `path` is below `/api/v1`, `errors` are those beside 401, 403 and 503, which any may meet."""

    method: str
    path: str
    words: str
    scope: Scope
    handler: ApiHandler
    body: TypeAdapter[Any] | None = None
    answer: TypeAdapter[Any] | None = None
    answer_type: str = "application/json"
    status: int = 200
    query: tuple[Parameter, ...] = ()
    errors: Mapping[int, str] = field(default_factory=dict)
    once: bool = False
    """Whether it makes something, and so wants an Idempotency-Key."""
