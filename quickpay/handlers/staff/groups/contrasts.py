"""The table of a refused theme: what the editor's script says while typing, said by the page itself."""

from quickpay.domain.faults import Fault
from quickpay.domain.theme_contrasts import Judged, Pair, judged
from quickpay.handlers.staff.groups.fields import FIELDS, Typed, read_typed
from quickpay.handlers.staff.groups.views import ContrastRow

_THEME = "theme."


def contrasts_of(typed: Typed, faults: tuple[Fault, ...]) -> tuple[ContrastRow, ...]:
    """Judge all nine colours as they were typed, once one of them was refused."""
    if not any(one.path.startswith(_THEME) for one in faults):
        return ()
    return tuple(_row(one, typed) for one in judged(read_typed(typed).options.theme))


def _row(one: Judged, typed: Typed) -> ContrastRow:
    name = f"{_THEME}{one.name}"
    return ContrastRow(
        name=name,
        label=FIELDS[name].label,
        typed=typed[name].strip(),
        pairs=tuple((_against(pair), pair.said, pair.passes) for pair in one.pairs),
        passes=one.passes,
        nearest=one.nearest or "",
    )


def _against(pair: Pair) -> str:
    return "under text" if pair.ink == "text" else f"on {FIELDS[f'{_THEME}{pair.ground}'].label}"
