"""Guarantors over the API."""

from aiohttp import web

from quickpay.domain.faults import Fault
from quickpay.handlers.api.bodies import LONGEST_GUARANTOR, read_body
from quickpay.handlers.api.keyed import Call, answer
from quickpay.handlers.api.pm_ids import ids_as_texts
from quickpay.handlers.api.problems import faulty, not_found
from quickpay.handlers.api.shapes import GUARANTOR_BODY
from quickpay.handlers.api.shown import guarantor_out
from quickpay.services.groups.keep import NoGroup
from quickpay.services.guarantors.keep import GuarantorView


async def put_guarantor(call: Call) -> web.Response:
    """Make a guarantor or replace what the PM system said before."""
    call.query()
    slug, number = call.part("slug"), call.part("id")
    body, _ = await read_body(
        call.request,
        GUARANTOR_BODY,
        longest=LONGEST_GUARANTOR,
        rules=lambda body: call.desk.guarantors.faults(number, body.record()),
        least={"first_name": "First", "last_name": "Last"},
        spelled=ids_as_texts,
    )
    elsewhere = [
        Fault(path=path, message="The address names another.")
        for path, said, meant in (("group", body.group, slug), ("id", body.id, number))
        if said is not None and said != meant
    ]
    if elsewhere:
        raise faulty(elsewhere)
    put = await call.desk.guarantors.put(slug, number, body.record(), within=call.within)
    match put:
        case GuarantorView():
            return answer(guarantor_out(put))
        case NoGroup():
            raise not_found()
        case _:
            raise faulty(put)


async def get_guarantor(call: Call) -> web.Response:
    """Show a guarantor with the balances of now."""
    call.query()
    view = await call.desk.guarantors.get(call.part("slug"), call.part("id"), within=call.within)
    if view is None:
        raise not_found()
    return answer(guarantor_out(view))
