"""What all of the world's listeners share: JSON answers, pages, reading bodies, hanging up."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from aiohttp import web
from aiohttp.typedefs import Handler

STATIC = Path(__file__).parent / "static"
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(STATIC), autoescape=True, undefined=jinja2.StrictUndefined
)
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def answer(body: object, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Answer with JSON that nobody may keep."""
    return web.json_response(body, status=status, headers={"Cache-Control": "no-store", **(headers or {})})


def refusal(status: int, *, code: str, message: str, field: str | None = None) -> web.Response:
    """Answer with the world's one shape of error."""
    error = {"code": code, "message": message}
    return answer({"error": error if field is None else {"field": field, **error}}, status=status)


def render(template: str, **said: Any) -> str:
    """Write one of the world's pages."""
    return TEMPLATES.get_template(template).render(**said)


def hang_up(request: web.Request) -> web.Response:
    """Close the connection without a byte of answer; what is returned goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def json_object(request: web.Request) -> dict[str, Any] | None:
    """Read a JSON object, or return None if the body is anything else."""
    try:
        body = json.loads(await request.read())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site's page sends; scripts send no Origin and pass."""
    origin = request.headers.get("Origin")
    if request.method not in SAFE_METHODS and origin is not None and urlsplit(origin).netloc != request.host:
        return refusal(403, code="cross_site", message="This came from a page of another site.")
    return await handler(request)


async def plain_headers(_request: web.BaseRequest, response: web.StreamResponse) -> None:
    """Say what every answer says, and not which software says it."""
    response.headers["Server"] = "sandbox-world"
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
