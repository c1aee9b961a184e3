"""Colours: WCAG luminance and contrast, mixing, and the nearest colour that can be read."""

import re
from collections.abc import Iterable
from colorsys import hls_to_rgb, rgb_to_hls

AA = 4.5
"""The least contrast of text with what is behind it (WCAG 2.2, 1.4.3)."""

AA_CONTROLS = 3.0
"""The least contrast of the edge of a control with what is around it (WCAG 2.2, 1.4.11)."""

BLACK = "#000000"
WHITE = "#ffffff"

_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_LIGHTNESS_STEPS = 1000

# 0.04045 is the sRGB threshold; WCAG's older 0.03928 gives the same for every 8-bit channel.
_LINEAR = tuple(
    channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB
    for channel in (byte / 255 for byte in range(256))
)


def is_colour(text: str) -> bool:
    """Tell whether text is `#RRGGBB` and nothing else (R115, A47)."""
    return _HEX.fullmatch(text) is not None


def canonical(colour: str) -> str:
    """Give the one spelling of a colour, in small letters.

    Raises:
        ValueError: it is not `#RRGGBB`.
    """
    if not is_colour(colour):
        raise ValueError(f"not a colour: {colour!r}")
    return colour.lower()


def luminance(colour: str) -> float:
    """Give the relative luminance, 0 for black to 1 for white.

    Raises:
        ValueError: it is not `#RRGGBB`.
    """
    red, green, blue = (_LINEAR[channel] for channel in bytes.fromhex(canonical(colour)[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours, 1 to 21, whichever is in front."""
    return _ratio(luminance(one), luminance(other))


def least_contrast(colour: str, against: Iterable[str]) -> float:
    """Give the contrast with the one it is hardest to read on; infinite if there is none."""
    return min((contrast(colour, ground) for ground in against), default=float("inf"))


def text_on(fill: str) -> str:
    """Choose black or white for text on a filled colour, whichever contrasts more: always at least 4.58."""
    return max(BLACK, WHITE, key=lambda text: contrast(text, fill))


def mix(colour: str, into: str, *, share: float) -> str:
    """Blend `share` (0 to 1) of a colour into another, channel by channel."""
    pairs = zip(_channels(colour), _channels(into), strict=True)
    return _hex(*(share * front + (1 - share) * back for front, back in pairs))


def nearest_passing(colour: str, against: tuple[str, ...], *, least: float = AA) -> str | None:
    """Find the colour of the same hue and saturation, least moved in lightness, that passes on all grounds.

    The colour itself if it passes; of two equally near the darker; None if no lightness passes.
    """
    if least_contrast(colour, against) >= least:
        return canonical(colour)
    grounds = tuple(luminance(ground) for ground in against)
    hue, lightness, saturation = rgb_to_hls(*_channels(colour))
    for step in range(1, _LIGHTNESS_STEPS + 1):
        for moved in (lightness - step / _LIGHTNESS_STEPS, lightness + step / _LIGHTNESS_STEPS):
            candidate = _hex(*hls_to_rgb(hue, min(1.0, max(0.0, moved)), saturation))
            light = luminance(candidate)
            if all(_ratio(light, ground) >= least for ground in grounds):
                return candidate
    return None


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(canonical(colour)[1:])
    return red / 255, green / 255, blue / 255


def _hex(red: float, green: float, blue: float) -> str:
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def _ratio(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
