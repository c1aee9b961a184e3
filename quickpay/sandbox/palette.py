"""The merchant's colours, checked, and mended where a reader could not tell one from the other."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

HEX = re.compile(r"#[0-9a-fA-F]{6}")
TEXT_CONTRAST, SHAPE_CONTRAST = 4.5, 3.0  # WCAG 2.2: 1.4.3 and 1.4.11
STEPS = 20
LIGHT = {
    "text": "#1b2430",
    "background": "#ffffff",
    "surface": "#ffffff",
    "primary": "#14539a",
    "error": "#b3261e",
}
DARK = {
    "text": "#eef2f7",
    "background": "#10151c",
    "surface": "#19202a",
    "primary": "#8ab8f0",
    "error": "#ffb4ab",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Hold the colours of one set of fields, every pair of them legible."""

    text: str
    hint: str
    background: str
    surface: str
    border: str
    primary: str
    on_primary: str
    error: str
    dark: bool


def palette(asked: Mapping[str, str], *, dark: bool) -> Palette:
    """Take the colours that are `#RRGGBB`, the world's own for the rest; move those nobody could read."""
    plain = DARK if dark else LIGHT
    given = {name: asked[name] if HEX.fullmatch(asked.get(name, "")) else plain[name] for name in plain}
    surface, field = given["surface"], given["background"]
    text = legible(given["text"], on=(surface, field), least=TEXT_CONTRAST)
    primary = legible(given["primary"], on=(surface, field), least=SHAPE_CONTRAST)
    return Palette(
        text=text,
        hint=legible(mixed(text, surface, share=0.7), on=(surface, field), least=TEXT_CONTRAST),
        background=field,
        surface=surface,
        border=legible(mixed(text, surface, share=0.5), on=(surface, field), least=SHAPE_CONTRAST),
        primary=primary,
        on_primary=legible(surface, on=(primary,), least=TEXT_CONTRAST),
        error=legible(given["error"], on=(surface, field), least=TEXT_CONTRAST),
        dark=dark,
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def legible(colour: str, *, on: tuple[str, ...], least: float) -> str:
    """Return the colour, or the nearest on its way to black or white that stands out enough."""
    ways = sorted(("#000000", "#ffffff"), key=lambda end: -min(contrast(end, ground) for ground in on))
    for step in range(STEPS + 1):
        for end in ways:
            tried = mixed(end, colour, share=step / STEPS)
            if min(contrast(tried, ground) for ground in on) >= least:
                return tried
    return ways[0]


def mixed(one: str, other: str, *, share: float) -> str:
    """Mix two colours, `share` of them being the first."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB
        for value in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
