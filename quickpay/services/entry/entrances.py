"""What somebody meets at a link's door: a page to look at, a session, or why neither."""

from dataclasses import dataclass, field
from datetime import datetime

from quickpay.domain.groups import Group
from quickpay.domain.links import LinkState
from quickpay.domain.options import LandingPage
from quickpay.domain.sessions import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """What anybody holding the address may see: the branding and a button; `share`: of another's bill."""

    group: Group
    link_id: str
    share: bool = False
    return_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLink:
    """A genuine link that opens no more, and why; it says nothing of the guarantor."""

    group: Group
    state: LinkState
    return_url: str | None = None


@dataclass(frozen=True, slots=True)
class NotALink:
    """Malformed, tampered with or unknown: one wording for all (R13)."""


@dataclass(frozen=True, slots=True)
class TooManyBadLinks:
    """This address sent too many tokens that are not ours (R14)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session was opened; the secret goes into the cookie and is kept nowhere else."""

    secret: bytes = field(repr=False)
    group: Group
    role: Role
    must_prove: bool
    expires_at: datetime
    landing: LandingPage
