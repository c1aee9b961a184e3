"""Lay pictures of pages out: one sheet to look through, and a few large pictures of many small ones."""

from html import escape
from pathlib import Path

from PIL import Image, ImageDraw

HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Every page</title>
<style>body { margin: 16px; background: #777; font: 14px system-ui, sans-serif; color: #fff }
section { display: flex; gap: 12px; align-items: start; margin-bottom: 24px; overflow-x: auto }
h2 { margin: 0 0 4px } figure { margin: 0; flex: none } figcaption { margin-bottom: 2px }
img { height: 640px; width: auto; object-fit: contain; object-position: top }</style>
"""
WIDE, TALL, ROOM = 390, 1500, 12
IN_A_ROW = 8


def lay_out(out: Path) -> Path:
    """Lay out the pictures `page.language.device.scheme.png` of a folder, a line for each page."""
    taken = sorted(out.glob("*.*.*.*.png"), key=_order)
    names = dict.fromkeys(_parts(one)[0] for one in taken)
    rows = [_row(name, [one for one in taken if _parts(one)[0] == name]) for name in names]
    sheet = out / "index.html"
    sheet.write_text(HEAD + "\n".join(rows), "utf-8")
    for device, scheme in (("phone", "light"), ("phone", "dark"), ("desktop", "light"), ("desktop", "dark")):
        some = [one for one in taken if _parts(one)[2:] == (device, scheme)]
        for number, start in enumerate(range(0, len(some), IN_A_ROW)):
            _montage(some[start : start + IN_A_ROW]).save(out / f"all-{device}-{scheme}-{number:02}.jpg")
    return sheet


def _parts(file: Path) -> tuple[str, str, str, str]:
    name, language, device, scheme = file.name.removesuffix(".png").rsplit(".", 3)
    return name, language, device, scheme


def _order(file: Path) -> tuple[str, bool, bool, str]:
    name, language, device, scheme = _parts(file)
    return name, device != "phone", scheme != "light", language


def _row(name: str, files: list[Path]) -> str:
    shots = "".join(
        f"<figure><figcaption>{' '.join(_parts(one)[1:])}</figcaption>"
        f'<a href="{escape(one.name)}"><img src="{escape(one.name)}" loading="lazy" alt=""></a></figure>'
        for one in files
    )
    return f"<h2>{escape(name)}</h2><section>{shots}</section>"


def _montage(files: list[Path]) -> Image.Image:
    tiles = []
    for file in files:
        with Image.open(file) as opened:
            picture = opened.convert("RGB")
        width = min(picture.width, WIDE * 2)
        picture = picture.resize((width, round(picture.height * width / picture.width)))
        tiles.append((file, picture.crop((0, 0, width, min(picture.height, TALL)))))
    height = max(tile.height for _, tile in tiles) + 20
    sheet = Image.new("RGB", (sum(tile.width + ROOM for _, tile in tiles), height), "#777")
    left = 0
    for file, tile in tiles:
        ImageDraw.Draw(sheet).text((left + 2, 4), ".".join(_parts(file)[:2]), fill="white")
        sheet.paste(tile, (left, 20))
        left += tile.width + ROOM
    return sheet
