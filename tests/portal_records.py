"""A family with a few years of visits, statements and receipts, as the PM system tells of it."""

from typing import Any

Record = dict[str, Any]

MADE_UP = (
    ("67563", "2026-08-01", "p1", "Main Street", "Dr. Rivera", ((25_000, 5_000, 5_000, 15_000),)),
    ("68110", "2026-10-20", "p1", "Main Street", "Dr. Rivera", ((14_000, 6_000, 0, 8_000),)),
    (
        *("68204", "2026-10-28", "p2", "Lakeview", "Dr. Chen"),
        ((12_000, 8_500, 0, 3_500), (4_000, 2_750, 0, 1_250)),
    ),
    ("55012", "2025-03-12", "p2", "Lakeview", "Dr. Chen", ((18_000, 13_000, 5_000, 0),)),
    ("51877", "2025-01-22", "p1", "Main Street", "Dr. Rivera", ((9_000, 7_500, 1_500, 0),)),
)
WORDS = (("99213", "Office visit"), ("85025", "Blood count"))


def family(number: str) -> Record:
    """Amount due 150.00, current balance 277.50, 300.00 in collections, 25.00 unapplied; two patients."""
    encounters = [_encounter(*one) for one in MADE_UP]
    old = _encounter("40900", "2024-05-06", "p1", "Main Street", "Dr. Rivera", ((45_000, 15_000, 0, 30_000),))
    old["lines"][0]["in_collections"] = True
    return {
        "first_name": "Alice",
        "preferred_name": "Ally",
        "last_name": "Example",
        "language": "en",
        "email": f"alice{number}@example.com",
        "mobile": "+1608555" + f"{int(number) % 10_000:04d}",
        "patients": [{"id": "p1", "name": "Alice Example"}, {"id": "p2", "name": "Toby Example"}],
        "encounters": [*encounters, old],
        "statements": [
            _statement("S-3051", "2026-11-02", "2026-12-02", 20_000, ["67563-1"]),
            _statement("S-2210", "2025-04-02", "2025-05-02", 5_000, ["55012-1"]),
            _statement("S-2102", "2025-02-03", "2025-03-05", 1_500, ["51877-1"]),
        ],
        "receipts": [
            _receipt("A-5501", "2025-02-20", 1_500, 1_500, "check", "mail"),
            _receipt("A-5620", "2025-04-18", 5_000, 5_000, "cash", "office"),
            _receipt("A-6012", "2026-11-10", 2_500, 0, "check", "mail"),
        ],
    }


def _encounter(
    number: str, day: str, patient: str, facility: str, provider: str, sums: tuple[tuple[int, ...], ...]
) -> Record:
    lines = []
    for place, (billed, insurance, patient_paid, remaining) in enumerate(sums):
        code, description = WORDS[place]
        lines.append(
            {
                "line": str(place + 1),
                "code": code,
                "description": description,
                "billed": billed,
                "adjusted": billed - insurance - patient_paid - remaining,
                "insurance_paid": insurance,
                "insurance_pending": 1_111 if remaining else 0,
                "patient_paid": patient_paid,
                "remaining": remaining,
            }
        )
    where = {"patient": patient, "facility": facility, "provider": provider}
    return {"id": number, "date": day, **where, "lines": lines}


def _statement(number: str, day: str, due: str, balance: int, lines: list[str]) -> Record:
    return {"id": number, "date": day, "due_date": due, "balance": balance, "lines": lines}


def _receipt(number: str, day: str, amount: int, applied: int, method: str, source: str) -> Record:
    return {
        "number": number,
        "date": day,
        "amount": amount,
        "applied": applied,
        "method": method,
        "source": source,
    }
