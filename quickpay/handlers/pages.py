"""Pages: a typed value each, whose template may use nothing else; compiled once, rendered in one go."""

from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Protocol
from urllib.parse import urlencode

import jinja2
from aiohttp import web

from quickpay.catalogues import catalogue
from quickpay.catalogues.templates import Speaking
from quickpay.domain.groups import Group
from quickpay.domain.images import Purpose
from quickpay.domain.languages import Language
from quickpay.domain.options import LogoutFunction
from quickpay.domain.said import say
from quickpay.handlers.assets import DEFAULT_THEME, asset
from quickpay.handlers.headers import PLAIN_POLICY, Scripts
from quickpay.handlers.menu import MenuLine
from quickpay.handlers.tongues import STAFFS, Tongue

_TEMPLATES = Path(__file__).parent.parent / "templates"
_HTML = "text/html; charset=utf-8"
_ELSEWHERE = ("notes/", "papers/")


class Page(Protocol):
    """What a template is rendered from: its fields are the template's names."""

    template: ClassVar[str]

    @property
    def frame(self) -> "Frame": ...  # noqa: D102 - the fields speak


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLeft:
    """How long the session of a page lasts when it is sent, and whether its end can be moved."""

    seconds: int
    extendable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """Who of the staff sees what which guarantor sees; `chosen` goes from page to page in addresses only."""

    staff: str
    guarantor: str
    after_proof: str
    chosen: tuple[tuple[str, str], ...] = ()

    @property
    def query(self) -> str:
        """What was chosen so far, as the end of an address."""
        return f"?{urlencode(self.chosen)}" if self.chosen else ""


SIMULATION: web.RequestKey[Simulation] = web.RequestKey("SIMULATION", Simulation)
"""What the guard found of a request; every page answered to it says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every page: whose it is, where in the steps, how to leave, whom to ask.

    `back` is the address of the portal that handed its user over.
    """

    group_name: str | None = None
    logo: str | None = None
    favicon: str | None = None
    theme: str = field(default_factory=lambda: asset(DEFAULT_THEME))
    home: str | None = None
    step: int | None = None
    csrf: str = field(default="", repr=False)
    leave: str | None = None
    view_account: bool = False
    about: str | None = None
    not_me: bool = False
    back: str | None = None
    time: TimeLeft | None = None
    footer_text: str | None = None
    footer_email: str | None = None
    footer_email_uri: str | None = None
    footer_phone: str | None = None
    footer_phone_uri: str | None = None
    scripts: Scripts | None = None
    menu: tuple[MenuLine, ...] = ()
    simulation: Simulation | None = None
    tongue: Tongue = STAFFS

    @property
    def language(self) -> Language:
        """What the page is written in."""
        return self.tongue.language

    @property
    def has_office(self) -> bool:
        """Whether there is any way to reach the office to be named."""
        return bool(self.footer_email or self.footer_phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing to mend: at which field (empty: the form as a whole), and what to do."""

    field: str
    message: str


UNBRANDED = Frame()

_LEAVE_WORDS = {
    LogoutFunction.CLOSE: say("Close"),
    LogoutFunction.LOGOUT: say("Log out"),
    LogoutFunction.NONE: None,
}


def frame_of(
    group: Group | None,
    *,
    csrf: str = "",
    door_csrf: str = "",
    step: int | None = None,
    home: str | None = None,
    view_account: bool = False,
    not_me: bool = False,
    back: str | None = None,
    time: TimeLeft | None = None,
    scripts: Scripts | None = None,
    tongue: Tongue = STAFFS,
) -> Frame:
    """Put a group's branding around a page.

    With `csrf` it is a page of a session, which can be left; with `door_csrf` one before there is any.
    """
    if group is None:
        return Frame(scripts=scripts, tongue=tongue)
    look = group.options.look_and_feel
    return Frame(
        group_name=group.name,
        logo=_image(group, Purpose.LOGO, group.logo),
        favicon=_image(group, Purpose.FAVICON, group.favicon),
        theme=f"/g/{group.slug}/theme-{group.version}.css",
        home=home,
        step=step,
        csrf=csrf or door_csrf,
        leave=_LEAVE_WORDS[look.logout_function] if csrf else None,
        view_account=view_account,
        about=f"/g/{group.slug}/about",
        not_me=not_me,
        back=back,
        time=time,
        footer_text=look.footer_text,
        footer_email=look.footer_email,
        footer_email_uri=look.footer_email_uri,
        footer_phone=look.footer_phone,
        footer_phone_uri=look.footer_phone_uri,
        scripts=scripts,
        tongue=tongue,
    )


def home_image(group: Group) -> str | None:
    """Give the address of the group's picture for Home, if it has one."""
    return _image(group, Purpose.HOME_ASSET, group.home_asset)


def _image(group: Group, purpose: Purpose, image_id: str | None) -> str | None:
    return None if image_id is None else f"/g/{group.slug}/{purpose}-{image_id}.png"


def render(page: Page) -> str:
    """Write a page in the language of its frame."""
    return _template(page.template, page.frame.language).render(
        {name: getattr(page, name) for name in _names(type(page))}
    )


def html_of(text: str, *, status: int = 200, scripts: Scripts | None = None) -> web.Response:
    """Answer with a page that was written already."""
    headers = {"Content-Type": _HTML, "Content-Security-Policy": PLAIN_POLICY}
    if scripts is not None:
        headers["Content-Security-Policy"] = scripts.policy
        headers["Permissions-Policy"] = scripts.features
    return web.Response(body=text.encode(), status=status, headers=headers)


def show(page: Page, *, status: int = 200) -> web.Response:
    """Answer with a page, its policy naming the scripts its frame allows and no others."""
    return html_of(render(page), status=status, scripts=page.frame.scripts)


def see_other(address: str) -> web.Response:
    """Answer a post: look there now (303)."""
    return web.Response(status=303, headers={"Location": address})


def compile_templates() -> None:
    """Compile every page's template, so that no patient waits for it and a mistake shows at start."""
    for language, environment in _ENVIRONMENTS.items():
        for name in environment.list_templates(extensions=["html"]):
            if not name.startswith(_ELSEWHERE if language is Language.EN else (*_ELSEWHERE, "staff/")):
                _template(name, language)


def _environment(language: Language) -> jinja2.Environment:
    environment = Speaking(
        catalogue(language),
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["asset"] = asset
    return environment


_ENVIRONMENTS = {language: _environment(language) for language in Language}
"""One for each language, so that no request can find itself in another's."""


@cache
def _template(name: str, language: Language) -> jinja2.Template:
    return _ENVIRONMENTS[language].get_template(name)


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))
