"""The demo's pictures: drawn here, so that nothing has to be fetched and nobody else's work is shown."""

from collections.abc import Callable
from math import sin

from PIL import Image as Drawing
from PIL import ImageDraw, ImageFont

from quickpay.adapters.pictures import png_of
from quickpay.domain.images import FAVICON_SIZE, LOGO_SIZE, Image, Purpose
from quickpay.ports.images import ImageRefused, Refusal

_LARGE = 4  # drawn so many times larger and then reduced, which smooths the edges

_HOME_SIZE = (1200, 320)

Sign = Callable[[ImageDraw.ImageDraw, int], None]
View = Callable[[ImageDraw.ImageDraw, int, int], None]


def image_urls(slug: str) -> dict[str, str]:
    """Give the addresses a demo group has for its pictures; nobody asks them."""
    return {f"{purpose}_url": f"https://www.example.com/{slug}/{purpose}.png" for purpose in Purpose}


class DrawnImages:
    """Stands for the web while the demo's groups move in (port `ImageFetcher`)."""

    async def fetch(self, url: str, purpose: Purpose) -> Image | ImageRefused:
        """Draw the picture of a demo group."""
        group = _GROUPS.get(url.split("/")[3])
        if group is None:
            return ImageRefused(reason=Refusal.NOT_THERE)
        words, ink, sign, view = group
        match purpose:
            case Purpose.FAVICON:
                return png_of(_sign(sign))
            case Purpose.LOGO:
                return png_of(_logo(words, ink, sign))
            case Purpose.HOME_ASSET:
                return png_of(_view(view))


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


def _view(view: View) -> Drawing.Image:
    """Draw the picture for Home, twice as large and then reduced: it is wide enough as it is."""
    width, height = (2 * side for side in _HOME_SIZE)
    picture = Drawing.new("RGB", (width, height))
    view(ImageDraw.Draw(picture), width, height)
    return picture.resize(_HOME_SIZE, Drawing.Resampling.LANCZOS)


def _ridge(pen: ImageDraw.ImageDraw, size: tuple[int, int], at: float, swing: float, ink: str) -> None:
    """Fill from a line of hills down to the lower edge."""
    width, height = size
    line = [
        (x, height * (at - swing * (sin(x / width * 5.1 + at * 9) + 0.4 * sin(x / width * 13 + at * 31))))
        for x in range(0, width + 1, 8)
    ]
    pen.polygon([(0, height), *line, (width, height)], fill=ink)


def _lake(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
    """Draw a lake in the morning: hills behind, the sun, and its light on the water."""
    pen.rectangle((0, 0, width, height), fill="#dbe9f6")
    pen.ellipse((width * 0.7, height * 0.14, width * 0.7 + height * 0.3, height * 0.44), fill="#f6c453")
    _ridge(pen, (width, height), 0.46, 0.07, "#a9c6e3")
    _ridge(pen, (width, height), 0.58, 0.06, "#6f9fce")
    pen.rectangle((0, height * 0.7, width, height), fill="#1f4f8f")
    for step, long in enumerate((0.13, 0.1, 0.12, 0.07, 0.09)):
        middle, y = width * 0.7 + height * 0.15, height * (0.745 + 0.05 * step)
        box = (middle - width * long / 2, y, middle + width * long / 2, y + height * 0.012)
        pen.rounded_rectangle(box, radius=height // 150, fill="#f3d58c")


def _night(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
    """Draw hills by night under a moon."""
    pen.rectangle((0, 0, width, height), fill="#17212d")
    pen.ellipse((width * 0.72, height * 0.14, width * 0.72 + height * 0.24, height * 0.38), fill="#dbe7f5")
    for place in range(18):
        x, y = width * (place * 0.618 % 1), height * (0.06 + place * 0.377 % 0.34)
        pen.ellipse((x, y, x + 7, y + 7), fill="#8ab4f8")
    _ridge(pen, (width, height), 0.6, 0.07, "#2c3f57")
    _ridge(pen, (width, height), 0.74, 0.06, "#3f5d80")
    _ridge(pen, (width, height), 0.88, 0.05, "#5f86b8")


_GROUPS: dict[str, tuple[tuple[str, str], str, Sign, View]] = {
    "lakeside": (("Lakeside", "Family Medicine"), "#1f4f8f", _waves, _lake),
    "hilltop": (("Hilltop", "Dental"), "#dbe7f5", _hill, _night),
}
