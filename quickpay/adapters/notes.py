"""Write emails and texts from the templates in templates/notes, each kind in a folder of its own."""

from datetime import date

from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from quickpay.domain.groups import Group
from quickpay.domain.money import format_usd
from quickpay.ports.notes import (
    ContactChangedNote,
    LinkNote,
    LockedNote,
    Note,
    ReceiptNote,
    ReleasedNote,
    Words,
)


class TemplateNotes:
    """`ports.notes.Notes` from templates; every value is text in the HTML part, never markup (A45)."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("quickpay"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

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

    def code_email(self, *, subject: str, body: str, group: Group) -> Words:
        """Wrap a group's own filled template, whose every letter is text, not markup."""
        facts = {"subject": subject, "group": group, "language": "en", "footer": _footer(group)}
        paragraphs = [part for part in body.split("\n\n") if part.strip()]
        html = self._render("notes/code/body.html", {**facts, "paragraphs": paragraphs})
        return Words(subject=subject, text=f"{group.name}\n\n{body}", html=html)

    def _render(self, name: str, facts: dict[str, object]) -> str:
        return self._templates.get_template(name).render(facts).strip()


def _kind(note: Note) -> str:
    match note:
        case ReceiptNote():
            return "receipt"
        case LockedNote():
            return "locked"
        case LinkNote():
            return "link"
        case ReleasedNote():
            return "released"
        case ContactChangedNote():
            return "contact_changed"


def _facts(note: Note, *, group: Group, language: str) -> dict[str, object]:
    facts: dict[str, object] = {"note": note, "group": group, "language": language, "footer": _footer(group)}
    match note:
        case ReceiptNote():
            amount, paid = format_usd(note.amount), _day(note.date_paid)
            facts |= {"amount": amount, "date_paid": paid}
            facts["rows"] = [
                ("Receipt #", note.receipt_number),
                ("Guarantor", note.guarantor),
                ("Account", note.account),
                ("Date Paid", paid),
                ("Transaction #", note.transaction),
                ("Card Type", note.card_type),
                ("Amount Paid", amount),
            ]
        case LinkNote():
            facts["good_until"] = _day(note.good_until)
        case ContactChangedNote():
            facts["call"] = group.options.look_and_feel.footer_phone
        case LockedNote() | ReleasedNote():
            pass
    return facts


def _footer(group: Group) -> list[str]:
    look = group.options.look_and_feel
    return [line for line in (look.footer_text, look.footer_email, look.footer_phone) if line]


def _day(day: date) -> str:
    return format_date(day, format="MMM d, y", locale="en_US")
