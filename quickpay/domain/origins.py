"""How a guarantor came to us; it is read from the link's row, never from the request (R42)."""

from enum import StrEnum


class Origin(StrEnum):
    """Say by which road a session began."""

    SMS = "sms"
    EMAIL = "email"
    STATEMENT = "statement"
    OFFICE_QR = "office_qr"
    PORTAL = "portal"
    STAFF = "staff"
    WEBSITE = "website"
