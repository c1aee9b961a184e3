"""The `quickpay` command, as an operator types it."""

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from quickpay.cli import main
from tests.household import owing

Command = Callable[..., Result]
KEY = "an-operators-signing-key-0123456789abcdef"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    keys = tmp_path / "keys"
    keys.write_text(KEY + "\n")
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'quickpay.db'}",
        "SECRET_KEYS_FILE": str(keys),
        "SANDBOX_URL": "http://127.0.0.1:9",
        "SANDBOX_SECRET": "gateway-secret",
        "SANDBOX_WEBHOOK_SECRET": "webhook-secret",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"QUICKPAY_{name}", value)
    return tmp_path


@pytest.fixture
def quickpay(home: Path) -> Command:
    runner = CliRunner()

    def command(*words: str, fails: bool = False) -> Result:
        result = runner.invoke(main, list(words))
        assert (result.exit_code != 0) is fails, f"{words}: {result.output} {result.exception!r}"
        return result

    return command


def _file(home: Path, **content: object) -> str:
    path = home / "people.json"
    path.write_text(json.dumps(content))
    return str(path)


GROUPS = {"lakeside": {"branding": {"name": "Lakeside"}}}


def test_commands_refuse_a_database_that_is_not_there_and_make_none(quickpay: Command, home: Path) -> None:
    result = quickpay("link", "show", "x", fails=True)
    assert "quickpay migrate" in result.output
    assert not (home / "quickpay.db").exists()


def test_import_keeps_the_good_and_names_the_bad(quickpay: Command, home: Path) -> None:
    quickpay("migrate")
    bad = owing("2") | {"last_name": ""}
    numbered = owing("1") | {"patients": [{"id": 1, "name": "Alice Example"}]}
    people = [{"group": "lakeside", "id": "1", **numbered}, {"group": "lakeside", "id": "2", **bad}]
    result = quickpay("import", _file(home, groups=GROUPS, guarantors=people), fails=True)
    assert "guarantors.1: last_name" in result.output
    assert "1 groups and 1 guarantors kept, 1 refused." in result.output
    quickpay("link", "create", "--group", "lakeside", "--guarantor", "1", "--origin", "statement")
    quickpay("link", "create", "--group", "lakeside", "--guarantor", "2", "--origin", "statement", fails=True)
    for command in (
        ("link", "create", "--group", "nowhere", "--guarantor", "1", "--origin", "statement"),
        ("api-key", "create", "pm system", "--group", "nowhere"),
    ):
        assert "There is no such group." in quickpay(*command, fails=True).output


def test_a_link_is_made_shown_and_ended(quickpay: Command, home: Path) -> None:
    quickpay("migrate")
    quickpay("import", _file(home, groups=GROUPS, guarantors={"lakeside": {"1": owing("1")}}))
    svg = home / "code.svg"
    made = quickpay(
        *("link", "create", "--group", "lakeside", "--guarantor", "1", "--origin", "sms"),
        *("--max-uses", "3", "--expires-in", "2d", "--qr", str(svg)),
    )
    address = made.output.strip()
    token = re.fullmatch(r"http://127\.0\.0\.1:8080/q/([\w-]{22})\.[\w-]{43}", address)
    assert token is not None
    assert "<svg" in svg.read_text()
    shown = quickpay("link", "show", token[1]).output
    assert "sms  active  0 of 3 uses" in shown
    assert "link.created" in shown
    assert re.search(r"match code [2-9A-HJ-NP-Z]{6}\.", shown)
    assert "The link is active." in quickpay("link", "restore", token[1]).output
    assert "There is no link" in quickpay("link", "restore", "A" * 22, fails=True).output
    quickpay("link", "revoke", token[1])
    assert "revoked" in quickpay("link", "show", token[1]).output
    assert "There is no link" in quickpay("link", "revoke", "A" * 22, fails=True).output


@pytest.mark.parametrize(
    "link_id", ["-yaTJKj2WSYOeNQZAMkQ8w", "--yaTKj2WSYOeNQZAMkQ8h", "-hhhhhhhhhhhhhhhhhhhhh"]
)
def test_an_id_that_begins_with_a_hyphen_is_an_id(quickpay: Command, link_id: str) -> None:
    quickpay("migrate")
    for word in ("show", "revoke", "restore"):
        assert "There is no link" in quickpay("link", word, link_id, fails=True).output


def test_a_key_is_shown_once_and_ends_at_once(quickpay: Command) -> None:
    quickpay("migrate")
    secret = quickpay("api-key", "create", "pm system", "--scope", "links:write").output.strip()
    listed = quickpay("api-key", "list").output
    assert secret not in listed
    assert "links:write" in listed
    key_id = listed.split()[0]
    quickpay("api-key", "revoke", key_id)
    assert "revoked" in quickpay("api-key", "list").output
    quickpay("api-key", "revoke", key_id, fails=True)


