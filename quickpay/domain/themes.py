"""A group's theme: nine colours that can be read by construction, and the stylesheet made of them."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from annotated_types import Len

from quickpay.domain.colours import (
    AA,
    AA_CONTROLS,
    BLACK,
    WHITE,
    canonical,
    contrast,
    is_colour,
    mix,
    nearest_passing,
    text_on,
)
from quickpay.domain.faults import Fault

NEAR_BLACK = "#1a1a1a"
NEAR_WHITE = "#f5f5f5"

GROUNDS = ("background", "surface")
INKS = ("primary", "secondary", "accent", "info", "success", "error", "warning")

Colour = Annotated[str, Len(7, 7)]

_TINT = 0.12
_BORDER = 0.18
_PRESSED = 0.85
_MUTED_SHARES = tuple(share / 100 for share in range(72, 100, 2))
_CONTROL_SHARES = tuple(share / 100 for share in range(46, 100, 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Nine colours, each `#RRGGBB`, and whether text is light (`dark`); the defaults pass all rules."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    background: Colour = "#f5f7fa"
    surface: Colour = "#ffffff"
    primary: Colour = "#1f5c99"
    secondary: Colour = "#4a5b6c"
    accent: Colour = "#6b4799"
    info: Colour = "#1b6585"
    success: Colour = "#21693f"
    error: Colour = "#b3261e"
    warning: Colour = "#855000"
    dark: bool = False

    @property
    def text(self) -> str:
        """The colour of plain text: near-black, near-white when dark."""
        return NEAR_WHITE if self.dark else NEAR_BLACK


DARK = Theme(
    background="#0f1720",
    surface="#17212d",
    primary="#8ab4f8",
    secondary="#a5b4c4",
    accent="#f0b26b",
    info="#7cc4f0",
    success="#7bd88f",
    error="#ff9a94",
    warning="#f3c969",
    dark=True,
)
"""What a page of no group's wears where the browser asks for dark."""


def theme_faults(theme: Theme) -> tuple[Fault, ...]:
    """Name every colour that is none and every one that cannot be read, with the nearest that can (R115)."""
    malformed = malformed_colours(theme)
    colours = {name: getattr(theme, name) for name in (*GROUNDS, *INKS) if name not in malformed}
    grounds = {name: colours[name] for name in GROUNDS if name in colours}
    mended = mended_theme(theme)
    faults = [
        Fault(path=f"theme.{name}", message="Write the colour as # and six digits 0-9 or A-F, like #1F5C99.")
        for name in malformed
    ]
    for name, ground in grounds.items():
        failing = _failing(theme.text, {name: ground})
        if failing:
            text = "light" if theme.dark else "dark"
            message = (
                f"{name.title()} {ground} is hard to read under {text} text {theme.text}: the contrast is "
                f"{failing[name]} to 1 and must be 4.5 or more. The nearest colour that passes is "
                f"{getattr(mended, name)}{_or_flip(theme, grounds)}."
            )
            faults.append(Fault(path=f"theme.{name}", message=message))
    for name in INKS:
        failing = _failing(colours[name], grounds) if name in colours else {}
        if failing:
            where = " and ".join(
                f"{ratio} to 1 on {ground.title()} {grounds[ground]}" for ground, ratio in failing.items()
            )
            message = (
                f"{name.title()} {colours[name]} is hard to read: its contrast is {where} and must be 4.5 or "
                f"more. The nearest colour that passes is {getattr(mended, name)}."
            )
            faults.append(Fault(path=f"theme.{name}", message=message))
    return tuple(faults)


def mended_theme(theme: Theme) -> Theme:
    """Give the nearest theme that passes; where a colour is none, what suits the text stands in for it."""
    malformed = malformed_colours(theme)
    stand_ins: dict[str, Any] = dict.fromkeys(malformed, theme.text)
    stand_ins |= dict.fromkeys(set(malformed) & set(GROUNDS), _opposite(theme))
    return nearest_passing_theme(replace(theme, **stand_ins))


