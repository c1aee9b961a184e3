"""The demo's pictures: drawn here, so that nothing has to be fetched and nobody else's work is shown."""

from collections.abc import Callable

from PIL import Image as Drawing
from PIL import ImageDraw, ImageFont

from quickpay.adapters.pictures import png_of
from quickpay.domain.images import FAVICON_SIZE, LOGO_SIZE, Image, Purpose
from quickpay.ports.images import ImageRefused, Refusal

_LARGE = 4  # drawn so many times larger and then reduced, which smooths the edges

Sign = Callable[[ImageDraw.ImageDraw, int], None]


def image_urls(slug: str) -> dict[str, str]:
    """Give the addresses a demo group has for its pictures; nobody asks them."""
    return {
        f"{purpose}_url": f"https://www.example.com/{slug}/{purpose}.png"
        for purpose in (Purpose.LOGO, Purpose.FAVICON)
    }


class DrawnImages:
    """Stands for the web while the demo's groups move in (port `ImageFetcher`)."""

    async def fetch(self, url: str, purpose: Purpose) -> Image | ImageRefused:
        """Draw the picture of a demo group."""
        group = _GROUPS.get(url.split("/")[3])
        if group is None:
            return ImageRefused(reason=Refusal.NOT_THERE)
        words, ink, sign = group
        picture = _sign(sign) if purpose is Purpose.FAVICON else _logo(words, ink, sign)
        return png_of(picture)


def _logo(words: tuple[str, str], ink: str, sign: Sign) -> Drawing.Image:
    width, height = LOGO_SIZE
    logo = Drawing.new("RGBA", LOGO_SIZE)
    logo.paste(_sign(sign).resize((56, 56), Drawing.Resampling.LANCZOS), (0, (height - 56) // 2))
    lettering = Drawing.new("RGBA", (width * _LARGE, height * _LARGE))
    pen = ImageDraw.Draw(lettering)
    first, second = words
    pen.text((70 * _LARGE, 9 * _LARGE), first, fill=ink, font=ImageFont.load_default(26 * _LARGE))
    pen.text((70 * _LARGE, 37 * _LARGE), second, fill=ink, font=ImageFont.load_default(17 * _LARGE))
    logo.alpha_composite(lettering.resize(LOGO_SIZE, Drawing.Resampling.LANCZOS))
    return logo


def _sign(sign: Sign) -> Drawing.Image:
    side = FAVICON_SIZE[0] * _LARGE
    picture = Drawing.new("RGBA", (side, side))
    sign(ImageDraw.Draw(picture), side)
    return picture.resize(FAVICON_SIZE, Drawing.Resampling.LANCZOS)


def _waves(pen: ImageDraw.ImageDraw, side: int) -> None:
    """Draw three waves under a sun, on a disc."""
    pen.ellipse((0, 0, side - 1, side - 1), fill="#1f4f8f")
    pen.ellipse((side * 0.36, side * 0.18, side * 0.64, side * 0.46), fill="#f6c453")
    for place in (0.54, 0.66, 0.78):
        for step in range(3):
            left = side * (0.2 + 0.2 * step)
            box = (left, side * place, left + side * 0.2, side * (place + 0.12))
            pen.arc(box, 180, 360, fill="#ffffff", width=side // 22)


def _hill(pen: ImageDraw.ImageDraw, side: int) -> None:
    """Draw a hill under a moon, on a rounded tile."""
    pen.rounded_rectangle((0, 0, side - 1, side - 1), radius=side // 5, fill="#8ab4f8")
    pen.ellipse((side * 0.58, side * 0.16, side * 0.82, side * 0.4), fill="#ffffff")
    pen.polygon(
        [(side * 0.12, side * 0.84), (side * 0.46, side * 0.34), (side * 0.88, side * 0.84)], fill="#17212d"
    )


_GROUPS: dict[str, tuple[tuple[str, str], str, Sign]] = {
    "lakeside": (("Lakeside", "Family Medicine"), "#1f4f8f", _waves),
    "hilltop": (("Hilltop", "Dental"), "#dbe7f5", _hill),
}