def test_staff_are_invited_reset_listed_and_disabled(quickpay: Command, home: Path) -> None:
    quickpay("migrate")
    quickpay("import", _file(home, groups=GROUPS))
    made = quickpay("staff", "add", "Ada Quill", "--role", "billing", "--group", "lakeside")
    address = made.stdout.strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:8080/staff/enrol/[\w-]{43}", address)
    assert "Ada Quill  billing  invited  lakeside" in quickpay("staff", "list").output
    assert "of this name" in quickpay("staff", "add", "ada quill", "--role", "viewer", fails=True).output
    wrong = quickpay("staff", "add", "Bea", "--role", "viewer", "--group", "nowhere", fails=True)
    assert "There is no such group." in wrong.output
    quickpay("staff", "add", "Bea", "--role", "owner", fails=True)
    again = quickpay("staff", "reset", "Ada Quill", "--role", "admin").stdout.strip()
    assert again != address
    assert "Ada Quill  admin  invited  lakeside" in quickpay("staff", "list").output
    assert "There is no account" in quickpay("staff", "reset", "Nobody", fails=True).output
    assert "Disabled." in quickpay("staff", "disable", "Ada Quill").output
    assert "disabled" in quickpay("staff", "list").output
    quickpay("staff", "disable", "Ada Quill", fails=True)


def test_rotating_keys_keeps_old_links_and_signs_with_the_new(quickpay: Command, home: Path) -> None:
    quickpay("migrate")
    quickpay("import", _file(home, groups=GROUPS, guarantors={"lakeside": {"1": owing("1")}}))
    quickpay("keys", "rotate")
    newest, oldest = (home / "keys").read_text().strip().split(",")
    assert oldest == KEY
    assert len(newest) >= 32
    assert (home / "keys").stat().st_mode & 0o077 == 0


def test_a_backup_overwrites_nothing_and_says_so(quickpay: Command, home: Path) -> None:
    quickpay("migrate")
    (home / "copy.db").write_text("somebody's")
    result = quickpay("backup", str(home / "copy.db"), fails=True)
    assert "exists" in result.output
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
    assert (home / "copy.db").read_text() == "somebody's"


def test_the_audit_is_verified_with_the_database_alone(
    quickpay: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quickpay("migrate")
    for name in ("SECRET_KEYS_FILE", "SANDBOX_URL", "SANDBOX_SECRET", "SANDBOX_WEBHOOK_SECRET"):
        monkeypatch.delenv(f"QUICKPAY_{name}")
    assert "The chain holds" in quickpay("audit", "verify").output
    with sqlite3.connect(home / "quickpay.db") as file:
        file.execute("INSERT INTO audit_seals VALUES (7, x'00')")
    result = quickpay("audit", "verify", fails=True)
    assert result.exit_code == 1
    assert "audit row 7: removed" in result.output


def test_a_backup_is_restored_where_there_is_no_database(quickpay: Command, home: Path) -> None:
    quickpay("migrate")
    quickpay("import", _file(home, groups=GROUPS))
    copy = home / "copy.db"
    quickpay("backup", str(copy))
    quickpay("restore", str(copy), fails=True)
    (home / "quickpay.db").rename(home / "away.db")
    quickpay("restore", str(copy))
    assert "Every invariant holds." in quickpay("check").output


def test_one_pass_of_the_outbox_and_of_the_unknown(quickpay: Command) -> None:
    quickpay("migrate")
    assert "0 tried." in quickpay("send").output
    said = quickpay("reconcile", fails=True).output  # there is no gateway here whose list could be read
    assert "0 asked after." in said
    assert "nothing was compared" in said


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("QUICKPAY_NO_SUCH_THING", "1", "no such setting"),
        ("QUICKPAY_BASE_URL", "http://pay.example.com", "use https"),
        ("QUICKPAY_TIME_ZONE", "Mars/Olympus", "time zone"),
        ("QUICKPAY_LINK_LIFETIME_SMS", "soon", "30d"),
        ("QUICKPAY_LIMITS", "nothing=3", "write name=number"),
        ("QUICKPAY_WORKERS", "0", "QUICKPAY_WORKERS"),
    ],
)
def test_a_bad_setting_is_named(
    quickpay: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str, word: str
) -> None:
    monkeypatch.setenv(name, value)
    result = quickpay("serve", fails=True)
    assert name in result.output
    assert word in result.output


@pytest.mark.parametrize("key", ["short", "x" * 40, "change-me"])
def test_a_weak_key_is_refused(quickpay: Command, home: Path, key: str) -> None:
    (home / "keys").write_text(key)
    assert "QUICKPAY_SECRET_KEYS" in quickpay("serve", fails=True).output


def test_a_file_for_apple_that_cannot_be_read_is_named_at_the_start(
    quickpay: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quickpay("migrate")
    file = home / "apple-domain"
    monkeypatch.setenv("QUICKPAY_APPLE_PAY_DOMAIN_FILE", str(file))
    said = quickpay("serve", fails=True).output
    assert f"QUICKPAY_APPLE_PAY_DOMAIN_FILE: {file} cannot be read" in said
    assert "Traceback" not in said
    file.write_bytes(b"as Apple gave it")
    assert "0 tried." in quickpay("send").output, "it starts once the file is there"


def test_purge_forgets_what_is_old_and_says_how_much(quickpay: Command) -> None:
    quickpay("migrate")
    assert "0 rows forgotten." in quickpay("purge").output
