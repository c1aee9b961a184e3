"""`quickpay staff …`: accounts of the staff."""

from typing import Any

import click

from quickpay.cli.running import Refused, house, reasons, run

_ROLES = click.Choice(["viewer", "front_desk", "billing", "admin"])

_LAST_ADMIN = "Nobody could keep the accounts without this one. Make another admin of every group first."


@click.group()
def staff() -> None:
    """Invite, list and end accounts of the staff."""


@staff.command("add")
@click.argument("name")
@click.option("--role", required=True, type=_ROLES)
@click.option("--group", "groups", multiple=True, help="May be repeated; without it, every group.")
def staff_add(name: str, role: str, groups: tuple[str, ...]) -> None:
    """Print the one-time address where the account sets its password and app."""
    from quickpay.domain.staff import StaffRole  # noqa: PLC0415 - slow to load

    async def work() -> Any:
        async with house() as services:
            return await services.desk.staff.accounts.add(
                name, role=StaffRole(role), groups=groups or None, by="command line"
            )

    _say(run(work()), name)


@staff.command("reset")
@click.argument("name")
@click.option("--role", type=_ROLES, help="Also change the role.")
@click.option("--group", "groups", multiple=True, help="Also change the groups; may be repeated.")
def staff_reset(name: str, role: str | None, groups: tuple[str, ...]) -> None:
    """Take password and app away, sign out everywhere, and print a new one-time address."""
    from quickpay.domain.staff import StaffRole  # noqa: PLC0415 - slow to load

    async def work() -> Any:
        async with house() as services:
            return await services.desk.staff.accounts.reset(
                name,
                role=None if role is None else StaffRole(role),
                groups=groups or None,
                by="command line",
            )

    _say(run(work()), name)


@staff.command("disable")
@click.argument("name")
def staff_disable(name: str) -> None:
    """End an account and its sessions at once; `reset` lets it come back."""
    from quickpay.services.staff.accounts import Disabled, LastAdmin  # noqa: PLC0415 - slow to load

    async def work() -> Any:
        async with house() as services:
            return await services.desk.staff.accounts.disable(name, by="command line")

    match run(work()):
        case Disabled():
            click.echo("Disabled.")
        case LastAdmin():
            raise Refused(_LAST_ADMIN)
        case _:
            raise Refused(f"There is no account {name} that can be used.")


@staff.command("list")
def staff_list() -> None:
    """List the accounts."""

    async def work() -> Any:
        async with house() as services:
            return await services.desk.staff.accounts.list_(), await services.desk.groups.list_()

    accounts, groups = run(work())
    slugs = {group.id: group.slug for group in groups}
    for one in accounts:
        seen = "every group" if one.groups is None else " ".join(sorted(slugs[each] for each in one.groups))
        click.echo(f"{one.id}  {one.name}  {one.role}  {one.state}  {seen}")


def _say(answer: Any, name: str) -> None:
    from quickpay.services.staff.accounts import Invited, LastAdmin, NoStaff  # noqa: PLC0415 - slow to load

    match answer:
        case Invited():
            click.echo(answer.url)
            click.echo(
                f"Good once, until {answer.until:%Y-%m-%d %H:%M} UTC; give it to nobody else.", err=True
            )
        case NoStaff():
            raise Refused(f"There is no account {name}.")
        case LastAdmin():
            raise Refused(_LAST_ADMIN)
        case _:
            raise Refused(reasons(answer))
