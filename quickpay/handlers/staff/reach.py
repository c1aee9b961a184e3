"""Role and groups in a form: read them, show them again, say them in words."""

from quickpay.domain.groups import Group
from quickpay.domain.staff import Staff, StaffRole
from quickpay.handlers.forms import Form
from quickpay.handlers.staff.account_views import GroupTick, Reach
from quickpay.handlers.staff.words import ROLES

_TICKED = "yes"
_EVERY = "every"
_LETTERS = "abcdefghij"
"""Of the digits: a field's name has no others, and an id stays when a group is added to the list."""


def role_in(form: Form) -> StaffRole | None:
    """Read the role."""
    word = form.text("role")
    return StaffRole(word) if word in set(StaffRole) else None


def groups_in(form: Form, groups: list[Group]) -> tuple[str, ...] | None:
    """Read which groups, by their slugs; None is every group."""
    if form.text("reach") == _EVERY:
        return None
    return tuple(group.slug for group in groups if form.text(_field(group)) == _TICKED)


def reach_of(form: Form, groups: list[Group], *, by: Staff, now: Staff | None = None) -> Reach:
    """Show what was chosen; before anything was, what the account has now."""
    seen = now is not None and not form.values
    if seen and now is not None:
        role, every = now.role.value, now.groups is None
        ticked = {group.id for group in groups if now.groups is not None and group.id in now.groups}
    else:
        role, every = form.text("role"), form.text("reach") == _EVERY
        ticked = {group.id for group in groups if form.text(_field(group)) == _TICKED}
    return Reach(
        role=role,
        roles=(("", "Choose…"), *((one.value, ROLES[one]) for one in StaffRole)),
        every=every if by.groups is None else None,
        groups=tuple(
            GroupTick(field=_field(group), name=group.name, slug=group.slug, ticked=group.id in ticked)
            for group in groups
        ),
    )


def kept_of(form: Form) -> tuple[tuple[str, str], ...]:
    """List what was chosen, for the second press to bring again."""
    ours = ("role", "reach")
    return tuple(
        (name, value) for name, value in form.values.items() if name in ours or name.startswith("group.")
    )


def words_of(ids: frozenset[int] | None, groups: list[Group]) -> str:
    """Say which groups."""
    if ids is None:
        return "Every group"
    return ", ".join(group.name for group in groups if group.id in ids) or "No group"


def _field(group: Group) -> str:
    return "group." + "".join(_LETTERS[int(digit)] for digit in str(group.id))
