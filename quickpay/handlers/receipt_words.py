"""What pages say of a receipt by email: how it fared, and why it is not sent again."""

from quickpay.domain.messages import Fate

FATES = {
    Fate.WAITING: "The receipt is on its way to {address}.",
    Fate.SENT: "The receipt was sent to {address}.",
    Fate.UNDELIVERABLE: (
        "The receipt could not be delivered to {address}. Send it to another address, or print this page."
    ),
}

SEND = "Email me this receipt"
SEND_AGAIN = "Send again"
ANY_ADDRESS = "We use this address for the receipt and for nothing else."
BEFORE_OR_ANY = (
    "Leave it empty to send it to {address} again. Another address is used for this and nothing else."
)

OVERTAKEN = "The receipt was just sent from another page. See below how it fares before you send it again."
NOT_OFFERED = "This receipt cannot be sent by email. Print this page to keep it."
STOPPED = "Receipts of this account cannot be sent to that address. Enter another one."
TOO_OFTEN = "This receipt was sent several times already. Try again later, or print this page."
"""Said with 429; whichever count is full."""
