"""What the world has agreed with its merchant: the secrets it expects and the addresses it calls."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Terms:
    """Hold one merchant's agreement.

    Not frozen on purpose: a merchant that listens on a port of the system's choice can only tell its address
    after the world has started.
    """

    gateway_secret: str
    webhook_secret: str
    webhook_url: str | None
    merchant_origin: str
    twilio_sid: str
    twilio_token: str
    replies_url: str | None
    smtp_user: str
    smtp_password: str
