"""Hold the route table: every line names who may come, and nothing is served that is in no line."""

from dataclasses import MISSING, fields

from quickpay.handlers.access import Access, Admits, Route, StaffOnly
from quickpay.handlers.routes import ROUTES
from tests.arch.house import modules

_LOOKING = {"GET", "HEAD"}


def test_every_route_names_who_may_come() -> None:
    assert [route.path for route in ROUTES if not isinstance(route.access, Admits)] == []


def test_no_two_lines_answer_the_same() -> None:
    lines = [(route.method, route.path) for route in ROUTES]
    assert len(lines) == len(set(lines))


def test_routes_are_added_in_one_place() -> None:
    adding = ("add_route(", "add_routes(", "add_get(", "add_post(", "add_static(", "web.get(", "web.post(")
    places = {
        one.name
        for one in modules()
        if one.name.startswith("quickpay.handlers") and any(word in one.text for word in adding)
    }
    assert places == {"quickpay.handlers.routes"}


def test_what_is_static_is_only_looked_at() -> None:
    still = {Access.STATIC, Access.OPS}
    assert {route.method for route in ROUTES if route.access in still} <= _LOOKING


def test_the_access_of_a_path_fits_its_place() -> None:
    for route in ROUTES:
        assert (route.access is Access.API) == route.path.startswith("/api/v1/"), route.path
        assert (route.access is Access.WEBHOOK) == route.path.startswith("/webhooks/"), route.path
        of_staff = isinstance(route.access, StaffOnly) or route.access is Access.STAFF_DOOR
        assert of_staff == (route.path == "/staff" or route.path.startswith("/staff/")), route.path
        assert (route.access is Access.LINK) == route.path.startswith("/q/{token}"), route.path
        assert (route.access is Access.HANDOFF) == route.path.startswith("/handoff/{token}"), route.path
        assert (route.access is Access.LAUNCH) == route.path.startswith("/launch/{token}"), route.path


def test_only_the_methods_the_api_speaks_are_used() -> None:
    assert {route.method for route in ROUTES} <= {"GET", "POST", "PUT", "DELETE"}


def test_every_staff_route_names_its_roles_and_the_door_is_all_that_names_none() -> None:
    for route in ROUTES:
        if isinstance(route.access, StaffOnly):
            assert route.access.roles, route.path
    door = {route.path for route in ROUTES if route.access is Access.STAFF_DOOR}
    assert door == {"/staff/sign-in", "/staff/enrol/{token}"}


def test_what_who_may_come_has_no_default() -> None:
    for kind in (Route, StaffOnly):
        for one in fields(kind):
            assert one.default is MISSING, one.name
            assert one.default_factory is MISSING, one.name
