"""What stands in the place of a messenger that the settings do not name."""

from quickpay.ports.messages import Delivery, Email, Rejected, Text


class NoMailer:
    """Stands where no SMTP_URL is set: what should go by email waits, or is reported as not delivered."""

    async def send(self, email: Email) -> Delivery:  # noqa: ARG002 - the port's signature
        """Refuse for now."""
        return Rejected(reason="QUICKPAY_SMTP_URL is not set", permanent=False)


class NoTexter:
    """Stands where Twilio is not set."""

    async def send(self, text: Text) -> Delivery:  # noqa: ARG002 - the port's signature
        """Refuse for now."""
        return Rejected(reason="QUICKPAY_TWILIO_ACCOUNT_SID is not set", permanent=False)
