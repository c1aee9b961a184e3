"""Turn an `Email` into the bytes that go over the wire: one recipient, no header that was not meant."""

import re
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, getaddresses

from quickpay.ports.messages import Email

# One plain address: no list, group, angle brackets, comment, quoted or literal part (R57).
_ADDRESS = re.compile(r'[^\s@<>(),;:"\\\[\]\x00-\x1f\x7f]{1,64}@[^\s@<>(),;:"\\\[\]\x00-\x1f\x7f]{1,253}')
_LONGEST_LINE = 998
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")


class _WholeNames(EmailPolicy):
    """Never break a line within a sender's name.

    Python up to 3.13.0 loses a long name's quotation marks at the break, and what stood in them is read as
    addresses (A43).
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """Write one header, with its line end."""
        if name != "From":
            return super().fold_binary(name, value)
        [sender] = value.addresses  # type: ignore[attr-defined]  # a header of this name has them
        line = f"From: {sender}"
        if not sender.display_name.isascii() or len(line) > _LONGEST_LINE:
            words = Header(sender.display_name, "utf-8", header_name="From").encode(linesep=self.linesep)
            line = f"From: {words}{self.linesep} <{sender.addr_spec}>"
        return f"{line}{self.linesep}".encode()


_POLICY = _WholeNames(linesep=SMTP.linesep, cte_type="7bit")


def compose(email: Email, *, date: datetime) -> bytes:
    """Return the message in CRLF lines of at most 998 bytes, seven bits unless an address needs more.

    Raises: ValueError for anything but one plain address on each side, for a Message-ID that is none, and for
    a line break in a header; its words do not repeat the address.
    """
    if not _MESSAGE_ID.fullmatch(email.message_id):
        raise ValueError("a Message-ID is <left@right>")
    message = EmailMessage(policy=_POLICY.clone(utf8=needs_utf8(email)))
    message["From"] = _address(email.sender, name=email.sender_name or "")
    message["To"] = _address(email.to)
    message["Subject"] = email.subject
    message["Date"] = format_datetime(date)
    message["Message-ID"] = email.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(email.text)
    message.add_alternative(email.html, subtype="html")
    _attach_images(message, email)
    _hold_to_one_recipient(message, email)
    return message.as_bytes()


def needs_utf8(email: Email) -> bool:
    """Say whether an address is outside ASCII, so that the server must speak SMTPUTF8."""
    return not (email.to.isascii() and email.sender.isascii())


def _address(address: str, *, name: str = "") -> Address:
    if not _ADDRESS.fullmatch(address):
        raise ValueError("a message has exactly one plain address on each side")
    username, _, domain = address.rpartition("@")
    return Address(display_name=name, username=username, domain=domain)


def _attach_images(message: EmailMessage, email: Email) -> None:
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    for image in email.inline_images:
        html.add_related(image.png, "image", "png", cid=f"<{image.content_id}>", disposition="inline")


def _hold_to_one_recipient(message: EmailMessage, email: Email) -> None:
    # aiosmtplib and every relay believe the header; so it is read back the way they would (F10).
    header = message["To"]
    if len(getaddresses([str(header)])) != 1 or [at.addr_spec for at in header.addresses] != [email.to]:
        raise ValueError("the To header does not name exactly the one recipient")
