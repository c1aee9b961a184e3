"""The staff's pages on loopback, with one browser for each of the staff."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from quickpay.domain.messages import Channel
from quickpay.domain.staff import StaffRole
from quickpay.services.staff.sign_in import SignedIn
from tests.handlers.site import Browser, Site, site_of
from tests.people import House
from tests.staff_people import PASSWORD, Member, Rooms

SIGN_IN = "/staff/sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSite:
    """The site and the staff's services behind it."""

    site: Site
    rooms: Rooms

    async def sign_in(self, member: Member) -> Browser:
        """A browser in which she has signed in, with the form of the front page at hand."""
        browser = self.site.browser()
        await browser.get(SIGN_IN)
        self.site.house.later(seconds=30)
        fields = {"name": member.name, "password": PASSWORD, "code": member.code()}
        assert (await browser.post(SIGN_IN, fields)).to == "/staff"
        assert (await browser.get("/staff")).status == 200
        return browser

    async def cookie_of(self, member: Member) -> str:
        """Her session's cookie, without the walk through the form."""
        self.site.house.later(seconds=30)
        assert isinstance(await member.sign_in(), SignedIn)
        import base64  # noqa: PLC0415 - only here

        assert member.secret is not None
        return "__Host-qps=" + base64.urlsafe_b64encode(member.secret).rstrip(b"=").decode()

    async def member(self, name: str = "Ada", role: StaffRole = StaffRole.ADMIN, *groups: str) -> Member:
        """Somebody with an account."""
        return await self.rooms.member(name, role, *groups)


@asynccontextmanager
async def staff_site_of(
    house: House, *, pops_management: bool = True, channels: frozenset[Channel] = frozenset(Channel)
) -> AsyncIterator[StaffSite]:
    """Serve it."""
    rooms = Rooms(house, pops_management=pops_management, channels=channels)
    async with site_of(house, staff=rooms.desk) as site:
        yield StaffSite(site=site, rooms=rooms)
