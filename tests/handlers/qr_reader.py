"""Read a QR code as a phone does, module by module; shares nothing with what draws it."""

import re
import struct
import zlib
from dataclasses import dataclass

Grid = list[list[bool]]

_STROKE = re.compile(r"M(\d+) (\d+)h(\d+)v1h-\d+z")
_QUIET = 4
# ISO 18004, error correction M: for each version, how many data codewords each block has.
_BLOCKS_M = {
    1: [16], 2: [28], 3: [44], 4: [32] * 2, 5: [43] * 2, 6: [27] * 4, 7: [31] * 4,
    8: [38] * 2 + [39] * 2, 9: [36] * 3 + [37] * 2, 10: [43] * 4 + [44],
}  # fmt: skip
_ALIGNED = {
    1: [], 2: [6, 18], 3: [6, 22], 4: [6, 26], 5: [6, 30], 6: [6, 34], 7: [6, 22, 38], 8: [6, 24, 42],
    9: [6, 26, 46], 10: [6, 28, 50],
}  # fmt: skip
_MASKS = (
    lambda row, column: (row + column) % 2 == 0,
    lambda row, column: row % 2 == 0,  # noqa: ARG005 - one of eight of a kind
    lambda row, column: column % 3 == 0,  # noqa: ARG005 - one of eight of a kind
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: row * column % 2 + row * column % 3 == 0,
    lambda row, column: (row * column % 2 + row * column % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2 == 0,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a PNG shows."""

    text: str
    width: int
    quiet_modules: int


def read_path(path: str, size: int) -> str:
    """Read the code an SVG path draws on a square of so many modules."""
    grid = [[False] * size for _ in range(size)]
    for column, row, length in ((int(one) for one in found) for found in _STROKE.findall(path)):
        for place in range(column, column + length):
            grid[row][place] = True
    assert _STROKE.sub("", path) == ""
    return _read(_without_quiet(grid))


def read_png(data: bytes) -> Picture:
    """Read the code of a black and white PNG."""
    pixels = _pixels(data)
    top = next(row for row in pixels if any(row))
    quiet = top.index(True)
    scale = _module(top[quiet:])
    grid = [row[scale // 2 :: scale] for row in pixels[scale // 2 :: scale]]
    return Picture(text=_read(_without_quiet(grid)), width=len(pixels), quiet_modules=quiet // scale)


def _module(row: list[bool]) -> int:
    """The width of a module: the finder's top is seven of them."""
    return row.index(False) // 7


def _without_quiet(grid: Grid) -> Grid:
    assert not any(any(row) for row in grid[:_QUIET])
    assert not any(any(row[:_QUIET]) for row in grid)
    return [row[_QUIET:-_QUIET] for row in grid[_QUIET:-_QUIET]]


def _pixels(data: bytes) -> Grid:
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    place, kept, width, depth, kind, dark = 8, b"", 0, 0, 0, 0
    while place < len(data):
        length, name = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + 8 + length]
        if name == b"IHDR":
            width, _, depth, kind = struct.unpack(">IIBB", body[:10])
        elif name == b"PLTE":
            dark = min(range(len(body) // 3), key=lambda at: body[at * 3 : at * 3 + 3])
        elif name == b"IDAT":
            kept += body
        place += 12 + length
    assert depth == 1
    assert kind in {0, 3}
    raw, stride = zlib.decompress(kept), (width + 7) // 8
    rows, above = [], bytes(stride)
    for start in range(0, len(raw), stride + 1):
        line = raw[start + 1 : start + 1 + stride]
        assert raw[start] in {0, 2}, "a filter nobody reads here"
        if raw[start] == 2:  # what differs from the row above
            line = bytes((one + other) % 256 for one, other in zip(line, above, strict=True))
        above = line
        bits = "".join(f"{byte:08b}" for byte in line)[:width]
        rows.append([bit == str(dark) for bit in bits])
    return rows


def _read(grid: Grid) -> str:
    size = len(grid)
    version = (size - 17) // 4
    form = [grid[8][place] for place in (0, 1, 2, 3, 4, 5, 7, 8)]
    bits = int("".join(str(int(bit)) for bit in form[:5]), 2) ^ 0b10101
    assert bits >> 3 == 0b00, "error correction is not M"
    mask, taken = _MASKS[bits & 0b111], _reserved(version, size)
    stream = [grid[row][column] ^ mask(row, column) for row, column in _walk(size) if not taken[row][column]]
    words = [
        int("".join(str(int(bit)) for bit in stream[at : at + 8]), 2) for at in range(0, len(stream) - 7, 8)
    ]
    blocks: list[list[int]] = [[] for _ in _BLOCKS_M[version]]
    place = 0
    for number in range(max(_BLOCKS_M[version])):
        for block, length in zip(blocks, _BLOCKS_M[version], strict=True):
            if number < length:
                block.append(words[place])
                place += 1
    data = "".join(f"{word:08b}" for block in blocks for word in block)
    assert data[:4] == "0100", "not written in bytes"
    counted = 8 if version < 10 else 16
    length = int(data[4 : 4 + counted], 2)
    start = 4 + counted
    return bytes(int(data[start + 8 * at : start + 8 * at + 8], 2) for at in range(length)).decode()


def _walk(size: int) -> list[tuple[int, int]]:
    """The way the bits go: two columns at a time from the right, up and down by turns, not over column 6."""
    places, up = [], True
    for right in (*range(size - 1, 6, -2), *range(5, 0, -2)):
        for row in range(size - 1, -1, -1) if up else range(size):
            places += [(row, right), (row, right - 1)]
        up = not up
    return places


def _reserved(version: int, size: int) -> Grid:
    """Where finders, timing, alignment, format and version stand."""
    taken = [[False] * size for _ in range(size)]

    def take(rows: range, columns: range) -> None:
        for row in rows:
            for column in columns:
                taken[row][column] = True

    take(range(9), range(9))
    take(range(9), range(size - 8, size))
    take(range(size - 8, size), range(9))
    take(range(6, 7), range(size))
    take(range(size), range(6, 7))
    last = size - 7
    for row in _ALIGNED[version]:
        for column in _ALIGNED[version]:
            if (row, column) not in {(6, 6), (6, last), (last, 6)}:
                take(range(row - 2, row + 3), range(column - 2, column + 3))
    if version >= 7:
        take(range(6), range(size - 11, size - 8))
        take(range(size - 11, size - 8), range(6))
    return taken