def nearest_passing_theme(theme: Theme) -> Theme:
    """Move each failing colour to its nearest passing one: the grounds for the text, then the rest on those.

    There always is one: white passes under near-black text and black under near-white, and on grounds that
    carry the text so does black or white.

    Raises:
        ValueError: a colour is not `#RRGGBB`.
    """
    moved: dict[str, Any] = {name: _moved(getattr(theme, name), (theme.text,)) for name in GROUNDS}
    behind = tuple(moved.values())
    moved |= {name: _moved(getattr(theme, name), behind) for name in INKS}
    return replace(theme, **moved)


def palette(theme: Theme) -> dict[str, str]:
    """Give every colour a page or an email may use, by name.

    The nine; `text`, `muted`, `border`, `control-border`, `focus`; and for each of the seven `on-…` (text on
    it as a fill), `…-pressed` (the fill while pressed) and `…-tint` (a ground for a notice that carries
    both the text and the colour itself).

    Raises:
        ValueError: a colour is not `#RRGGBB`; so nothing else can reach a stylesheet (A47).
    """
    colours = {name: canonical(getattr(theme, name)) for name in (*GROUNDS, *INKS)}
    behind = (colours["background"], colours["surface"])
    tones = {"text": theme.text}
    tones["muted"] = _faintest(theme.text, behind, shares=_MUTED_SHARES, least=AA)
    tones["control-border"] = _faintest(theme.text, behind, shares=_CONTROL_SHARES, least=AA_CONTROLS)
    tones["border"] = mix(theme.text, colours["surface"], share=_BORDER)
    tones["focus"] = theme.text
    for name in INKS:
        fill = colours[name]
        on_fill = text_on(fill)
        tones[f"on-{name}"] = on_fill
        # Away from its own text, so a pressed button is never harder to read than a resting one.
        tones[f"{name}-pressed"] = mix(fill, BLACK if on_fill == WHITE else WHITE, share=_PRESSED)
        tones[f"{name}-tint"] = _tint(fill, colours["surface"], theme.text)
    return colours | tones


def stylesheet(theme: Theme) -> str:
    """Write the palette as CSS custom properties (`--primary`, `--on-primary` …) with a colour scheme.

    Raises:
        ValueError: a colour is not `#RRGGBB`.
    """
    declarations = [f"--{name}: {colour};" for name, colour in palette(theme).items()]
    scheme = "dark" if theme.dark else "light"
    lines = [f"color-scheme: {scheme};", *declarations]
    return ":root {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def malformed_colours(theme: Theme) -> tuple[str, ...]:
    """Name the colours that are not `#RRGGBB`."""
    return tuple(name for name in (*GROUNDS, *INKS) if not is_colour(getattr(theme, name)))


def _opposite(theme: Theme) -> str:
    return BLACK if theme.dark else WHITE


def _failing(ink: str, grounds: dict[str, str]) -> dict[str, str]:
    """Give the grounds an ink fails on, each with its ratio cut (not rounded) to two places."""
    ratios = {name: contrast(ink, ground) for name, ground in grounds.items()}
    return {name: f"{int(ratio * 100) / 100:.2f}" for name, ratio in ratios.items() if ratio < AA}


def _or_flip(theme: Theme, grounds: dict[str, str]) -> str:
    flipped = replace(theme, dark=not theme.dark)
    if _failing(flipped.text, grounds):
        return ""
    return f", or turn Dark {'off' if theme.dark else 'on'}"


def _moved(colour: str, against: tuple[str, ...]) -> str:
    nearest = nearest_passing(colour, against)
    if nearest is None:
        raise AssertionError(f"nothing passes on {against}")
    return nearest


def _faintest(text: str, behind: tuple[str, ...], *, shares: tuple[float, ...], least: float) -> str:
    """Mix text into the ground it stands out from least, as faint as still passes on every ground."""
    ground = min(behind, key=lambda one: contrast(text, one))
    for share in shares:
        mixed = mix(text, ground, share=share)
        if all(contrast(mixed, one) >= least for one in behind):
            return mixed
    return text


def _tint(fill: str, surface: str, text: str) -> str:
    """Mix a fill into the surface as strongly as both it and the text can still be read on it."""
    for percent in range(int(_TINT * 100), 0, -1):
        tint = mix(fill, surface, share=percent / 100)
        if contrast(fill, tint) >= AA and contrast(text, tint) >= AA:
            return tint
    return surface
