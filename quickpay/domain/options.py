"""A group's options: every one has its default here, and a group with only a name is a working one.

The dataclasses are the API's and the store's shape at once (`PUT /groups/{slug}`). What a type can say of a
value stands in its annotation, so that the JSON Schema has it too; every other rule is in `option_rules`.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, ClassVar
from urllib.parse import quote

from annotated_types import Interval, Len, MaxLen

from quickpay.domain.sessions import Role
from quickpay.domain.themes import Theme

NAME_LONGEST = 80
URL_LONGEST = 2_000
EMAIL_LONGEST = 254
FOOTER_TEXT_LONGEST = 500
FOOTER_PHONE_LONGEST = 40
MFA_SUBJECT_LONGEST = 120
MFA_TEXT_LONGEST = 2_000
FEWEST_USES = 1
MOST_USES = 1_000

_NOT_DIGITS = re.compile(r"[^0-9]+")
_EXTENSION = re.compile(r"[A-Za-z]+")
# What a local part may hold and a `mailto:` reads as itself; the rest, `?` and `&` among it, would begin a
# subject, a copy or a body.
_PLAIN_IN_MAILTO = "!$'*+"

ImageUrl = Annotated[str, MaxLen(URL_LONGEST)]

FORBID_UNKNOWN: dict[str, str] = {"extra": "forbid"}
"""Read by pydantic on floor 3 (a plain attribute, no import): a key nobody knows is refused, not dropped."""


class LandingPage(StrEnum):
    """Where a sign-in or a proof leads."""

    HOME = "home"
    ACCOUNT = "account"
    PAY = "pay"


class LogoutFunction(StrEnum):
    """What the logout control does, or that there is none."""

    CLOSE = "close"
    LOGOUT = "logout"
    NONE = "none"


class ShowProcedures(StrEnum):
    """What a visit's line says of what was done, always in the words meant for patients."""

    NONE = "none"
    DESCRIPTION = "description"
    CODE_AND_DESCRIPTION = "code_and_description"


@dataclass(frozen=True, slots=True, kw_only=True)
class Branding:
    """Name and pictures; the URLs are where pictures are fetched once, patients never load from them."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    name: Annotated[str, Len(1, NAME_LONGEST)]
    favicon_url: ImageUrl | None = None
    logo_url: ImageUrl | None = None
    home_asset_url: ImageUrl | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOptions:
    """How a patient may pay and what happens then.

    Cards are on, as they need nothing more; wallets need the gateway to have them activated; keeping cards
    and sending receipts are for the group to decide (the latter needs Email From).
    """

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    apple_pay: bool = False
    credit_card: bool = True
    google_pay: bool = False
    payment_method_storage: bool = False
    auto_post: bool = True
    email_receipt: bool = False
    require_cvv: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAndFeel:
    """What patients see and where they land; the sums of a bill are shown, the rest when asked for."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    visits_pdf_export: bool = False
    footer_text: Annotated[str, MaxLen(FOOTER_TEXT_LONGEST)] | None = None
    footer_email: Annotated[str, MaxLen(EMAIL_LONGEST)] | None = None
    footer_phone: Annotated[str, MaxLen(FOOTER_PHONE_LONGEST)] | None = None
    landing_page: LandingPage = LandingPage.HOME
    logout_function: LogoutFunction = LogoutFunction.LOGOUT
    show_collections: bool = False
    show_current_balance: bool = True
    show_escrow: bool = False
    show_insurance_pending: bool = False
    show_procedures_in_visits: ShowProcedures = ShowProcedures.DESCRIPTION
    show_statement_balance: bool = True

    @property
    def footer_email_uri(self) -> str | None:
        """The `mailto:` address of the footer's email: it and nothing more (R117)."""
        if not self.footer_email:
            return None
        local, _, domain = self.footer_email.rpartition("@")
        return f"mailto:{quote(local, safe=_PLAIN_IN_MAILTO)}@{quote(domain, safe='')}"

    @property
    def footer_phone_uri(self) -> str | None:
        """The `tel:` address of the footer's phone, made of its digits alone (R117)."""
        number, *extension = _EXTENSION.split(self.footer_phone or "")
        digits = _NOT_DIGITS.sub("", number)
        if not digits:
            return None
        plus = "+" if number.startswith("+") else ""
        inner = _NOT_DIGITS.sub("", "".join(extension))
        return f"tel:{plus}{digits}" + (f";ext={inner}" if inner else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """How a patient proves who they are, and for how long and how often a link lets them in.

    A message that is None is QuickPay's own, in the patient's language; a group's own text goes as written.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    session_extension: bool = True
    mfa_email_subject: Annotated[str, MaxLen(MFA_SUBJECT_LONGEST)] | None = None
    mfa_email_body: Annotated[str, MaxLen(MFA_TEXT_LONGEST)] | None = None
    enable_mfa: bool = False
    require_opposing_contact_methods: bool = False
    require_mfa: bool = False
    mfa_sms_message: Annotated[str, MaxLen(MFA_TEXT_LONGEST)] | None = None
    mfa_success_role: Role = Role.AUTHORIZED_PATIENT
    quickpay_max_access_attempts: Annotated[int, Interval(ge=FEWEST_USES, le=MOST_USES)] = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifications:
    """Whom receipts, codes and notices come from."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    email_from: Annotated[str, MaxLen(EMAIL_LONGEST)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientPermissions:
    """What an authorized patient may change."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    contact_info_editing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """All panels of a group; a panel left out is its defaults."""

    __pydantic_config__: ClassVar[dict[str, str]] = FORBID_UNKNOWN

    branding: Branding
    theme: Theme = field(default_factory=Theme)
    payments: PaymentOptions = field(default_factory=PaymentOptions)
    look_and_feel: LookAndFeel = field(default_factory=LookAndFeel)
    authentication: Authentication = field(default_factory=Authentication)
    notifications: Notifications = field(default_factory=Notifications)
    patient_permissions: PatientPermissions = field(default_factory=PatientPermissions)
