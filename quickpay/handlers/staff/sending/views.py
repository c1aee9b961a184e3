"""The pages of sending as values; their templates may use nothing else."""

from dataclasses import dataclass, field
from typing import ClassVar

from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.staff.qr import QrPicture
from quickpay.handlers.staff.views import Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePage:
    """For whom: a group and a guarantor's number."""

    template: ClassVar[str] = "staff/send_choose.html"
    frame: Frame
    bar: Bar
    heading: str
    words: str
    action: str
    button: str
    groups: tuple[tuple[str, str], ...]
    form_key: str
    group: str = ""
    guarantor: str = ""
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WayCard:
    """One way out; `why_not` is empty where it is open."""

    value: str
    label: str
    contact: str = field(repr=False)
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message as it goes out; `counted` says how many texts it takes."""

    way: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    counted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPage:
    """Send a link: to whom, in which words, and the message as it will be."""

    template: ClassVar[str] = "staff/send.html"
    frame: Frame
    bar: Bar
    group: str
    guarantor: str = field(repr=False)
    number: str
    here: str
    paper: str
    ways: tuple[WayCard, ...]
    can_send: bool
    templates: tuple[tuple[str, str], ...]
    days_hint: str
    payable: int
    form_key: str
    seen: str
    contact: str
    chosen: str
    max_uses: str
    days: str
    preview: Shown | None
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeQrPage:
    """A code on the desk's screen; without `qr` it is over."""

    template: ClassVar[str] = "staff/office_qr.html"
    frame: Frame
    bar: Bar
    link_id: str
    group: str
    slug: str
    guarantor: str = field(repr=False)
    number: str
    qr: QrPicture | None = field(repr=False)
    url: str = field(repr=False)
    match_code: str
    until: str
    seconds_left: int
    opened: int
    over: str
    form_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPaperPage:
    """Before a statement's code is made."""

    template: ClassVar[str] = "staff/statement_qr_new.html"
    frame: Frame
    bar: Bar
    group: str
    guarantor: str = field(repr=False)
    number: str
    here: str
    life: str
    form_key: str
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPage:
    """A statement's code, to be printed."""

    template: ClassVar[str] = "staff/statement_qr.html"
    frame: Frame
    bar: Bar
    link_id: str
    group: str
    guarantor: str = field(repr=False)
    number: str
    qr: QrPicture | None = field(repr=False)
    url: str = field(repr=False)
    until: str
    over: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateGroupsPage:
    """Whose messages: her groups."""

    template: ClassVar[str] = "staff/message_template_groups.html"
    frame: Frame
    bar: Bar
    groups: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRow:
    """One line of the templates' table; `caution` says why it may not go out at present."""

    path: str
    name: str
    way: str
    changed: str
    changed_by: str
    caution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatesPage:
    """A group's templates, and QuickPay's own words."""

    template: ClassVar[str] = "staff/message_templates.html"
    frame: Frame
    bar: Bar
    group: str
    add: str
    rows: tuple[TemplateRow, ...]
    defaults: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePage:
    """One template being written."""

    template: ClassVar[str] = "staff/message_template.html"
    frame: Frame
    bar: Bar
    heading: str
    group: str
    here: str
    back: str
    remove: str
    ways: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]
    name: str
    channel: str
    subject: str
    body: str
    preview: Shown | None
    mistakes: tuple[Mistake, ...] = ()
