"""Write emails and texts from the templates in templates/notes, each kind in a folder of its own."""

from jinja2 import PackageLoader, StrictUndefined, select_autoescape

from quickpay.catalogues import catalogue
from quickpay.catalogues.templates import Speaking
from quickpay.domain.groups import Group
from quickpay.domain.languages import Language, language_of
from quickpay.domain.said import Catalogue, in_words_of, say
from quickpay.ports.notes import (
    ContactChangedNote,
    LinkNote,
    LockedNote,
    Note,
    ReceiptNote,
    RefundNote,
    ReleasedNote,
    Words,
)


class TemplateNotes:
    """`ports.notes.Notes` from templates; every value is text in the HTML part, never markup (A45)."""

    def __init__(self) -> None:
        self._templates = {language: _environment(catalogue(language)) for language in Language}

    def email(self, note: Note, *, group: Group, language: str) -> Words:
        """Write the email of a note."""
        facts = _facts(note, group=group, language=language)
        kind = _kind(note)
        footer = self._render("notes/footer.txt", facts)
        if isinstance(note, LinkNote) and note.own is not None:
            facts |= {"subject": note.own.subject, "own": note.own}
            return Words(
                subject=note.own.subject,
                text=f"{note.own.before}{note.url}{note.own.after}\n{footer}\n",
                html=self._render("notes/link/own.html", facts),
            )
        subject = self._render(f"notes/{kind}/subject.txt", facts)
        return Words(
            subject=subject,
            text=f"{self._render(f'notes/{kind}/body.txt', facts)}\n{footer}\n",
            html=self._render(f"notes/{kind}/body.html", {**facts, "subject": subject}),
        )

    def sms(self, note: Note, *, group: Group, language: str) -> str:
        """Write the text message of a note."""
        if isinstance(note, LinkNote) and note.own is not None:
            return f"{note.own.before}{note.url}{note.own.after}"
        return self._render(f"notes/{_kind(note)}/sms.txt", _facts(note, group=group, language=language))

    def said(self, words: str, *, language: str) -> str:
        """Say words of our own in a language."""
        return in_words_of(catalogue(_spoken(language)), words)

    def code_email(self, *, subject: str, body: str, group: Group, language: str) -> Words:
        """Wrap a group's own filled template, whose every letter is text, not markup."""
        facts = {"subject": subject, "group": group, "language": language, "footer": _footer(group)}
        paragraphs = [part for part in body.split("\n\n") if part.strip()]
        html = self._render("notes/code/body.html", {**facts, "paragraphs": paragraphs})
        return Words(subject=subject, text=f"{group.name}\n\n{body}", html=html)

    def _render(self, name: str, facts: dict[str, object]) -> str:
        language = Language(str(facts["language"]))
        return self._templates[language].get_template(name).render(facts).strip()


def _environment(words: Catalogue) -> Speaking:
    return Speaking(
        words,
        loader=PackageLoader("quickpay"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _spoken(tag: str) -> Language:
    return language_of(tag) or Language.EN


def _kind(note: Note) -> str:
    match note:
        case ReceiptNote():
            return "receipt"
        case RefundNote():
            return "refund"
        case LockedNote():
            return "locked"
        case LinkNote():
            return "link"
        case ReleasedNote():
            return "released"
        case ContactChangedNote():
            return "contact_changed"


def _facts(note: Note, *, group: Group, language: str) -> dict[str, object]:
    spoken = _spoken(language)
    words = catalogue(spoken)
    facts: dict[str, object] = {"note": note, "group": group, "language": spoken, "footer": _footer(group)}
    match note:
        case ReceiptNote():
            facts |= {"amount": words.usd(note.amount), "date_paid": words.day(note.date_paid)}
            facts["rows"] = _rows(note, words)
        case RefundNote():
            facts |= {"amount": words.usd(note.amount), "given_on": words.day(note.given_on)}
            facts["rows"] = _rows(note.receipt, words)
        case LinkNote():
            facts["good_until"] = words.day(note.good_until)
        case ContactChangedNote():
            facts["call"] = group.options.look_and_feel.footer_phone
        case LockedNote() | ReleasedNote():
            pass
    return facts


def _rows(note: ReceiptNote, words: Catalogue) -> list[tuple[str, str | int]]:
    rows: list[tuple[str, str | int]] = [
        (say("Receipt #"), note.receipt_number),
        *(() if note.guarantor is None else ((say("Guarantor"), note.guarantor),)),
        *(() if note.account is None else ((say("Account"), note.account),)),
        (say("Date Paid"), words.day(note.date_paid)),
        (say("Transaction #"), note.transaction),
        (say("Card Type"), note.card_type),
        (say("Amount Paid"), words.usd(note.amount)),
    ]
    return [*rows, (say("Given back"), words.usd(note.refunded))] if note.refunded else rows


def _footer(group: Group) -> list[str]:
    look = group.options.look_and_feel
    return [line for line in (look.footer_text, look.footer_email, look.footer_phone) if line]
