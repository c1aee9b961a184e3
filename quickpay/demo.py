"""The demo: the service on an embedded database, the sandbox world beside it, and invented people."""

import json
import os
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter

from quickpay.adapters.tasks import BackgroundTasks
from quickpay.app import furnish
from quickpay.demo_images import DrawnImages
from quickpay.demo_people import GROUP, groups, guarantors
from quickpay.demo_staff import staff_of_demo
from quickpay.domain.api_keys import EVERY_SCOPE
from quickpay.domain.groups import Group
from quickpay.domain.options import Options
from quickpay.domain.origins import Origin
from quickpay.handlers.desk import Desk
from quickpay.sandbox import World as SandboxWorld
from quickpay.serve import serving, until_stopped
from quickpay.services.guarantors.keep import GuarantorView
from quickpay.services.guarantors.records import GuarantorRecord
from quickpay.services.links.keep import LinkView, NewLink
from quickpay.services.staff.api_keys import NewKey
from quickpay.settings import PREFIX, Settings, load
from quickpay.world import open_world

ALICE = "1001"
_ORIGINS = (Origin.SMS, Origin.EMAIL, Origin.STATEMENT, Origin.OFFICE_QR, Origin.WEBSITE)

# Everybody in a demo shares one address, so the limits that count by address are loosened, and only those.
_LIMITS = (
    "sends_address_3600s=1000",
    "tries_address_300s=1000",
    "tries_address_3600s=1000",
    "declines_address_3600s=1000",
    "payments_address_3600s=1000",
    "bad_tokens_address_60s=1000",
    "renewals_address_3600s=1000",
    "knocks_address_3600s=1000",
    "knocks_address_86400s=1000",
    "receipts_address_3600s=1000",
    "staff_tries_address_1800s=1000",
)


async def demo(*, port: int, world_port: int, data: Path, report: Path | None) -> None:
    """Run the service and the world until Ctrl-C; a second start keeps keys, people and messages."""
    kept = _kept_secrets(data)
    base_url = f"http://127.0.0.1:{port}"
    world = SandboxWorld(
        data=data / "world",
        port=world_port,
        gateway_secret=kept["gateway"],
        webhook_url=f"{base_url}/webhooks/sandbox",
        webhook_secret=kept["webhook"],
        merchant_origin=os.environ.get(f"{PREFIX}BASE_URL", base_url),
        twilio_sid=kept["twilio_sid"],
        twilio_token=kept["twilio_token"],
        replies_url=f"{base_url}/webhooks/twilio/status",
        smtp_user="quickpay",
        smtp_password=kept["smtp"],
    )
    await world.start()
    try:
        settings = _settings(base_url, port, data, kept, world)
        async with serving(settings, create=True):
            facts = await _furnish(settings, world.url, data)
            if report is not None:
                _write_private(report, json.dumps(facts, indent=2))
            _say(facts)
            await until_stopped()
    finally:
        await world.stop()


def _settings(base_url: str, port: int, data: Path, kept: dict[str, str], world: SandboxWorld) -> Settings:
    """The demo's own settings, each overridden by one that is set outside."""
    own = {
        "BASE_URL": base_url,
        "LISTEN": f"127.0.0.1:{port}",
        "DATABASE_URL": f"sqlite:///{(data / 'quickpay.db').absolute()}",
        "SECRET_KEYS": kept["signing"],
        "SMTP_URL": f"smtp+starttls://quickpay:{kept['smtp']}@127.0.0.1:{world.smtp_port}",
        "SMTP_CA_FILE": str(world.ca_file),
        "TWILIO_ACCOUNT_SID": kept["twilio_sid"],
        "TWILIO_AUTH_TOKEN": kept["twilio_token"],
        "TWILIO_FROM": "+16085550199",
        "TWILIO_API_BASE": world.url,
        "SANDBOX_URL": world.url,
        "PORTAL_RETURN_URLS": f"{world.url}/",
        "SANDBOX_SECRET": kept["gateway"],
        "SANDBOX_WEBHOOK_SECRET": kept["webhook"],
        "LIMITS": ",".join(_LIMITS),
        "LOG_FORMAT": "text",
    }
    outside = {
        name.removeprefix(PREFIX).removesuffix("_FILE") for name in os.environ if name.startswith(PREFIX)
    }
    return load(
        dict(os.environ) | {PREFIX + name: value for name, value in own.items() if name not in outside}
    )


