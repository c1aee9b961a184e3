"""What a screen reader is given of a page: roles, names, states, order; held against a file that was read.

A page whose file is missing is written down and fails once: read the file as if you heard it, and keep it.
"""

import difflib
import re
from pathlib import Path

from tests.journeys.person import Person

PLACE = Path(__file__).parent / "heard"
KEPT = frozenset(
    {
        *("link", "verify", "verify-error", "code", "code-error", "amount", "amount-error", "details"),
        *("declined", "paid", "unknown", "home", "account", "link-revoked"),
    }
)
_CHANGING = (
    (re.compile(r"/url: .*"), "/url"),
    (re.compile(r"Practice \d+"), "the practice"),
    (re.compile(r"practice-\d+"), "practice"),
    (re.compile(r"\b7002\d\d\b|\b700[2-9]\d\d\b"), "ACCOUNT"),
    (
        re.compile(r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d\d?, 20\d\d(, \d\d?:\d\d [AP]M)?"),
        "DATE",
    ),
    (re.compile(r"\b\d+ (minutes?|seconds?|s)\b"), "TIME"),
    (re.compile(r'definition: "\d+"'), 'definition: "#"'),
    (re.compile(r"\bch_[0-9a-f]+"), "CHARGE"),
    (re.compile(r"ending in \d+"), "ending in #"),
    (re.compile(r"\d\d?:\d\d [AP]M"), "HOUR"),
    (re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b"), "NUMBER"),
)


# What the tree does not show: the page's title, and what is read out after a control's name.
_BESIDES = """() => [
  `title: ${document.title}`, `language: ${document.documentElement.lang}`,
  ...[...document.querySelectorAll("[aria-describedby]")].filter((one) => one.checkVisibility()).map((one) =>
    `${one.id || one.name}: ` + one.getAttribute("aria-describedby").split(" ")
      .map((id) => document.getElementById(id)?.textContent.trim() ?? `NOTHING AT ${id}`).join(" | ")),
].join("\\n")"""


async def wrong(person: Person, name: str) -> list[str]:
    """Say how the page differs from what was read through; nothing for a page that has no file."""
    if name not in KEPT:
        return []
    said = await person.page.evaluate(_BESIDES) + "\n" + await person.page.locator("body").aria_snapshot()
    for pattern, instead in _CHANGING:
        said = pattern.sub(instead, said)
    kept = PLACE / f"{name}.yaml"
    if not kept.exists():
        kept.write_text(said + "\n", "utf-8")
        return [f"{name}: what is heard of it was written to {kept}; read it, and keep it"]
    before = kept.read_text("utf-8").splitlines()
    return [
        f"{name} is heard otherwise: {line}"
        for line in difflib.unified_diff(before, said.splitlines(), lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]
