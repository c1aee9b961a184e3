"""The `quickpay` command: serve, demo, and what an operator does by hand."""

import asyncio
import errno
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from quickpay.settings import BadSettings, Settings, load


class Refused(click.ClickException):
    """Something will not do; the message says what to do about it."""


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a command's work; turn what an operator can mend into a line, not a traceback."""
    from quickpay.adapters.store.version import SchemaNotCurrent  # noqa: PLC0415 - slow to load
    from quickpay.ports.store import StoreBusy, StoreUnavailable  # noqa: PLC0415 - slow to load

    try:
        return asyncio.run(work)
    except BadSettings as wrong:
        raise Refused("\n".join(wrong.lines)) from None
    except OSError as trouble:
        if trouble.errno != errno.EADDRINUSE:
            raise
        raise Refused(f"{trouble.strerror}; end what listens there, or choose another port") from None
    except (SchemaNotCurrent, StoreBusy, StoreUnavailable, ValueError) as trouble:
        raise Refused(str(trouble)) from None


def _settings() -> Settings:
    try:
        return load()
    except BadSettings as wrong:
        raise Refused("\n".join(wrong.lines)) from None


@asynccontextmanager
async def _house() -> AsyncIterator[Any]:
    """The services without the web, for one command."""
    from quickpay.adapters.tasks import BackgroundTasks  # noqa: PLC0415 - slow to load
    from quickpay.app import furnish, open_world  # noqa: PLC0415 - slow to load

    settings = _settings()
    async with open_world(settings) as world:
        tasks = BackgroundTasks()
        yield furnish(settings, world, tasks)
        await tasks.stop(grace=30.0)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="quickpay")
def main() -> None:
    """QuickPay: a patient pays one bill from a signed link."""


@main.command()
@click.option("--port", default=8080, show_default=True)
@click.option("--world-port", default=8081, show_default=True)
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=Path("demo-data"), show_default=True
)
@click.option(
    "--json", "report", type=click.Path(path_type=Path, dir_okay=False), help="Write what a script needs."
)
def demo(port: int, world_port: int, data: Path, report: Path | None) -> None:
    """Run the service and the sandbox world beside it, with invented people."""
    from quickpay import demo as demonstration  # noqa: PLC0415 - slow to load
    from quickpay.logs import set_up  # noqa: PLC0415 - slow to load

    set_up("text")
    _run(demonstration.demo(port=port, world_port=world_port, data=data, report=report))


@main.command()
def serve() -> None:
    """Run the service; refuses to start on a bad setting or a database of another version."""
    from quickpay.logs import set_up  # noqa: PLC0415 - slow to load
    from quickpay.serve import serving, until_stopped  # noqa: PLC0415 - slow to load

    settings = _settings()
    set_up(settings.log_format)

    async def work() -> None:
        async with serving(settings) as address:
            click.echo(f"QuickPay listens on {address} and is reached at {settings.base_url}", err=True)
            await until_stopped()

    _run(work())


@main.command()
def migrate() -> None:
    """Bring the database to this version, making it if there is none."""
    from quickpay.adapters.store.migrate import migrate as bring  # noqa: PLC0415 - slow to load

    url = _settings().database_url
    bring(url)
    click.echo(f"{url} is at this version.")


@main.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_(file: Path) -> None:
    """Put groups and guarantors from a JSON FILE in the API's shapes; all or nothing for each record."""
    from quickpay.handlers.api.import_file import read_import  # noqa: PLC0415 - slow to load

    async def work(raw: bytes) -> int:
        found = read_import(raw)
        done = None
        async with _house() as house:
            with click.progressbar(
                length=found.group_count + found.guarantor_count, label="Importing"
            ) as bar:
                progress = house.importer.run(groups=found.groups, guarantors=found.guarantors, by="import")
                async for done in progress:
                    bar.update(done.groups + done.guarantors + done.refused - bar.pos)
                    for line in done.lines():
                        click.echo(line, err=True)
        if done is None:
            click.echo("The file holds nothing.")
            return 0
        click.echo(f"{done.groups} groups and {done.guarantors} guarantors kept, {done.refused} refused.")
        return int(done.refused)

    if _run(work(file.read_bytes())):
        sys.exit(1)


