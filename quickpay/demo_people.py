"""The demo's sample groups and its invented people, in the shapes of the API."""

from datetime import date, timedelta
from typing import Any

from quickpay.demo_images import image_urls

GROUP = "lakeside"
OTHER_GROUP = "hilltop"

Record = dict[str, Any]


def groups() -> dict[str, Record]:
    """One group that asks for proof by the opposing contact, and one where a link is enough."""
    return {
        GROUP: {
            "branding": {"name": "Lakeside Family Medicine", **image_urls(GROUP)},
            "payments": {"email_receipt": True},
            "look_and_feel": {
                "footer_text": "Questions about your bill? We are glad to help.",
                "footer_email": "billing@lakeside.example.com",
                "footer_phone": "(608) 555-0100",
                "show_escrow": True,
                "landing_page": "pay",
            },
            "authentication": {
                "enable_mfa": True,
                "require_mfa": True,
                "require_opposing_contact_methods": True,
            },
            "notifications": {"email_from": "billing@lakeside.example.com"},
        },
        OTHER_GROUP: {
            "branding": {"name": "Hilltop Dental", **image_urls(OTHER_GROUP)},
            "theme": {
                "background": "#0f1720",
                "surface": "#17212d",
                "primary": "#8ab4f8",
                "secondary": "#a5b4c4",
                "accent": "#f0b26b",
                "info": "#7cc4f0",
                "success": "#7bd88f",
                "error": "#ff9a94",
                "warning": "#f3c969",
                "dark": True,
            },
            "payments": {"email_receipt": True},
            "look_and_feel": {"footer_phone": "(608) 555-0190", "show_current_balance": False},
            "notifications": {"email_from": "office@hilltop.example.com"},
        },
    }


def guarantors(today: date) -> list[tuple[str, str, Record]]:
    """People of every kind: the group, the account number and the record of each."""
    people = _people(today)
    for _, _, record in people:
        for encounter in record["encounters"]:
            encounter["patient"] = record["patients"][0]["name"]
    return people


def _people(today: date) -> list[tuple[str, str, Record]]:
    return [
        (GROUP, "1001", _alice(today)),
        (GROUP, "1002", _person("Ben", "Only-Email", today, email="ben@example.com", remaining=(8_000,))),
        (GROUP, "1003", _person("Cora", "Only-Mobile", today, mobile="+16085550103", remaining=(4_550,))),
        (GROUP, "1004", _person("Dan", "No-Contact", today, remaining=(12_000,))),
        (
            GROUP,
            "1005",
            _person(
                "Erin", "All-Paid", today, email="erin@example.com", mobile="+16085550105", remaining=(0,)
            ),
        ),
        (GROUP, "1006", _collections(today)),
        (GROUP, "1007", _unapplied(today)),
        (
            GROUP,
            "1008",
            _person(
                "Gabriela",
                "Muestra",
                today,
                email="gabriela@example.com",
                mobile="+16085550108",
                remaining=(6_300,),
            )
            | {"language": "es"},
        ),
        (GROUP, "1009", _never_billed(today)),
        (
            GROUP,
            "1010",
            _person(
                "Henry",
                "Many-Visits",
                today,
                email="henry@example.com",
                mobile="+16085550110",
                remaining=tuple(range(1_500, 5_500, 200)),
            ),
        ),
        (
            OTHER_GROUP,
            "2001",
            _person(
                "Bob",
                "Other-Group",
                today,
                email="bob@example.com",
                mobile="+16085550120",
                remaining=(9_900,),
            ),
        ),
    ]


def _alice(today: date) -> Record:
    """Statement of 200.00 with 50.00 already paid, and a newer visit of 80.00: 150.00 due, 230.00 in all."""
    visited = today - timedelta(days=75)
    record = _person(
        "Alice", "Example", today, email="alice@example.com", mobile="+16085550101", remaining=()
    )
    record["preferred_name"] = "Ally"
    record["encounters"] = [
        _encounter("67563", visited, [12_000, 3_000], billed=[20_000, 5_000], paid=[3_000, 2_000]),
        _encounter("68110", today - timedelta(days=9), [8_000], billed=[14_000], paid=[0]),
    ]
    record["statements"] = [_statement("S-3051", today - timedelta(days=20), 20_000, ["67563-1", "67563-2"])]
    return record


def _collections(today: date) -> Record:
    record = _person(
        "Fay", "Collections", today, email="fay@example.com", mobile="+16085550106", remaining=(5_000,)
    )
    record["encounters"].append(
        _encounter(
            "60001", today - timedelta(days=400), [30_000], billed=[30_000], paid=[0], in_collections=True
        )
    )
    return record


def _unapplied(today: date) -> Record:
    record = _person(
        "Gus", "Unapplied", today, email="gus@example.com", mobile="+16085550107", remaining=(7_500,)
    )
    record["receipts"] = [
        {
            "number": "R-880",
            "date": (today - timedelta(days=5)).isoformat(),
            "amount": 2_500,
            "applied": 0,
            "disbursed": 0,
            "refunded": 0,
            "method": "check",
            "status": "Paid",
            "source": "mail",
        },
    ]
    return record


def _never_billed(today: date) -> Record:
    record = _person(
        "Iris", "New-Visit", today, email="iris@example.com", mobile="+16085550109", remaining=(3_200,)
    )
    record["statements"] = []
    return record


def _person(
    first: str,
    last: str,
    today: date,
    *,
    remaining: tuple[int, ...],
    email: str | None = None,
    mobile: str | None = None,
) -> Record:
    visited = today - timedelta(days=40)
    encounter = _encounter(
        "70100",
        visited,
        list(remaining),
        billed=[2 * sum_ + 2_000 for sum_ in remaining],
        paid=[0] * len(remaining),
    )
    lines = [f"70100-{number}" for number in range(1, len(remaining) + 1)]
    return {
        "first_name": first,
        "last_name": last,
        "language": "en",
        "email": email,
        "mobile": mobile,
        "patients": [{"id": f"{last}-1", "name": f"{first} {last}"}],
        "encounters": [encounter] if remaining else [],
        "statements": [_statement("S-3000", today - timedelta(days=15), sum(remaining), lines)]
        if remaining
        else [],
    }


def _encounter(
    number: str,
    visited: date,
    remaining: list[int],
    *,
    billed: list[int],
    paid: list[int],
    in_collections: bool = False,
) -> Record:
    procedures = [("99213", "Office visit"), ("85025", "Blood count"), ("36415", "Blood draw")]
    return {
        "id": number,
        "date": visited.isoformat(),
        "facility": "Main Street office",
        "provider": "Dr. Rivera",
        "lines": [
            {
                "line": str(index + 1),
                "code": procedures[index % 3][0],
                "description": procedures[index % 3][1],
                "billed": billed[index],
                "adjusted": 0,
                "insurance_paid": max(0, billed[index] - paid[index] - rest),
                "insurance_pending": 0,
                "patient_paid": paid[index],
                "remaining": rest,
                "in_collections": in_collections,
            }
            for index, rest in enumerate(remaining)
        ],
    }


def _statement(number: str, cut: date, balance: int, lines: list[str]) -> Record:
    due = cut + timedelta(days=30)
    return {
        "id": number,
        "date": cut.isoformat(),
        "due_date": due.isoformat(),
        "balance": balance,
        "lines": lines,
    }
