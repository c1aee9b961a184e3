"""The same words from a file: `quickpay import` refuses them by place and field, or keeps them as written."""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from quickpay.adapters.store import open_store
from quickpay.cli import main
from quickpay.ports.tables import Tx
from tests.household import owing
from tests.security.hostile import ADDRESSES, BREAKS, COLOURS, PHONES, TEMPLATES, TEXTS, URLS

Import = Callable[..., Result]

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_ESCAPES = "\x1b[2J\x1b]0;owned\x07\r\nEvery invariant holds.\u202e\x9b31m"


@pytest.fixture
def imported(tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Import what is given into a fresh database; gives what the operator's screen shows."""
    (tmp_path / "quickpay.db").write_bytes(migrated_file.read_bytes())
    for name, value in {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'quickpay.db'}",
        "SECRET_KEYS": "an-operators-signing-key-0123456789abcdef",
        "SANDBOX_URL": "http://127.0.0.1:9",
        "SANDBOX_SECRET": "gateway-secret",
        "SANDBOX_WEBHOOK_SECRET": "webhook-secret",
    }.items():
        monkeypatch.setenv(f"QUICKPAY_{name}", value)

    def run(**content: Any) -> Result:
        path = tmp_path / "people.json"
        path.write_text(json.dumps(content))
        return CliRunner().invoke(main, ["import", str(path)], color=True)

    return run


def _kept(home: Path) -> tuple[set[str], set[str]]:
    """The names of groups, and the first names of guarantors, as the database has them."""

    async def look() -> tuple[set[str], set[str]]:
        store = await open_store(f"sqlite:///{home / 'quickpay.db'}")

        async def unit(tx: Tx) -> tuple[set[str], set[str]]:
            groups = await tx.groups.list_()
            people = [await tx.guarantors.by_number(groups[0].id, str(n)) for n in range(len(TEXTS))]
            return {one.name for one in groups}, {one.first_name for one in people if one is not None}

        try:
            return await store.read(unit)
        finally:
            await store.close()

    return asyncio.run(look())


def test_a43_a45_a62_words_from_a_file_are_refused_by_place_or_kept_as_written(
    imported: Import, tmp_path: Path
) -> None:
    groups = {f"g{place}": {"branding": {"name": text}} for place, text in enumerate(TEXTS)}
    people = [
        {"group": "aaa", "id": str(place), **owing(str(place)), "first_name": text}
        for place, text in enumerate(TEXTS)
    ]
    said = imported(groups={"aaa": {"branding": {"name": "!"}}} | groups, guarantors=people)
    assert said.exit_code == 1
    refused = set(re.findall(r"^(groups\.g[0-9]+|guarantors\.[0-9]+): [a-z_.]+: ", said.output, re.MULTILINE))
    assert {f"groups.g{TEXTS.index(text)}" for text in BREAKS} <= refused
    assert {f"guarantors.{TEXTS.index(text)}" for text in BREAKS} <= refused
    names, first_names = _kept(tmp_path)
    assert names - {"!"} == {text for at, text in enumerate(TEXTS) if f"groups.g{at}" not in refused}
    assert first_names == {text for at, text in enumerate(TEXTS) if f"guarantors.{at}" not in refused}
    assert len(names) > 40


@pytest.mark.parametrize(
    ("panel", "option", "corpus"),
    [
        ("theme", "primary", COLOURS),
        ("branding", "logo_url", URLS),
        ("notifications", "email_from", ADDRESSES),
        ("look_and_feel", "footer_email", ADDRESSES),
        ("look_and_feel", "footer_phone", PHONES),
        ("authentication", "mfa_email_body", TEMPLATES),
    ],
)
def test_a40_a43_a47_a49_options_from_a_file_are_judged_as_any(
    imported: Import, tmp_path: Path, panel: str, option: str, corpus: tuple[str, ...]
) -> None:
    groups = {}
    for place, text in enumerate(corpus):
        body: dict[str, Any] = {"branding": {"name": f"Practice {place}"}}
        body.setdefault(panel, {})[option] = text
        groups[f"g{place}"] = body
    said = imported(groups={"aaa": {"branding": {"name": "!"}}} | groups)
    refused = re.findall(rf"^groups\.g([0-9]+): {panel}\.{option}: ", said.output, re.MULTILINE)
    assert {int(place) for place in refused} == set(range(len(corpus)))
    assert f"1 groups and 0 guarantors kept, {len(corpus)} refused." in said.output
    assert _kept(tmp_path)[0] == {"!"}


def test_a61_a_file_moves_no_cursor_and_makes_no_line_on_the_operators_screen(imported: Import) -> None:
    whole = owing("1")
    said = imported(
        groups={
            f"g{_ESCAPES}": {"branding": {"name": "Lakeside"}},
            "bay": {"branding": {"name": "Bay", _ESCAPES: 1}},
            "hill": {
                "branding": {"name": "Hill"},
                "authentication": {"mfa_email_body": f"${{mfa.code}} ${{{_ESCAPES}}}"},
            },
            "long": {"branding": {"name": "Long", "x" * 50_000: 1}},
        },
        guarantors={f"bay{_ESCAPES}": {f"1{_ESCAPES}": whole | {_ESCAPES: 1}, "2": whole}},
    )
    assert said.exit_code == 1
    lines = said.output.splitlines()
    assert len([line for line in lines if line.startswith(("groups.", "guarantors."))]) == 6
    assert "Every invariant holds." not in lines
    assert [line for line in lines if _CONTROL.search(line)] == []
    assert max(map(len, lines)) < 1_100
    assert "0 groups and 0 guarantors kept, 6 refused." in lines
