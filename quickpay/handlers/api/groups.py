"""Groups over the API."""

from aiohttp import web

from quickpay.domain.faults import Fault
from quickpay.domain.groups import Group
from quickpay.handlers.api.bodies import read_body
from quickpay.handlers.api.keyed import Call, answer
from quickpay.handlers.api.paging import page_of
from quickpay.handlers.api.problems import faulty, not_found
from quickpay.handlers.api.shapes import GROUP_BODY, GroupList, VersionList
from quickpay.handlers.api.shown import group_out, version_out
from quickpay.services.groups.keep import NoGroup


async def put_group(call: Call) -> web.Response:
    """Save a group's next version."""
    call.query()
    slug = call.part("slug")
    body, _ = await read_body(
        call.request,
        GROUP_BODY,
        rules=lambda body: call.desk.groups.check(body.options()),
        least={"branding": {"name": "Name"}},
    )
    if body.slug is not None and body.slug != slug:
        raise faulty([Fault(path="slug", message="The address names another group.")])
    saved = await call.desk.groups.put(slug, body.options(), call.by, within=call.within)
    match saved:
        case Group():
            return answer(group_out(saved))
        case NoGroup():
            raise not_found()
        case _:
            raise faulty(saved)


async def get_group(call: Call) -> web.Response:
    """Show a group."""
    call.query()
    group = await call.desk.groups.get(call.part("slug"), within=call.within)
    if group is None:
        raise not_found()
    return answer(group_out(group))


async def list_versions(call: Call) -> web.Response:
    """Show how a group came to be what it is."""
    query = call.query("after", "limit")
    versions = await call.desk.groups.versions(call.part("slug"), within=call.within)
    if versions is None:
        raise not_found()
    page, next_ = page_of(versions, query, key=lambda one: str(one.version))
    return answer(VersionList(data=[version_out(one) for one in page], next=next_))


async def list_groups(call: Call) -> web.Response:
    """Show the groups this key may know of."""
    query = call.query("after", "limit")
    groups = await call.desk.groups.list_(within=call.within)
    page, next_ = page_of(groups, query, key=lambda group: group.slug)
    return answer(GroupList(data=[group_out(group) for group in page], next=next_))
