"""Every pair of a theme that must be readable: its ratio, its verdict, and the nearest colour that passes."""

from dataclasses import dataclass

from quickpay.domain.colours import AA, contrast
from quickpay.domain.themes import GROUNDS, INKS, Theme, malformed_colours, mended_theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One colour in front of another; `ink` is a colour's name or `text`."""

    ink: str
    ground: str
    ratio: float

    @property
    def passes(self) -> bool:
        """Whether it can be read (R115)."""
        return self.ratio >= AA

    @property
    def said(self) -> str:
        """The ratio cut, not rounded, to two places: 4.499 is not 4.50."""
        return f"{int(self.ratio * 100) / 100:.2f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One colour of a theme with the pairs it answers for; `nearest` passes, and is None where it does."""

    name: str
    is_colour: bool
    pairs: tuple[Pair, ...]
    nearest: str | None

    @property
    def passes(self) -> bool:
        """Whether it is a colour and every pair of it can be read."""
        return self.is_colour and all(pair.passes for pair in self.pairs)


def judged(theme: Theme) -> tuple[Judged, ...]:
    """Judge the nine colours: a ground under the text, an ink on both grounds.

    An ink's nearest colour is for the grounds as they would be once mended, so that all offers go together.
    """
    malformed, mended = malformed_colours(theme), mended_theme(theme)
    return tuple(_judged(theme, name, malformed, mended) for name in (*GROUNDS, *INKS))


def _judged(theme: Theme, name: str, malformed: tuple[str, ...], mended: Theme) -> Judged:
    if name in malformed:
        return Judged(name=name, is_colour=False, pairs=(), nearest=getattr(mended, name))
    wanted = (("text", name),) if name in GROUNDS else tuple((name, ground) for ground in GROUNDS)
    pairs = tuple(
        Pair(ink=ink, ground=ground, ratio=contrast(getattr(theme, ink), getattr(theme, ground)))
        for ink, ground in wanted
        if ground not in malformed
    )
    passes = all(pair.passes for pair in pairs)
    return Judged(name=name, is_colour=True, pairs=pairs, nearest=None if passes else getattr(mended, name))
