"""Somebody of the staff with a password and an app, and the services that know her, on a test's own clock."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import pyotp
from argon2 import PasswordHasher

from quickpay.adapters.passwords import Argon2Passwords
from quickpay.domain.messages import Channel
from quickpay.domain.staff import StaffRole
from quickpay.handlers.staff_desk import StaffDesk, staff_desk
from quickpay.ports.passwords import Passwords
from quickpay.services.groups.edits import no_warnings
from quickpay.services.groups.keep import GroupBook
from quickpay.services.groups.warnings import GroupWarnings
from quickpay.services.links.keep import LinkBook
from quickpay.services.previews.preview import GroupPreview
from quickpay.services.staff.accounts import Invited
from quickpay.services.staff.enrol import PasswordSet, WantsCode
from quickpay.services.staff.sign_in import NoStaffStay, NotSignedIn, SignedIn, SignInLocked, StaffStay
from quickpay.services.stay import Visit
from tests.people import House

PASSWORD = "a heron waits by seven boats"
ADDRESS = "198.51.100.20"
BASE = "https://pay.example.com"

# As cheap as argon2 gets: what is tested is ours.
CHEAP = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def visit(secret: bytes | None = None, address: str = ADDRESS) -> Visit:
    """A request of staff."""
    return Visit(secret=secret, address=address, request_id="request")


def preview_of(house: House) -> GroupPreview:
    """The previews of the house's groups."""
    book = GroupBook(store=house.store, clock=house.clock, images=house.images, host="pay.example.com")
    return GroupPreview(
        store=house.store,
        clock=house.clock,
        book=book,
        notes=house.notes,
        warnings=GroupWarnings(store=house.store),
        gateway=house.gateway,
        host="pay.example.com",
    )


def secret_of(invited: Invited) -> bytes:
    """What stands in an enrolment's address."""
    import base64  # noqa: PLC0415 - only here

    return base64.urlsafe_b64decode(invited.url.rpartition("/")[2] + "=")


@dataclass(slots=True, kw_only=True)
class Member:
    """One of the staff and what she has: her name, her app, her cookie."""

    rooms: "Rooms"
    name: str
    totp: pyotp.TOTP
    secret: bytes | None = None

    def code(self, *, ago: float = 0.0) -> str:
        """What her app shows, or showed."""
        return self.totp.at(self.rooms.house.clock.now() - timedelta(seconds=ago))

    async def sign_in(
        self,
        *,
        name: str | None = None,
        password: str = PASSWORD,
        code: str | None = None,
        address: str = ADDRESS,
    ) -> SignedIn | NotSignedIn | SignInLocked:
        """Sign in with what is right, but for what is given."""
        answer = await self.rooms.desk.sign_in.sign_in(
            visit(self.secret, address),
            name=self.name if name is None else name,
            password=password,
            code=self.code() if code is None else code,
        )
        if isinstance(answer, SignedIn):
            self.secret = answer.secret
        return answer

    async def who(self) -> StaffStay | NoStaffStay:
        """Ask for a page."""
        return await self.rooms.desk.sign_in.who(visit(self.secret))


class Rooms:
    """The staff's services over a house's store, clock and keys."""

    def __init__(
        self,
        house: House,
        *,
        pops_management: bool = False,
        passwords: Passwords = CHEAP,
        channels: frozenset[Channel] = frozenset(Channel),
    ) -> None:
        self.house = house
        links = LinkBook(
            store=house.store,
            clock=house.clock,
            ids=house.ids,
            tokens=house.tokens,
            digests=house.digests,
            base_url=BASE,
        )
        self.desk: StaffDesk = staff_desk(
            store=house.store,
            clock=house.clock,
            ids=house.ids,
            digests=house.digests,
            limits=house.limits,
            passwords=passwords,
            gateway=house.gateway,
            links=links,
            preview=preview_of(house),
            warnings=no_warnings,
            groups=GroupBook(
                store=house.store, clock=house.clock, images=house.images, host="pay.example.com"
            ),
            refunds=house.refunds,
            notes=house.notes,
            channels=channels,
            base_url=BASE,
            pops_management=pops_management,
            zone=ZoneInfo("America/Chicago"),
        )

    async def invite(self, name: str = "Ada", role: StaffRole = StaffRole.ADMIN, *groups: str) -> Invited:
        """Make an account."""
        made = await self.desk.accounts.add(name, role=role, groups=groups or None, by="tests")
        assert isinstance(made, Invited), made
        return made

    async def member(self, name: str = "Ada", role: StaffRole = StaffRole.ADMIN, *groups: str) -> Member:
        """Make an account and enrol it; she is signed out, and her app's next code is fresh."""
        return await self.enrol(await self.invite(name, role, *groups))

    async def enrol(self, invited: Invited) -> Member:
        """Walk both steps."""
        step, member = await self.set_up(invited)
        signed_in = await self.desk.enrol.finish(visit(), step, code=member.code(ago=30))
        assert isinstance(signed_in, SignedIn), signed_in
        await self.desk.sign_in.sign_out(visit(signed_in.secret))
        return member

    async def set_up(self, invited: Invited) -> tuple[bytes, Member]:
        """Walk the first step; returns the second's secret and who she will be."""
        answer = await self.desk.enrol.set_password(
            visit(), secret_of(invited), password=PASSWORD, again=PASSWORD
        )
        assert isinstance(answer, PasswordSet), answer
        step = await self.desk.enrol.look(answer.next_secret)
        assert isinstance(step, WantsCode), step
        return answer.next_secret, Member(rooms=self, name=invited.staff.name, totp=pyotp.TOTP(step.secret))

    async def told(self) -> list[tuple[str, str, str]]:
        """The audit of the staff: type, actor, detail."""
        from sqlalchemy import select  # noqa: PLC0415 - only here

        from quickpay.adapters.store.schema import audit  # noqa: PLC0415 - only here
        from quickpay.adapters.store.statements import Statement  # noqa: PLC0415 - only here

        rows = await self.house.do(
            lambda tx: tx.audit._run.all(
                Statement(select(audit.c.type, audit.c.actor, audit.c.detail).order_by(audit.c.id))
            )
        )
        return [(row[0], row[1], row[2]) for row in rows if row[0].startswith("staff.")]

    async def types(self) -> list[str]:
        """The same, types only."""
        return [kind for kind, _, _ in await self.told()]
