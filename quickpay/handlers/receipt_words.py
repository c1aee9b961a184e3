"""What pages say of a receipt by email: how it fared, and why it is not sent again."""

from quickpay.domain.messages import Fate
from quickpay.domain.said import say

SEND = say("Email me this receipt")
SEND_AGAIN = say("Send again")
ANY_ADDRESS = say("We use this address for the receipt and for nothing else.")

OVERTAKEN = say(
    "The receipt was just sent from another page. See below how it fares before you send it again."
)
NOT_OFFERED = say("This receipt cannot be sent by email. Print this page to keep it.")
STOPPED = say("Receipts of this account cannot be sent to that address. Enter another one.")
TOO_OFTEN = say("This receipt was sent several times already. Try again later, or print this page.")
"""Said with 429; whichever count is full."""


def fared(fate: Fate, address: str) -> str:
    """Say in a sentence how one sending fared."""
    match fate:
        case Fate.WAITING:
            return say("The receipt is on its way to %(address)s.", address=address)
        case Fate.SENT:
            return say("The receipt was sent to %(address)s.", address=address)
        case Fate.UNDELIVERABLE:
            return say(
                "The receipt could not be delivered to %(address)s. Send it to another address, or print "
                "this page.",
                address=address,
            )


def before_or_any(address: str) -> str:
    """Say what an empty field means, and what another address is used for."""
    return say(
        "Leave it empty to send it to %(address)s again. Another address is used for this and nothing else.",
        address=address,
    )
