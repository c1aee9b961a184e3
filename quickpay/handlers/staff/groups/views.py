"""The pages of POPS Management as values; their templates may use nothing else."""

from dataclasses import dataclass
from typing import ClassVar

from quickpay.handlers.pages import Frame, Mistake
from quickpay.handlers.staff.groups.kinds import Field
from quickpay.handlers.staff.groups.preview_views import Aside
from quickpay.handlers.staff.groups.words import Difference, Value
from quickpay.handlers.staff.views import Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One line of the groups' table; without a version there is only a draft of it."""

    name: str
    slug: str
    version: int | None
    changed: str
    changed_by: str
    draft: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsPage:
    """POPS Management: the groups."""

    template: ClassVar[str] = "staff/groups.html"
    frame: Frame
    bar: Bar
    rows: tuple[GroupRow, ...]
    may_add: bool
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """One option with what is typed; `swatch` is its colour if it is one."""

    field: Field
    typed: str
    swatch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelView:
    """One section of the editor."""

    name: str
    title: str
    within: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClashRow:
    """An option that somebody else saved meanwhile: theirs is taken, or yours stays until you decide."""

    name: str
    label: str
    theirs: Value
    yours: Value
    taken: bool
    typed: str
    """Theirs as the form has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Who saved the group since this form was made, when, and where it differs."""

    by: str
    at: str
    version: int
    rows: tuple[ClashRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftNote:
    """A draft that is there, and where it can be looked at."""

    by: str
    at: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something to know before saving, and where on the screen it is."""

    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastRow:
    """One colour of a refused theme: how it stands against what it meets, and what would pass."""

    name: str
    label: str
    typed: str
    pairs: tuple[tuple[str, str, bool], ...]
    """What it meets, the ratio, and whether that can be read; empty for what is no colour."""
    passes: bool
    nearest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorPage:
    """Add or modify a group. `version` is what the form was made from, `mark` the draft's, in letters."""

    template: ClassVar[str] = "staff/group_editor.html"
    frame: Frame
    bar: Bar
    title: str
    slug: str
    existing: str
    """The slug of the group that is modified; empty while it is added."""
    path: str
    panels: tuple[PanelView, ...]
    preview: Aside
    version: int
    mark: str = ""
    draft_of: str = ""
    accepted: str = ""
    mistakes: tuple[Mistake, ...] = ()
    warned: tuple[Warned, ...] = ()
    contrasts: tuple[ContrastRow, ...] = ()
    unsaved: bool = False
    """Whether the form already holds what is saved nowhere."""
    clash: Clash | None = None
    own_draft: DraftNote | None = None
    other_draft: DraftNote | None = None
    replaces: bool = False
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version of the history; without differences it was the first or changed nothing."""

    version: int
    at: str
    by: str
    newest: bool
    first: bool
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Every version of a group, and two of them side by side when asked."""

    template: ClassVar[str] = "staff/group_history.html"
    frame: Frame
    bar: Bar
    name: str
    slug: str
    newest: int
    rows: tuple[VersionRow, ...]
    older: int | None
    compared: tuple[str, str]
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePage:
    """Two versions of a group side by side."""

    template: ClassVar[str] = "staff/group_compare.html"
    frame: Frame
    bar: Bar
    name: str
    slug: str
    newest: int
    before: VersionRow
    after: VersionRow
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorePage:
    """What restoring a version changes, before it is done; or why it cannot be."""

    template: ClassVar[str] = "staff/group_restore.html"
    frame: Frame
    bar: Bar
    name: str
    slug: str
    version: int
    newest: int
    at: str
    by: str
    accepted: str
    differences: tuple[Difference, ...]
    warned: tuple[Warned, ...]
    mistakes: tuple[Mistake, ...] = ()
