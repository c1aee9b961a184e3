"""What is said to patients, and its translations; `python -m tests.arch.catalogue` refreshes the files."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from quickpay.catalogues import place_of
from quickpay.domain.languages import Language
from tests.arch.house import PACKAGE

TRANSLATED = tuple(one for one in Language if one is not Language.EN)
TEMPLATES = PACKAGE / "templates"
# What a page of a patient's stands on; the staff's own and the simulation's are in English.
SPOKEN = sorted(
    path
    for path in TEMPLATES.rglob("*.*")
    if path.suffix in {".html", ".txt"}
    and "staff" not in path.parts
    and path.name not in {"launch.html", "group_macros.html", "staff_macros.html", "sending_macros.html"}
    and not path.name.startswith("preview_")
)
_KEYWORDS: dict[str, Any] = {
    "say": None,
    "say_in": ((1, "c"), 2),
    "say_of": (1, 2),
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
_OPTIONS = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
_WIDTH = 110


def said() -> Catalog:
    """Gather every message there is."""
    found = Catalog()
    for path, method in _places():
        with path.open("rb") as file:
            options = _OPTIONS if method == "jinja2" else {}
            for _, message, comments, context in extract(method, file, _KEYWORDS, ("NOTE",), options):
                place = str(path.relative_to(PACKAGE.parent))
                found.add(message, context=context, locations=[(place, 0)], auto_comments=comments)
    return found


def translations(language: Language) -> Catalog:
    """Read the translations of a language."""
    with place_of(language).open("rb") as file:
        return read_po(file, locale=language.value)


def messages(catalogue: Catalog) -> list[Message]:
    """List the messages, without the head of the file."""
    return [one for one in catalogue if one.id]


def refreshed(language: Language) -> bytes:
    """Write the file anew: what is said, each with the translation there is, and nothing else."""
    kept, found = translations(language), said()
    for one in messages(found):
        old = kept.get(one.id if isinstance(one.id, str) else one.id[0], one.context)
        if old is not None and isinstance(old.id, str) == isinstance(one.id, str):
            one.string = old.string
    fresh = Catalog(locale=language.value, header_comment=f"# What QuickPay says in {language.own_name}.\n#")
    for one in messages(found):
        fresh.add(
            one.id,
            one.string,
            context=one.context,
            locations=[(place, 0) for place in sorted({place for place, _ in one.locations})],
        )
    written = io.BytesIO()
    write_po(written, fresh, width=_WIDTH, sort_output=True, include_lineno=False, omit_header=True)
    head = (
        f"# What QuickPay says in {language.own_name}; `make format` keeps the messages up to date.\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {kept.plural_forms}\\n"\n\n'
    )
    return head.encode() + written.getvalue()


def _places() -> Iterator[tuple[Path, str]]:
    for path in SPOKEN:
        yield path, "jinja2"
    for path in sorted(PACKAGE.rglob("*.py")):
        if "sandbox" not in path.parts:
            yield path, "python"


if __name__ == "__main__":
    for one in TRANSLATED:
        place_of(one).write_bytes(refreshed(one))
