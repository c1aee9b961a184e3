"""What pages say of outcomes: what happened and what to do next, in the field's voice, without blame."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from quickpay.domain.balances import AmountChoice, AmountRefused, WhyRefused
from quickpay.domain.contacts import ContactFault
from quickpay.domain.links import LinkState
from quickpay.domain.money import AmountFault, format_usd
from quickpay.domain.payments import Reason
from quickpay.domain.text_fates import TextReport
from quickpay.handlers.forms import FormFault
from quickpay.mfa.challenge import CodeExpired, NoChallenge, WrongCode

_HOURS = 12
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

FORM_FAULTS = {
    FormFault.DUPLICATE: "Fill this in once.",
    FormFault.UNREADABLE: "Use letters, digits and signs from the keyboard only.",
    FormFault.TOO_LONG: "This is too long.",
    FormFault.CARD_NUMBER: "Please do not type a card number here.",
}

AMOUNT_FAULTS = {
    AmountFault.EMPTY: "Enter an amount, like 25.00.",
    AmountFault.NOT_A_NUMBER: "Enter an amount in dollars, like 25.00.",
    AmountFault.NOT_WHOLE_CENTS: "Use at most two digits after the point, like 25.50.",
    AmountFault.NOT_POSITIVE: "Enter an amount above $0.00.",
    AmountFault.TOO_LARGE: "That is more than is owed.",
}

CHOOSE_AMOUNT = "Choose how much to pay."
CHOOSE_METHOD = "Choose how to pay."
CHOOSE_WAY = "Choose where to send your code."
ENTER_CODE = "Enter the 6 digits of the code."
ENTER_SPOKEN = "Enter the 8 digits the office says."
SPOKEN_REFUSED = (
    "That code is not right, or no longer good. Ask the office to say it again, or for a new one: "
    "each takes 3 tries and 5 minutes."
)
TEXTS_BLOCKED = (
    "Texts to this number are blocked, because somebody replied STOP to a text. Reply START to the last text "
    "to get texts again, and tell the office that you did."
)
TEXT_ARRIVED = "The text reached your phone."
TEXT_FAILED = "The text did not reach your phone."
TEXT_FAILURES = {
    "30003": "The text did not reach your phone: it is off or out of reach.",
    "30004": "The text did not reach your phone: your phone or carrier blocks it.",
    "30005": "The text did not reach your phone: this number is not in use.",
    "30006": "The text did not reach your phone: this number gets no texts.",
    "30007": "The text did not reach your phone: your carrier took it for spam.",
    "21610": TEXTS_BLOCKED,
}

ENTER_CARD = "Enter your card details. Your card was not charged."
CARDS_ARE_NOT_STORED = "Cards cannot be stored here. Your card was not charged."

EMAIL_FAULTS = {
    ContactFault.TOO_LONG: "This email address is too long.",
    ContactFault.NOT_ASCII: "Use plain letters a to z, digits and signs in the email address.",
    ContactFault.NOT_ONE_ADDRESS: "Enter one email address only, like name@example.com.",
}
EMAIL_FAULT = "Enter an email address like name@example.com, or leave it empty."

CONTACT_FAULTS = {
    ContactFault.COUNTRY_REFUSED: "We cannot send texts to this number. Enter an email address instead.",
    ContactFault.NOT_TEXTABLE: "This number gets no texts. Enter a mobile number or an email address.",
}
CONTACT_FAULT = "Enter an email address like name@example.com, or a mobile number with its area code."

DECLINED = {
    Reason.CARD_DECLINED: "The card was declined by the bank that issued it.",
    Reason.INSUFFICIENT_FUNDS: "The bank says there are not enough funds on this card.",
    Reason.EXPIRED_CARD: "The card has expired.",
    Reason.INCORRECT_CVC: "The security code was missing or did not match the card.",
    Reason.CARD_NOT_ACCEPTED: "This kind of card is not accepted.",
    Reason.CARD_COULD_NOT_BE_READ: "The card details could not be read.",
    Reason.NOT_CHARGED: "The payment did not reach the bank.",
}
NEXT_AFTER_DECLINE = {
    Reason.CARD_DECLINED: "You can try another card, or ask the bank on the back of the card.",
    Reason.INSUFFICIENT_FUNDS: "You can try another card, or pay a smaller amount.",
    Reason.EXPIRED_CARD: "You can try another card, or check the date you entered.",
    Reason.INCORRECT_CVC: "You can try again with the digits on the back of the card.",
    Reason.CARD_NOT_ACCEPTED: "You can try another card.",
    Reason.CARD_COULD_NOT_BE_READ: "You can try again.",
    Reason.NOT_CHARGED: "You can try again.",
}

DEAD_LINKS = {
    LinkState.EXPIRED: (
        "This link has expired",
        "Links work for a limited time. If you still have a bill to pay, the office can send you a new link.",
    ),
    LinkState.USED_UP: (
        "This link has been used up",
        "Each link can be opened a limited number of times. The office can send you a new link.",
    ),
    LinkState.REVOKED: (
        "This link was ended by the office",
        "It can no longer be used to pay. The office can send you a new link.",
    ),
    LinkState.SUPERSEDED: (
        "There is a newer link",
        "A newer link was sent to you. Please use the one in the latest message, or ask the office.",
    ),
    LinkState.PAID: (
        "This bill was paid",
        "Thank you. Nothing more can be paid with this link.",
    ),
    LinkState.SUSPENDED: (
        "This link is on hold",
        "Somebody told us that this bill may have reached the wrong person. Please contact the office.",
    ),
}

DEAD_HANDOFFS = {
    LinkState.EXPIRED: (
        "Please open your bill again",
        "The way from the portal is open for a short time only. Go back there and open your bill again.",
    ),
    LinkState.USED_UP: (
        "Please open your bill again",
        "The way from the portal opens once. Go back there and open your bill again.",
    ),
    LinkState.REVOKED: (
        "This visit was ended by the office",
        "It can no longer be used to pay. Go back to the portal, or ask the office.",
    ),
    LinkState.SUPERSEDED: (
        "Please open your bill again",
        "Another link was sent to you meanwhile. Use that one, or open your bill from the portal again.",
    ),
    LinkState.PAID: (
        "This bill was paid",
        "Thank you. Nothing more is paid from here. What is left, if anything, opens from the portal.",
    ),
    LinkState.SUSPENDED: (
        "This visit is on hold",
        "Somebody told us that this bill may have reached the wrong person. Please contact the office.",
    ),
}

_LAUNCH_ENDED = (
    "This simulation is over",
    "It was ended from elsewhere. Begin another from the staff pages or from the patient dashboard.",
)
DEAD_LAUNCHES = {
    LinkState.EXPIRED: (
        "Please begin again",
        "The way into a simulation is open for a minute. Begin again where you came from.",
    ),
    LinkState.USED_UP: (
        "Please begin again",
        "The way into a simulation opens once. Begin again where you came from.",
    ),
    LinkState.REVOKED: _LAUNCH_ENDED,
    LinkState.SUPERSEDED: _LAUNCH_ENDED,
    LinkState.PAID: _LAUNCH_ENDED,
    LinkState.SUSPENDED: _LAUNCH_ENDED,
}

CHOICES = {
    AmountChoice.CURRENT: ("Current Balance", "Everything you owe now, new visits included."),
    AmountChoice.DUE: ("Amount Due", "What is left to pay of your last statement."),
    AmountChoice.OTHER: ("Other Amount", "Pay part of it now."),
}


def day(when: date) -> str:
    """Write a date as a US patient reads it: `Sep 30, 2026`."""
    return f"{_MONTHS[when.month - 1]} {when.day}, {when.year}"


def moment(when: datetime, zone: ZoneInfo) -> str:
    """Write a moment where the installation is: `Sep 30, 2026, 2:05 pm`."""
    there = when.astimezone(zone)
    half = "am" if there.hour < _HOURS else "pm"
    return f"{day(there)}, {there.hour % _HOURS or _HOURS}:{there.minute:02} {half}"


def amount_refused(refused: AmountRefused) -> str:
    """Say why an amount is not taken; the limit is named only where it may be."""
    match refused.reason:
        case WhyRefused.OTHER_MISSING:
            return AMOUNT_FAULTS[AmountFault.EMPTY]
        case WhyRefused.OTHER_NOT_POSITIVE:
            return AMOUNT_FAULTS[AmountFault.NOT_POSITIVE]
        case WhyRefused.MORE_THAN_OWED if refused.limit is None:
            return "That is more than is owed."
        case WhyRefused.MORE_THAN_OWED:
            return f"That is more than is owed. You can pay up to {format_usd(refused.limit or 0)}."
        case WhyRefused.NOTHING_DUE:
            return "Nothing is due on your last statement. Choose another amount."
        case WhyRefused.NOTHING_PAYABLE | WhyRefused.CURRENT_NOT_OFFERED:
            return CHOOSE_AMOUNT


def code_refused(why: WrongCode | CodeExpired | NoChallenge) -> str:
    """Say why a code did not prove it."""
    match why:
        case WrongCode(tries_left=1):
            return "That code is not right. You can try once more."
        case WrongCode(tries_left=left):
            return f"That code is not right. You can try {left} more times."
        case CodeExpired():
            return "That code has expired. Ask for a new one below."
        case NoChallenge():
            return "That code is no longer good. Ask for a new one below."


def text_report(report: TextReport | None) -> str:
    """Say what the carrier told of the text with a code; nothing before it is there, or has failed."""
    if report is None or not report.ended:
        return ""
    return TEXT_ARRIVED if report.delivered else TEXT_FAILURES.get(report.error or "", TEXT_FAILED)


def aloud(masked: str) -> str:
    """Say a masked contact so that what is heard is not taken for the whole of it."""
    if "@" not in masked:
        return f"ending in {masked[-2:]}"
    beginning, _, domain = masked.partition("•••@")
    return f"beginning with {beginning}, at {domain}" if beginning else f"at {domain}"


def minutes(seconds: int) -> str:
    """Write a span as people say it, rounded up: `5 minutes`, `1 minute`, `40 seconds`."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    whole = -(-seconds // 60)
    return f"{whole} minute{'' if whole == 1 else 's'}"
