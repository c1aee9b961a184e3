"""The panels of proofs, senders and permissions, as the editor names and explains their options."""

from quickpay.domain.options import FEWEST_USES, MOST_USES
from quickpay.handlers.staff.groups.kinds import OPTIONS, Field, Kind, Panel, choice, panel, switch
from quickpay.mfa.message import DEFAULT_EMAIL_BODY, DEFAULT_EMAIL_SUBJECT, DEFAULT_SMS

_OWN = "Leave it blank for QuickPay's own, in the patient's language; your own text goes as written."
_CODE = "Write ${mfa.code} where the code belongs; there is no other placeholder."

_AUTHENTICATION = panel(
    "authentication",
    "Authentication",
    switch(
        "session_extension",
        "Allow Session Extension",
        on="A session lasts 20 minutes; the page asks before it ends, and the patient may extend it.",
        off="A session ends 10 minutes after it began, whatever the patient is doing.",
    ),
    Field(
        name="mfa_email_subject",
        label="MFA Email Subject",
        help=f"The subject of the code's email. It may not contain the code. {_OWN}",
        kind=Kind.TEXT,
        instead=DEFAULT_EMAIL_SUBJECT,
    ),
    Field(
        name="mfa_email_body",
        label="MFA Email Body",
        help=f"The text of the code's email. {_CODE} {_OWN}",
        kind=Kind.LINES,
        instead=DEFAULT_EMAIL_BODY,
    ),
    Field(
        name="mfa_sms_message",
        label="MFA SMS Message",
        help=f"The text message with the code; it must fit one text of 160 characters. {_CODE} {_OWN}",
        kind=Kind.LINES,
        instead=DEFAULT_SMS,
    ),
    switch(
        "enable_mfa",
        "Enable MFA",
        on="View Account asks for a code and then leads to the portal pages. Needs Email From.",
        off="QuickPay only.",
    ),
    switch(
        "require_opposing_contact_methods",
        "MFA Require Opposing Contact Methods",
        on="Who came by text gets the code by email, and who came by email gets it by text. Whoever lacks "
        "the other contact must call the office.",
        off="The code may go either way.",
    ),
    switch(
        "require_mfa",
        "Require MFA",
        on="Whoever comes by a link needs a code before anything is shown. Needs Enable MFA.",
        off="A link alone shows the bill.",
    ),
    choice(
        "mfa_success_role",
        "MFA Success Role",
        ("authorized_patient", "Authorized patient"),
        ("quickpay", "QuickPay"),
        help="What a right code gives: all of the account, or only Make Your Payment.",
    ),
    Field(
        name="quickpay_max_access_attempts",
        label="QuickPay Max Access Attempts",
        help=f"How often a link may be opened: a whole number from {FEWEST_USES} to {MOST_USES}. It counts "
        "for live links too, unless a link has a number of its own.",
        kind=Kind.NUMBER,
        required=True,
    ),
    within=OPTIONS,
)

_NOTIFICATIONS = panel(
    "notifications",
    "Notifications",
    Field(
        name="email_from",
        label="Email From",
        help="The one address receipts, codes and notices come from. Required with Email Receipt or Enable "
        "MFA on.",
        kind=Kind.EMAIL,
    ),
    within=OPTIONS,
)

_PATIENT_PERMISSIONS = panel(
    "patient_permissions",
    "Patient Permissions",
    switch(
        "contact_info_editing",
        "Enable Contact Info Editing – Authorized Patients",  # noqa: RUF001 - so the screen has it
        on="An authorized patient may change the own email address and mobile number.",
        off="Only the office changes them.",
    ),
    within=OPTIONS,
)

ACCESS_PANELS: tuple[Panel, ...] = (_AUTHENTICATION, _NOTIFICATIONS, _PATIENT_PERMISSIONS)
"""The last three of the screen."""