@main.group()
def link() -> None:
    """Make, look at and end links."""


@link.command("create")
@click.option("--group", required=True)
@click.option("--guarantor", required=True, help="The account number.")
@click.option(
    "--origin", required=True, type=click.Choice(["sms", "email", "statement", "office_qr", "website"])
)
@click.option("--send", is_flag=True, help="Send it to the contact on file.")
@click.option("--max-uses", type=click.IntRange(1, 1000))
@click.option("--expires-in", help="Like 30d, 12h or 15m.")
@click.option("--qr", type=click.Path(path_type=Path, dir_okay=False), help="Also write the code as SVG.")
def link_create(qr: Path | None, origin: str, **asked: Any) -> None:
    """Print the address of a new link."""
    from quickpay.domain.origins import Origin  # noqa: PLC0415 - slow to load
    from quickpay.services.links import LinkView, NewLink  # noqa: PLC0415 - slow to load

    async def work() -> str:
        async with _house() as house:
            view = await house.desk.links.create(NewLink(origin=Origin(origin), **asked), by="command line")
            if not isinstance(view, LinkView):
                raise Refused(_reasons(view))
            return view.url

    url = _run(work())
    click.echo(url)
    if qr is not None:
        import segno  # noqa: PLC0415 - slow to load

        segno.make(url, error="m").save(str(qr), kind="svg", scale=8)


@link.command("show")
@click.argument("link_id")
def link_show(link_id: str) -> None:
    """Print a link's state and its timeline."""

    async def work() -> Any:
        async with _house() as house:
            return await house.desk.links.get(link_id)

    view = _run(work())
    if view is None:
        raise Refused(f"There is no link {link_id}.")
    link, uses = view.link, f"{view.link.uses} of {view.max_uses} uses"
    click.echo(f"{link_id}  {link.origin}  {view.state}  {uses}  until {link.expires_at:%Y-%m-%d %H:%M} UTC")
    for event in view.events:
        facts = "  ".join(f"{name}={value}" for name, value in event.detail.items())
        click.echo(f"{event.at:%Y-%m-%d %H:%M:%S}  {event.type}  {facts}".rstrip())


@link.command("revoke")
@click.argument("link_id")
def link_revoke(link_id: str) -> None:
    """End a link and the sessions opened from it, at once."""

    async def work() -> Any:
        async with _house() as house:
            return await house.desk.links.revoke(link_id, by="command line")

    if _run(work()) is None:
        raise Refused(f"There is no link {link_id}.")
    click.echo("Revoked.")


@main.group("api-key")
def api_key() -> None:
    """Make, list and end API keys."""


@api_key.command("create")
@click.argument("name")
@click.option("--group", help="Only this group; without it, every group.")
@click.option("--scope", "scopes", multiple=True, help="May be repeated; without it, every scope.")
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 365))
def api_key_create(name: str, group: str | None, scopes: tuple[str, ...], days: int) -> None:
    """Print a new key, this once."""
    from quickpay.services.api_keys import EVERY_SCOPE, NewKey  # noqa: PLC0415 - slow to load

    async def work() -> str:
        async with _house() as house:
            made = await house.desk.keyring.create(
                name=name,
                scopes=scopes or EVERY_SCOPE,
                group=group,
                life=timedelta(days=days),
                by="command line",
            )
            if not isinstance(made, NewKey):
                raise Refused(_reasons(made))
            return made.secret

    click.echo(_run(work()))


@api_key.command("list")
def api_key_list() -> None:
    """List the keys; their secrets are nowhere."""

    async def work() -> Any:
        async with _house() as house:
            return await house.desk.keyring.list_()

    for key in _run(work()):
        state = "revoked" if key.revoked_at else f"until {key.expires_at:%Y-%m-%d}"
        click.echo(f"{key.id}  {key.name}  {state}  {' '.join(key.scopes)}")


