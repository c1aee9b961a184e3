"""Themes can be read by construction (R115, A47)."""

import re
from colorsys import rgb_to_hls
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from quickpay.domain.colours import (
    BLACK,
    WHITE,
    contrast,
    is_colour,
    luminance,
    mix,
    nearest_passing,
    text_on,
)
from quickpay.domain.themes import (
    GROUNDS,
    INKS,
    NEAR_BLACK,
    NEAR_WHITE,
    Theme,
    nearest_passing_theme,
    palette,
    stylesheet,
    theme_faults,
)

untimed = settings(deadline=None)  # nothing here is about time, and cores are shared

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
themes = st.builds(Theme, **dict.fromkeys((*GROUNDS, *INKS), colours), dark=st.booleans())

NO_COLOURS = [
    "",
    "red",
    "#fff",
    "1f5c99",
    "#1f5c9",
    "#1f5c999",
    "#1f5c9g",
    "#1f5c99\n",
    " #1f5c99",
    "#1f5c99;",
    "url(//x.example)",
    "</style><script>",
    "var(--x)",
    "#\uff11\uff12\uff13456",  # full-width digits
    "#½23456",
    "attr(x)",
    "#12/**/",
    "\\23 1f5c9",
]


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.478),
        ("#767676", "#ffffff", 4.542),
        ("#ff0000", "#ffffff", 3.998),
        ("#0000ff", "#ffffff", 8.592),
        ("#1A1A1A", "#FFFFFF", 17.404),
    ],
)
def test_contrast_is_what_wcag_says(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.001)
    assert contrast(other, one) == contrast(one, other)


def test_luminance_runs_from_black_to_white() -> None:
    assert luminance(BLACK) == 0
    assert luminance(WHITE) == pytest.approx(1)


def test_mixing_is_a_share_of_each_channel() -> None:
    assert mix("#000000", "#ffffff", share=0.5) == "#808080"
    assert mix("#ff0000", "#0000ff", share=1) == "#ff0000"


@untimed
@given(colours)
def test_text_on_any_fill_can_be_read(fill: str) -> None:
    text = text_on(fill)
    assert contrast(text, fill) >= 4.5
    assert contrast(text, fill) >= contrast(BLACK if text == WHITE else WHITE, fill)


def test_text_on_fills_by_example() -> None:
    assert text_on("#1f5c99") == WHITE
    assert text_on("#ffd000") == BLACK


def test_the_nearest_of_a_passing_colour_is_itself() -> None:
    assert nearest_passing("#1F5C99", (WHITE,)) == "#1f5c99"


def test_the_nearest_grey_on_white_is_the_well_known_one() -> None:
    assert nearest_passing("#777777", (WHITE,)) == "#767676"


def test_no_lightness_passes_between_black_and_white() -> None:
    assert nearest_passing("#3366cc", (BLACK, WHITE), least=4.6) is None


@untimed
@given(colours, st.lists(colours, min_size=1, max_size=2).map(tuple))
@example("#ffff00", ("#ffffff", "#f5f7fa"))
def test_the_nearest_passing_colour_passes_and_nothing_nearer_does(
    colour: str, grounds: tuple[str, ...]
) -> None:
    def passes(one: str) -> bool:
        return all(contrast(one, ground) >= 4.5 for ground in grounds)

    nearest = nearest_passing(colour, grounds)
    assert nearest == nearest_passing(colour, grounds)
    if nearest is None:
        # Black and white bound every lightness: if one of them passed there would be an answer.
        assert not passes(BLACK)
        assert not passes(WHITE)
        return
    assert passes(nearest)
    moved = abs(_hls(nearest)[1] - _hls(colour)[1])
    greys_nearer = [
        grey for grey in _same_hue(colour) if abs(_hls(grey)[1] - _hls(colour)[1]) < moved - 0.004
    ]
    assert not any(passes(grey) for grey in greys_nearer)


@untimed
@given(colours)
def test_the_hue_is_kept(colour: str) -> None:
    hue, _, saturation = _hls(colour)
    nearest = nearest_passing(colour, (WHITE,))
    assert nearest is not None
    found, lightness, kept = _hls(nearest)
    if saturation > 0.3 and kept > 0.3 and 0.1 < lightness < 0.9:  # a near-grey's hue is not to be seen
        assert min(abs(found - hue), 1 - abs(found - hue)) < 0.02


def test_the_defaults_pass() -> None:
    assert theme_faults(Theme()) == ()


@pytest.mark.parametrize("dark", [False, True])
@untimed
@given(theme=themes)
def test_a_theme_without_faults_can_be_read_everywhere(theme: Theme, *, dark: bool) -> None:
    for candidate in (theme, nearest_passing_theme(replace(theme, dark=dark))):
        readable = all(
            contrast(getattr(candidate, ink), getattr(candidate, ground)) >= 4.5
            for ink, ground in product(("text", *INKS), GROUNDS)
        )
        assert readable == (theme_faults(candidate) == ())


