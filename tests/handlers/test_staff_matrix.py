"""Every staff route, every role, her own group and another: generated from the route table (R118, A59).

A path with a part that is not in `Things` fails here before anything else: name a real one of lakeside's.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.differences import missing_here
from quickpay.domain.origins import Origin
from quickpay.domain.payments import Payment
from quickpay.domain.staff import StaffRole
from quickpay.domain.unresolved import GatewaySaid, Said
from quickpay.handlers.access import Route, StaffOnly
from quickpay.handlers.routes import ROUTES
from quickpay.services.events.endpoints import EndpointAsked, EndpointKept
from quickpay.services.staff.api_keys import NewKey
from tests.handlers.site import Answer, Browser
from tests.handlers.staff_site import SIGN_IN, StaffSite, staff_site_of
from tests.people import House
from tests.services.rows import rows

_STAFF_ROUTES = [route for route in ROUTES if isinstance(route.access, StaffOnly)]
_PART = re.compile(r"\{(\w+)\}")
_NAMING = [route for route in _STAFF_ROUTES if _PART.search(route.path)]
_VISITORS = ["nobody", "patient", "door", "disabled", *StaffRole]
_KEPT = (
    *("groups", "group_versions", "group_drafts", "guarantors", "links", "outbox", "sessions", "batches"),
    *("link_templates", "api_keys", "staff", "staff_groups", "staff_launches", "releases", "contact_stops"),
    *("payments", "postings", "refunds", "differences"),
    *("webhook_endpoints", "webhook_deliveries"),
)
_HERS = ("Lakeside", "Alicia", "Example", "10067", "alice@", "125.50", "of lakeside", "Lena")
"""What of lakeside and of Alice must stand on no page of somebody else's."""
_TEMPLATE = {"name": "soft", "channel": "email", "subject": "Hello", "body": "Open ${link}", "step": "save"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """One real thing of lakeside's for each part of a path."""

    link: str
    office_link: str
    group: str
    guarantor: str
    batch: str
    template: str
    key: str
    account: str
    payment: str
    difference: str
    reference_batch: str
    endpoint: str
    delivery: str

    def path(self, route: Route, **instead: str) -> str:
        """Fill a path in; on the screen stands a link of its own kind."""
        if route.path.startswith("/staff/office-qr/"):
            instead = {"link": self.office_link} | instead
        return _PART.sub(lambda part: instead.get(part[1]) or getattr(self, part[1]), route.path)

    @property
    def form(self) -> dict[str, str]:
        """A form that says enough for most of them."""
        return {
            "link": self.link,
            "group": self.group,
            "guarantor": self.guarantor,
            "mode": "quickpay",
            "name": "Made in the matrix",
            "days": "9",
            "scope.links_read": "yes",
            "form_key": "ab" * 16,
            "role": "viewer",
            "reach": "every",
            "q": "10067",
            "sure": "yes",
            "version": "1",
            "newest": "1",
            "decision": "not_charged",
            "because": "seen_at_gateway",
            "reason": "a_test",
        }


async def _furnished(here: StaffSite) -> Things:
    """Give lakeside one of everything, and hilltop nothing."""
    link = await here.site.link(batch="autumn", origin=Origin.STATEMENT)
    office = await here.site.link(origin=Origin.OFFICE_QR)
    hook = EndpointAsked(
        url="https://93.184.215.14/lakeside", group="lakeside", events=("payment.succeeded",), enabled=False
    )
    assert isinstance(await here.site.desk.endpoints.put("lena-s", hook, by="tests"), EndpointKept)
    alice = await here.site.house.come(await here.site.link())
    payment = await alice.pays(amount=100)
    await _looked_into(here.site.house, payment)
    await here.site.house.group("hilltop")
    root = await here.sign_in(await here.member("Root"))
    await root.get("/staff/groups/lakeside/templates/add")
    assert (await root.post("/staff/groups/lakeside/templates/add", _TEMPLATE)).status == 303
    key = await here.site.desk.keyring.create(
        name="of lakeside",
        scopes=("links:read",),
        group="lakeside",
        life=timedelta(days=9),
        by="tests",
    )
    assert isinstance(key, NewKey)
    await here.member("Lena", StaffRole.VIEWER, "lakeside")
    [difference] = await rows(here.site.house, "differences")
    [delivery] = await rows(here.site.house, "webhook_deliveries")
    [template] = await rows(here.site.house, "link_templates")
    [lena] = [one for one in await rows(here.site.house, "staff") if one["name"] == "Lena"]
    return Things(
        link=link.id,
        office_link=office.id,
        group="lakeside",
        guarantor="10067",
        batch="autumn",
        template=str(template["id"]),
        key=key.key.id,
        account=str(lena["id"]),
        payment=payment.id,
        difference=str(difference["id"]),
        reference_batch=str(payment.batch_id),
        endpoint="lena-s",
        delivery=str(delivery["id"]),
    )


async def _looked_into(house: House, payment: Payment) -> None:
    """Let there be something to resolve: the gateway's word on a payment, and a difference."""
    now = house.clock.now()
    said = GatewaySaid(at=now, said=Said.NOT_FOUND)
    await house.do(lambda tx: tx.unresolved.note(payment.id, said))
    differs = missing_here("ch_of_nobody", payment, reference=payment.id, amount=12_550, at=now)
    assert await house.do(lambda tx: tx.differences.see(differs, now=now))


async def _visitor(here: StaffSite, who: str) -> Browser:
    browser = here.site.browser()
    if who == "patient":
        await browser.open(await here.site.link())
        await browser.get("/pay")
    elif who == "door":
        await browser.get(SIGN_IN)
    elif who == "disabled":
        browser = await here.sign_in(await here.member("Dan", StaffRole.BILLING))
        await here.rooms.desk.accounts.disable("Dan", by="tests")
    elif who != "nobody":
        browser = await here.sign_in(await here.member(f"member {who}", StaffRole(who)))
    return browser


async def _ask(browser: Browser, route: Route, path: str, form: dict[str, str]) -> Answer:
    if path.endswith("/groups/new"):
        form = form | {"version": "0"}  # what is added has none yet
    return await (browser.get(f"{path}?version=1") if route.method == "GET" else browser.post(path, form))


async def _kept(house: House) -> dict[str, list[dict[str, Any]]]:
    return {table: await rows(house, table) for table in _KEPT}


def _in_turn() -> list[Route]:
    """Looks first, then acts; whoever signs out does it last."""
    return sorted(_STAFF_ROUTES, key=lambda one: (one.path == "/staff/sign-out", one.method != "GET"))


def _expected(who: str, access: StaffOnly, *, pops_management: bool) -> set[int]:
    """What the specification says, without a look at how the guard does it."""
    if access.pops_management and not pops_management:
        return {404}
    if who not in set(StaffRole):
        return {303}
    if who in access.roles:
        return {200, 303, 422}
    return {404} if access.pops_management else {403}


@pytest.fixture
async def here(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


@pytest.mark.parametrize("who", _VISITORS)
@pytest.mark.parametrize("pops_management", [True, False])
async def test_r118_every_staff_route_and_everybody_who_might_come(
    own_store: OpenStore, who: str, pops_management: bool
) -> None:
    async with staff_site_of(House(own_store)) as furnished:
        things = await _furnished(furnished)
    async with staff_site_of(furnished.site.house, pops_management=pops_management) as here:
        browser = await _visitor(here, who)
        before = await _kept(here.site.house)
        for route in _in_turn():
            assert isinstance(route.access, StaffOnly)
            path = things.path(route)
            answer = await _ask(browser, route, path, things.form)
            case = (who, route.method, path, answer.status)
            expected = _expected(who, route.access, pops_management=pops_management)
            assert answer.status in expected, case
            if answer.status == 303 and who not in set(StaffRole):
                assert answer.to == SIGN_IN, case
        after = await _kept(here.site.house)
        changed = {table for table in _KEPT if after[table] != before[table]}
        assert bool(changed) is (who in set(StaffRole) - {StaffRole.VIEWER}), changed


@pytest.mark.parametrize("role", StaffRole)
async def test_a59_what_a_path_names_of_another_group_is_not_there_for_any_role(
    here: StaffSite, role: StaffRole
) -> None:
    things = await _furnished(here)
    browser = await here.sign_in(await here.member("Bob", role, "hilltop"))
    before = await _kept(here.site.house)
    met = set()
    for route in _NAMING:
        assert isinstance(route.access, StaffOnly)
        names = set(_PART.findall(route.path))
        # The whole path of lakeside's, and her own group with a thing of lakeside's behind it. A batch is a
        # word that any group may use: hers of that name is hers.
        tries = [{}, {"group": "hilltop"}] if names > {"group"} and "batch" not in names else [{}]
        for instead in tries:
            answer = await _ask(browser, route, things.path(route, **instead), things.form)
            case = (role, route.method, things.path(route, **instead), answer.status)
            absent = role in route.access.roles or route.access.pops_management
            # A template of hers that is gone leaves her with what she typed, or at her own list.
            own_form = {303, 422} if instead and route.method == "POST" and "template" in names else set()
            assert answer.status in ({404} | own_form if absent else {403}), case
            assert [one for one in _HERS if one in answer.text] == [], case
        met |= names
    assert met == set(Things.__slots__) - {"office_link"}
    assert await _kept(here.site.house) == before


@pytest.mark.parametrize("role", StaffRole)
async def test_a59_what_a_form_or_a_query_names_of_another_group_is_not_there_either(
    here: StaffSite, role: StaffRole
) -> None:
    things = await _furnished(here)
    browser = await here.sign_in(await here.member("Bob", role, "hilltop"))
    await here.sign_in(await here.member("Own", role, "lakeside"))
    before = await _kept(here.site.house)
    for route in _in_turn():
        if route in _NAMING or route.path == "/staff/sign-out":
            continue
        answer = (
            await browser.get(f"{route.path}?group=lakeside&guarantor=10067&link={things.link}")
            if route.method == "GET"
            else await browser.post(route.path, things.form)
        )
        case = (role, route.method, route.path, answer.status)
        seen = answer.text
        if answer.status == 303:
            seen += (await browser.get(answer.to)).text
        assert [one for one in _HERS if one in seen and one != things.form["q"]] == [], case
    assert await _kept(here.site.house) == before


async def test_the_same_forms_do_their_work_in_her_own_group(here: StaffSite) -> None:
    things = await _furnished(here)
    browser = await here.sign_in(await here.member("Own", StaffRole.ADMIN, "lakeside"))
    for path in ("/staff/links", "/staff/send", "/staff/office-qr", "/staff/launch", "/staff/release"):
        await browser.get("/staff")
        done = await browser.post(path, things.form)
        assert done.status in {200, 303}, (path, done.words)
    made = await browser.post("/staff/api-keys/new", things.form)
    assert (made.status, "qpk_" in made.text) == (200, True)


async def walk_as_admin(here: StaffSite) -> None:
    """Meet every staff route as an admin, every form empty first and then filled in."""
    things = await _furnished(here)
    browser = await here.sign_in(await here.member("Walker", StaffRole.ADMIN))
    for route in _in_turn():
        for form in ({}, things.form):
            await _ask(browser, route, things.path(route), form)