@api_key.command("revoke")
@click.argument("key_id")
def api_key_revoke(key_id: str) -> None:
    """End a key at once."""

    async def work() -> bool:
        async with _house() as house:
            return bool(await house.desk.keyring.revoke(key_id, by="command line"))

    if not _run(work()):
        raise Refused(f"There is no live key {key_id}.")
    click.echo("Revoked.")


@main.command()
def send() -> None:
    """Send what waits in the outbox, one pass."""

    async def work() -> int:
        async with _house() as house:
            return int(await house.outbox.run_once())

    click.echo(f"{_run(work())} tried.")


@main.command()
def reconcile() -> None:
    """Ask the gateway how unknown payments ended, one pass."""

    async def work() -> int:
        async with _house() as house:
            return int(await house.reconcile.run_once())

    click.echo(f"{_run(work())} asked after.")


@main.command()
def check() -> None:
    """Check every invariant in the database; names the rows and fails if one does not hold."""
    from quickpay.adapters.clock import SystemClock  # noqa: PLC0415 - slow to load
    from quickpay.adapters.store import open_store  # noqa: PLC0415 - slow to load
    from quickpay.services.checks import Checks  # noqa: PLC0415 - slow to load

    async def work() -> Any:
        store = await open_store(_settings().database_url)
        try:
            return await Checks(store=store, clock=SystemClock()).run()
        finally:
            await store.close()

    violations = _run(work())
    for one in violations:
        click.echo(f"{one.invariant}: {one.what}: {', '.join(map(str, one.row_ids))}")
    if violations:
        sys.exit(1)
    click.echo("Every invariant holds.")


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Copy the live SQLite database to FILE, consistently."""
    from quickpay.adapters.store.sqlite_file import backup as copy  # noqa: PLC0415 - slow to load

    _run(copy(_sqlite_file(), file))
    click.echo(f"{file} holds a copy.")


@main.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(file: Path) -> None:
    """Put the copy in FILE where the settings' SQLite database would be; refuses to replace one."""
    from quickpay.adapters.store.sqlite_file import backup as copy  # noqa: PLC0415 - slow to load

    target = _sqlite_file()
    if target.exists():
        raise Refused(f"{target} exists; stop the service and move it away first")
    _run(copy(file, target))
    click.echo(f"{target} is restored; run `quickpay reconcile` so that no payment is missed.")


@main.group()
def keys() -> None:
    """The signing keys."""


@keys.command("rotate")
def keys_rotate() -> None:
    """Put a new signing key first in the file QUICKPAY_SECRET_KEYS_FILE names; the others stay valid."""
    import secrets  # noqa: PLC0415 - only here

    path = os.environ.get("QUICKPAY_SECRET_KEYS_FILE")
    if path is None:
        raise Refused(
            "Keep the keys in a file and name it in QUICKPAY_SECRET_KEYS_FILE; only a file can be changed."
        )
    kept = ",".join((secrets.token_urlsafe(48), *_settings().keys))
    _replace(Path(path), kept + "\n")
    click.echo("A new key signs from the next start on; drop the oldest once its links have ended.")


def _replace(path: Path, text: str) -> None:
    """Change a file whole or not at all, readable by its owner only."""
    draft = path.with_name(f".{path.name}.new")
    draft.touch(mode=0o600)
    draft.write_text(text, "utf-8")
    draft.replace(path)


def _sqlite_file() -> Path:
    from quickpay.adapters.store.version import sqlite_path  # noqa: PLC0415 - slow to load

    path = sqlite_path(_settings().database_url)
    if path is None:
        raise Refused("This is for SQLite; copy a PostgreSQL database with pg_dump.")
    return path


def _reasons(refused: object) -> str:
    """Say every fault in a line of its own."""
    if isinstance(refused, tuple):
        return "\n".join(f"{fault.path}: {fault.message}" for fault in refused)
    return f"Refused: {type(refused).__name__}"
