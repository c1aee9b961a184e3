"""Redraw somebody's picture as a PNG of our own: nothing of the file itself is kept (R116)."""

import warnings
from io import BytesIO

import PIL.Image
from PIL import ImageOps

from quickpay.domain.images import FAVICON_SIZE, HOME_ASSET_MOST, LOGO_SIZE, Image, Purpose
from quickpay.ports.images import Refusal

KINDS = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/x-icon", "image/vnd.microsoft.icon"}
)
"""The content types taken. No SVG: it is a document that can hold scripts."""

MOST_PIXELS = 16_000_000
MOST_SCANS = 100

# A picture is judged by its first bytes, and then only that one decoder is let at it.
_STARTS = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"\x00\x00\x01\x00": "ICO",
}
_SCAN = b"\xff\xda"

# Set for the process: what is larger is thrown before it is unpacked, in whichever thread it is met.
PIL.Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)


def redrawn(data: bytes, purpose: Purpose) -> Image | Refusal:
    """Read a picture and draw it anew at its purpose's size; blocking, so call it in a thread."""
    kind = _kind(data)
    if kind is None:
        return Refusal.NOT_A_PICTURE
    if kind == "JPEG" and data.count(_SCAN) > MOST_SCANS:
        return (
            Refusal.TOO_MANY_PIXELS
        )  # small files can ask for the whole picture to be painted again and again
    try:
        with PIL.Image.open(BytesIO(data), formats=[kind]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return Refusal.TOO_MANY_PIXELS
            picture.draft("RGB", HOME_ASSET_MOST)
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
        return png_of(_sized(upright, purpose))
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning):
        return Refusal.TOO_MANY_PIXELS
    except Exception:  # noqa: BLE001 - a decoder may throw anything at bytes made to break it
        return Refusal.DAMAGED


def png_of(picture: PIL.Image.Image) -> Image:
    """Write a drawn picture as the PNG that is kept."""
    # Onto a new canvas: a copy would carry profiles and comments along.
    clean = PIL.Image.new("RGBA", picture.size)
    clean.paste(picture)
    opaque = clean.getchannel("A").getextrema() == (255, 255)
    written = BytesIO()
    (clean.convert("RGB") if opaque else clean).save(written, "PNG", optimize=True)
    return Image(png=written.getvalue(), width=clean.width, height=clean.height)


def _kind(data: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return next((kind for start, kind in _STARTS.items() if data.startswith(start)), None)


def _sized(picture: PIL.Image.Image, purpose: Purpose) -> PIL.Image.Image:
    match purpose:
        case Purpose.LOGO:
            return _padded(picture, LOGO_SIZE, from_left=0.0)  # its edge is the page's edge
        case Purpose.FAVICON:
            return _padded(picture, FAVICON_SIZE, from_left=0.5)
        case Purpose.HOME_ASSET:
            return _within(picture, HOME_ASSET_MOST, enlarge=False)


def _padded(picture: PIL.Image.Image, size: tuple[int, int], *, from_left: float) -> PIL.Image.Image:
    fitted = _within(picture, size, enlarge=True)
    canvas = PIL.Image.new("RGBA", size)
    spare = (size[0] - fitted.width, size[1] - fitted.height)
    canvas.paste(fitted, (int(spare[0] * from_left), spare[1] // 2))
    return canvas


def _within(picture: PIL.Image.Image, most: tuple[int, int], *, enlarge: bool) -> PIL.Image.Image:
    scale = min(most[0] / picture.width, most[1] / picture.height)
    if scale >= 1 and not enlarge:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, PIL.Image.Resampling.LANCZOS, reducing_gap=3.0)
