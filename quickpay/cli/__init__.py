"""The `quickpay` command: serve, demo, and what an operator does by hand."""

import click

from quickpay.cli import database, keys, links, service, staff


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="quickpay")
def main() -> None:
    """QuickPay: a patient pays one bill from a signed link."""


for command in (
    service.demo,
    service.serve,
    service.send,
    service.reconcile,
    service.purge,
    database.migrate,
    database.import_,
    database.check,
    database.audit,
    database.backup,
    database.restore,
    links.link,
    keys.api_key,
    keys.keys,
    staff.staff,
):
    main.add_command(command)