@untimed
@given(themes)
def test_every_suggestion_taken_together_passes(theme: Theme) -> None:
    mended = nearest_passing_theme(theme)
    assert theme_faults(mended) == ()
    for fault in theme_faults(theme):
        assert getattr(mended, fault.path.removeprefix("theme.")) in fault.message


def test_a_fault_names_pair_ratio_and_nearest() -> None:
    faults = theme_faults(Theme(background="#ffffff", surface="#ffffff", warning="#ffb000"))
    assert [fault.path for fault in faults] == ["theme.warning"]
    nearest = nearest_passing("#ffb000", ("#ffffff", "#ffffff"))
    assert faults[0].message == (
        "Warning #ffb000 is hard to read: its contrast is 1.83 to 1 on Background #ffffff and "
        f"1.83 to 1 on Surface #ffffff and must be 4.5 or more. The nearest colour that passes is {nearest}."
    )


def test_a_dark_ground_under_dark_text_is_told_of_dark() -> None:
    theme = Theme(background="#101418", surface="#181d22")
    by_path = {fault.path: fault.message for fault in theme_faults(theme)}
    assert "under dark text #1a1a1a" in by_path["theme.background"]
    assert by_path["theme.background"].endswith(", or turn Dark on.")
    assert "theme.surface" in by_path


def test_a_ratio_is_never_rounded_up_to_a_pass() -> None:
    for fault in theme_faults(Theme(background=WHITE, surface=WHITE, primary="#777777")):
        assert "4.47 to 1" in fault.message


@pytest.mark.parametrize("text", NO_COLOURS)
@pytest.mark.parametrize("name", [*GROUNDS, *INKS])
def test_a47_only_hex_is_a_colour_and_only_hex_reaches_a_stylesheet(name: str, text: str) -> None:
    wrong: dict[str, Any] = {name: text}
    theme = replace(Theme(), **wrong)
    assert not is_colour(text)
    assert [fault.path for fault in theme_faults(theme)] == [f"theme.{name}"]
    assert not text or text not in theme_faults(theme)[0].message
    with pytest.raises(ValueError, match="not a colour"):
        stylesheet(theme)


@untimed
@given(themes.map(nearest_passing_theme))
def test_every_pair_of_the_palette_passes_by_construction(theme: Theme) -> None:
    tones = palette(theme)
    grounds = [tones["background"], tones["surface"]]
    for ground in grounds:
        assert contrast(tones["text"], ground) >= 4.5
        assert contrast(tones["muted"], ground) >= 4.5
        assert contrast(tones["control-border"], ground) >= 3
        assert contrast(tones["focus"], ground) >= 3
    for name in INKS:
        assert contrast(tones[f"on-{name}"], tones[name]) >= 4.5
        assert contrast(tones[f"on-{name}"], tones[f"{name}-pressed"]) >= 4.5
        assert contrast(tones[name], tones[f"{name}-tint"]) >= 4.5
        assert contrast(tones["text"], tones[f"{name}-tint"]) >= 4.5


@untimed
@given(themes)
def test_a_stylesheet_is_only_properties_and_hex(theme: Theme) -> None:
    css = stylesheet(theme)
    lines = css.splitlines()
    assert lines[0] == ":root {"
    assert lines[1] == f"  color-scheme: {'dark' if theme.dark else 'light'};"
    assert lines[-1] == "}"
    assert all(re.fullmatch(r"  --[a-z-]+: #[0-9a-f]{6};", line) for line in lines[2:-1])


def test_a_stylesheet_by_example() -> None:
    css = stylesheet(Theme(primary="#1F5C99"))
    assert "  --primary: #1f5c99;\n" in css
    assert "  --on-primary: #ffffff;\n" in css
    assert f"  --text: {NEAR_BLACK};\n" in css
    dark = nearest_passing_theme(Theme(background="#101418", surface="#181d22", dark=True))
    assert f"  --text: {NEAR_WHITE};\n" in stylesheet(dark)


def _hls(colour: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(colour[1:])
    return rgb_to_hls(red / 255, green / 255, blue / 255)


def _same_hue(colour: str) -> list[str]:
    """Every mix of the colour with black or white: the same hue, found another way than the code does."""
    shades = [mix(colour, BLACK, share=step / 100) for step in range(101)]
    tints = [mix(colour, WHITE, share=step / 100) for step in range(101)]
    hue, _, saturation = _hls(colour)
    return [
        one
        for one in shades + tints
        if abs(_hls(one)[0] - hue) < 0.001 and abs(_hls(one)[2] - saturation) < 0.001
    ]
