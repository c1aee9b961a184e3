"""Get a group's pictures when their addresses are saved: fetch what is new, keep it, put it into emails."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from quickpay.domain.faults import Fault
from quickpay.domain.groups import Group
from quickpay.domain.images import Image, ImageIds, Purpose, image_urls
from quickpay.domain.options import Options
from quickpay.ports.images import ImageFetcher, ImageRefused, Refusal
from quickpay.ports.messages import InlineImage
from quickpay.ports.tables import Tx

LOGO_CONTENT_ID = "logo"
"""What an email's HTML calls the group's logo: `cid:logo`."""

Fetched = Mapping[Purpose, Image]
Inline = tuple[InlineImage, ...]

REFUSALS: dict[Refusal, str] = {
    Refusal.ADDRESS: "Write a full public web address that starts with https://.",
    Refusal.NO_HOST: "The host in this address cannot be found. Look for a typing mistake.",
    Refusal.PRIVATE: "This host is inside a private network. Use a public one.",
    Refusal.UNREACHABLE: "The host does not answer. Try again later, or put the picture somewhere else.",
    Refusal.UNTRUSTED: "The host's certificate cannot be trusted. Use one browsers open without a warning.",
    Refusal.TOO_SLOW: "The picture did not come within 5 seconds. Make it smaller, or put it somewhere else.",
    Refusal.REDIRECT: "This address leads on to another. Write the address the picture itself has.",
    Refusal.NOT_THERE: "There is no picture at this address. Open it in a browser to see what is there.",
    Refusal.TOO_LARGE: "The picture is larger than 1 MiB. Save it smaller.",
    Refusal.NOT_A_PICTURE: "Use a PNG, JPEG, GIF, WebP or ICO picture; other kinds, SVG too, are not taken.",
    Refusal.TOO_MANY_PIXELS: "The picture has more than 16 million pixels. Save it smaller.",
    Refusal.DAMAGED: "The picture is damaged or cut short. Save it anew and try again.",
}
"""What staff read for each reason, at the address's field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The addresses that are new to a group."""

    urls: Mapping[Purpose, str]


async def wanted(tx: Tx, slug: str, before: Group | None, options: Options) -> Wanted:
    """List the addresses to fetch: neither those of now nor any this group ever had a picture from."""
    now = {} if before is None else image_urls(before.options)
    new = {purpose: url for purpose, url in image_urls(options).items() if now.get(purpose) != url}
    return Wanted(
        urls={
            purpose: url for purpose, url in new.items() if await tx.images.kept(slug, purpose, url) is None
        }
    )


async def fetch_all(images: ImageFetcher, new: Wanted) -> Fetched | tuple[Fault, ...]:
    """Fetch them side by side, or say of each that cannot be had why."""
    answers = await asyncio.gather(*(images.fetch(url, purpose) for purpose, url in new.urls.items()))
    found = dict(zip(new.urls, answers, strict=True))
    wrong = tuple(
        Fault(path=f"branding.{purpose}_url", message=REFUSALS[answer.reason])
        for purpose, answer in found.items()
        if isinstance(answer, ImageRefused)
    )
    return wrong or {purpose: one for purpose, one in found.items() if isinstance(one, Image)}


async def keep(tx: Tx, slug: str, options: Options, fetched: Fetched) -> ImageIds:
    """Keep what was fetched, and name the picture of each of the options' addresses."""
    ids: dict[Purpose, str | None] = {}
    for purpose, url in image_urls(options).items():
        ids[purpose] = await tx.images.kept(slug, purpose, url)
        image = fetched.get(purpose)
        if ids[purpose] is None and image is not None:
            await tx.images.add(image)
            ids[purpose] = image.id
    return ImageIds(**{purpose.value: id_ for purpose, id_ in ids.items()})


async def name_all(tx: Tx, group: Group, now: datetime) -> None:
    """Remember from which address the saved group has each of its pictures."""
    for purpose, url in image_urls(group.options).items():
        id_ = getattr(group.images, purpose.value)
        if id_ is not None:
            await tx.images.name(group.id, purpose, url, id_, now)


async def logo_inline(tx: Tx, group: Group) -> Inline:
    """Give the group's logo as emails carry it; nothing where it has none."""
    image = None if group.logo is None else await tx.images.get(group.logo)
    return () if image is None else (InlineImage(content_id=LOGO_CONTENT_ID, png=image.png),)
