"""What the pages say on which a contact is changed."""

from quickpay.domain.contacts import ContactFault
from quickpay.mfa.challenge import CodeExpired, NoChallenge, WrongCode
from quickpay.mfa.methods import Method
from quickpay.services.contact_pages import NotTaken

FIELDS = {Method.EMAIL: "email", Method.SMS: "mobile"}
"""The words of addresses and forms; never shown."""

WHAT = {Method.EMAIL: "email address", Method.SMS: "mobile number"}
A_WHAT = {Method.EMAIL: "an email address", Method.SMS: "a mobile number"}
WAYS = {Method.EMAIL: "email", Method.SMS: "text message"}
LABELS = {Method.EMAIL: "New email address", Method.SMS: "New mobile number"}
HINTS = {
    Method.EMAIL: "Like name@example.com. We send a code there, and nothing else until you have typed it.",
    Method.SMS: "With its area code. We text a code there, and nothing else until you have typed it.",
}
KEPT = {
    Method.EMAIL: "Until then, the old address stays in force, and it is told when you change it.",
    Method.SMS: "Until then, the old number stays in force, and it is told when you change it.",
}
RESTS = "For your safety, codes for signing in go to a new contact only after 24 hours."

_EMAIL_FAULT = "Enter an email address like name@example.com."
_MOBILE_FAULT = "Enter a mobile number with its area code, like (608) 555-0123."
_FAULTS: dict[Method, dict[ContactFault, str]] = {
    Method.EMAIL: {
        ContactFault.TOO_LONG: "This email address is too long.",
        ContactFault.NOT_ASCII: "Use plain letters a to z, digits and signs in the email address.",
        ContactFault.NOT_ONE_ADDRESS: "Enter one email address only, like name@example.com.",
    },
    Method.SMS: {
        ContactFault.COUNTRY_REFUSED: "We cannot send texts to this number. Enter another one.",
        ContactFault.NOT_TEXTABLE: "This number gets no texts. Enter a mobile number.",
    },
}
_NOT_TAKEN = {
    NotTaken.ON_FILE: "This is the one we have on file already. Enter another one.",
    NotTaken.STOPPED: "We cannot send anything there. Enter another one, or contact the office.",
}
OVERTAKEN = "The office changed what is on file meanwhile, so your change was not made. You can ask again."

OFF = (
    "Please contact the office",
    "Contacts cannot be changed from here. The office can bring them up to date.",
)
LOCKED = (
    "Too many tries",
    "For your safety no code is taken for a while. Your contacts stay as they are.",
    "Please wait 15 minutes and start again, or contact the office.",
)
TOO_MANY = (
    "Please wait before asking for another code",
    "Several codes were sent already. The newest one is good for some minutes after it was sent.",
    "Please try again later, or contact the office.",
)


def refused(method: Method, why: ContactFault | NotTaken) -> str:
    """Say why a contact is not taken; of whether others have it, nothing is known here."""
    if isinstance(why, NotTaken):
        return _NOT_TAKEN[why]
    return _FAULTS[method].get(why, _EMAIL_FAULT if method is Method.EMAIL else _MOBILE_FAULT)


def code_wrong(why: WrongCode | CodeExpired | NoChallenge) -> str:
    """Say why a code did not confirm it."""
    match why:
        case WrongCode(tries_left=1):
            return "That code is not right. You can try once more."
        case WrongCode(tries_left=left):
            return f"That code is not right. You can try {left} more times."
        case CodeExpired():
            return "That code has expired. Start again to get a new one."
        case NoChallenge():
            return "That code is no longer good. Start again to get a new one."


def changed(method: Method, *, added: bool) -> str:
    """Say that it is done."""
    return f"Your {WHAT[method]} was {'added' if added else 'changed'}."


def rests_until(when: str) -> str:
    """Say from when codes for signing in go there."""
    return f"Codes for signing in can go there from {when}."
