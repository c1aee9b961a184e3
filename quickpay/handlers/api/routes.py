"""The table of the API: every call with its scope, its shapes and how it can end."""

from aiohttp import web
from pydantic import TypeAdapter

from quickpay.domain.api_keys import Scope
from quickpay.handlers.access import Access, Route
from quickpay.handlers.api import (
    endpoints,
    groups,
    guarantors,
    handoffs,
    launches,
    links,
    payments,
    refunds,
    reports,
)
from quickpay.handlers.api.keyed import answer, keyed
from quickpay.handlers.api.openapi import document
from quickpay.handlers.api.parameters import FEED, PAGE, PAYMENTS, SESSION_USAGE
from quickpay.handlers.api.shapes import (
    GROUP_BODY,
    GUARANTOR_BODY,
    NEW_HANDOFF,
    NEW_LAUNCH,
    NEW_LINK,
    NEW_REFUND,
    REVOCATION,
    GroupList,
    HandoffOut,
    LaunchOut,
    LinkDetail,
    LinkOut,
    PaymentList,
    PaymentOut,
    Revoked,
    VersionList,
)
from quickpay.handlers.api.table import PREFIX, ApiRoute

_QUERY = {400: "A parameter is unknown, doubled or wrong."}
_NONE = {404: "There is no such thing for this key."}
_BODY = {
    400: "The body is not JSON with one meaning, or a header is missing.",
    413: "The body is too long.",
    415: "The body is not called application/json.",
    422: "Some fields must be mended; `errors` names each.",
}
_IN_FLIGHT = {409: "The first call with this Idempotency-Key has not ended."}

