"""Describe the API as OpenAPI 3.1, out of the table it is served from."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from quickpay.domain.api_keys import Scope
from quickpay.handlers.api.pm_ids import say_ids_may_be_numbers
from quickpay.handlers.api.problems import CONTENT_TYPE, ProblemBody
from quickpay.handlers.api.table import PREFIX, ApiRoute

VERSION = "1.0.0"

_ANY_CALL = {
    401: "The key is missing, wrong, expired or revoked.",
    403: "The key lacks the scope.",
    503: "The store is busy; nothing was done.",
}
_RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
_CHALLENGE = {"WWW-Authenticate": {"schema": {"type": "string"}}}
_HEADERS = {401: _CHALLENGE, 403: _CHALLENGE, 503: _RETRY_AFTER}
_PROBLEM = TypeAdapter(ProblemBody)
_PART = re.compile(r"\{(\w+)\}")
_REF = "#/components/schemas/{model}"
_INTRODUCTION = (
    "Money is whole cents of `currency`, times are RFC 3339 in UTC, dates ISO 8601. A key is for one group "
    "or for all and has scopes; reading and writing are separate. What belongs to another group is not there "
    "(404). Lists are `{data, next}`. Whatever makes something wants an `Idempotency-Key`: the same key with "
    "the same body gives the same answer again and makes nothing, for thirty days."
)


def document(table: Iterable[ApiRoute]) -> dict[str, Any]:
    """Write the document of a table."""
    lines = tuple(table)
    wanted: list[tuple[Any, JsonSchemaMode, TypeAdapter[Any]]] = [(None, "validation", _PROBLEM)]
    for place, line in enumerate(lines):
        if line.body is not None:
            wanted.append((place, "validation", line.body))
        if line.answer is not None:
            wanted.append((place, "serialization", line.answer))
    schemas, shared = TypeAdapter.json_schemas(wanted, ref_template=_REF)
    say_ids_may_be_numbers(shared.get("$defs", {}))
    paths: dict[str, dict[str, Any]] = {}
    for place, line in enumerate(lines):
        call = _call(line, schemas.get((place, "validation")), schemas.get((place, "serialization")))
        paths.setdefault(PREFIX + line.path, {})[line.method.lower()] = call
    return {
        "openapi": "3.1.0",
        "info": {"title": "QuickPay", "version": VERSION, "description": _INTRODUCTION},
        "paths": paths,
        "components": {
            "schemas": shared.get("$defs", {}),
            "responses": {
                str(status): _problem(words, schemas[None, "validation"], _HEADERS[status])
                for status, words in _ANY_CALL.items()
            },
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"A key with scopes out of {', '.join(Scope)}.",
                }
            },
        },
    }


def _call(line: ApiRoute, body: Any, answer: Any) -> dict[str, Any]:
    content = {"schema": answer if answer is not None else {"type": "string"}}
    responses: dict[str, Any] = {
        str(line.status): {
            "description": HTTPStatus(line.status).phrase,
            "content": {line.answer_type: content},
        }
    }
    if line.status == HTTPStatus.NO_CONTENT:
        del responses[str(line.status)]["content"]
    if line.once:
        responses[str(line.status)]["headers"] = {
            "Location": {"schema": {"type": "string"}},
            "Idempotent-Replayed": {"schema": {"const": "true"}, "description": "It was made before."},
        }
    problem = {"$ref": _REF.format(model=ProblemBody.__name__)}
    responses |= {str(status): _problem(words, problem) for status, words in sorted(line.errors.items())}
    responses |= {str(status): {"$ref": f"#/components/responses/{status}"} for status in _ANY_CALL}
    call: dict[str, Any] = {
        "operationId": line.handler.__name__,
        "summary": line.words,
        "description": f"Scope: `{line.scope.value}`.",
        "security": [{"key": [line.scope.value]}],
        "parameters": _parameters(line),
        "responses": responses,
    }
    if body is not None:
        call["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return call


def _parameters(line: ApiRoute) -> list[dict[str, Any]]:
    parts = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PART.findall(line.path)
    ]
    query = [
        {"name": one.name, "in": "query", "description": one.words, "schema": dict(one.schema)}
        for one in line.query
    ]
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "New for each thing to be made, the same when the same call is sent again.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    }
    return [*parts, *query, *([key] if line.once else [])]


def _problem(words: str, schema: Any, headers: Any = None) -> dict[str, Any]:
    problem = {"description": words, "content": {CONTENT_TYPE: {"schema": schema}}}
    return problem | {"headers": headers} if headers else problem
