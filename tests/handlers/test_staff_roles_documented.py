"""What docs/operations.md says a role may do is what the route table lets it do."""

import re

from quickpay.domain.staff import StaffRole
from quickpay.handlers.access import StaffOnly
from quickpay.handlers.routes import ROUTES
from quickpay.handlers.staff.words import ROLES
from tests.arch.house import ROOT

_TEXT = (ROOT / "docs/operations.md").read_text("utf-8")
_POPS = "POPS Management: "
_GUARANTOR = "/staff/guarantors/{group}/{guarantor}"

# Each line of the table, and the addresses behind it: a whole one, or the beginning of several with `*`.
_BEHIND = {
    "see who they are, their groups, and a link's timeline": (
        "/staff",
        "/staff/sign-out",
        "/staff/links",
        "/staff/links/{link}",
    ),
    "find a guarantor; see balances, links and payments": ("/staff/guarantors", _GUARANTOR),
    "read reports and take them along as files": ("/staff/reports*",),
    "see payments, refunds and reference batches": (
        "/staff/payments",
        "/staff/payments/{payment}",
        "/staff/batches",
        "/staff/batches/{reference_batch}",
    ),
    "give money back; put money on lines; close a reference batch": (
        "/staff/payments/{payment}/refund",
        "/staff/payments/{payment}/post",
        "/staff/batches/{reference_batch}/close",
    ),
    "see what the PM system has not acknowledged": ("/staff/payments/unacknowledged",),
    "see how webhooks fare, put them to rest, send events again": ("/staff/webhooks*",),
    "copy a link's address; end a link, a guarantor's links or a batch; restore a link on hold": (
        f"{_GUARANTOR}/end-links",
        "/staff/links/batches*",
        "/staff/links/{link}/end",
        "/staff/links/{link}/restore",
        "/staff/links/{link}/unlock",
    ),
    "see payments without an end and differences to the gateway's list": (
        "/staff/payments/unresolved",
        "/staff/payments/differences",
    ),
    "end a payment nobody can tell the end of; explain a difference": (
        "/staff/payments/{payment}/resolve",
        "/staff/payments/differences/{difference}/explain",
    ),
    "send a link, put one on the screen (Office QR), make a statement's code": (
        "/staff/send",
        f"{_GUARANTOR}/send",
        "/staff/office-qr*",
        f"{_GUARANTOR}/qr",
        "/staff/links/{link}/qr*",
    ),
    "send a receipt again; allow texts to a number that had said STOP": (
        f"{_GUARANTOR}/receipts*",
        f"{_GUARANTOR}/texts",
    ),
    "see QuickPay as a patient sees it": ("/staff/launch",),
    "let a caller in who cannot get a code": ("/staff/release", f"{_GUARANTOR}/release"),
    "end every link of a group": ("/staff/links/groups*",),
    f"{_POPS}the messages links go out with": ("/staff/templates", "/staff/groups/{group}/templates*"),
    f"{_POPS}add and modify groups, keep drafts, see and restore versions": (
        "/staff/groups",
        "/staff/groups/new",
        "/staff/groups/{group}",
        "/staff/theme.css",
        *(f"/staff/groups/{{group}}/{one}" for one in ("draft", "discard", "history", "restore")),
        *(f"/staff/groups/{{group}}/{one}" for one in ("preview", "check")),
    ),
    f"{_POPS}API keys, accounts": ("/staff/api-keys*", "/staff/accounts*"),
}


def _table() -> dict[str, frozenset[StaffRole]]:
    [head] = re.findall(r"^\| may \| (.*) \|$", _TEXT, re.MULTILINE)
    roles = [StaffRole(name) for name in head.split(" | ")]
    rows = _TEXT.partition(head)[2].split("\n\n")[0].splitlines()[2:]
    parts = [row.strip("| ").split(" | ") for row in rows]
    return {
        words: frozenset(role for role, said in zip(roles, cells, strict=True) if said != "no")
        for words, *cells in parts
    }


def _meant(path: str, said: str) -> bool:
    return path.startswith(said[:-1]) if said.endswith("*") else path == said


def test_every_line_of_the_table_names_the_roles_of_its_routes_and_every_route_has_a_line() -> None:
    table = _table()
    assert set(table) == set(_BEHIND)
    met = set()
    for route in ROUTES:
        if not isinstance(route.access, StaffOnly):
            continue
        lines = [words for words, paths in _BEHIND.items() if any(_meant(route.path, one) for one in paths)]
        assert len(lines) == 1, (route.path, lines)
        assert table[lines[0]] == route.access.roles, (route.method, route.path)
        assert lines[0].startswith(_POPS) is route.access.pops_management, route.path
        met.add(lines[0])
    assert met == set(_BEHIND)


def test_every_role_has_a_section_that_says_the_same_as_the_table() -> None:
    table = _table()
    for role, name in ROLES.items():
        section = _TEXT.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
        said = dict(reversed(one) for one in re.findall(r"^- (May|May not): (.*)$", section, re.MULTILINE))
        assert said == {words: "May" if role in roles else "May not" for words, roles in table.items()}
