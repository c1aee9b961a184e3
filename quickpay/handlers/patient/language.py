"""Another language for whoever has a session: kept by the browser, said by every page after."""

from aiohttp import web

from quickpay.domain.languages import language_of
from quickpay.handlers.cookies import visit_of
from quickpay.handlers.desk import DESK
from quickpay.handlers.forms import form_of
from quickpay.handlers.pages import see_other
from quickpay.handlers.patient.answers import nobody
from quickpay.handlers.tongues import COME_BACK, give_language
from quickpay.services.stay import NoStay


async def choose(request: web.Request) -> web.Response:
    """Note the language with the browser and lead back to the page it was chosen on."""
    stay = await request.app[DESK].extend.look(visit_of(request))
    if isinstance(stay, NoStay):
        return nobody(request, stay)
    form = form_of(request)
    language, back = language_of(form.text("language")), form.text("back")
    response = see_other(back if back in COME_BACK else "/pay")
    if language is not None:
        give_language(request, response, language)
    return response
