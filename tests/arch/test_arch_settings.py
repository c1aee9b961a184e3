"""Hold `.env.example` and the settings to each other, and every setting to being used."""

import ast
import re
from types import UnionType
from typing import Any

from pydantic import SecretStr

from quickpay.settings import PREFIX, Settings, load
from tests.arch.house import ROOT, modules

_LINE = re.compile(rf"(?P<unset>#?){PREFIX}(?P<name>[A-Z0-9_]+)=(?P<value>.*)")
_HEADING_OF_THE_UNUSED = "# Read, and not used by anything yet."

# A setting leaves this set in the change that makes some code use it.
LATER = {"metrics_listen", "workers"}


def _listed(text: str) -> dict[str, str | None]:
    found = {}
    for line in text.splitlines():
        if said := _LINE.fullmatch(line):
            found[said["name"].lower()] = None if said["unset"] else said["value"]
    return found


def _example() -> str:
    return (ROOT / ".env.example").read_text("utf-8")


def test_the_example_lists_every_setting_and_no_other() -> None:
    assert set(_listed(_example())) == set(Settings.model_fields)


def test_the_example_says_every_default() -> None:
    listed = _listed(_example())
    assert {name: value for name, value in listed.items() if value is not None} == {
        name: _written(one.default)
        for name, one in Settings.model_fields.items()
        if one.default is not None and one.default != ()
    }


def test_the_example_can_be_used_as_it_is() -> None:
    given = {
        f"{PREFIX}{name.upper()}": value for name, value in _listed(_example()).items() if value is not None
    }
    assert load(given) == load({})


def test_every_setting_is_used_or_said_not_to_be() -> None:
    used = {
        node.attr
        for module in modules()
        if not module.name.startswith(("quickpay.sandbox", "quickpay.demo"))
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in {"settings", "self"}
    }
    # `lifetimes` reads those of the links by their origin's name.
    used |= {name for name in Settings.model_fields if name.startswith("link_lifetime_")}
    assert set(Settings.model_fields) - used == LATER
    assert set(_listed(_example().partition(_HEADING_OF_THE_UNUSED)[2])) == LATER


def test_what_must_not_be_printed_cannot_be() -> None:
    for name, one in Settings.model_fields.items():
        if any(word in name for word in ("secret", "auth_token", "smtp_url")):
            assert SecretStr in _parts(one.annotation), name


def _parts(annotation: Any) -> set[Any]:
    arguments = getattr(annotation, "__args__", ())
    if isinstance(annotation, UnionType) or arguments:
        return {part for one in arguments for part in _parts(one)} | {annotation}
    return {annotation}


def _written(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return ",".join(default) if isinstance(default, tuple) else str(default)
