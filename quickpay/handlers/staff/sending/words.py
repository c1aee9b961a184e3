"""What the pages of sending say: of ways, of what cannot be sent, and of a code that is over."""

from quickpay.domain.link_templates import Field
from quickpay.domain.links import LinkState
from quickpay.domain.messages import Channel
from quickpay.services.links.send import WhyNot

WAYS = {Channel.EMAIL: "Email", Channel.SMS: "Text message"}
WAYS_WITHIN = {Channel.EMAIL: "email", Channel.SMS: "text"}

WHY_NOT = {
    WhyNot.NO_CONTACT: {
        Channel.EMAIL: "No email address is on file.",
        Channel.SMS: "No mobile number is on file.",
    },
    WhyNot.OPTED_OUT: {Channel.EMAIL: "", Channel.SMS: "Opted out of texts."},
    WhyNot.NOT_THIS_PERSON: {
        Channel.EMAIL: "Whoever reads this address said that they are not this person.",
        Channel.SMS: "Whoever has this number said that they are not this person.",
    },
    WhyNot.CARRIER_STOP: {
        Channel.EMAIL: "",
        Channel.SMS: "Texts to this number are blocked: its holder replied STOP to the carrier.",
    },
    WhyNot.NO_SERVER: {
        Channel.EMAIL: "No mail server is set up here.",
        Channel.SMS: "Texts are not set up here.",
    },
    WhyNot.NO_SENDER: {Channel.EMAIL: "The group has no Email From address.", Channel.SMS: ""},
}

CHOOSE_WAY = "Choose where to send the link."
CHOOSE_GROUP = "Choose a group."
ENTER_NUMBER = "Enter the guarantor's account number."
NO_GUARANTOR = "This group has no guarantor of that number."
LOOK_FIRST = "Look at the message as it is now, then press Send Now."
FORM_USED = "This form has made another link already. Look once more, then press the button again."
WHOLE_NUMBER = "Write a whole number from {least} to {most}, or leave it empty."
CHANGED_MEANWHILE = "Somebody changed or removed this template meanwhile. Go back to the list."

OVER = {
    LinkState.EXPIRED: "The time of this code is over.",
    LinkState.USED_UP: "This code has been used up.",
    LinkState.REVOKED: "This code was ended.",
    LinkState.SUPERSEDED: "A newer link took the place of this code.",
    LinkState.PAID: "The bill was paid with this code.",
    LinkState.SUSPENDED: "This code is on hold: somebody said that they are not this person.",
}

FIELDS = {
    Field.LINK: "the link itself; once, with a space or a new line around it",
    Field.GROUP: "the group's name",
    Field.FIRST_NAME: "the guarantor's preferred or first name",
    Field.AMOUNT_DUE: "what is left to pay of the last statement",
    Field.CURRENT_BALANCE: "everything that is owed now; if the group shows it",
    Field.EXPIRES: "the last day of the link",
    Field.OFFICE_PHONE: "the group's footer phone",
    Field.OFFICE_EMAIL: "the group's footer email",
}


def counted(texts: int) -> str:
    """Say how many texts a message takes."""
    return "1 text" if texts == 1 else f"{texts} texts, joined into one on the phone"
