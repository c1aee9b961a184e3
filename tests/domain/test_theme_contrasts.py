"""Every pair of a theme that must be readable is judged, and what is offered passes."""

from dataclasses import replace

from quickpay.domain.theme_contrasts import judged
from quickpay.domain.themes import DARK, Theme


def test_the_default_themes_pass_in_all_sixteen_pairs() -> None:
    for theme in (Theme(), DARK):
        found = judged(theme)
        assert all(one.passes and one.nearest is None for one in found)
        assert sum(len(one.pairs) for one in found) == 16


def test_the_offered_colours_taken_together_pass() -> None:
    theme = Theme(background="#777777", surface="#999999", primary="#88aadd", info="none")
    offers = {one.name: one.nearest for one in judged(theme) if one.nearest is not None}
    assert {"background", "primary", "info"} <= set(offers)
    assert all(one.passes for one in judged(replace(theme, **offers)))


def test_what_is_no_colour_has_no_pairs_and_is_on_no_other_s() -> None:
    found = {one.name: one for one in judged(replace(Theme(), surface="white"))}
    assert not found["surface"].passes
    assert found["surface"].pairs == ()
    assert [pair.ground for pair in found["primary"].pairs] == ["background"]


def test_a_ratio_is_cut_and_not_rounded_up_to_a_pass() -> None:
    (pair, _) = next(
        one for one in judged(Theme(primary="#777777", background="#ffffff")) if one.name == "primary"
    ).pairs
    assert pair.said == "4.47"
    assert not pair.passes
