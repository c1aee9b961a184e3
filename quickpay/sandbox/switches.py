"""The faults' API: switch one on, see which are on, end them."""

from aiohttp import web

from quickpay.sandbox.faults import Faults, UnknownFault
from quickpay.sandbox.web import answer, json_object, refusal


class Switches:
    """Let a test or a person make the world misbehave."""

    def __init__(self, *, faults: Faults) -> None:
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """List what is answered."""
        return [
            web.post("/api/faults", self.switch_on),
            web.get("/api/faults", self.show),
            web.delete("/api/faults", self.end_all),
            web.delete("/api/faults/{id:[0-9]+}", self.end_one),
        ]

    async def switch_on(self, request: web.Request) -> web.Response:
        """Switch a fault on."""
        body = await json_object(request)
        if body is None:
            return refusal(422, code="invalid_request", message="Send a JSON object.")
        try:
            fault = self._faults.switch_on(body)
        except UnknownFault as unknown:
            return refusal(422, code="invalid_request", field=unknown.field, message=unknown.message)
        return answer(fault.said(), status=201)

    async def show(self, _request: web.Request) -> web.Response:
        """List the faults that are on."""
        return answer({"data": [fault.said() for fault in self._faults.on()]})

    async def end_all(self, _request: web.Request) -> web.Response:
        """End every fault."""
        self._faults.end()
        return answer({"data": []})

    async def end_one(self, request: web.Request) -> web.Response:
        """End one fault."""
        self._faults.end(int(request.match_info["id"]))
        return answer({"data": [fault.said() for fault in self._faults.on()]})
