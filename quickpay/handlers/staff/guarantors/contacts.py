"""How much of a contact each role sees: who acts for guarantors sees it whole, a viewer masked."""

from quickpay.domain.contacts import mask_email, mask_mobile
from quickpay.domain.staff import Staff
from quickpay.handlers.gate import AT_THE_DESK

_AMERICAN = 12  # +1 and ten digits


def shown(contact: str | None, staff: Staff) -> str:
    """Write a contact for this one of the staff; None is one that was forgotten since (R132)."""
    if contact is None:
        return "an address that is no longer kept"
    if staff.role in AT_THE_DESK:
        return contact if "@" in contact else _spaced(contact)
    return masked(contact)


def masked(contact: str) -> str:
    """Hide a contact but for what may be read out."""
    return mask_email(contact) if "@" in contact else mask_mobile(contact)


def _spaced(mobile: str) -> str:
    if not mobile.startswith("+1") or len(mobile) != _AMERICAN:
        return mobile
    return f"({mobile[2:5]}) {mobile[5:8]}-{mobile[8:]}"
