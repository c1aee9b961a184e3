"""Papers as tagged PDFs (PDF/UA-1), set by typst in a thread of its own, from one template."""

import asyncio
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import typst

from quickpay.catalogues import catalogue
from quickpay.domain.languages import Language, language_of
from quickpay.domain.said import Catalogue, in_words_of
from quickpay.ports.papers import Paper

_TEMPLATE = Path(__file__).parent.parent / "templates" / "papers" / "paper.typ"
_AT_ONCE = 2
"""How many are set at a time: each takes a core while it is."""


class TypstPapers:
    """`ports.papers.Papers`; no file, font or package outside this program is read."""

    def __init__(self) -> None:
        self._template = _TEMPLATE.read_bytes()
        self._fonts = typst.Fonts(include_system_fonts=False)
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def pdf(self, paper: Paper) -> bytes:
        """Write the paper as a tagged PDF.

        A name in letters no font of ours has would be refused by the standard; it is then left as boxes, in
        a PDF that is tagged all the same.
        """
        async with self._room:
            return await asyncio.to_thread(self._set, paper)

    def _set(self, paper: Paper) -> bytes:
        words = catalogue(language_of(paper.language) or Language.EN)
        said = _said(asdict(replace(paper, logo=None)), words)
        facts = said | {"logo": None if paper.logo is None else list(paper.logo)}
        inputs = {"paper": json.dumps(facts)}
        try:
            return self._compiled(inputs, held_to_standard=True)
        except typst.TypstError as error:
            if "could not be displayed" not in str(error) and "glyph" not in str(error):
                raise
            return self._compiled(inputs, held_to_standard=False)

    def _compiled(self, inputs: dict[str, str], *, held_to_standard: bool) -> bytes:
        made = typst.compile(
            self._template,
            font_paths=self._fonts,
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards=["ua-1"] if held_to_standard else [],
        )
        if not isinstance(made, bytes):
            raise TypeError("one PDF is asked for")
        return made


def _said(facts: Any, words: Catalogue) -> Any:
    """Say everything of a paper in its language."""
    match facts:
        case dict():
            return {name: _said(value, words) for name, value in facts.items()}
        case list() | tuple():
            return [_said(value, words) for value in facts]
        case str():
            return in_words_of(words, facts)
        case _:
            return facts
