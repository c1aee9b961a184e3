"""Guarantors over the API."""

import json
from typing import Any

import pytest

from quickpay.domain.contact_changes import ContactChange
from quickpay.mfa.methods import Method
from quickpay.ports.tables import Tx
from quickpay.services.guarantors.records import GuarantorRecord
from tests.handlers.api.desk import Api, guarantor_body, paid

ALICE = "/groups/lakeside/guarantors/1001"


@pytest.fixture(autouse=True)
async def lakeside(api: Api) -> None:
    await api.group()


async def test_a_guarantor_is_told_back_with_balances(api: Api) -> None:
    put = await api.guarantor()
    got = await api.call("GET", ALICE)
    assert got.json == put.json
    told = got.json
    assert (told["id"], told["group"], told["currency"]) == ("1001", "lakeside", "usd")
    assert (told["email"], told["mobile"]) == ("alice@example.com", "+16085550101")
    assert told["encounters"][0]["lines"][0]["remaining"] == 15_000
    assert told["changed_at"] == "2026-03-02T15:00:00Z"
    assert told["balances"] == {
        "statement_balance": 20_000,
        "amount_due": 15_000,
        "current_balance": 23_000,
        "unapplied": 0,
        "held": 0,
        "payable": 23_000,
    }


async def test_every_field_comes_back_as_it_was_put(api: Api) -> None:
    sums = {
        "billed": 25_000,
        "adjusted": -100,
        "insurance_paid": 5,
        "insurance_pending": 6,
        "patient_paid": 7,
    }
    words = {"code": "99213", "description": "Office visit", "in_collections": True}
    encounter = {
        "id": "A-7",
        "date": "2026-01-31",
        "patient": "p2",
        "facility": "East",
        "provider": "Dr. Rivera",
        "lines": [
            {"line": "4", "remaining": 1, **sums, **words},
            {"line": "5", "remaining": 0, **sums, **words},
        ],
    }
    receipt = {
        "number": "R-9",
        "date": "2026-02-01",
        "amount": 500,
        "applied": 300,
        "disbursed": 50,
        "refunded": 50,
        "method": "check",
        "status": "Paid",
        "source": "mail",
    }
    statement = {"id": "S", "date": "2026-02-02", "due_date": "2026-03-02", "balance": 9, "lines": ["A-7-4"]}
    given = guarantor_body(
        preferred_name="Ali",
        language="es",
        mobile="+16085550101",
        text_opt_out=True,
        patients=[{"id": "p2", "name": "Bo Example"}],
        encounters=[encounter],
        statements=[statement],
        receipts=[receipt],
    )
    put = await api.call("PUT", ALICE, given)
    assert put.status == 200, put.text
    assert given == {name: put.json[name] for name in given}
    assert put.json["balances"]["unapplied"] == 100


async def test_only_names_are_required(api: Api) -> None:
    put = await api.call("PUT", ALICE, {"first_name": "Dan", "last_name": "Example"})
    assert put.status == 200
    assert put.json["balances"] == {
        "statement_balance": None,
        "amount_due": 0,
        "current_balance": 0,
        "unapplied": 0,
        "held": 0,
        "payable": 0,
    }


async def test_what_get_gave_may_be_put_back(api: Api) -> None:
    await api.guarantor()
    await paid(api)
    got = (await api.call("GET", ALICE)).json
    assert (await api.call("PUT", ALICE, got)).json == got


async def test_a_put_replaces_all_of_it(api: Api) -> None:
    await api.guarantor()
    put = await api.call("PUT", ALICE, {"first_name": "Alice", "last_name": "Example"})
    assert (put.json["email"], put.json["encounters"], put.json["statements"]) == (None, [], [])


def line(**given: Any) -> dict[str, Any]:
    return {
        "encounters": [{"id": "1", "date": "2026-01-01", "lines": [{"line": "1", "remaining": 5} | given]}]
    }


def receipt(**given: Any) -> dict[str, Any]:
    return {"receipts": [{"number": "1", "date": "2026-01-01", "amount": 100, "applied": 50} | given]}


def statement(*lines: str) -> dict[str, Any]:
    dates = {"date": "2026-01-01", "due_date": "2026-02-01"}
    return {"statements": [{"id": "1", **dates, "balance": 5, "lines": list(lines)}]}


