"""What will not do is refused before anything is served, in a line that says which (X21, X31, R143)."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.faults.service import run

SETTINGS = {
    "BASE_URL": "http://127.0.0.1:8099",
    "LISTEN": "127.0.0.1:0",
    "SECRET_KEYS": "a-signing-key-of-these-tests-0123456789",
    "SANDBOX_URL": "http://127.0.0.1:9",
    "SANDBOX_SECRET": "gateway-secret-of-these-tests",
    "SANDBOX_WEBHOOK_SECRET": "webhook-secret-of-these-tests",
}


async def refusal(**changed: str) -> str:
    """Start with these settings changed; it must end by itself, badly, and without a traceback."""
    code, said = await run("quickpay", "serve", settings=SETTINGS | changed)
    assert code != 0, said
    assert "Traceback" not in said, said
    assert len(said.strip().splitlines()) <= 2, said
    return said


async def test_x31_r143_bad_settings_are_refused_by_name(sqlite_url: str) -> None:
    cases: list[tuple[dict[str, str], str]] = [
        ({"SECRET_KEYS": "too-short"}, "QUICKPAY_SECRET_KEYS"),
        ({"SECRET_KEYS": "a" * 64}, "QUICKPAY_SECRET_KEYS"),
        ({"SECRET_KEYS": ""}, "QUICKPAY_SECRET_KEYS"),
        ({"COLOUR": "blue"}, "QUICKPAY_COLOUR"),
        ({"BASE_URL": "http://pay.example.com"}, "QUICKPAY_BASE_URL"),
        ({"SMTP_URL": "smtp://mail.example.com"}, "QUICKPAY_SMTP_URL"),
        ({"LISTEN": "nowhere"}, "QUICKPAY_LISTEN"),
    ]
    said = await asyncio.gather(*(refusal(DATABASE_URL=sqlite_url, **changed) for changed, _ in cases))
    for (changed, name), words in zip(cases, said, strict=True):
        assert name in words, (changed, words)
        assert "a-signing-key" not in words


async def test_x21_r140_a_database_that_is_missing_newer_or_broken_is_refused_and_left_alone(
    tmp_path: Path, sqlite_url: str
) -> None:
    missing, newer, broken = (
        tmp_path / "missing.db",
        Path(sqlite_url.removeprefix("sqlite:///")),
        tmp_path / "b.db",
    )
    with closing(sqlite3.connect(newer)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    broken.write_bytes(b"this is no database, whatever its name says" * 100)
    before = broken.read_bytes()
    said = await asyncio.gather(
        *(refusal(DATABASE_URL=f"sqlite:///{path}") for path in (missing, newer, broken))
    )
    assert "empty" in said[0]
    assert "migrate" in said[0]
    assert "later version" in said[1]
    assert "b.db cannot be read" in said[2]
    assert not missing.exists(), "a mistyped path never becomes a new, empty practice"
    assert broken.read_bytes() == before


async def test_migrate_makes_what_serve_and_check_then_take(tmp_path: Path) -> None:
    settings = SETTINGS | {"DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"}
    code, said = await run("quickpay", "migrate", settings=settings)
    assert code == 0, said
    code, said = await run("quickpay", "check", settings={"DATABASE_URL": settings["DATABASE_URL"]})
    assert (code, "Every invariant holds" in said) == (0, True), said
