"""The sandbox world as a whole: what a practice would buy, on listeners of its own."""

from pathlib import Path

from aiohttp import web

from quickpay.sandbox.certificates import mail_certificate
from quickpay.sandbox.deliveries import Courier
from quickpay.sandbox.faults import Faults
from quickpay.sandbox.fields import Fields
from quickpay.sandbox.gateway import Gateway
from quickpay.sandbox.inbox import Inbox
from quickpay.sandbox.pages import Pages
from quickpay.sandbox.smtp import MailServer
from quickpay.sandbox.store import Store
from quickpay.sandbox.switches import Switches
from quickpay.sandbox.terms import Terms
from quickpay.sandbox.twilio import Texts
from quickpay.sandbox.web import only_from_here, plain_headers

GRACE = 0.5


class World:
    """Play a card gateway, a mail server and Twilio, and show a phone and a mailbox.

    Everything it says is on the disk, in `world.db` in `data`, before it says it.
    """

    def __init__(
        self,
        *,
        data: Path,
        host: str = "127.0.0.1",
        port: int = 8081,
        gateway_secret: str,
        webhook_url: str | None,
        webhook_secret: str,
        merchant_origin: str,
        twilio_sid: str,
        twilio_token: str,
        replies_url: str | None = None,
        smtp_user: str,
        smtp_password: str,
    ) -> None:
        self.terms = Terms(
            gateway_secret=gateway_secret,
            webhook_secret=webhook_secret,
            webhook_url=webhook_url,
            merchant_origin=merchant_origin.rstrip("/"),
            twilio_sid=twilio_sid,
            twilio_token=twilio_token,
            replies_url=replies_url,
            smtp_user=smtp_user,
            smtp_password=smtp_password,
        )
        self.faults = Faults()
        self.url = ""
        self.smtp_port = 0
        self.ca_file = data
        self._data = data
        self._host = host
        self._port = port
        self._store = Store(data / "world.db")
        self._courier = Courier(store=self._store, faults=self.faults, terms=self.terms)
        self._gateway = Gateway(store=self._store, faults=self.faults, terms=self.terms)
        self._runner: web.AppRunner | None = None
        self._mail: MailServer | None = None

    async def start(self) -> None:
        """Open the file and listen; afterwards `url`, `smtp_port` and `ca_file` are known.

        Raises: OSError, if the port is taken; nothing is left running then.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop listening and close the file; what is not yet told to others is told by the next start."""
        await self._courier.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        await self._gateway.stop()
        if self._mail is not None:
            await self._mail.stop()
        await self._store.close()

    async def _start(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.ca_file, tls = mail_certificate(self._data)
        self._store.open()
        self._mail = MailServer(store=self._store, faults=self.faults, terms=self.terms, tls=tls)
        self.smtp_port = await self._mail.start(self._host)
        # A caller who hangs up cancels his call: what a fault kept waiting is then never done.
        self._runner = web.AppRunner(
            self._app(), access_log=None, handler_cancellation=True, shutdown_timeout=GRACE
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = self._runner.addresses[0][1]
        self.url = f"http://{self._host}:{self._port}"
        self._courier.start()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[only_from_here])
        app.on_response_prepare.append(plain_headers)
        parts = (
            self._gateway,
            Texts(store=self._store, faults=self.faults, terms=self.terms),
            Inbox(store=self._store, terms=self.terms),
            Switches(faults=self.faults),
            Fields(terms=self.terms),
            Pages(store=self._store, terms=self.terms),
        )
        for part in parts:
            app.router.add_routes(part.routes())
        return app
