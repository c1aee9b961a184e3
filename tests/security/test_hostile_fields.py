"""Keys nobody asked for, in every body and form: refused by name or without effect, never obeyed (A58)."""

from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

import pytest

from quickpay.adapters.store.schema import metadata
from quickpay.domain.options import Options
from quickpay.domain.origins import Origin
from quickpay.domain.sessions import Authentication, Role
from quickpay.handlers.api.shapes import GroupBody, GuarantorBody, Revocation
from quickpay.mfa.methods import Method as Way
from quickpay.services.entry.handoffs import NewHandoff
from quickpay.services.guarantors.records import (
    EncounterRecord,
    LineRecord,
    PatientRecord,
    ReceiptRecord,
    StatementRecord,
)
from quickpay.services.links.new import NewLink
from tests.handlers.options.office import Office
from tests.handlers.site import Site
from tests.handlers.staff_site import StaffSite
from tests.household import PORTAL

_COLUMNS = {column.name for table in metadata.tables.values() for column in table.c}
_MORE = {
    "__proto__",
    "constructor",
    "_id",
    "role",
    "is_admin",
    "practice_id",
    "amount",
    "paid",
    "by",
    "within",
}


def _unasked(shape: Any) -> dict[str, Any]:
    """Every column's name, and more, that is no field of this shape."""
    assert is_dataclass(shape)
    return dict.fromkeys(sorted((_COLUMNS | _MORE) - {one.name for one in fields(shape)}), 1)


def test_the_columns_are_there() -> None:
    assert len(_COLUMNS) > 80
    assert {"state", "role", "uses", "amount", "group_id", "token_hash", "options"} <= _COLUMNS


async def _whole(office: Office) -> tuple[dict[str, Any], dict[str, Any]]:
    """The group and the guarantor as the API tells them."""
    _, group = await office.call("GET", "/groups/lakeside")
    _, guarantor = await office.call("GET", f"/groups/lakeside/guarantors/{office.site.alice.number}")
    return group, guarantor


async def _refuses(
    office: Office, method: str, path: str, body: Any, place: str, extra: dict[str, Any]
) -> None:
    before = await _whole(office)
    status, said = await office.call(method, path, body, **{"Idempotency-Key": f"{path}-{place}"})
    assert status == 422, said
    start = f"{place}." if place else ""
    assert {f"{start}{name}" for name in extra} <= {one["path"] for one in said["errors"]}
    assert await _whole(office) == before


@pytest.mark.parametrize("panel", ["", *(one.name for one in fields(Options))])
async def test_a58_a_group_takes_no_key_it_does_not_know(office: Office, panel: str) -> None:
    body, _ = await _whole(office)
    extra = _unasked(get_type_hints(Options)[panel] if panel else GroupBody)
    (body[panel] if panel else body).update(extra)
    await _refuses(office, "PUT", "/groups/lakeside", body, panel, extra)


@pytest.mark.parametrize(
    ("place", "shape"),
    [
        ("", GuarantorBody),
        ("patients.0", PatientRecord),
        ("encounters.0", EncounterRecord),
        ("encounters.0.lines.0", LineRecord),
        ("statements.0", StatementRecord),
        ("receipts.0", ReceiptRecord),
    ],
)
async def test_a58_a_guarantor_takes_no_key_it_does_not_know(office: Office, place: str, shape: Any) -> None:
    _, body = await _whole(office)
    part: Any = body
    for step in place.split(".") if place else []:
        part = part[int(step)] if step.isdigit() else part[step]
    extra = _unasked(shape)
    part |= extra
    path = f"/groups/lakeside/guarantors/{office.site.alice.number}"
    await _refuses(office, "PUT", path, body, place, extra)


@pytest.mark.parametrize(
    ("path", "body", "shape"),
    [
        ("/links", {"origin": "statement"}, NewLink),
        ("/links/revoke", {"group": "lakeside"}, Revocation),
        ("/portal-handoffs", {"return_url": PORTAL}, NewHandoff),
    ],
)
async def test_a58_what_makes_or_ends_links_takes_no_key_it_does_not_know(
    site: Site, office: Office, path: str, body: dict[str, Any], shape: Any
) -> None:
    link = await site.link()
    whole = {"group": "lakeside", "guarantor": site.alice.number} | body
    extra = _unasked(shape)
    await _refuses(office, "POST", path, whole | extra, "", extra)
    assert (await site.browser().get(f"/q/{site.house.token(link)}")).status == 200


