"""What of a guarantor's record forbids keeping it: every fault at once, each with its path."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from functools import partial

from quickpay.domain.contacts import ContactFault, normalise_email, normalise_mobile
from quickpay.domain.faults import Fault
from quickpay.services.guarantors.records import EncounterRecord, GuarantorRecord, ReceiptRecord

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
# U+202A to U+202E and U+2066 to U+2069 turn the writing around: what follows them would be read backwards.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

_CONTACT_WORDS = {
    ContactFault.EMPTY: "Leave it out or send null where there is none.",
    ContactFault.TOO_LONG: "This is too long.",
    ContactFault.NOT_ASCII: "Use plain ASCII letters.",
    ContactFault.NOT_ONE_ADDRESS: "Send exactly one email address, without a name.",
    ContactFault.NOT_AN_ADDRESS: "This is no email address.",
    ContactFault.NOT_A_NUMBER: "This is no phone number.",
    ContactFault.NOT_TEXTABLE: "Texts cannot be sent to this number.",
    ContactFault.COUNTRY_REFUSED: "Texts are not sent to this country.",
}


def checked(record: GuarantorRecord, *, countries: tuple[str, ...]) -> GuarantorRecord | tuple[Fault, ...]:
    """Give the record with its contacts in their one spelling, or everything that forbids keeping it."""
    wrong: list[Fault] = []
    email = _contact(record.email, "email", normalise_email, wrong)
    mobile = _contact(record.mobile, "mobile", partial(normalise_mobile, countries=countries), wrong)
    wrong += _name_faults(record)
    # One look at all the text at once; where it is, is asked only if there is something to find.
    if _CONTROL.search("".join(all_text(record))):
        wrong += _letter_faults(record)
    wrong += _twice("patients", "id", (one.id for one in record.patients))
    wrong += _encounter_faults(record.encounters)
    wrong += _statement_faults(record)
    wrong += _receipt_faults(record.receipts)
    if wrong:
        return tuple(wrong)
    preferred = (record.preferred_name or "").strip() or None
    return replace(record, email=email, mobile=mobile, preferred_name=preferred)


def _contact(
    typed: str | None, path: str, normalise: Callable[[str], str | ContactFault], wrong: list[Fault]
) -> str | None:
    if typed is None or not typed.strip():
        return None
    read = normalise(typed)
    if isinstance(read, ContactFault):
        wrong.append(Fault(path=path, message=_CONTACT_WORDS[read]))
        return None
    return read


def _name_faults(record: GuarantorRecord) -> Iterator[Fault]:
    for name in ("first_name", "last_name"):
        if not getattr(record, name).strip():
            yield Fault(path=name, message="Write a name.")
    if not _LANGUAGE.fullmatch(record.language):
        yield Fault(path="language", message="Send a language tag like en or es.")


def _encounter_faults(encounters: tuple[EncounterRecord, ...]) -> Iterator[Fault]:
    yield from _twice("encounters", "id", (one.id for one in encounters))
    for place, encounter in enumerate(encounters):
        path = f"encounters.{place}.lines"
        yield from _twice(path, "line", (one.line for one in encounter.lines))
        for number, line in enumerate(encounter.lines):
            if line.remaining < 0:
                yield Fault(path=f"{path}.{number}.remaining", message="What remains cannot be below 0.")
            if "-" in line.line:
                message = "Leave hyphens out: a service id is encounter-line and could mean two."
                yield Fault(path=f"{path}.{number}.line", message=message)


def _statement_faults(record: GuarantorRecord) -> Iterator[Fault]:
    yield from _twice("statements", "id", (one.id for one in record.statements))
    if not record.statements:
        return
    known = {f"{encounter.id}-{line.line}" for encounter in record.encounters for line in encounter.lines}
    for place, statement in enumerate(record.statements):
        if len(set(statement.lines)) < len(statement.lines):
            yield Fault(path=f"statements.{place}.lines", message="Name each service id once.")
        for number, line in enumerate(statement.lines):
            if line not in known:
                path = f"statements.{place}.lines.{number}"
                message = "No line of encounters has this service id."
                yield Fault(path=path, message=message, beside="encounters")


def _receipt_faults(receipts: tuple[ReceiptRecord, ...]) -> Iterator[Fault]:
    yield from _twice("receipts", "number", (str(one.number) for one in receipts))
    for place, receipt in enumerate(receipts):
        if receipt.applied + receipt.disbursed + receipt.refunded > receipt.amount:
            message = "Applied, disbursed and refunded together are more than the amount."
            yield Fault(path=f"receipts.{place}.amount", message=message)


def _twice(path: str, name: str, values: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, value in enumerate(values):
        if value in seen:
            yield Fault(path=f"{path}.{place}.{name}", message="This stands here twice.")
        seen.add(value)


def all_text(record: GuarantorRecord) -> list[str]:
    """List every text of a record; spelled out, as an import asks for it thousands of times a second."""
    texts = [record.first_name, record.preferred_name or "", record.last_name]
    for patient in record.patients:
        texts += (patient.id, patient.name)
    for encounter in record.encounters:
        texts += (encounter.id, encounter.patient, encounter.facility, encounter.provider)
        for line in encounter.lines:
            texts += (line.line, line.code, line.description)
    for statement in record.statements:
        texts.append(statement.id)
    for receipt in record.receipts:
        texts += (str(receipt.number), receipt.method, receipt.status, receipt.source)
    return texts


def _letter_faults(record: GuarantorRecord) -> Iterator[Fault]:
    """Refuse control characters anywhere: they end a header, a line or a text somewhere (A43)."""
    for path, text in _texts(asdict(record)):
        found = _CONTROL.search(text)
        if found:
            yield Fault(path=path, message=f"Take out the character U+{ord(found[0]):04X}.")


def _texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    inner = f"{path}." if path else ""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _texts(one, f"{inner}{name}")
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from _texts(one, f"{inner}{place}")
