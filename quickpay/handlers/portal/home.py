"""Home and Profile: what is owed at a glance, and what the office has on file."""

from aiohttp import web

from quickpay.domain.contacts import written_mobile
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.pages import Frame, home_image, show
from quickpay.handlers.patient.answers import stay_frame
from quickpay.handlers.portal import contact_words
from quickpay.handlers.portal.cards import card_removed, card_rows
from quickpay.handlers.portal.parts import due_sum, not_a_member, other_sums, pay_panel, statement_link
from quickpay.handlers.portal.views import HomeView, ProfileView
from quickpay.handlers.words import moment
from quickpay.mfa.methods import Method
from quickpay.services.portal.pages import HomePage, ProfilePage


async def show_home(request: web.Request) -> web.Response:
    """Show Home."""
    page = await request.app[DESK].portal.home(visit_of(request))
    if not isinstance(page, HomePage):
        return not_a_member(request, page)
    return show(home_view(page, stay_frame(request, page.stay, here="home")))


def home_view(page: HomePage, frame: Frame) -> HomeView:
    """Make Home of what is owed."""
    stay, owed = page.stay, page.owed
    look = stay.group.options.look_and_feel
    last = owed.last
    return HomeView(
        frame=frame,
        guarantor=stay.guarantor.name,
        image=home_image(stay.group),
        due=due_sum(owed, look),
        due_date=last.due_date if last is not None and owed.balances.amount_due > 0 else None,
        figures=other_sums(owed, look),
        new_statement=page.new_statement,
        statement=None if last is None else statement_link(last),
        pay=pay_panel(owed),
    )


async def show_profile(request: web.Request) -> web.Response:
    """Show name, contacts and patients."""
    page = await request.app[DESK].portal.profile(visit_of(request), removed=request.query.get("removed", ""))
    if not isinstance(page, ProfilePage):
        return not_a_member(request, page)
    guarantor = page.stay.guarantor
    view = ProfileView(
        frame=stay_frame(request, page.stay, here="profile"),
        guarantor=guarantor.name,
        account=guarantor.number,
        preferred_name=guarantor.preferred_name,
        email=guarantor.email,
        mobile=guarantor.mobile and written_mobile(guarantor.mobile),
        patients=tuple(one.name for one in guarantor.patients),
        told=card_removed(page) or _told(request, page),
        email_rests=_rests(request, page, Method.EMAIL),
        mobile_rests=_rests(request, page, Method.SMS),
        editable=page.editable,
        cards=card_rows(page),
        cards_used=page.cards_used,
    )
    return show(view)


def _told(request: web.Request, page: ProfilePage) -> str | None:
    """Say what was just changed, if the address says so and this session did it."""
    word = request.query.get("changed", "")
    for change in reversed(page.changed):
        method = Method(change.method)
        if contact_words.FIELDS[method] == word:
            return contact_words.changed(method, added=change.before is None)
    return None


def _rests(request: web.Request, page: ProfilePage, method: Method) -> str:
    for one in page.own:
        if one.change.method == method and one.until is not None:
            return contact_words.rests_until(moment(one.until, request.app[DESK].staff.zone))
    return ""
