"""A group's pictures: what each is for, how it is kept, and which addresses staff gave for them."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from quickpay.domain.options import Options


class Purpose(StrEnum):
    """What a picture is for; the option that holds its address is named `branding.{purpose}_url`."""

    FAVICON = "favicon"
    LOGO = "logo"
    HOME_ASSET = "home_asset"


LOGO_SIZE = (250, 64)
FAVICON_SIZE = (64, 64)
HOME_ASSET_MOST = (1200, 1200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One picture as it is kept and served: our own PNG, in pixels."""

    png: bytes = field(repr=False)
    width: int
    height: int

    @property
    def id(self) -> str:
        """The SHA-256 of its bytes in hex: the same picture is kept once."""
        return hashlib.sha256(self.png).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageIds:
    """Which kept pictures belong to the addresses of a group's options."""

    favicon: str | None = None
    logo: str | None = None
    home_asset: str | None = None


NO_IMAGES = ImageIds()


def image_urls(options: Options) -> dict[Purpose, str]:
    """List the addresses given, by what they are for."""
    urls = {purpose: getattr(options.branding, f"{purpose}_url") for purpose in Purpose}
    return {purpose: url for purpose, url in urls.items() if url is not None}
