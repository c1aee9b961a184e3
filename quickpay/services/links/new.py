"""A link as it is asked for: what it becomes, or everything that forbids it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from annotated_types import Interval, Len

from quickpay.domain.contacts import ContactFault, normalise_email, normalise_mobile
from quickpay.domain.faults import Fault
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.links import DEFAULT_LIFETIMES, Link, LinkState, single_payment_by_origin
from quickpay.domain.messages import Channel
from quickpay.domain.options import FORBID_UNKNOWN, MOST_USES
from quickpay.domain.origins import Origin

MADE_HERE = (Origin.SMS, Origin.EMAIL, Origin.STATEMENT, Origin.OFFICE_QR, Origin.WEBSITE)
"""Origins a link may be given by hand; portal and staff entries have their own doors."""

LONGEST_LIFE = timedelta(days=731)

_A_CONTACT = {Channel.SMS: "a mobile number", Channel.EMAIL: "an email address"}
_BY_ORIGIN = {Origin.SMS: Channel.SMS, Origin.EMAIL: Channel.EMAIL}
_SPAN = re.compile(r"([1-9][0-9]{0,8})(s|m|h|d)")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link as it is asked for; what is left out follows from the origin and the group.

    `contact` is one on file, or the word `email` or `sms`. `expires_in` is seconds, or a span like 30d.
    `supersede` ends the guarantor's other active links. `template` names one of the group's, `batch` is a
    word of the caller's.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    group: Annotated[str, Len(1, 63)]
    guarantor: Annotated[str, Len(1, 64)]
    origin: Origin
    send: bool = False
    template: Annotated[str, Len(1, 64)] | None = None
    contact: Annotated[str, Len(1, 320)] | None = field(default=None, repr=False)
    max_uses: Annotated[int, Interval(ge=1, le=MOST_USES)] | None = None
    expires_in: int | str | None = None
    single_payment: bool | None = None
    supersede: bool = False
    batch: Annotated[str, Len(1, 64)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A link ready to be stored; `send_by` says how it goes out, if it does."""

    link: Link
    send_by: Channel | None


def draft(
    new: NewLink,
    guarantor: Guarantor,
    *,
    link_id: str,
    now: datetime,
    lifetimes: Mapping[Origin, timedelta],
    countries: tuple[str, ...],
) -> Draft | tuple[Fault, ...]:
    """Work out the link, or name every fault at once."""
    wrong: list[Fault] = _faults(new)
    life = _life(new.expires_in, wrong) or lifetimes.get(new.origin) or DEFAULT_LIFETIMES[new.origin]
    contact = _contact(new, guarantor, countries, wrong)
    send_by = _send_by(new, contact, guarantor, wrong)
    if wrong:
        return tuple(wrong)
    single = single_payment_by_origin(new.origin) if new.single_payment is None else new.single_payment
    link = Link(
        serial=0,
        id=link_id,
        group_id=guarantor.group_id,
        guarantor_id=guarantor.id,
        origin=Origin(new.origin),
        state=LinkState.ACTIVE,
        uses=0,
        max_uses=new.max_uses,
        single_payment=single,
        contact=contact,
        batch=new.batch,
        created_at=now,
        expires_at=now + life,
    )
    return Draft(link=link, send_by=send_by)


def _faults(new: NewLink) -> list[Fault]:
    wrong = []
    if new.origin not in MADE_HERE:
        message = f"Such a link is not made here; choose from {', '.join(MADE_HERE)}."
        wrong.append(Fault(path="origin", message=message))
    if new.max_uses is not None and not 1 <= new.max_uses <= MOST_USES:
        wrong.append(Fault(path="max_uses", message=f"Send a whole number from 1 to {MOST_USES}."))
    for path, word in (("template", new.template), ("batch", new.batch)):
        if word is not None and not _WORD.fullmatch(word):
            message = "Use 1 to 64 letters, digits and . _ : - and begin with a letter or digit."
            wrong.append(Fault(path=path, message=message))
    return wrong


def _life(asked: int | str | None, wrong: list[Fault]) -> timedelta | None:
    if asked is None:
        return None
    match = _SPAN.fullmatch(asked if isinstance(asked, str) else f"{asked}s")
    life = int(match[1]) * _UNITS[match[2]] if match else timedelta(0)
    if timedelta(0) < life <= LONGEST_LIFE:
        return life
    message = f"Send seconds, or a span like 45m, 12h or 30d; at most {LONGEST_LIFE.days}d."
    wrong.append(Fault(path="expires_in", message=message))
    return None


def _contact(
    new: NewLink, guarantor: Guarantor, countries: tuple[str, ...], wrong: list[Fault]
) -> str | None:
    """Find the contact on file that is meant; nothing is ever sent to one that is not (R57)."""
    if new.contact is None:
        return {Origin.SMS: guarantor.mobile, Origin.EMAIL: guarantor.email}.get(new.origin)
    found: str | ContactFault | None
    if new.contact in {"email", "sms"}:
        found = guarantor.email if new.contact == "email" else guarantor.mobile
    elif "@" in new.contact:
        found = normalise_email(new.contact)
    else:
        found = normalise_mobile(new.contact, countries=countries)
    if found is None or isinstance(found, ContactFault) or found not in {guarantor.email, guarantor.mobile}:
        wrong.append(Fault(path="contact", message="The guarantor has no such contact on file."))
        return None
    channel = _BY_ORIGIN.get(new.origin)
    if channel is not None and channel is not _channel(found):
        message = f"A link of origin {new.origin} goes to {_A_CONTACT[channel]}."
        wrong.append(Fault(path="contact", message=message))
    return found


def _send_by(new: NewLink, contact: str | None, guarantor: Guarantor, wrong: list[Fault]) -> Channel | None:
    if not new.send:
        return None
    if contact is None:
        if not any(fault.path == "contact" for fault in wrong):
            message = "There is no contact to send it to: name one that is on file."
            wrong.append(Fault(path="contact", message=message))
        return None
    channel = _channel(contact)
    if channel is Channel.SMS and guarantor.text_opt_out:
        wrong.append(Fault(path="send", message="The guarantor has opted out of texts."))
    return channel


def _channel(contact: str) -> Channel:
    return Channel.EMAIL if "@" in contact else Channel.SMS
