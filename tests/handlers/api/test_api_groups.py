"""Groups over the API."""

from typing import Any

import pytest

from tests.handlers.api.desk import Api, group_body


async def test_a_group_with_only_a_name_is_kept_with_every_default(api: Api) -> None:
    put = await api.call("PUT", "/groups/lakeside", group_body("Lakeside Family Care"))
    assert put.status == 200
    got = (await api.call("GET", "/groups/lakeside")).json
    assert got == put.json
    assert (got["slug"], got["version"]) == ("lakeside", 1)
    assert got["branding"]["name"] == "Lakeside Family Care"
    assert got["authentication"]["quickpay_max_access_attempts"] == 10
    assert got["look_and_feel"]["landing_page"] == "home"


async def test_what_get_gave_may_be_put_back(api: Api) -> None:
    await api.group(payments={"apple_pay": True})
    got = (await api.call("GET", "/groups/lakeside")).json
    again = await api.call("PUT", "/groups/lakeside", got)
    assert (again.status, again.json) == (200, got)


async def test_each_change_is_a_version(api: Api) -> None:
    await api.group()
    assert (await api.group()).json["version"] == 1
    assert (await api.group(payments={"auto_post": False})).json["version"] == 2


async def test_groups_are_listed_by_name(api: Api) -> None:
    for slug in ("lakeside", "hilltop"):
        await api.group(slug)
    listed = (await api.call("GET", "/groups")).json
    assert [one["slug"] for one in listed["data"]] == ["hilltop", "lakeside"]
    assert listed["next"] is None


async def test_lists_come_in_pages(api: Api) -> None:
    for slug in ("lakeside", "hilltop", "seaside"):
        await api.group(slug)
    for accent in ("#1b6585", "#21693f"):
        await api.group("hilltop", theme={"accent": accent})
    for path, keys in (
        ("/groups", ["hilltop", "lakeside", "seaside"]),
        ("/groups/hilltop/versions", [3, 2, 1]),
    ):
        first = (await api.call("GET", f"{path}?limit=2")).json
        second = (await api.call("GET", f"{path}?limit=2&after={first['next']}")).json
        name = "slug" if path == "/groups" else "version"
        assert [one[name] for one in (*first["data"], *second["data"])] == keys
        assert (len(first["data"]), second["next"]) == (2, None)
        whole = (await api.call("GET", f"{path}?limit=3")).json
        assert (len(whole["data"]), whole["next"]) == (3, None)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=ten", "after=nobody", "after=1&after=2", "page=2"]
)
async def test_a_page_that_cannot_be_is_refused(api: Api, query: str) -> None:
    await api.group()
    for path in ("/groups", "/groups/lakeside/versions"):
        refused = await api.call("GET", f"{path}?{query}")
        assert refused.status == 400, path
        assert refused.paths <= {"limit", "after"}


async def test_a_wrong_type_hides_no_other_fault(api: Api) -> None:
    body = group_body(
        "",
        authentication={"require_mfa": True},
        notifications={"email_from": "nobody"},
        payments={"auto_post": 1},
    )
    body["branding"]["logo_url"] = "http://example.com/logo.png"
    refused = await api.call("PUT", "/groups/lakeside", body)
    assert refused.status == 422
    assert refused.paths == {
        "branding.name",
        "branding.logo_url",
        "authentication.require_mfa",
        "notifications.email_from",
        "payments.auto_post",
    }


async def test_every_fault_is_named_at_once(api: Api) -> None:
    body = group_body(
        " ",
        theme={"primary": "red"},
        authentication={"require_mfa": True, "mfa_sms_message": "no placeholder"},
        payments={"email_receipt": True},
    )
    refused = await api.call("PUT", "/groups/lakeside", body)
    assert refused.status == 422
    assert {
        "branding.name",
        "theme.primary",
        "authentication.require_mfa",
        "authentication.mfa_sms_message",
        "notifications.email_from",
    } <= refused.paths
    assert (await api.call("GET", "/groups/lakeside")).status == 404


@pytest.mark.parametrize(
    ("panels", "path"),
    [
        ({"payments": {"auto_post": "yes"}}, "payments.auto_post"),
        ({"payments": {"auto_post": 1}}, "payments.auto_post"),
        ({"look_and_feel": {"landing_page": "moon"}}, "look_and_feel.landing_page"),
        ({"authentication": {"mfa_success_role": "admin"}}, "authentication.mfa_success_role"),
        (
            {"authentication": {"quickpay_max_access_attempts": 1001}},
            "authentication.quickpay_max_access_attempts",
        ),
        ({"branding": {"name": "Lakeside", "logo_url": "http://example.com/a.png"}}, "branding.logo_url"),
        ({"branding": {}}, "branding.name"),
        ({"practice_id": 4}, "practice_id"),
        ({"payments": {"amount": 4}}, "payments.amount"),
        ({"slug": "hilltop"}, "slug"),
    ],
)
async def test_a_field_that_will_not_do_is_named(api: Api, panels: dict[str, Any], path: str) -> None:
    refused = await api.call("PUT", "/groups/lakeside", group_body() | panels)
    assert refused.status == 422, refused.text
    assert path in refused.paths


async def test_a_name_belongs_to_one_group_letter_case_aside(api: Api) -> None:
    await api.group("lakeside")
    refused = await api.call("PUT", "/groups/other", group_body("LAKESIDE"))
    assert (refused.status, refused.paths) == (422, {"branding.name"})


@pytest.mark.parametrize("slug", ["UPPER", "-x", "a" * 64, "a_b"])
async def test_a_slug_that_is_none_is_refused(api: Api, slug: str) -> None:
    refused = await api.call("PUT", f"/groups/{slug}", group_body())
    assert (refused.status, refused.paths) == (422, {"slug"})


async def test_a_group_nobody_made_is_not_there(api: Api) -> None:
    assert (await api.call("GET", "/groups/nowhere")).status == 404
