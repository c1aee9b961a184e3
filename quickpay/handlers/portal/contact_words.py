"""What the pages say on which a contact is changed."""

from collections.abc import Mapping

from quickpay.domain.contacts import ContactFault, written_mobile
from quickpay.domain.said import say
from quickpay.handlers.words import EMAIL_FAULTS, EMAIL_NEEDED, code_refused
from quickpay.mfa.challenge import CodeExpired, NoChallenge, WrongCode
from quickpay.mfa.methods import Method
from quickpay.services.contacts.pages import NotTaken

FIELDS = {Method.EMAIL: "email", Method.SMS: "mobile"}
"""The words of addresses and forms; never shown."""

CHANGE = {Method.EMAIL: say("Change your email address"), Method.SMS: say("Change your mobile number")}
ADD = {Method.EMAIL: say("Add an email address"), Method.SMS: say("Add a mobile number")}
WAYS = {Method.EMAIL: say("email"), Method.SMS: say("text message")}
LABELS = {Method.EMAIL: say("New email address"), Method.SMS: say("New mobile number")}
HINTS = {
    Method.EMAIL: say(
        "Like name@example.com. We send a code there, and nothing else until you have typed it."
    ),
    Method.SMS: say("With its area code. We text a code there, and nothing else until you have typed it."),
}
KEPT = {
    Method.EMAIL: say("Until then, the old address stays in force, and it is told when you change it."),
    Method.SMS: say("Until then, the old number stays in force, and it is told when you change it."),
}
RESTS = say("For your safety, codes for signing in go to a new contact only after 24 hours.")

_MOBILE_FAULT = say("Enter a mobile number with its area code, like (608) 555-0123.")
_FAULTS: Mapping[Method, Mapping[ContactFault, str]] = {
    Method.EMAIL: EMAIL_FAULTS,
    Method.SMS: {
        ContactFault.COUNTRY_REFUSED: say("We cannot send texts to this number. Enter another one."),
        ContactFault.NOT_TEXTABLE: say("This number gets no texts. Enter a mobile number."),
    },
}
_NOT_TAKEN = {
    NotTaken.ON_FILE: say("This is the one we have on file already. Enter another one."),
    NotTaken.STOPPED: say("We cannot send anything there. Enter another one, or contact the office."),
}
_ADDED = {
    Method.EMAIL: say("Your email address was added."),
    Method.SMS: say("Your mobile number was added."),
}
_CHANGED = {
    Method.EMAIL: say("Your email address was changed."),
    Method.SMS: say("Your mobile number was changed."),
}
OVERTAKEN = say(
    "The office changed what is on file meanwhile, so your change was not made. You can ask again."
)

OFF = (
    say("Please contact the office"),
    say("Contacts cannot be changed from here. The office can bring them up to date."),
)
LOCKED = (
    say("Too many tries"),
    say("For your safety no code is taken for a while. Your contacts stay as they are."),
    say("Please wait 15 minutes and start again, or contact the office."),
)
TOO_MANY = (
    say("Please wait before asking for another code"),
    say("Several codes were sent already. The newest one is good for some minutes after it was sent."),
    say("Please try again later, or contact the office."),
)


def refused(method: Method, why: ContactFault | NotTaken) -> str:
    """Say why a contact is not taken; of whether others have it, nothing is known here."""
    if isinstance(why, NotTaken):
        return _NOT_TAKEN[why]
    return _FAULTS[method].get(why, EMAIL_NEEDED if method is Method.EMAIL else _MOBILE_FAULT)


def code_wrong(why: WrongCode | CodeExpired | NoChallenge) -> str:
    """Say why a code did not confirm it."""
    match why:
        case WrongCode():
            return code_refused(why)
        case CodeExpired():
            return say("That code has expired. Start again to get a new one.")
        case NoChallenge():
            return say("That code is no longer good. Start again to get a new one.")


def changed(method: Method, *, added: bool) -> str:
    """Say that it is done."""
    return _ADDED[method] if added else _CHANGED[method]


def rests_until(when: str) -> str:
    """Say from when codes for signing in go there."""
    return say("Codes for signing in can go there from %(when)s.", when=when)


def written(method: Method, contact: str) -> str:
    """Write one's own contact as people do."""
    return written_mobile(contact) if method is Method.SMS else contact
