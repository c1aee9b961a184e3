"""The database by hand: migrate, import, check, back up, restore."""

import sys
from pathlib import Path
from typing import Any

import click

from quickpay.cli.running import Refused, house, read_settings, run


@click.command()
def migrate() -> None:
    """Bring the database to this version, making it if there is none."""
    from quickpay.adapters.store.engine.migrate import migrate as bring  # noqa: PLC0415 - slow to load

    url = read_settings().database_url
    bring(url)
    click.echo(f"{url} is at this version.")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_(file: Path) -> None:
    """Put groups and guarantors from a JSON FILE in the API's shapes; all or nothing for each record."""
    from quickpay.handlers.api.import_file import read_import  # noqa: PLC0415 - slow to load

    async def work(raw: bytes) -> int:
        found = read_import(raw)
        done = None
        async with house() as services:
            with click.progressbar(
                length=found.group_count + found.guarantor_count, label="Importing"
            ) as bar:
                entries = {"groups": found.groups, "guarantors": found.guarantors}
                progress = services.importer.run(**entries, by="import")
                async for done in progress:
                    bar.update(done.groups + done.guarantors + done.refused - bar.pos)
                    for line in done.lines():
                        click.echo(line, err=True)
        if done is None:
            click.echo("The file holds nothing.")
            return 0
        click.echo(f"{done.groups} groups and {done.guarantors} guarantors kept, {done.refused} refused.")
        return int(done.refused)

    if run(work(file.read_bytes())):
        sys.exit(1)


@click.command()
def check() -> None:
    """Check every invariant in the database; names the rows and fails if one does not hold."""
    from quickpay.adapters.clock import SystemClock  # noqa: PLC0415 - slow to load
    from quickpay.adapters.store import open_store  # noqa: PLC0415 - slow to load
    from quickpay.services.running.checks import Checks  # noqa: PLC0415 - slow to load

    async def work() -> Any:
        settings = read_settings()
        store = await open_store(settings.database_url)
        try:
            return await Checks(store=store, clock=SystemClock()).run()
        finally:
            await store.close()

    violations = run(work())
    for one in violations:
        click.echo(f"{one.invariant}: {one.what}: {', '.join(map(str, one.row_ids))}")
    if violations:
        sys.exit(1)
    click.echo("Every invariant holds.")


@click.group()
def audit() -> None:
    """The audit: rows that are added and never changed."""


@audit.command()
def verify() -> None:
    """Hold the chain over the audit against its rows; names the rows and fails where it does not hold."""
    from quickpay.adapters.clock import SystemClock  # noqa: PLC0415 - slow to load
    from quickpay.adapters.store import open_store  # noqa: PLC0415 - slow to load
    from quickpay.services.running.seals import Seals  # noqa: PLC0415 - slow to load

    async def work() -> Any:
        store = await open_store(read_settings().database_url)
        try:
            return await Seals(store=store, clock=SystemClock()).verify()
        finally:
            await store.close()

    found = run(work())
    for one in found.harmed:
        click.echo(f"audit row {one.row_id}: {one.how}")
    click.echo(f"{found.sealed} rows sealed, {found.unsealed} newer ones not yet.")
    if found.harmed:
        sys.exit(1)
    click.echo(f"The chain holds. Its last seal, of row {found.last_id}: {found.head.hex()}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Copy the live SQLite database to FILE, consistently."""
    from quickpay.adapters.store.engine.sqlite_file import backup as copy  # noqa: PLC0415 - slow to load

    if file.exists():
        raise Refused(f"{file} exists; a backup overwrites nothing: name a new file")
    run(copy(_sqlite_file(), file))
    click.echo(f"{file} holds a copy.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(file: Path) -> None:
    """Put the copy in FILE where the settings' SQLite database would be; refuses to replace one."""
    from quickpay.adapters.store.engine.sqlite_file import backup as copy  # noqa: PLC0415 - slow to load

    target = _sqlite_file()
    if target.exists():
        raise Refused(f"{target} exists; stop the service and move it away first")
    run(copy(file, target))
    click.echo(f"{target} is restored; run `quickpay reconcile` so that no payment is missed.")


def _sqlite_file() -> Path:
    from quickpay.adapters.store.engine.version import sqlite_path  # noqa: PLC0415 - slow to load

    path = sqlite_path(read_settings().database_url)
    if path is None:
        raise Refused("This is for SQLite; copy a PostgreSQL database with pg_dump.")
    return path
