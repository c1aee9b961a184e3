"""The measure of everything: the shortest answer aiohttp can give, without an access log."""

import sys

from aiohttp import web


async def hello(_: web.Request) -> web.Response:
    """Answer."""
    return web.Response(text="hello")


def main() -> None:
    """Serve on the port of the command line."""
    app = web.Application()
    app.router.add_get("/", hello)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
