"""What stands where no mail server or text provider is set: it takes nothing, and says why."""

from quickpay.domain.messages import Channel
from quickpay.ports.messages import Delivery, Email, Mailer, Rejected, Text, Texter


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


def served(mailer: Mailer, texter: Texter) -> frozenset[Channel]:
    """List the ways by which what is queued now has a chance to go out."""
    absent = {Channel.EMAIL: isinstance(mailer, NoMailer), Channel.SMS: isinstance(texter, NoTexter)}
    return frozenset(channel for channel, is_absent in absent.items() if not is_absent)
