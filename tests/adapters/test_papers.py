"""Papers: tagged, in the order they are read, and every text just text."""

import asyncio
import io
from dataclasses import replace

import pytest
from PIL import Image
from pypdf import PdfReader

from quickpay.adapters.papers import TypstPapers
from quickpay.domain.said import say
from quickpay.ports.papers import Paper, Section

PAPER = Paper(
    title="Receipt 1001",
    language="en",
    group="Lakeside",
    footer=("12 Main Street", "office@example.com"),
    sections=(
        Section(facts=(("Guarantor", "Alice Example"), ("Amount Paid", "$150.00"))),
        Section(
            title="Visits",
            words=("What the visits came to.",),
            head=("Date", "Amount"),
            rows=(("Sep 30, 2026", "$80.00"),),
            right=(1,),
        ),
    ),
)


def _read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def _words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in _read(pdf).pages).split())


async def test_a_paper_is_tagged_named_and_in_a_language() -> None:
    pdf = await TypstPapers().pdf(PAPER)
    read = _read(pdf)
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert read.metadata is not None
    assert read.metadata.title == "Receipt 1001"
    assert read.xmp_metadata is not None
    assert b"pdfuaid" in pdf


async def test_our_words_are_said_in_its_language_and_what_was_given_stays() -> None:
    facts = Section(facts=((say("Date Paid"), "Pay Now"),), head=(say("Amount"),), rows=(("$1.00",),))
    paper = replace(PAPER, title=say("Receipt %(number)s", number=7), sections=(facts,))
    pdf = await TypstPapers().pdf(replace(paper, language="es"))
    assert _read(pdf).trailer["/Root"]["/Lang"] == "es"
    assert [
        one for one in ("Recibo 7", "Fecha de pago", "Cantidad", "Pay Now") if one not in _words(pdf)
    ] == []
    assert "Date Paid" in _words(await TypstPapers().pdf(paper))


async def test_it_holds_what_it_was_given_in_that_order() -> None:
    words = _words(await TypstPapers().pdf(PAPER))
    said = [
        "Lakeside",
        "Receipt 1001",
        "Guarantor",
        "Alice Example",
        "$150.00",
        "Visits",
        "Sep 30, 2026",
        "$80.00",
    ]
    places = [words.index(one) for one in said]
    assert places == sorted(places)
    assert "office@example.com" in words


_STRAIGHT = {0x2019: "'", 0x201C: '"', 0x201D: '"'}
"""Typesetters' marks back to the keyboard's."""


@pytest.mark.parametrize(
    "name",
    [
        "*bold* _it_ #panic() $x$ @ref <label> // gone /* gone */ \\",
        '#read("/etc/passwd")',
        "${mfa.code} {{7*7}} {mfa.__init__}",
        '"], "sections": [',
    ],
)
async def test_a40_a_name_is_text_whatever_stands_in_it(name: str) -> None:
    paper = replace(PAPER, group=name, sections=(Section(facts=(("Guarantor", name),)),))
    squeezed = _words(await TypstPapers().pdf(paper)).replace(" ", "").translate(_STRAIGHT)
    for part in name.split():
        assert part in squeezed, squeezed


@pytest.mark.parametrize("name", ["李雷", "عليّ", "😀 Smiley", "Zoë Łukasz Ünal"])
async def test_a_name_in_any_letters_makes_a_paper(name: str) -> None:
    pdf = await TypstPapers().pdf(replace(PAPER, sections=(Section(facts=(("Guarantor", name),)),)))
    assert pdf.startswith(b"%PDF-")
    assert "/StructTreeRoot" in _read(pdf).trailer["/Root"]


async def test_the_logo_stands_in_place_of_the_name_and_says_it() -> None:
    png = io.BytesIO()
    Image.new("RGB", (250, 64), "#1f5c99").save(png, "PNG")
    pdf = await TypstPapers().pdf(replace(PAPER, logo=png.getvalue()))
    assert len(_read(pdf).pages[0].images) == 1
    assert "Lakeside" not in _words(pdf)


async def test_many_pages_are_numbered_and_the_table_s_head_stands_on_each() -> None:
    rows = tuple((f"Sep {number}", "$1.00") for number in range(120))
    pdf = await TypstPapers().pdf(
        replace(PAPER, sections=(Section(head=("Date", "Amount"), rows=rows, right=(1,)),))
    )
    pages = [page.extract_text() for page in _read(pdf).pages]
    assert len(pages) > 1
    assert all("Date" in page and f"{number} / {len(pages)}" in page for number, page in enumerate(pages, 1))


async def test_setting_a_paper_keeps_nobody_waiting() -> None:
    rows = tuple((f"Sep {number}", "$1.00") for number in range(3_000))
    long = replace(PAPER, sections=(Section(head=("Date", "Amount"), rows=rows, right=(1,)),))
    setting = asyncio.create_task(TypstPapers().pdf(long))
    turns = 0
    while not setting.done():
        await asyncio.sleep(0)
        turns += 1
    assert (await setting).startswith(b"%PDF-")
    assert turns > 100
