"""The service by hand: demo, serve, and one pass of what runs behind it."""

from pathlib import Path

import click

from quickpay.cli.running import Refused, house, read_settings, run


@click.command()
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
    run(demonstration.demo(port=port, world_port=world_port, data=data, report=report))


@click.command()
def serve() -> None:
    """Run the service; refuses to start on a bad setting or a database of another version."""
    from quickpay.logs import set_up  # noqa: PLC0415 - slow to load
    from quickpay.serve import serving, until_stopped  # noqa: PLC0415 - slow to load

    settings = read_settings()
    set_up(settings.log_format)

    async def work() -> None:
        async with serving(settings) as address:
            click.echo(f"QuickPay listens on {address} and is reached at {settings.base_url}", err=True)
            await until_stopped()

    run(work())


@click.command()
def send() -> None:
    """Send what waits in the outbox, one pass."""

    async def work() -> int:
        async with house() as services:
            return int(await services.outbox.run_once())

    click.echo(f"{run(work())} tried.")


@click.command()
def purge() -> None:
    """Forget what is too old to keep: whom messages went to, and the rows of codes and texts."""

    async def work() -> int:
        async with house() as services:
            return int(await services.retention.run())

    click.echo(f"{run(work())} rows forgotten.")


@click.command()
def reconcile() -> None:
    """Ask the gateway how unknown payments and refunds ended, and hold its list against ours.

    Exits with 1 if they differ.
    """
    from quickpay.domain.money import format_usd  # noqa: PLC0415 - slow to load
    from quickpay.services.settling.compare import Compared, NoList, NotTheTime  # noqa: PLC0415 - slow to load

    def cents(amount: int | None) -> str:
        return "nothing" if amount is None else format_usd(amount)

    async def work() -> tuple[int, Compared | NoList | NotTheTime]:
        async with house() as services:
            asked = int(await services.reconcile.run_once()) + int(await services.desk.refunds.run_once())
            return asked, await services.compare.run_now()

    done: tuple[int, Compared | NoList | NotTheTime] = run(work())
    asked, answer = done
    click.echo(f"{asked} asked after.")
    match answer:
        case NotTheTime():
            raise Refused("Another process is comparing the gateway's list just now; try again in a minute.")
        case NoList():
            raise Refused("The gateway's list could not be read; nothing was compared.")
        case Compared():
            click.echo(
                f"{answer.charges} charges of the gateway and {answer.payments} payments of ours "
                f"from {answer.since:%Y-%m-%d %H:%M} to {answer.until:%Y-%m-%d %H:%M} UTC compared: "
                f"{answer.new} new differences, {answer.ended} ended."
            )
    for one in answer.open:
        found = one.difference
        click.echo(
            f"{found.kind}  payment {found.payment_id or 'none'}  charge {found.transaction or 'none'}  "
            f"ours {cents(found.ours)}  theirs {cents(found.theirs)}  since {one.first_seen_at:%Y-%m-%d}"
        )
    if answer.open:
        raise click.exceptions.Exit(1)
    click.echo("The books agree.")
