"""What pages say of outcomes: what happened and what to do next, in the field's voice, without blame."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from quickpay.domain.balances import AmountChoice, AmountRefused, WhyRefused
from quickpay.domain.contacts import ContactFault
from quickpay.domain.links import LinkState
from quickpay.domain.money import AmountFault
from quickpay.domain.payments import Reason
from quickpay.domain.said import day as day
from quickpay.domain.said import say, say_of, usd
from quickpay.domain.text_fates import TextReport
from quickpay.handlers.forms import FormFault
from quickpay.mfa.challenge import CodeExpired, NoChallenge, WrongCode

_HOURS = 12

FORM_FAULTS: Mapping[FormFault, str] = {
    FormFault.DUPLICATE: say("Fill this in once."),
    FormFault.UNREADABLE: say("Use letters, digits and signs from the keyboard only."),
    FormFault.TOO_LONG: say("This is too long."),
    FormFault.CARD_NUMBER: say("Please do not type a card number here."),
}

AMOUNT_FAULTS = {
    AmountFault.EMPTY: say("Enter an amount, like 25.00."),
    AmountFault.NOT_A_NUMBER: say("Enter an amount in dollars, like 25.00."),
    AmountFault.NOT_WHOLE_CENTS: say("Use at most two digits after the point, like 25.50."),
    AmountFault.NOT_POSITIVE: say("Enter an amount above $0.00."),
    AmountFault.TOO_LARGE: say("That is more than is owed."),
}

CHOOSE_AMOUNT = say("Choose how much to pay.")
CHOOSE_METHOD = say("Choose how to pay.")
METHOD_GONE = say(
    "That way to pay is not offered any more. Your card was not charged. Please choose another."
)
CHOOSE_WAY = say("Choose where to send your code.")
ENTER_CODE = say("Enter the 6 digits of the code.")
ENTER_SPOKEN = say("Enter the 8 digits the office says.")
SPOKEN_REFUSED = say(
    "That code is not right, or no longer good. Ask the office to say it again, or for a new one: "
    "each takes 3 tries and 5 minutes."
)
TEXTS_BLOCKED = say(
    "Texts to this number are blocked, because somebody replied STOP to a text. Reply START to the last text "
    "to get texts again, and tell the office that you did."
)
TEXT_ARRIVED = say("The text reached your phone.")
TEXT_FAILED = say("The text did not reach your phone.")
TEXT_FAILURES = {
    "30003": say("The text did not reach your phone: it is off or out of reach."),
    "30004": say("The text did not reach your phone: your phone or carrier blocks it."),
    "30005": say("The text did not reach your phone: this number is not in use."),
    "30006": say("The text did not reach your phone: this number gets no texts."),
    "30007": say("The text did not reach your phone: your carrier took it for spam."),
    "21610": TEXTS_BLOCKED,
}

ON_ITS_WAY = say(
    "We are waiting for the bank's answer, and do not know yet whether your card was charged. "
    "Please do not pay again."
)

ENTER_CARD = say("Enter your card details. Your card was not charged.")
ENTER_CVC = say("Enter your card's security code. Your card was not charged.")
CARDS_ARE_NOT_STORED = say("Cards cannot be stored here. Your card was not charged.")

EMAIL_FAULTS = {
    ContactFault.TOO_LONG: say("This email address is too long."),
    ContactFault.NOT_ASCII: say("Use plain letters a to z, digits and signs in the email address."),
    ContactFault.NOT_ONE_ADDRESS: say("Enter one email address only, like name@example.com."),
}
EMAIL_NEEDED = say("Enter an email address like name@example.com.")
EMAIL_FAULT = say("Enter an email address like name@example.com, or leave it empty.")

CONTACT_FAULTS = {
    ContactFault.COUNTRY_REFUSED: say("We cannot send texts to this number. Enter an email address instead."),
    ContactFault.NOT_TEXTABLE: say("This number gets no texts. Enter a mobile number or an email address."),
}
CONTACT_FAULT = say("Enter an email address like name@example.com, or a mobile number with its area code.")

DECLINED = {
    Reason.CARD_DECLINED: say("The card was declined by the bank that issued it."),
    Reason.INSUFFICIENT_FUNDS: say("The bank says there are not enough funds on this card."),
    Reason.EXPIRED_CARD: say("The card has expired."),
    Reason.INCORRECT_CVC: say("The security code was missing or did not match the card."),
    Reason.CARD_NOT_ACCEPTED: say("This kind of card is not accepted."),
    Reason.CARD_COULD_NOT_BE_READ: say("The card details could not be read."),
    Reason.NOT_CONFIRMED: say("Your bank did not confirm that it was you."),
    Reason.NOT_CHARGED: say("The payment did not reach the bank."),
}
NEXT_AFTER_DECLINE = {
    Reason.CARD_DECLINED: say("You can try another card, or ask the bank on the back of the card."),
    Reason.INSUFFICIENT_FUNDS: say("You can try another card, or pay a smaller amount."),
    Reason.EXPIRED_CARD: say("You can try another card, or check the date you entered."),
    Reason.INCORRECT_CVC: say("You can try again with the digits on the back of the card."),
    Reason.CARD_NOT_ACCEPTED: say("You can try another card."),
    Reason.CARD_COULD_NOT_BE_READ: say("You can try again."),
    Reason.NOT_CONFIRMED: say("You can try again, or pay with another card."),
    Reason.NOT_CHARGED: say("You can try again."),
}

DEAD_LINKS = {
    LinkState.EXPIRED: (
        say("This link has expired"),
        say(
            "Links work for a limited time. If you still have a bill to pay, the office can send "
            "you a new link."
        ),
    ),
    LinkState.USED_UP: (
        say("This link has been used up"),
        say("Each link can be opened a limited number of times. The office can send you a new link."),
    ),
    LinkState.REVOKED: (
        say("This link was ended by the office"),
        say("It can no longer be used to pay. The office can send you a new link."),
    ),
    LinkState.SUPERSEDED: (
        say("There is a newer link"),
        say("A newer link was sent to you. Please use the one in the latest message, or ask the office."),
    ),
    LinkState.PAID: (
        say("This bill was paid"),
        say("Thank you. Nothing more can be paid with this link."),
    ),
    LinkState.SUSPENDED: (
        say("This link is on hold"),
        say("Somebody told us that this bill may have reached the wrong person. Please contact the office."),
    ),
}

DEAD_HANDOFFS = {
    LinkState.EXPIRED: (
        say("Please open your bill again"),
        say("The way from the portal is open for a short time only. Go back there and open your bill again."),
    ),
    LinkState.USED_UP: (
        say("Please open your bill again"),
        say("The way from the portal opens once. Go back there and open your bill again."),
    ),
    LinkState.REVOKED: (
        say("This visit was ended by the office"),
        say("It can no longer be used to pay. Go back to the portal, or ask the office."),
    ),
    LinkState.SUPERSEDED: (
        say("Please open your bill again"),
        say("Another link was sent to you meanwhile. Use that one, or open your bill from the portal again."),
    ),
    LinkState.PAID: (
        say("This bill was paid"),
        say("Thank you. Nothing more is paid from here. What is left, if anything, opens from the portal."),
    ),
    LinkState.SUSPENDED: (
        say("This visit is on hold"),
        say("Somebody told us that this bill may have reached the wrong person. Please contact the office."),
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
    AmountChoice.CURRENT: (say("Current Balance"), say("Everything you owe now, new visits included.")),
    AmountChoice.DUE: (say("Amount Due"), say("What is left to pay of your last statement.")),
    AmountChoice.OTHER: (say("Other Amount"), say("Pay part of it now.")),
}


def moment(when: datetime, zone: ZoneInfo) -> str:
    """Say a moment where the installation is: `Sep 30, 2026, 2:05 pm`."""
    there = when.astimezone(zone)
    clock = f"{there.hour % _HOURS or _HOURS}:{there.minute:02}"
    if there.hour < _HOURS:
        return say("%(date)s, %(clock)s am", date=day(there), clock=clock)
    return say("%(date)s, %(clock)s pm", date=day(there), clock=clock)


def amount_refused(refused: AmountRefused) -> str:
    """Say why an amount is not taken; the limit is named only where it may be."""
    match refused.reason:
        case WhyRefused.OTHER_MISSING:
            return AMOUNT_FAULTS[AmountFault.EMPTY]
        case WhyRefused.OTHER_NOT_POSITIVE:
            return AMOUNT_FAULTS[AmountFault.NOT_POSITIVE]
        case WhyRefused.MORE_THAN_OWED if refused.limit is None:
            return say("That is more than is owed.")
        case WhyRefused.MORE_THAN_OWED:
            return say("That is more than is owed. You can pay up to %(most)s.", most=usd(refused.limit or 0))
        case WhyRefused.NOTHING_DUE:
            return say("Nothing is due on your last statement. Choose another amount.")
        case WhyRefused.NOTHING_PAYABLE | WhyRefused.CURRENT_NOT_OFFERED:
            return CHOOSE_AMOUNT


def code_refused(why: WrongCode | CodeExpired | NoChallenge) -> str:
    """Say why a code did not prove it."""
    match why:
        case WrongCode(tries_left=1):
            return say("That code is not right. You can try once more.")
        case WrongCode(tries_left=left):
            return say("That code is not right. You can try %(count)s more times.", count=left)
        case CodeExpired():
            return say("That code has expired. Ask for a new one below.")
        case NoChallenge():
            return say("That code is no longer good. Ask for a new one below.")


def text_report(report: TextReport | None) -> str:
    """Say what the carrier told of the text with a code; nothing before it is there, or has failed."""
    if report is None or not report.ended:
        return ""
    return TEXT_ARRIVED if report.delivered else TEXT_FAILURES.get(report.error or "", TEXT_FAILED)


def aloud(masked: str) -> str:
    """Say a masked contact so that what is heard is not taken for the whole of it."""
    if "@" not in masked:
        return say("ending in %(digits)s", digits=masked[-2:])
    beginning, _, domain = masked.partition("•••@")
    if not beginning:
        return say("at %(domain)s", domain=domain)
    return say("beginning with %(letters)s, at %(domain)s", letters=beginning, domain=domain)


def new_code_in(seconds: int) -> str:
    """Say when another code may be asked for."""
    return say("A new code can be sent in %(time)s.", time=minutes(seconds))


def minutes(seconds: int) -> str:
    """Write a span as people say it, rounded up: `5 minutes`, `1 minute`, `40 seconds`."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return say_of("%(count)s second", "%(count)s seconds", seconds)
    return say_of("%(count)s minute", "%(count)s minutes", -(-seconds // 60))
