"""Which of email and text may carry a code; the opposing rule is a table, what it names not is refused."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from quickpay.domain.contacts import is_text_gateway, same_destination
from quickpay.domain.origins import Origin


class Method(StrEnum):
    """Say by which road a code travels."""

    EMAIL = "email"
    SMS = "sms"


class NoMethod(Enum):
    """Say why no code can be sent. Staff may see which; a patient is told the same for both (R39).

    No `StrEnum`: a text can be walked through by mistake as if it were the methods, this raises.
    """

    NO_CONTACT = "no_contact"
    MISSING_OPPOSING = "missing_opposing"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsableContacts:
    """The contacts on file that may count for a proof."""

    email: bool
    mobile: bool


OPPOSING: dict[Origin, tuple[Method, ...]] = {
    Origin.SMS: (Method.EMAIL,),
    Origin.EMAIL: (Method.SMS,),
    Origin.STATEMENT: (Method.EMAIL, Method.SMS),
    Origin.OFFICE_QR: (Method.EMAIL, Method.SMS),
    Origin.PORTAL: (Method.EMAIL, Method.SMS),
    Origin.STAFF: (Method.EMAIL, Method.SMS),
    Origin.WEBSITE: (Method.EMAIL, Method.SMS),
}
"""What may be used while MFA Require Opposing Contact Methods is on (R43)."""

_EITHER: dict[Origin, tuple[Method, ...]] = dict.fromkeys(OPPOSING, (Method.EMAIL, Method.SMS))


def methods(
    *, origin: Origin, require_opposing: bool, email_usable: bool, mobile_usable: bool
) -> tuple[Method, ...] | NoMethod:
    """List the methods to offer, email first. There is no fallback to the road she arrived by (R44)."""
    usable = {Method.EMAIL: email_usable, Method.SMS: mobile_usable}
    allowed = (OPPOSING if require_opposing else _EITHER).get(origin, ())
    offered = tuple(method for method in allowed if usable[method])
    if offered:
        return offered
    return NoMethod.MISSING_OPPOSING if any(usable.values()) else NoMethod.NO_CONTACT


def usable_contacts(
    *,
    email: str | None,
    mobile: str | None,
    origin: Origin,
    require_opposing: bool,
    sent_to: str | None = None,
) -> UsableContacts:
    """Leave out a contact that only looks like a second road (R46).

    `email` and `mobile` are normalised and old enough (R47), or None; `sent_to` is the contact the link went
    to. For somebody who came by text, an email address that ends on a phone is no email. Under the opposing
    rule, for somebody who came by such an email, the phone is no second road either.
    """
    match origin:
        case Origin.SMS:
            email_counts = not _ends_on_phone(email, mobile, sent_to)
            return UsableContacts(email=email is not None and email_counts, mobile=mobile is not None)
        case Origin.EMAIL if require_opposing:
            mobile_counts = not _ends_on_phone(sent_to or email, mobile)
            return UsableContacts(email=email is not None, mobile=mobile is not None and mobile_counts)
        case _:
            return UsableContacts(email=email is not None, mobile=mobile is not None)


def _ends_on_phone(email: str | None, *mobiles: str | None) -> bool:
    if email is None:
        return False
    return is_text_gateway(email) or any(mobile and same_destination(email, mobile) for mobile in mobiles)
