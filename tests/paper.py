"""What stands on a PDF, as it is read."""

import io

from pypdf import PdfReader


def read(pdf: bytes) -> PdfReader:
    """Take a PDF apart."""
    return PdfReader(io.BytesIO(pdf))


def paper_words(pdf: bytes) -> str:
    """Everything on its pages, single spaces between the words."""
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())
