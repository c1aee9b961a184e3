"""`quickpay api-key …` and `quickpay keys …`: the PM system's keys and our own."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from quickpay.cli.running import Refused, house, read_settings, reasons, run


@click.group("api-key")
def api_key() -> None:
    """Make, list and end API keys."""


@api_key.command("create")
@click.argument("name")
@click.option("--group", help="Only this group; without it, every group.")
@click.option("--scope", "scopes", multiple=True, help="May be repeated; without it, every scope.")
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 365))
def api_key_create(name: str, group: str | None, scopes: tuple[str, ...], days: int) -> None:
    """Print a new key, this once."""
    from quickpay.domain.api_keys import EVERY_SCOPE  # noqa: PLC0415 - slow to load
    from quickpay.services.staff.api_keys import NewKey  # noqa: PLC0415 - slow to load

    async def work() -> str:
        async with house() as services:
            made = await services.desk.keyring.create(
                name=name,
                scopes=scopes or EVERY_SCOPE,
                group=group,
                life=timedelta(days=days),
                by="command line",
            )
            if not isinstance(made, NewKey):
                raise Refused(reasons(made))
            return made.secret

    click.echo(run(work()))


@api_key.command("list")
def api_key_list() -> None:
    """List the keys; their secrets are nowhere."""

    async def work() -> Any:
        async with house() as services:
            return await services.desk.keyring.list_()

    for key in run(work()):
        state = "revoked" if key.revoked_at else f"until {key.expires_at:%Y-%m-%d}"
        used = f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
        click.echo(f"{key.id}  {key.name}  {state}  {used}  {' '.join(key.scopes)}")


@api_key.command("revoke")
@click.argument("key_id")
def api_key_revoke(key_id: str) -> None:
    """End a key at once."""

    async def work() -> bool:
        async with house() as services:
            return bool(await services.desk.keyring.revoke(key_id, by="command line"))

    if not run(work()):
        raise Refused(f"There is no live key {key_id}.")
    click.echo("Revoked.")


@click.group()
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
    kept = ",".join((secrets.token_urlsafe(48), *read_settings().keys))
    _replace(Path(path), kept + "\n")
    click.echo("A new key signs from the next start on; drop the oldest once its links have ended.")


def _replace(path: Path, text: str) -> None:
    """Change a file whole or not at all, readable by its owner only."""
    draft = path.with_name(f".{path.name}.new")
    draft.touch(mode=0o600)
    draft.write_text(text, "utf-8")
    draft.replace(path)
