"""Pictures for tests, sound ones and ones made to do harm."""

import struct
import zlib
from io import BytesIO

from PIL import Image as Drawing
from PIL import PngImagePlugin

KINDS = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "ICO": "image/x-icon",
}
SCRIPT = b"<script>alert(document.domain)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>"


def picture(kind: str = "PNG", size: tuple[int, int] = (500, 128), mode: str = "RGB") -> bytes:
    """A picture with edges in it."""
    drawing = Drawing.new("L", size, 40)
    drawing.paste(220, (0, 0, size[0] // 2, size[1]))
    written = BytesIO()
    drawing.convert(mode).save(written, kind)
    return written.getvalue()


def read(png: bytes) -> Drawing.Image:
    """Open what we keep."""
    opened = Drawing.open(BytesIO(png), formats=["PNG"])
    opened.load()
    return opened


def talkative_png() -> bytes:
    """A PNG with a comment, a profile and a position in it."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "taken in the staff room")
    exif = Drawing.Exif()
    exif[0x010E] = "taken in the staff room"
    written = BytesIO()
    Drawing.new("RGB", (300, 80), "red").save(
        written, "PNG", pnginfo=words, exif=exif, icc_profile=b"profile of the staff room"
    )
    return written.getvalue()


def sideways_jpeg() -> bytes:
    """A photograph 200 wide and 100 high, kept standing on its side as phones do."""
    exif = Drawing.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "staff room"
    written = BytesIO()
    Drawing.new("RGB", (100, 200), "red").save(written, "JPEG", exif=exif)
    return written.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is as large as this."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def icon_holding(png: bytes) -> bytes:
    """An ICO that says it is 16 by 16 and holds this."""
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(png), 22) + png
