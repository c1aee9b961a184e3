"""What every call of the API passes: its key, the key's scope, and one way to answer (R120, A58)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import hdrs, web
from pydantic import BaseModel
from pydantic_core import to_json

from quickpay.domain.api_keys import Scope
from quickpay.domain.reach import Reach, reach_of
from quickpay.handlers.access import Handler
from quickpay.handlers.api.problems import Problem
from quickpay.handlers.cookies import REQUEST_ID
from quickpay.handlers.desk import DESK, Desk
from quickpay.ports.tables import ApiKey

_CHALLENGE = 'Bearer realm="quickpay"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call by somebody whose key is good for it."""

    request: web.Request
    desk: Desk
    key: ApiKey

    @property
    def within(self) -> int | None:
        """The only group the key is for; None is all."""
        return self.key.group_id

    @property
    def reach(self) -> Reach:
        """The same as a reach."""
        return reach_of(self.key.group_id)

    @property
    def by(self) -> str:
        """Who did it, for the history and the audit: the key's id says it without its name."""
        return f"key {self.key.id}"

    def part(self, name: str) -> str:
        """One part of the path."""
        return self.request.match_info[name]

    def query(self, *known: str) -> Mapping[str, str]:
        """Give the query's parameters, each at most once and none that nobody knows (R110).

        A blank one, as a first page's `after=` may be, is none.

        Raises:
            Problem: 400.
        """
        found = self.request.query
        for name in found:
            if name not in known:
                raise Problem(
                    HTTPStatus.BAD_REQUEST,
                    f"This takes {', '.join(known)} and no other." if known else "This takes no parameters.",
                )
            if len(found.getall(name)) > 1:
                raise Problem(HTTPStatus.BAD_REQUEST, f"Send {name} once.")
        return {name: value for name, value in found.items() if value}


ApiHandler = Callable[[Call], Awaitable[web.Response]]


def keyed(handler: ApiHandler, scope: Scope) -> Handler:
    """Let a call through whose key has the scope; turn a `Problem` into its answer."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(await _call(request, scope))
        except Problem as problem:
            return problem.response(request_id=request.get(REQUEST_ID, ""))

    return answer


def answer(
    body: BaseModel | Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Write JSON: compact, times as RFC 3339 in UTC."""
    return web.Response(
        status=status,
        body=to_json(body, inf_nan_mode="null"),
        content_type="application/json",
        headers=headers,
    )


async def _call(request: web.Request, scope: Scope) -> Call:
    desk = request.app[DESK]
    given = request.headers.getall(hdrs.AUTHORIZATION, [])
    scheme, _, bearer = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    key = await desk.keyring.authenticate(bearer.strip(" ")) if scheme.lower() == "bearer" else None
    if key is None:
        # Which of missing, wrong, expired and revoked it is, only its owner should know.
        error = ', error="invalid_token"' if given else ""
        raise Problem(
            HTTPStatus.UNAUTHORIZED,
            "Send a key that is good as Authorization: Bearer.",
            headers={hdrs.WWW_AUTHENTICATE: _CHALLENGE + error},
        )
    if scope not in key.scopes:
        raise Problem(
            HTTPStatus.FORBIDDEN,
            f"This key lacks the scope {scope.value}.",
            headers={
                hdrs.WWW_AUTHENTICATE: f'{_CHALLENGE}, error="insufficient_scope", scope="{scope.value}"'
            },
        )
    return Call(request=request, desk=desk, key=key)
