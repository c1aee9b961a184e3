"""A fetcher of pictures that draws them instead of asking anybody."""

from PIL import Image as Drawing

from quickpay.adapters.pictures import png_of
from quickpay.domain.images import FAVICON_SIZE, LOGO_SIZE, Image, Purpose
from quickpay.ports.images import ImageRefused, Refusal

SIZES = {Purpose.LOGO: LOGO_SIZE, Purpose.FAVICON: FAVICON_SIZE, Purpose.HOME_ASSET: (600, 300)}


class FakeImageFetcher:
    """Draw a picture for each address (port `ImageFetcher`). `down` holds why addresses give none."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Purpose]] = []
        self.down: dict[str, Refusal] = {}

    async def fetch(self, url: str, purpose: Purpose) -> Image | ImageRefused:
        self.asked.append((url, purpose))
        if url in self.down:
            return ImageRefused(reason=self.down[url])
        return drawn(url, purpose)


def drawn(url: str, purpose: Purpose) -> Image:
    """The picture of an address: one colour for each, half of it clear."""
    colour = sum(url.encode()) % 200
    picture = Drawing.new("RGBA", SIZES[purpose], (0, 0, 0, 0))
    picture.paste((colour, 90, 160, 255), (0, 0, SIZES[purpose][0] // 2, SIZES[purpose][1]))
    return png_of(picture)
