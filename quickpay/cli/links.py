"""`quickpay link …`: make, look at and end links."""

from pathlib import Path
from typing import Any

import click

from quickpay.cli.running import Refused, house, reasons, run

# An id may begin with a hyphen, and hold any letter: no short options here.
_TAKES_AN_ID = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


@click.group()
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
    from quickpay.services.links.keep import LinkView, NewLink  # noqa: PLC0415 - slow to load

    async def work() -> str:
        async with house() as services:
            view = await services.desk.links.create(
                NewLink(origin=Origin(origin), **asked), by="command line"
            )
            if not isinstance(view, LinkView):
                raise Refused(reasons(view))
            return view.url

    url = run(work())
    click.echo(url)
    if qr is not None:
        import segno  # noqa: PLC0415 - slow to load

        segno.make(url, error="m").save(str(qr), kind="svg", scale=8)


@link.command("show", context_settings=_TAKES_AN_ID)
@click.argument("link_id")
def link_show(link_id: str) -> None:
    """Print a link's state and its timeline."""

    async def work() -> Any:
        async with house() as services:
            return await services.desk.links.get(link_id)

    view = run(work())
    if view is None:
        raise Refused(f"There is no link {link_id}.")
    link, uses = view.link, f"{view.link.uses} of {view.max_uses} uses"
    click.echo(f"{link_id}  {link.origin}  {view.state}  {uses}  until {link.expires_at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"The patient's page shows the match code {view.match_code}.")
    for event in view.events:
        facts = "  ".join(f"{name}={value}" for name, value in event.detail.items())
        click.echo(f"{event.at:%Y-%m-%d %H:%M:%S}  {event.type}  {facts}".rstrip())


@link.command("revoke", context_settings=_TAKES_AN_ID)
@click.argument("link_id")
def link_revoke(link_id: str) -> None:
    """End a link and the sessions opened from it, at once."""

    async def work() -> Any:
        async with house() as services:
            return await services.desk.links.revoke(link_id, by="command line")

    if run(work()) is None:
        raise Refused(f"There is no link {link_id}.")
    click.echo("Revoked.")


@link.command("restore", context_settings=_TAKES_AN_ID)
@click.argument("link_id")
def link_restore(link_id: str) -> None:
    """Make a suspended link good again, and let messages go to its contact."""

    async def work() -> Any:
        async with house() as services:
            return await services.desk.links.restore(link_id, by="command line")

    view = run(work())
    if view is None:
        raise Refused(f"There is no link {link_id}.")
    click.echo(f"The link is {view.state}.")
