"""Every option of a group as the editor names and explains it, panel by panel in the screen's order."""

from quickpay.handlers.staff.groups.access_panels import ACCESS_PANELS
from quickpay.handlers.staff.groups.kinds import OPTIONS, Field, Kind, Panel, choice, panel, switch

_PICTURE = "An https address. The picture is fetched once when you save and kept here."


def _url(name: str, label: str, words: str) -> Field:
    return Field(name=name, label=label, help=f"{words} {_PICTURE}", kind=Kind.URL)


def _colour(name: str, words: str) -> Field:
    return Field(name=name, label=name.title(), help=words, kind=Kind.COLOUR, required=True)


_BRANDING = panel(
    "branding",
    "Branding",
    Field(
        name="name",
        label="Name",
        help="What patients know you by: on every page, in titles and messages. No two groups share one.",
        kind=Kind.TEXT,
        required=True,
    ),
    _url("favicon_url", "Favicon URL", "The small picture browsers show beside the title."),
    _url("logo_url", "Logo URL", "Shown at 250 by 64 in place of the name, in emails too."),
    _url("home_asset_url", "Home Asset URL", "A picture on the patient's Home page."),
)

_THEME = panel(
    "theme",
    "Theme",
    _colour("background", "Behind every page."),
    _colour("surface", "Behind cards and the top of the page."),
    _colour("primary", "Main buttons and links."),
    _colour("secondary", "Less important buttons and labels."),
    _colour("accent", "What stands out."),
    _colour("info", "Notices."),
    _colour("success", "What went well, like a payment received."),
    _colour("error", "What must be mended, and declined payments."),
    _colour("warning", "What should be read first."),
    switch(
        "dark", "Dark", on="Text is light, for dark backgrounds.", off="Text is dark, for light backgrounds."
    ),
)

_PAYMENTS = panel(
    "payments",
    "Payments",
    switch(
        "apple_pay",
        "Enable Apple Pay",
        on="Offered on Apple devices and in Safari, if the gateway has it activated.",
        off="Never offered, and refused.",
    ),
    switch(
        "credit_card",
        "Enable Credit Card Transactions",
        on="Patients may pay by card.",
        off="No card is offered or taken. With every method off, patients read that online payment is "
        "unavailable and whom to contact.",
    ),
    switch(
        "google_pay",
        "Enable Google Pay",
        on="Offered in any browser, if the gateway has it activated.",
        off="Never offered, and refused.",
    ),
    switch(
        "payment_method_storage",
        "Enable Payment Method Storage",
        on="Patients may store a card for future use; it is offered later to an authorized patient only.",
        off="No box to store a card, and none is offered; cards stored before stay unused.",
    ),
    switch(
        "auto_post",
        "Auto-Post Payments",
        on="A payment is posted at once, oldest line first. If the guarantor already has unapplied funds, "
        "the receipt is made and not posted.",
        off="The receipt is made and nothing is posted; all of it is unapplied.",
    ),
    switch(
        "email_receipt",
        "Email Receipt",
        on="A receipt goes to the address the patient enters. Needs Email From.",
        off="The address field is still shown; no email is sent.",
    ),
    switch(
        "require_cvv",
        "Require CVV",
        on="Card payments need the security code, with stored cards too.",
        off="The security code is optional.",
    ),
    within=OPTIONS,
)

_LOOK_AND_FEEL = panel(
    "look_and_feel",
    "Look and Feel",
    switch(
        "visits_pdf_export",
        "Allow Visits PDF Export",
        on="An authorized patient may export visits as PDF.",
        off="There is no such control, and its address refuses.",
    ),
    Field(
        name="footer_text",
        label="Footer Text",
        help="First in the footer of every page. Plain text; left out when blank.",
        kind=Kind.TEXT,
    ),
    Field(
        name="footer_email",
        label="Footer Email",
        help="The office's address, as a link in the footer; left out when blank.",
        kind=Kind.EMAIL,
    ),
    Field(
        name="footer_phone",
        label="Footer Phone",
        help="The office's number, as a link in the footer; left out when blank.",
        kind=Kind.PHONE,
    ),
    choice(
        "landing_page",
        "Landing Page",
        ("home", "Home"),
        ("account", "Account"),
        ("pay", "Make Your Payment"),
        help="Where a sign-in or a right code leads. Without a code, QuickPay starts at Make Your Payment.",
    ),
    choice(
        "logout_function",
        "Logout Function",
        ("close", "Close"),
        ("logout", "Log out"),
        ("none", "None"),
        help="Close ends the session and closes the tab. Log out ends it and shows the sign-in page. "
        "None has no control; the session still ends by time.",
    ),
    switch(
        "show_collections",
        "Show Collections",
        on="The Collections Balance is shown on Account, for information only.",
        off="It is nowhere.",
    ),
    switch(
        "show_current_balance",
        "Show Current Balance",
        on="Shown on Home and Account, and a choice on Make Your Payment.",
        off="It is nowhere, and cannot be chosen.",
    ),
    switch(
        "show_escrow",
        "Show Escrow",
        on="Unapplied Funds are shown on Home and Account.",
        off="They are nowhere.",
    ),
    switch(
        "show_insurance_pending",
        "Show Insurance Pending Column",
        on="Shown beside every patient balance on Home, Account, visits and receipts.",
        off="It is nowhere.",
    ),
    choice(
        "show_procedures_in_visits",
        "Show Procedures in Visits",
        ("none", "None"),
        ("description", "Description"),
        ("code_and_description", "Code and description"),
        help="What a visit's lines say of what was done, always in the words meant for patients.",
    ),
    switch(
        "show_statement_balance",
        "Show Statement Balance",
        on="What the last statement said is shown beside the Amount Due; it is never payable by itself.",
        off="It is not shown.",
    ),
    within=OPTIONS,
)

PANELS: tuple[Panel, ...] = (_BRANDING, _THEME, _PAYMENTS, _LOOK_AND_FEEL, *ACCESS_PANELS)
"""The screen's panels."""
