"""The demo's staff: one account of each role, enrolled as anybody is, with what a script needs to sign in."""

import base64
import json
import secrets
from datetime import timedelta
from pathlib import Path

import pyotp

from quickpay.domain.staff import StaffRole
from quickpay.handlers.staff_desk import StaffDesk
from quickpay.mfa.totp import STEP_SECONDS
from quickpay.ports.clock import Clock
from quickpay.services.staff.accounts import Invited
from quickpay.services.staff.enrol import NoEnrolment, NotYet, PasswordSet, WantsCode
from quickpay.services.staff.sign_in import SignedIn
from quickpay.services.stay import Visit

_PEOPLE = (
    ("Vera Viewer", StaffRole.VIEWER),
    ("Frank Front-Desk", StaffRole.FRONT_DESK),
    ("Bella Billing", StaffRole.BILLING),
    ("Ada Admin", StaffRole.ADMIN),
)
_VISIT = Visit(secret=None, address="127.0.0.1", request_id="demo")

Person = dict[str, str]


async def staff_of_demo(desk: StaffDesk, clock: Clock, path: Path) -> tuple[list[Person], str | None]:
    """Give the accounts of the last start if they are still there, else enrol them anew.

    The second is the text to keep in `path`, None where it is up to date.
    """
    kept = _kept(path)
    there = {one.name for one in await desk.accounts.list_()}
    people = [
        kept[name] if name in kept and name in there else await _enrol(desk, clock, name, role)
        for name, role in _PEOPLE
    ]
    changed = people != list(kept.values())
    return people, json.dumps(people, indent=2) if changed else None


def _kept(path: Path) -> dict[str, Person]:
    if not path.exists():
        return {}
    return {one["name"]: one for one in json.loads(path.read_text("utf-8"))}


async def _enrol(desk: StaffDesk, clock: Clock, name: str, role: StaffRole) -> Person:
    invited = await desk.accounts.add(name, role=role, by="demo")
    if not isinstance(invited, Invited):  # there from a database that outlived the demo's folder
        again = await desk.accounts.reset(name, role=role, by="demo")
        if not isinstance(again, Invited):
            raise TypeError(f"the demo's account {name} was refused: {again}")
        invited = again
    password = secrets.token_urlsafe(18)
    first = base64.urlsafe_b64decode(invited.url.rpartition("/")[2] + "=")
    answer = await desk.enrol.set_password(_VISIT, first, password=password, again=password)
    step = await desk.enrol.look(answer.next_secret) if isinstance(answer, PasswordSet) else None
    if not isinstance(answer, PasswordSet) or not isinstance(step, WantsCode):
        raise TypeError(f"the demo's password for {name} was refused: {answer}")
    # The code before this one, so that the one a script makes first is not used up; and once more if the
    # half minute ended just then.
    signed_in = await _first_code(desk, clock, answer.next_secret, step.secret)
    if isinstance(signed_in, NotYet):
        signed_in = await _first_code(desk, clock, answer.next_secret, step.secret)
    if not isinstance(signed_in, SignedIn):
        raise TypeError(f"the demo's code for {name} was refused: {signed_in}")
    await desk.sign_in.sign_out(Visit(secret=signed_in.secret, address="127.0.0.1", request_id="demo"))
    return {"name": name, "role": role.value, "password": password, "totp_secret": step.secret}


async def _first_code(
    desk: StaffDesk, clock: Clock, secret: bytes, totp_secret: str
) -> SignedIn | NotYet | NoEnrolment:
    code = pyotp.TOTP(totp_secret).at(clock.now() - timedelta(seconds=STEP_SECONDS))
    return await desk.enrol.finish(_VISIT, secret, code=code)
