"""A group's pictures at save: fetched once, kept for ever, and never in the way of another change."""

import asyncio
from typing import Any

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.faults import Fault
from quickpay.domain.groups import Group
from quickpay.domain.images import NO_IMAGES, Image, Purpose
from quickpay.domain.options import Branding, Options
from quickpay.ports.images import ImageRefused, Refusal
from quickpay.services.groups.images import REFUSALS
from quickpay.services.groups.keep import GroupBook
from tests.fakes.clock import FakeClock
from tests.fakes.images import FakeImageFetcher, drawn

LOGO = "https://www.example.com/logo.png"
OTHER = "https://www.example.com/other.png"


class Book:
    """A book of groups and the web its pictures come from."""

    def __init__(self, store: OpenStore) -> None:
        self.store = store
        self.web = FakeImageFetcher()
        self.groups = GroupBook(store=store, clock=FakeClock(), images=self.web, host="pay.example.com")

    async def put(self, slug: str = "lakeside", **branding: Any) -> Group | tuple[Fault, ...]:
        options = Options(branding=Branding(**{"name": slug.title()} | branding))
        put = await self.groups.put(slug, options, "dana")
        assert isinstance(put, Group | tuple)
        return put

    async def saved(self, slug: str = "lakeside", **branding: Any) -> Group:
        put = await self.put(slug, **branding)
        assert isinstance(put, Group), put
        assert await self.groups.by_slug(slug) == put
        return put

    async def shown(self, slug: str, purpose: Purpose, image_id: str | None) -> Image | None:
        assert image_id is not None
        return await self.groups.image(slug, purpose, image_id)


@pytest.fixture
def book(store: OpenStore) -> Book:
    return Book(store)


async def test_all_three_are_fetched_once_and_kept(book: Book) -> None:
    urls = {f"{purpose}_url": f"https://www.example.com/{purpose}" for purpose in Purpose}
    group = await book.saved(**urls)
    for purpose in Purpose:
        url = f"https://www.example.com/{purpose}"
        assert (url, purpose) in book.web.asked
        image_id = getattr(group.images, purpose.value)
        assert await book.shown("lakeside", purpose, image_id) == drawn(url, purpose)
    assert (group.logo, group.favicon) == (group.images.logo, group.images.favicon)
    await book.saved(**urls, name="Lakeside Clinic")
    assert len(book.web.asked) == 3


async def test_r116_a_new_address_that_gives_no_picture_refuses_the_save_at_its_field(book: Book) -> None:
    before = await book.saved()
    book.web.down = {LOGO: Refusal.TOO_LARGE, OTHER: Refusal.PRIVATE}
    refused = await book.put(logo_url=LOGO, home_asset_url=OTHER)
    assert refused == (
        Fault(path="branding.logo_url", message=REFUSALS[Refusal.TOO_LARGE]),
        Fault(path="branding.home_asset_url", message=REFUSALS[Refusal.PRIVATE]),
    )
    assert await book.groups.by_slug("lakeside") == before


def test_every_reason_has_words_that_say_what_to_do() -> None:
    assert set(REFUSALS) == set(Refusal)
    assert len(set(REFUSALS.values())) == len(REFUSALS)


async def test_r116_an_unchanged_address_keeps_its_picture_while_its_host_is_down(book: Book) -> None:
    before = await book.saved(logo_url=LOGO)
    book.web.down = {LOGO: Refusal.UNREACHABLE}
    after = await book.saved(logo_url=LOGO, name="Lakeside Clinic")
    assert (after.version, after.images) == (2, before.images)
    assert len(book.web.asked) == 1


async def test_an_address_of_an_earlier_version_has_its_picture_still(book: Book) -> None:
    first = await book.saved(logo_url=LOGO)
    second = await book.saved(logo_url=OTHER)
    third = await book.saved()
    assert (third.images, third.logo) == (NO_IMAGES, None)
    book.web.down = {LOGO: Refusal.UNREACHABLE}
    again = await book.saved(logo_url=LOGO)
    assert (again.version, again.images) == (4, first.images)
    for group in (first, second):
        assert await book.shown("lakeside", Purpose.LOGO, group.logo) is not None


async def test_the_same_address_for_another_purpose_is_another_picture(book: Book) -> None:
    group = await book.saved(logo_url=LOGO, favicon_url=LOGO)
    assert group.logo != group.favicon
    assert len(book.web.asked) == 2
    assert await book.shown("lakeside", Purpose.FAVICON, group.logo) is None


async def test_a_picture_two_groups_have_is_kept_once_and_fetched_by_each(book: Book) -> None:
    one, other = await book.saved(logo_url=LOGO), await book.saved("hilltop", logo_url=LOGO)
    assert one.logo == other.logo
    assert len(book.web.asked) == 2


async def test_a59_another_groups_picture_is_not_there(book: Book) -> None:
    lakeside, hilltop = await book.saved(logo_url=LOGO), await book.saved("hilltop", logo_url=OTHER)
    assert lakeside.logo != hilltop.logo
    assert await book.shown("hilltop", Purpose.LOGO, lakeside.logo) is None
    assert await book.shown("nowhere", Purpose.LOGO, lakeside.logo) is None


async def test_nothing_is_fetched_for_what_is_refused_anyway(book: Book) -> None:
    await book.saved("hilltop")
    assert isinstance(await book.put(logo_url="http://www.example.com/logo.png"), tuple)
    assert isinstance(await book.put(logo_url=LOGO, name="HILLTOP"), tuple)
    assert isinstance(await book.put("Not a slug", logo_url=LOGO), tuple)
    stranger = await book.groups.put(
        "hilltop", Options(branding=Branding(name="H", logo_url=LOGO)), "x", within=10**6
    )
    assert not isinstance(stranger, Group | tuple)
    assert book.web.asked == []


async def test_saves_at_once_end_as_one_after_the_other(book: Book) -> None:
    urls = [LOGO, OTHER] * 4
    puts = await asyncio.gather(*(book.put(logo_url=url) for url in urls))
    assert all(isinstance(put, Group) for put in puts)
    now = await book.groups.by_slug("lakeside")
    assert now is not None
    url = now.options.branding.logo_url
    assert url is not None
    assert await book.shown("lakeside", Purpose.LOGO, now.logo) == drawn(url, Purpose.LOGO)


class _Slow(FakeImageFetcher):
    """Let somebody else save while a picture is on its way."""

    def __init__(self, book: Book) -> None:
        super().__init__()
        self.book = book

    async def fetch(self, url: str, purpose: Purpose) -> Image | ImageRefused:
        async with asyncio.timeout(5):  # a transaction open meanwhile would keep this one out
            await self.book.saved(name="Saved Meanwhile")
        return await super().fetch(url, purpose)


async def test_no_transaction_is_open_while_a_picture_is_fetched(book: Book) -> None:
    slow = GroupBook(store=book.store, clock=FakeClock(), images=_Slow(book), host="pay.example.com")
    put = await slow.put("lakeside", Options(branding=Branding(name="Lakeside", logo_url=LOGO)), "dana")
    assert isinstance(put, Group)
    assert (put.version, put.logo) == (2, drawn(LOGO, Purpose.LOGO).id)