def _kept_secrets(data: Path) -> dict[str, str]:
    """Make the demo's secrets once, and find them again at the next start."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = data / "secrets.json"
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text("utf-8"))
        return kept
    kept = {
        name: secrets.token_urlsafe(32) for name in ("signing", "gateway", "webhook", "smtp", "twilio_token")
    }
    kept["twilio_sid"] = f"AC{secrets.token_hex(16)}"
    _write_private(path, json.dumps(kept))
    return kept


async def _furnish(settings: Settings, world_url: str, data: Path) -> dict[str, Any]:
    """Move the people in, once; give every origin a fresh link and a script a key that works."""
    async with open_world(settings) as world:
        tasks = BackgroundTasks()
        desk = furnish(settings, replace(world, images=DrawnImages()), tasks).desk
        people = guarantors(world.clock.now().astimezone(settings.zone).date())
        if await desk.groups.get(GROUP) is None:
            await _move_in(desk, people)
        links = {origin.value: await _link(desk, origin) for origin in _ORIGINS}
        key = await desk.keyring.create(name="demo", scopes=EVERY_SCOPE, by="demo")
        if not isinstance(key, NewKey):
            raise TypeError(f"the demo's own key was refused: {key}")
        staff, keep = await staff_of_demo(desk.staff, world.clock, data / "staff.json")
        if keep is not None:
            _write_private(data / "staff.json", keep)
        await tasks.stop(grace=1.0)
        return {
            "base_url": settings.base_url,
            "world_url": world_url,
            "database_url": settings.database_url,
            "group": GROUP,
            "api_key": key.secret,
            "pops_management": settings.pops_management,
            "staff": staff,
            "guarantors": [
                {
                    "id": number,
                    "name": f"{record['first_name']} {record['last_name']}",
                    "email": record["email"],
                    "mobile": record["mobile"],
                }
                for group, number, record in people
                if group == GROUP
            ],
            "links": links,
        }


async def _move_in(desk: Desk, people: list[tuple[str, str, dict[str, Any]]]) -> None:
    for slug, body in groups().items():
        group = await desk.groups.put(slug, TypeAdapter(Options).validate_python(body), "demo")
        if not isinstance(group, Group):
            raise TypeError(f"the demo's group {slug} was refused: {group}")
    for slug, number, body in people:
        record = TypeAdapter(GuarantorRecord).validate_python(body)
        view = await desk.guarantors.put(slug, number, record)
        if not isinstance(view, GuarantorView):
            raise TypeError(f"the demo's guarantor {number} was refused: {view}")
    for origin in (Origin.SMS, Origin.EMAIL):
        await _link(desk, origin, send=True)


async def _link(desk: Desk, origin: Origin, *, send: bool = False) -> str:
    view = await desk.links.create(NewLink(group=GROUP, guarantor=ALICE, origin=origin, send=send), by="demo")
    if not isinstance(view, LinkView):
        raise TypeError(f"the demo's {origin} link was refused: {view}")
    return view.url


def _write_private(path: Path, text: str) -> None:
    """Write it whole or not at all, readable by nobody else: it may hold secrets."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text, "utf-8")
    draft.replace(path)


def _say(facts: dict[str, Any]) -> None:
    lines = [
        "",
        click.style("QuickPay demo: everything here is invented, no money moves.", bold=True),
        "",
        f"  Phone, mailbox, card gateway   {facts['world_url']}",
        "  Alice's links, one an origin:",
        *(f"    {origin:<10} {url}" for origin, url in facts["links"].items()),
        "",
        "  Open the text on the phone, ask for the code (it goes to the mailbox: the other contact),",
        "  and pay with 4242 4242 4242 4242, any later expiry, any security code.",
        "",
        f"  Staff: {facts['base_url']}/staff",
        *(
            f"    {one['name']:<17} {one['role']:<10} password {one['password']}  key {one['totp_secret']}"
            for one in facts["staff"]
        ),
        "  The key goes into any authenticator app; `quickpay staff add` makes more accounts.",
        "",
        "  Ctrl-C ends it; the data stays for the next start.",
    ]
    click.echo("\n".join(lines))