TWICE: dict[str, Any] = {"id": "1", "date": "2026-01-01", "lines": [{"line": "1", "remaining": 5}]}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (line(remaining=-1), "encounters.0.lines.0.remaining"),
        (line(remaining=1.5), "encounters.0.lines.0.remaining"),
        (line(remaining="5"), "encounters.0.lines.0.remaining"),
        (line(remaining=True), "encounters.0.lines.0.remaining"),
        (line(remaining=10**30), "encounters.0.lines.0.remaining"),
        (line(line="1-2"), "encounters.0.lines.0.line"),
        (line(description="a\u0000b"), "encounters.0.lines.0.description"),
        (line(description="x" * 201), "encounters.0.lines.0.description"),
        (line(secret=1), "encounters.0.lines.0.secret"),
        ({"encounters": [TWICE, TWICE]}, "encounters.1.id"),
        ({"encounters": [TWICE | {"lines": TWICE["lines"] * 2}]}, "encounters.0.lines.1.line"),
        ({"encounters": [TWICE | {"date": "2026-02-30"}]}, "encounters.0.date"),
        ({"encounters": [TWICE | {"date": 0}]}, "encounters.0.date"),
        (statement("67563-1", "67563-9"), "statements.0.lines.1"),
        (statement("67563-1", "67563-1"), "statements.0.lines"),
        (receipt(applied=101), "receipts.0.amount"),
        (receipt(amount=-1, applied=0), "receipts.0.amount"),
        ({"receipts": receipt()["receipts"] * 2}, "receipts.1.number"),
        ({"email": "not an address"}, "email"),
        ({"email": "a@example.com, b@example.com"}, "email"),
        ({"email": "a@example.com\r\nBcc: b@example.com"}, "email"),
        ({"mobile": "911"}, "mobile"),
        ({"mobile": "+442071838750"}, "mobile"),
        ({"first_name": " "}, "first_name"),
        ({"last_name": None}, "last_name"),
        ({"first_name": "Al\u2028ice"}, "first_name"),
        ({"first_name": "\u202eecilA"}, "first_name"),
        ({"last_name": "Ex\u2066ample"}, "last_name"),
        ({"language": "english!"}, "language"),
        ({"group": "hilltop"}, "group"),
        ({"id": "1002"}, "id"),
        ({"group_id": 2}, "group_id"),
    ],
)
async def test_a_field_that_will_not_do_is_named(api: Api, given: dict[str, Any], path: str) -> None:
    refused = await api.call("PUT", ALICE, guarantor_body() | given)
    assert refused.status == 422, refused.text
    assert path in refused.paths
    assert (await api.call("GET", ALICE)).status == 404


async def test_every_fault_is_named_at_once(api: Api) -> None:
    given = (
        line(remaining=5, line="1-1")
        | receipt(applied=500)
        | {"email": "x", "mobile": "y", "first_name": " "}
    )
    refused = await api.call("PUT", ALICE, guarantor_body(statements=[]) | given)
    assert refused.paths == {
        "encounters.0.lines.0.line",
        "receipts.0.amount",
        "email",
        "mobile",
        "first_name",
    }


async def test_ids_may_be_numbers_and_come_back_as_texts(api: Api) -> None:
    visit = {"id": 67563, "date": "2026-01-01", "lines": [{"line": 4, "remaining": 5}]}
    given = {"patients": [{"id": 7, "name": "Ann"}], "encounters": [visit]}
    bill = {"statements": [statement("67563-4")["statements"][0] | {"id": 9}]}
    put = await api.call("PUT", ALICE, guarantor_body() | given | bill)
    assert put.status == 200, put.text
    assert put.json["encounters"][0]["id"] == "67563"
    assert put.json["encounters"][0]["lines"][0]["line"] == "4"
    assert (put.json["patients"][0]["id"], put.json["statements"][0]["id"]) == ("7", "9")
    assert put.json["balances"]["amount_due"] == 5
    shapes = (await api.call("GET", "/openapi.json")).json["components"]["schemas"]
    for shape, name in (("LineRecord", "line"), ("EncounterRecord", "id"), ("StatementRecord", "id")):
        assert {"type": "integer", "minimum": 0} in shapes[shape]["properties"][name]["anyOf"]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (line(line=True), "encounters.0.lines.0.line"),
        (line(line=1.5), "encounters.0.lines.0.line"),
        (line(line=-1), "encounters.0.lines.0.line"),
        (line(description=5), "encounters.0.lines.0.description"),
        ({"encounters": [5]}, "encounters.0"),
        ({"encounters": {"id": 5}}, "encounters"),
        ({"encounters": [{"id": 5, "date": "2026-01-01", "lines": 5}]}, "encounters.0.lines"),
        ({"encounters": [{"id": 5, "date": "2026-01-01", "lines": [5]}]}, "encounters.0.lines.0"),
    ],
)
async def test_only_ids_may_be_numbers_and_only_whole_ones(
    api: Api, given: dict[str, Any], path: str
) -> None:
    refused = await api.call("PUT", ALICE, guarantor_body(statements=[]) | given)
    assert refused.status == 422, refused.text
    assert path in refused.paths


