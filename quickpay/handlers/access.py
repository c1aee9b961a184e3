"""What a route is: its method, its path, who may come, and the handler; there is no default."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

from quickpay.domain.staff import StaffRole

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Access(StrEnum):
    """Who may ask; each handler of a kind checks it in its own way, the kernel what all of a kind share."""

    PUBLIC = "public"
    """Anybody: nothing of a guarantor is shown."""
    LINK = "link"
    """Whoever holds a genuine link; posts carry the link's own form token."""
    HANDOFF = "handoff"
    """Whoever the portal handed over; posts carry the hand-off's own form token."""
    DOOR = "door"
    """Anybody on the way in by a group's website; posts carry the form token of the door's cookie."""
    LAUNCH = "launch"
    """Whoever of the staff a launch was made for; posts carry the launch's own form token."""
    SESSION = "session"
    """Whoever has a live session's cookie; posts carry the session's form token."""
    API = "api"
    """Programs with a key in `Authorization`."""
    WEBHOOK = "webhook"
    """Programs whose body is signed."""
    OPS = "ops"
    """Probes of the machine room; they say nothing of anybody."""
    STAFF_DOOR = "staff_door"
    """Anybody who is on the way in to the staff's pages; posts carry the form token of the door's cookie."""
    STATIC = "static"
    """Files and stylesheets that are the same for everybody and never change at their address."""

    @property
    def takes_forms(self) -> bool:
        """Whether posts are browsers' forms, refused from other sites and without their token (R72)."""
        return self in _TAKE_FORMS


_TAKE_FORMS = frozenset(
    {
        Access.PUBLIC,
        Access.LINK,
        Access.HANDOFF,
        Access.LAUNCH,
        Access.DOOR,
        Access.SESSION,
        Access.STAFF_DOOR,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffOnly:
    """Whoever of the staff is signed in with one of these roles; the guard holds it, for every such route."""

    roles: frozenset[StaffRole]
    pops_management: bool
    """Whether it is part of POPS Management: without the setting, or for other roles, it is not there."""

    @property
    def takes_forms(self) -> bool:
        """They do; posts carry the staff session's form token."""
        return True


Admits = Access | StaffOnly


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One line of the route table; `path` is aiohttp's, with `{name}` for its parts."""

    method: str
    path: str
    handler: Handler
    access: Admits
