"""Who changed a group, as people call them: staff and API keys by name."""

from collections.abc import Mapping

from quickpay.ports.tables import Tx

_OTHERS = {"command line": "The command line", "import": "An import", "demo": "The demo"}


async def actors(tx: Tx) -> dict[str, str]:
    """Name everybody the histories know by an id."""
    names = {one.actor: one.name for one in await tx.staff.list_()}
    return names | {f"key {one.id}": f"API key {one.name}" for one in await tx.api_keys.list_()}


def said(actor: str, names: Mapping[str, str]) -> str:
    """Name one; who has no name is called what the history has."""
    return names.get(actor) or _OTHERS.get(actor, actor)