async def test_a_wrong_line_is_no_fault_of_the_statement_that_names_it(api: Api) -> None:
    sound = guarantor_body()
    [statement, *_] = sound["statements"]
    assert statement["lines"]
    given = line(remaining=-1) | {"statements": [statement, statement]}
    refused = await api.call("PUT", ALICE, sound | given)
    assert refused.paths == {"encounters.0.lines.0.remaining", "statements.1.id"}


async def test_a_fault_never_repeats_what_was_sent(api: Api) -> None:
    secret = "Rosalind-Unmistakable"
    refused = await api.call(
        "PUT", ALICE, guarantor_body(email=secret, mobile=secret, last_name=5, language=secret)
    )
    assert refused.status == 422
    assert secret not in refused.text


async def test_a_body_of_nearly_a_mebibyte_is_taken_and_a_longer_one_not(api: Api) -> None:
    lines = [{"line": str(number), "remaining": 1, "description": "x" * 200} for number in range(3_800)]
    body = guarantor_body(encounters=[{"id": "1", "date": "2026-01-01", "lines": lines}], statements=[])
    assert (await api.call("PUT", ALICE, body)).status == 200
    lines *= 2
    refused = await api.call("PUT", ALICE, raw=json.dumps(body).encode())
    assert refused.status == 413
    assert refused.headers["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize("number", ["%0a", "x" * 65, "%20"])
async def test_a_number_that_is_none_is_refused(api: Api, number: str) -> None:
    refused = await api.call("PUT", f"/groups/lakeside/guarantors/{number}", guarantor_body())
    assert (refused.status, refused.paths) == (422, {"id"})


async def test_a_number_no_browser_can_ask_for_is_refused(api: Api) -> None:
    dot = GuarantorRecord(first_name="Dot", last_name="Dot")
    for number, paths in ((".", ["id"]), ("..", ["id"]), ("...", []), (".1", [])):
        assert [fault.path for fault in api.desk.guarantors.faults(number, dot)] == paths, number


async def test_nobody_is_made_in_a_group_that_is_not_there(api: Api) -> None:
    assert (await api.call("PUT", "/groups/nowhere/guarantors/1", guarantor_body())).status == 404
    assert (await api.call("GET", "/groups/nowhere/guarantors/1")).status == 404
    assert (await api.call("GET", "/groups/lakeside/guarantors/9")).status == 404


async def test_what_she_changed_herself_is_told_and_may_be_put_back(api: Api) -> None:
    await api.guarantor()
    now = api.clock.now()

    async def change(tx: Tx) -> None:
        group = await tx.groups.by_slug("lakeside")
        assert group is not None
        one = await tx.guarantors.by_number(group.id, "1001")
        assert one is not None
        await tx.contact_changes.add(
            ContactChange(
                challenge_id="c",
                session_id=1,
                guarantor_id=one.id,
                method="email",
                contact="new@example.com",
                before=one.email,
                pm_contact=one.email,
                confirmed_at=now,
            )
        )
        await tx.guarantors.set_contact(
            one.id, Method.EMAIL, "new@example.com", before="alice@example.com", now=now
        )

    await api.store.write(change)
    told = (await api.call("GET", ALICE)).json
    assert told["email"] == "new@example.com"
    own = {
        "contact": "email",
        "pm": "alice@example.com",
        "confirmed_at": told["changed_at"],
        "taken_over": False,
    }
    assert told["contact_changes"] == [own]
    put = await api.guarantor()  # the PM system repeats what it said
    assert put.json["email"] == "new@example.com"
    assert put.json["contact_changes"] == [own]
    back = await api.call("PUT", ALICE, told)
    assert back.status == 200
    assert back.json["contact_changes"] == [own | {"pm": "new@example.com", "taken_over": True}]