async def test_a58_what_is_told_back_is_not_believed(site: Site, office: Office) -> None:
    group, guarantor = await _whole(office)
    told = {"balances": dict.fromkeys(guarantor["balances"], 1), "changed_at": "2001-01-01T00:00:00Z"}
    path = f"/groups/lakeside/guarantors/{site.alice.number}"
    status, said = await office.call("PUT", path, guarantor | told)
    assert (status, said["balances"]) == (200, guarantor["balances"])
    status, said = await office.call("PUT", "/groups/lakeside", group | {"version": 999})
    assert (status, said["version"]) == (200, group["version"])
    for elsewhere in ({"id": "777"}, {"group": "hilltop"}):
        status, said = await office.call("PUT", path, guarantor | elsewhere)
        assert (status, {one["path"] for one in said["errors"]}) == (422, set(elsewhere))
    status, said = await office.call("PUT", "/groups/lakeside", group | {"slug": "hilltop"})
    assert (status, {one["path"] for one in said["errors"]}) == (422, {"slug"})


def _form() -> list[tuple[str, str]]:
    """As many columns as a form may have fields beside its own, those that matter most first."""
    first = [
        "role",
        "authentication",
        "session_id",
        "group_id",
        "guarantor_id",
        "state",
        "tries",
        "expires_at",
    ]
    assert set(first) <= _COLUMNS
    ours = {"method", "code", "csrf", "amount", "email", "link", "name", "password"}
    names = [*first, *sorted(_COLUMNS - set(first) - ours)][:80]
    values = {"role": "authorized_patient", "authentication": "mfa", "expires_at": "99999999999999999"}
    return [(name, values.get(name, "1")) for name in names]


async def test_a58_the_forms_of_a_proof_give_no_role_and_no_time_that_is_asked_for(
    site: Site, office: Office
) -> None:
    await office.save(authentication={"mfa_success_role": "quickpay", "session_extension": False})
    browser = site.browser()
    link = await site.link(origin=Origin.STATEMENT)
    path = f"/q/{site.house.token(link)}"
    await browser.get(path)
    assert (await browser.post(path, _form())).to == "/pay"
    await browser.get("/verify")
    assert (await browser.post("/verify", [("method", "email"), *_form()])).to == "/verify/code"
    await site.house.at_rest()
    page = await browser.get("/verify/code")
    assert (await browser.post("/verify/code", [("code", "000000"), *_form()])).status == 422
    assert await _session(site) == (Role.QUICKPAY, Authentication.QUICKPAY)
    assert page.status == 200
    site.house.later(minutes=3)
    await browser.post("/verify/resend", _form())
    await site.house.at_rest()
    await browser.get("/verify/code")
    code = site.house.last_code(Way.EMAIL)
    assert (await browser.post("/verify/code", [("code", code), *_form()])).status == 303
    assert await _session(site) == (Role.QUICKPAY, Authentication.MFA)
    site.house.later(minutes=7)
    assert (await browser.get("/pay")).status == 401


async def test_a58_leaving_and_not_me_do_only_that(site: Site) -> None:
    browser = site.browser()
    other = await site.house.guarantor(site.group, number="20002", first_name="Bob", preferred_name=None)
    theirs = await site.house.link(other)
    await browser.open(await site.link())
    await browser.get("/not-me")
    assert (await browser.post("/not-me", _form())).status in {200, 303}
    assert (await site.browser().get(f"/q/{site.house.token(theirs)}")).status == 200


async def test_a58_the_staffs_forms_do_only_what_they_are_for(here: StaffSite) -> None:
    staff = await here.sign_in(await here.member("Ada"))
    link = await here.site.link()
    assert (await staff.post("/staff/links", [("link", link.id), *_form()])).to == f"/staff/links/{link.id}"
    assert (await here.site.browser().get(f"/q/{here.site.house.token(link)}")).status == 200
    await staff.get("/staff")
    assert (await staff.post("/staff/sign-out", _form())).status == 303
    [account] = await here.rooms.desk.accounts.list_()
    assert (account.name, account.role.value) == ("Ada", "admin")


async def _session(site: Site) -> tuple[Role, Authentication]:
    """Role and method of the newest session."""
    from sqlalchemy import select  # noqa: PLC0415 - only here

    from quickpay.adapters.store.schema import sessions  # noqa: PLC0415 - only here
    from quickpay.adapters.store.statements import Statement  # noqa: PLC0415 - only here

    newest = Statement(
        select(sessions.c.role, sessions.c.authentication).order_by(sessions.c.id.desc()).limit(1)
    )
    [(role, authentication)] = await site.house.do(lambda tx: tx.sessions._run.all(newest))
    return Role(role), Authentication(authentication)
