"""The house as the rules see it: its files, and its modules as syntax trees."""

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "quickpay"
TESTS = ROOT / "tests"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Module:
    """One Python file: `name` is `quickpay.services.paying.pay`, `place` its path from the root."""

    name: str
    place: str
    text: str
    tree: ast.Module

    def at(self, node: ast.AST) -> str:
        return f"{self.place}:{getattr(node, 'lineno', 1)}"


def module(name: str, text: str) -> Module:
    """Read a module from text, as a rule's own example."""
    return Module(name=name, place=f"{name.replace('.', '/')}.py", text=text, tree=ast.parse(text))


@cache
def modules(folder: Path = PACKAGE) -> tuple[Module, ...]:
    """List the Python files of a folder."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        place = path.relative_to(ROOT)
        name = ".".join(place.with_suffix("").parts).removesuffix(".__init__")
        text = path.read_text("utf-8")
        found.append(Module(name=name, place=str(place), text=text, tree=ast.parse(text)))
    return tuple(found)


@cache
def files() -> tuple[Path, ...]:
    """List every file that is or would be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - the PATH's git
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        named = {ROOT / name for name in listed.stdout.decode().split("\0") if name}
        return tuple(sorted(path for path in named if path.is_file()))
    hidden = {".git", ".venv", ".tools", "demo-data"}
    return tuple(
        sorted(p for p in ROOT.rglob("*") if p.is_file() and not hidden & set(p.relative_to(ROOT).parts))
    )


def dotted(node: ast.AST) -> str:
    """Write `a.b.c` of a chain of names, `` of anything else at its root."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{dotted(value)}.{attr}"
    return ""
