"""Where each option of a group is read; `python -m tests.arch.options_read` prints the list."""

import ast
from dataclasses import fields
from functools import cache
from typing import get_type_hints

from quickpay.domain.options import Options
from tests.arch.house import Module, dotted, modules

_ROOMS = (
    "quickpay.domain.",
    "quickpay.mfa.",
    "quickpay.services.",
    "quickpay.handlers.",
    "quickpay.adapters.",
)
# They say what an option is, what forbids saving it and how it is kept; that is not yet doing what it says.
_NOT_READING = ("quickpay.domain.options", "quickpay.domain.option_rules", "quickpay.adapters.store.")
# Read all together, by the stylesheet.
_WHOLE_PANELS = {"theme"}
# Panels with names so common that only `branding.name` counts, not any `.name`.
_COMMON = {"branding", "theme"}


def every_option() -> list[str]:
    """List `panel.option`, in the order of the screen."""
    kinds = get_type_hints(Options)
    return [f"{panel.name}.{one.name}" for panel in fields(Options) for one in fields(kinds[panel.name])]


def reads(among: tuple[Module, ...] | None = None) -> dict[str, list[str]]:
    """Give, for each option, the `file:line`s that read it and are reached from above the ground."""
    sources = [
        one
        for one in (modules() if among is None else among)
        if one.name.startswith(_ROOMS) and not one.name.startswith(_NOT_READING)
    ]
    found: dict[str, list[str]] = {option: [] for option in every_option()}
    for source in sources:
        for node, inside in _loads(source.tree):
            if source.name.startswith("quickpay.domain.") and not _is_reached(inside, sources):
                continue
            for option in _options_of(node):
                if option in found:
                    found[option].append(source.at(node))
    return found


def _loads(tree: ast.Module) -> list[tuple[ast.Attribute, str]]:
    """List every attribute that is read, with the function it stands in."""
    found: list[tuple[ast.Attribute, str]] = []

    def walk(node: ast.AST, inside: str) -> None:
        for child in ast.iter_child_nodes(node):
            within = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else inside
            if isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Load):
                found.append((child, within))
            walk(child, within)

    walk(tree, "")
    return found


def _is_reached(name: str, sources: list[Module]) -> bool:
    """Whether somebody above the ground uses this function or property of the ground."""
    return any(name in _used(one) for one in sources if not one.name.startswith("quickpay.domain."))


@cache
def _used(source: Module) -> set[str]:
    names = {node.attr for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)}
    return names | {
        node.id
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def _options_of(node: ast.Attribute) -> list[str]:
    owner = dotted(node.value).rsplit(".", 1)[-1]
    if node.attr in _WHOLE_PANELS and owner == "options":
        return [option for option in every_option() if option.startswith(f"{node.attr}.")]
    same = [option for option in every_option() if option.endswith(f".{node.attr}")]
    return [
        option for option in same if option.split(".")[0] not in _COMMON or option == f"{owner}.{node.attr}"
    ]


if __name__ == "__main__":
    for option, places in reads().items():
        print(f"{option:50} {', '.join(places) or '-'}")  # noqa: T201 - it is asked to
