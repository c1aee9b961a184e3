"""Reports over the API: cents, the key's groups, JSON or CSV."""

import pytest

from tests.handlers.api.desk import Api, paid

SESSIONS = "/reports/session-usage"
PAYMENTS = "/reports/payments"


@pytest.fixture(autouse=True)
async def alice(api: Api) -> None:
    await api.group()
    await api.guarantor()
    await paid(api, amount=20_000)


async def test_a_report_is_told_whole(api: Api) -> None:
    told = (await api.call("GET", f"{PAYMENTS}?by=method")).json
    line = {
        "payments": 1,
        "succeeded": 1,
        "taken": 20_000,
        "refunded": 0,
        "net": 20_000,
        "declined": 0,
        "open": 0,
        "open_amount": 0,
    }
    assert told == {
        "since": "2026-02-01",
        "until": "2026-03-02",
        "by": "method",
        "currency": "usd",
        "data": [{"key": "card", "name": "card", **line}],
        "totals": {"key": "total", "name": "Total", **line},
        "next": None,
    }
    usage = (await api.call("GET", f"{SESSIONS}?by=origin&from=2025-01-01&until=2026-12-31")).json
    assert usage["totals"]["quickpay"] == {"sessions": 1, "paid": 1, "failed": 0, "none": 0}
    assert [line["key"] for line in usage["data"]] == ["sms"]


@pytest.mark.parametrize("path", [SESSIONS, PAYMENTS])
async def test_csv_is_given_where_it_is_asked_for(api: Api, path: str) -> None:
    for accept, kind in (
        ("text/csv", "text/csv"),
        ("text/csv, */*;q=0.1", "text/csv"),
        ("application/json, text/csv", "application/json"),
        ("*/*", "application/json"),
    ):
        answer = await api.call("GET", path, Accept=accept)
        assert answer.headers["Content-Type"].startswith(kind)
        assert answer.headers["Vary"] == "Accept"
    assert len((await api.call("GET", f"{path}?totals=1", Accept="text/csv")).text.splitlines()) == 2
    assert (await api.call("GET", f"{path}?totals=1")).json["data"] == []


@pytest.mark.parametrize("path", [SESSIONS, PAYMENTS])
async def test_a_key_of_a_group_adds_up_that_group_alone(api: Api, path: str) -> None:
    await api.group("hilltop")
    own = f"Bearer {await api.key(group='hilltop')}"
    told = (await api.call("GET", f"{path}?by=group", Authorization=own)).json
    assert told["data"] == []
    assert (await api.call("GET", f"{path}?group=lakeside", Authorization=own)).status == 404
    other = f"Bearer {await api.key('payments:read')}"
    assert (await api.call("GET", path, Authorization=other)).status == 403


@pytest.mark.parametrize(
    ("query", "path"),
    [("from=x", "from"), ("until=2026-02-30", "until"), ("by=card", "by")],
)
async def test_what_cannot_be_answered_is_named(api: Api, query: str, path: str) -> None:
    for report in (SESSIONS, PAYMENTS):
        refused = await api.call("GET", f"{report}?{query}")
        assert refused.status == 400
        assert refused.paths == {path}
    for unknown in ("color=red", "totals=maybe", "from=2026-01-01&from=2026-01-02"):
        assert (await api.call("GET", f"{SESSIONS}?{unknown}")).status == 400
