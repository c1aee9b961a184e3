"""Who may come where: every staff route, and everybody who might try it (R118, A59)."""

import itertools
import re
from collections.abc import AsyncIterator

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.digests import form_token
from quickpay.domain.origins import Origin
from quickpay.domain.staff import StaffRole
from quickpay.handlers.access import Access, Admits, StaffOnly
from quickpay.handlers.routes import ROUTES
from quickpay.services.links.keep import LinkView, NewLink
from tests.handlers.staff_site import SIGN_IN, StaffSite, staff_site_of
from tests.people import House

_OTHERS = [
    route for route in ROUTES if not isinstance(route.access, StaffOnly) and route.access is Access.SESSION
]


@pytest.fixture
async def open_site(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store)) as made:
        yield made


@pytest.fixture
async def hidden_site(own_store: OpenStore) -> AsyncIterator[StaffSite]:
    async with staff_site_of(House(own_store), pops_management=False) as made:
        yield made


def _is_hidden(access: Admits) -> bool:
    return isinstance(access, StaffOnly) and access.pops_management


async def test_r118_a_staff_cookie_opens_no_patient_page_and_no_api(open_site: StaffSite) -> None:
    cookie = await open_site.cookie_of(await open_site.member())
    as_patient = cookie.replace("__Host-qps=", "__Host-qp=")
    for path in {re.sub(r"\{[^}]*\}", "x", one.path) for one in _OTHERS if one.method == "GET"}:
        for sent in (cookie, as_patient):
            assert (await open_site.site.browser().get(path, Cookie=sent)).status in {401, 404}, path
    assert (await open_site.site.browser().get("/api/v1/groups", Cookie=cookie)).status == 401


async def test_r118_a_patients_cookie_is_no_staff_cookie(open_site: StaffSite) -> None:
    browser = open_site.site.browser()
    await browser.open(await open_site.site.link())
    renamed = browser.cookie.replace("__Host-qp=", "__Host-qps=")
    assert renamed != browser.cookie
    assert (await open_site.site.browser().get("/staff", Cookie=renamed)).to == SIGN_IN


@pytest.mark.parametrize("role", StaffRole)
async def test_r118_a59_another_group_s_staff_find_nothing_of_this_one(
    open_site: StaffSite, role: StaffRole
) -> None:
    await open_site.site.house.group("hilltop")
    link = await open_site.site.link()
    browser = await open_site.sign_in(await open_site.member("Bob", role, "hilltop"))
    assert (await browser.get(f"/staff/links/{link.id}")).status == 404
    await browser.get("/staff")
    assert (await browser.post("/staff/links", {"link": link.id})).status == 422
    for path in ("/staff", "/staff/groups"):
        assert "Lakeside" not in (await browser.get(path)).text
    assert "Hilltop" in (await browser.get("/staff")).text
    own = await open_site.sign_in(await open_site.member("Cara", role, "lakeside"))
    assert (await own.get(f"/staff/links/{link.id}")).status == 200


async def test_pops_management_is_there_for_an_admin_where_the_setting_is_on_and_for_nobody_else(
    open_site: StaffSite,
) -> None:
    for role in StaffRole:
        browser = await open_site.sign_in(await open_site.member(role.value, role))
        offered = "/staff/groups" in (await browser.get("/staff")).text
        assert offered is (role is StaffRole.ADMIN)
        assert (await browser.get("/staff/groups")).status == (200 if offered else 404)


async def test_what_another_role_does_says_so_and_who_may(open_site: StaffSite) -> None:
    fred = await open_site.sign_in(await open_site.member("Fred", StaffRole.FRONT_DESK))
    refused = await fred.get("/staff/payments/nobody/refund")
    assert refused.status == 403
    assert "Your account has the role front desk; this page is for billing or admin." in refused.words
    assert "Nothing was changed." in refused.words
    assert 'href="/staff"' in refused.text
    assert refused.text == (await fred.post("/staff/payments/nobody/refund")).text