TABLE: tuple[ApiRoute, ...] = (
    ApiRoute(
        method="GET",
        path="/groups",
        words="Groups this key may know of",
        scope=Scope.GROUPS_READ,
        handler=groups.list_groups,
        answer=TypeAdapter(GroupList),
        query=PAGE,
        errors=_QUERY,
    ),
    ApiRoute(
        method="GET",
        path="/groups/{slug}",
        words="A group's options as they are now",
        scope=Scope.GROUPS_READ,
        handler=groups.get_group,
        answer=GROUP_BODY,
        errors=_QUERY | _NONE,
    ),
    ApiRoute(
        method="PUT",
        path="/groups/{slug}",
        words="Make a group or its next version; in effect from the next request on",
        scope=Scope.GROUPS_WRITE,
        handler=groups.put_group,
        body=GROUP_BODY,
        answer=GROUP_BODY,
        errors=_QUERY | _NONE | _BODY,
    ),
    ApiRoute(
        method="GET",
        path="/groups/{slug}/versions",
        words="How a group came to be what it is, the newest version first",
        scope=Scope.GROUPS_READ,
        handler=groups.list_versions,
        answer=TypeAdapter(VersionList),
        query=PAGE,
        errors=_QUERY | _NONE,
    ),
    ApiRoute(
        method="GET",
        path="/groups/{slug}/guarantors/{id}",
        words="A guarantor, with the balances of now",
        scope=Scope.GUARANTORS_READ,
        handler=guarantors.get_guarantor,
        answer=GUARANTOR_BODY,
        errors=_QUERY | _NONE,
    ),
    ApiRoute(
        method="PUT",
        path="/groups/{slug}/guarantors/{id}",
        words="Make a guarantor or replace what the PM system said of one",
        scope=Scope.GUARANTORS_WRITE,
        handler=guarantors.put_guarantor,
        body=GUARANTOR_BODY,
        answer=GUARANTOR_BODY,
        errors=_QUERY | _NONE | _BODY,
    ),
    ApiRoute(
        method="POST",
        path="/links",
        words="Make a link and, if asked, send it",
        scope=Scope.LINKS_WRITE,
        handler=links.create_link,
        body=NEW_LINK,
        answer=TypeAdapter(LinkOut),
        status=201,
        errors=_NONE | _BODY | {409: "The first call with this Idempotency-Key has not ended."},
        once=True,
    ),
    ApiRoute(
        method="POST",
        path="/links/revoke",
        words="End every active link of a group, a guarantor or a batch",
        scope=Scope.LINKS_WRITE,
        handler=links.revoke_links,
        body=REVOCATION,
        answer=TypeAdapter(Revoked),
        errors=_NONE | _BODY,
    ),
    ApiRoute(
        method="GET",
        path="/links/{id}",
        words="A link with its timeline",
        scope=Scope.LINKS_READ,
        handler=links.get_link,
        answer=TypeAdapter(LinkDetail),
        errors=_QUERY | _NONE,
    ),
    ApiRoute(
        method="GET",
        path="/links/{id}/qr.svg",
        words="A link's address as a QR code",
        scope=Scope.LINKS_READ,
        handler=links.get_code,
        answer_type="image/svg+xml",
        errors=_QUERY | _NONE | {409: "The installation's address is too long for a code."},
    ),
    ApiRoute(
        method="GET",
        path="/links/{id}/qr.png",
        words="A link's address as a QR code to print: 30 mm at 600 dots an inch",
        scope=Scope.LINKS_READ,
        handler=links.get_picture,
        answer_type="image/png",
        errors=_QUERY | _NONE | {409: "The installation's address is too long for a code."},
    ),
    ApiRoute(
        method="POST",
        path="/links/{id}/revoke",
        words="End a link at once; one that has ended stays as it ended",
        scope=Scope.LINKS_WRITE,
        handler=links.revoke_link,
        answer=TypeAdapter(LinkDetail),
        errors=_QUERY | _NONE,
    ),
    ApiRoute(
        method="POST",
        path="/links/{id}/restore",
        words="Make a suspended link good again and let messages go to its contact; any other stays as it is",
        scope=Scope.LINKS_WRITE,
        handler=links.restore_link,
        answer=TypeAdapter(LinkDetail),
        errors=_QUERY | _NONE,
    ),
    ApiRoute(
        method="POST",
        path="/portal-handoffs",
        words="Hand a portal's signed-in user over; the address opens once, within a minute",
        scope=Scope.HANDOFFS_WRITE,
        handler=handoffs.create_handoff,
        body=NEW_HANDOFF,
        answer=TypeAdapter(HandoffOut),
        status=201,
        errors=_NONE | _BODY | {409: "The first call with this Idempotency-Key has not ended."},
        once=True,
    ),
    ApiRoute(
        method="POST",
        path="/staff-launches",
        words="Let one of the staff see what a guarantor sees; the address opens once, within a minute",
        scope=Scope.LAUNCHES_WRITE,
        handler=launches.create_launch,
        body=NEW_LAUNCH,
        answer=TypeAdapter(LaunchOut),
        status=201,
        errors=_NONE | _BODY | {409: "The first call with this Idempotency-Key has not ended."},
        once=True,
    ),
    ApiRoute(
        method="GET",
        path="/payments",
        words="Payments in the order of their last change; a changed one appears again",
        scope=Scope.PAYMENTS_READ,
        handler=payments.list_payments,
        answer=TypeAdapter(PaymentList),
        query=FEED,
        errors=_QUERY | _NONE,
    ),
    ApiRoute(
        method="GET",
        path="/payments/{id}",
        words="One payment",
        scope=Scope.PAYMENTS_READ,
        handler=payments.get_payment,
        answer=TypeAdapter(PaymentOut),
        errors=_QUERY | _NONE,
    ),
    ApiRoute(
        method="POST",
        path="/payments/{id}/ack",
        words="Say that the PM system has the payment, and each refund of it; again changes nothing",
        scope=Scope.PAYMENTS_WRITE,
        handler=payments.ack_payment,
        answer=TypeAdapter(PaymentOut),
        errors=_QUERY | _NONE | {409: "The payment has not ended."},
    ),
    ApiRoute(
        method="POST",
        path="/payments/{id}/refund",
        words="Give money back, all that is left unless an amount is said; shows the payment as it is then",
        scope=Scope.PAYMENTS_REFUND,
        handler=refunds.refund_payment,
        body=NEW_REFUND,
        answer=TypeAdapter(PaymentOut),
        status=201,
        errors=_NONE | _BODY | {409: "There is nothing to give back, or a refund or this key is in use."},
        once=True,
    ),
    ApiRoute(
        method="GET",
        path="/reports/session-usage",
        words="Sessions by authentication and whether they paid; CSV with Accept: text/csv",
        scope=Scope.REPORTS_READ,
        handler=reports.session_usage,
        answer=TypeAdapter(reports.SessionUsageOut),
        query=SESSION_USAGE,
        errors=_QUERY,
    ),
    ApiRoute(
        method="GET",
        path="/reports/payments",
        words="Payments added up by what became of them, in cents; CSV, in dollars, with Accept: text/csv",
        scope=Scope.REPORTS_READ,
        handler=reports.payments,
        answer=TypeAdapter(reports.PaymentsReportOut),
        query=PAYMENTS,
        errors=_QUERY,
    ),
    *endpoints.lines(page=PAGE, query=_QUERY, none=_NONE, body=_BODY, in_flight=_IN_FLIGHT),
)

DOCUMENT = document(TABLE)


async def show_document(request: web.Request) -> web.StreamResponse:
    """Show what this API takes and gives (OpenAPI 3.1)."""
    del request
    return answer(DOCUMENT)


ROUTES: tuple[Route, ...] = (
    *(
        Route(
            method=one.method,
            path=PREFIX + one.path,
            handler=keyed(one.handler, one.scope),
            access=Access.API,
        )
        for one in TABLE
    ),
    Route(method="GET", path="/openapi.json", handler=show_document, access=Access.OPS),
)