async def test_pops_management_is_absent_without_the_setting(hidden_site: StaffSite) -> None:
    browser = await hidden_site.sign_in(await hidden_site.member())
    front = await browser.get("/staff")
    assert "POPS" not in front.text
    assert "/staff/groups" not in front.text
    assert (await browser.get("/staff/groups")).status == 404
    assert (await hidden_site.site.browser().get("/staff/groups")).status == 404


@pytest.mark.parametrize(("role", "pops_management"), [(StaffRole.ADMIN, False), (StaffRole.VIEWER, True)])
async def test_what_is_hidden_is_absent_by_every_method_and_without_a_form(
    own_store: OpenStore, role: StaffRole, pops_management: bool
) -> None:
    hidden = [re.sub(r"\{\w+\}", "1", one.path) for one in ROUTES if _is_hidden(one.access)]
    async with staff_site_of(House(own_store), pops_management=pops_management) as here:
        browser = await here.sign_in(await here.member("Vera", role))
        for path, method in itertools.product(hidden, ("GET", "POST", "DELETE", "OPTIONS")):
            answer = await browser.get(path, method=method)
            assert (answer.status, answer.headers.get("Allow")) == (404, None), (method, path)
        assert (await browser.get("/staff/guarantors", method="DELETE")).status == 405


async def test_a_change_of_role_counts_from_the_next_request(open_site: StaffSite) -> None:
    browser = await open_site.sign_in(await open_site.member())
    assert (await browser.get("/staff/groups")).status == 200
    await open_site.site.house.do(
        lambda tx: tx.staff.set_access(1, role=StaffRole.VIEWER, groups=frozenset())
    )
    assert (await browser.get("/staff/groups")).status == 404
    assert "Lakeside" not in (await browser.get("/staff")).text


async def test_a53_r72_posts_need_their_token_and_come_from_our_pages(open_site: StaffSite) -> None:
    ada = await open_site.member()
    bea = await open_site.sign_in(await open_site.member("Bea"))
    browser = await open_site.sign_in(ada)
    foreign = bea.csrf
    for path, token in itertools.product(("/staff/sign-out", "/staff/links"), ("", "x", foreign)):
        assert (await browser.post(path, {"link": "x"}, csrf=token)).status == 403
    for elsewhere in (
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example"},
    ):
        assert (await browser.post("/staff/sign-out", **elsewhere)).status == 403
    assert (await browser.get("/staff")).status == 200
    assert (await browser.post("/staff/sign-out")).to == SIGN_IN
    assert (await browser.get("/staff")).to == SIGN_IN


async def test_a53_nobody_is_signed_in_by_a_form_of_another_site(open_site: StaffSite) -> None:
    ada = await open_site.member()
    browser = open_site.site.browser()
    fields = {"name": "Ada", "password": "a heron waits by seven boats", "code": ada.code()}
    assert (await browser.post(SIGN_IN, fields)).status == 403
    await browser.get(SIGN_IN)
    assert (await browser.post(SIGN_IN, fields, csrf="")).status == 403
    assert (await browser.post(SIGN_IN, fields, csrf=form_token(b"another"))).status == 403
    assert (await browser.post(SIGN_IN, fields, Sec_Fetch_Site="cross-site")).status == 403
    assert (await browser.post(SIGN_IN, fields)).to == "/staff"


async def test_a_link_s_page_says_how_it_fared_in_sentences(open_site: StaffSite) -> None:
    made = await open_site.site.desk.links.create(
        NewLink(group="lakeside", guarantor=open_site.site.alice.number, origin=Origin.SMS), by="tests"
    )
    assert isinstance(made, LinkView)
    await open_site.site.browser().open(made.link)
    browser = await open_site.sign_in(await open_site.member("Vera", StaffRole.VIEWER))
    for typed in (made.url, made.link.id, f" {made.link.id} "):
        await browser.get("/staff")
        assert (await browser.post("/staff/links", {"link": typed})).to == f"/staff/links/{made.link.id}"
    page = await browser.get(f"/staff/links/{made.link.id}")
    assert "Opened: use 1 of" in page.words
    assert "link.opened" not in page.text
    assert made.url not in page.text
