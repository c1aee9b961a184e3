"""What a patient would meet if a group were saved as it stands in the editor; all of it is invented."""

from dataclasses import replace
from typing import Any

from quickpay.domain.balances import offered_amounts
from quickpay.domain.faults import Fault
from quickpay.domain.groups import Group
from quickpay.domain.images import NO_IMAGES, Purpose
from quickpay.domain.option_rules import tidied
from quickpay.domain.options import Branding, Options
from quickpay.domain.payments import Method
from quickpay.domain.sessions import Role
from quickpay.domain.staff import Staff
from quickpay.domain.theme_contrasts import judged
from quickpay.domain.themes import malformed_colours
from quickpay.mfa.message import DEFAULT_EMAIL_BODY, DEFAULT_EMAIL_SUBJECT, DEFAULT_SMS, fill, text_message
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import Gateway
from quickpay.ports.notes import Notes
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.cards.stored import may_store
from quickpay.services.groups.keep import GroupBook, NoGroup
from quickpay.services.groups.warnings import GroupWarnings
from quickpay.services.payer import AmountPage, methods_offered
from quickpay.services.paying.order import DetailsPage, MethodPage
from quickpay.services.paying.result import ResultPage
from quickpay.services.portal.account import AccountPage
from quickpay.services.portal.pages import HomePage
from quickpay.services.previews.looks import (
    AboutLook,
    Absent,
    Checked,
    LinkLook,
    Look,
    Mail,
    Preview,
    Shown,
    TextMessage,
)
from quickpay.services.previews.sample_account import sample_account, sample_home
from quickpay.services.previews.samples import (
    FAKE_CODE,
    SAMPLE_BALANCES,
    SAMPLE_MATCH_CODE,
    sample_choice,
    sample_code_page,
    sample_order,
    sample_receipt,
    sample_result,
    sample_stay,
)
from quickpay.services.stay import Stay

_PROVING = frozenset({Shown.VERIFY, Shown.CODE, Shown.EMAIL, Shown.TEXT, Shown.HOME, Shown.ACCOUNT})
"""What is met on the way to a proof or after it."""
_NAMELESS = "Your practice"
_TEMPLATES = (
    "authentication.mfa_email_subject",
    "authentication.mfa_email_body",
    "authentication.mfa_sms_message",
)


class GroupPreview:
    """Show unsaved options; nothing is kept, sent or audited by it."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        book: GroupBook,
        notes: Notes,
        warnings: GroupWarnings,
        gateway: Gateway,
        host: str,
    ) -> None:
        self._store = store
        self._clock = clock
        self._book = book
        self._notes = notes
        self._warnings = warnings
        self._gateway = gateway
        self._host = host

    async def show(
        self,
        staff: Staff,
        slug: str,
        options: Options,
        shown: Shown,
        *,
        unreadable: tuple[Fault, ...] = (),
    ) -> Preview | NoGroup:
        """Show one page or message; what cannot be shown as typed is shown as it was saved last."""
        group = await self._hers(staff, slug)
        if isinstance(group, NoGroup):
            return group
        unshown = (*unreadable, *self._unshowable(options))
        instead = Options(branding=Branding(name=_NAMELESS)) if group is None else group.options
        for fault in unshown:
            options = _with(options, fault.path, instead)
        draft = _draft(slug, group, tidied(options))
        return Preview(
            group=draft,
            look=self._look(draft, shown),
            unshown=unshown,
            logo_comes=bool(options.branding.logo_url) and draft.logo is None,
        )

    async def check(
        self, staff: Staff, slug: str, options: Options, *, unreadable: tuple[Fault, ...] = ()
    ) -> Checked | NoGroup:
        """Judge a form while it is being typed; whether the name is taken is asked when it is saved."""
        group = await self._hers(staff, slug)
        if isinstance(group, NoGroup):
            return group
        known = {one.path for one in unreadable}
        return Checked(
            faults=(*unreadable, *(one for one in self._book.check(options) if one.path not in known)),
            cautions=await self._warnings.of(group, options),
            colours=judged(options.theme),
        )

    async def _hers(self, staff: Staff, slug: str) -> Group | NoGroup | None:
        """Return her group of this address, or None where she could make one there."""

        async def unit(tx: Tx) -> Group | None:
            return await tx.groups.by_slug(slug)

        group = await self._store.read(unit)
        hers = staff.groups is None if group is None else staff.may_see(group.id)
        return group if hers else NoGroup()

    def _unshowable(self, options: Options) -> tuple[Fault, ...]:
        """Name what has no look at all, and only that: a colour that is hard to read is shown."""
        without = {f"theme.{name}" for name in malformed_colours(options.theme)} | set(_TEMPLATES)
        if not options.branding.name.strip():
            without.add("branding.name")
        return tuple(one for one in self._book.check(options) if one.path in without)

    def _look(self, group: Group, shown: Shown) -> Look:
        stay = replace(sample_stay(group, self._clock.now()), apple=True)  # as a phone that has both wallets
        proves = group.options.authentication.enable_mfa
        match shown:
            case Shown.LINK:
                return LinkLook()
            case Shown.ABOUT:
                return AboutLook(match_code=SAMPLE_MATCH_CODE)
            case _ if shown in _PROVING and not proves:
                return Absent(option="Enable MFA")
            case Shown.VERIFY:
                return sample_choice(stay)
            case Shown.CODE:
                return sample_code_page(stay)
            case Shown.PAY:
                return AmountPage(
                    stay=stay,
                    balances=SAMPLE_BALANCES,
                    offered=offered_amounts(
                        SAMPLE_BALANCES, show_current_balance=group.options.look_and_feel.show_current_balance
                    ),
                    methods=methods_offered(stay, self._gateway.activated),
                    in_flight=None,
                )
            case Shown.HOME | Shown.ACCOUNT:
                return self._portal(stay, shown)
            case Shown.METHOD | Shown.DETAILS | Shown.RECEIPT:
                return self._paying(stay, shown)
            case Shown.EMAIL | Shown.TEXT | Shown.RECEIPT_EMAIL:
                return self._message(stay, shown)

    def _portal(self, stay: Stay, shown: Shown) -> HomePage | AccountPage | Absent:
        if stay.group.options.authentication.mfa_success_role is Role.QUICKPAY:
            return Absent(option="MFA Success Role", value="QuickPay")
        offered = methods_offered(stay, self._gateway.activated)
        return sample_home(stay, offered) if shown is Shown.HOME else sample_account(stay, offered)

    def _paying(self, stay: Stay, shown: Shown) -> MethodPage | DetailsPage | ResultPage:
        offered = methods_offered(stay, self._gateway.activated)
        if shown is Shown.RECEIPT:
            return sample_result(stay)
        order = sample_order(stay)
        if shown is Shown.METHOD or not offered:
            return MethodPage(stay=stay, order=order, methods=offered)
        return DetailsPage(
            stay=stay,
            order=replace(order, method=offered[0]),
            methods=offered,
            card_fields=self._gateway.card_fields(),
            require_cvc=stay.group.options.payments.require_cvv,
            may_store=offered[0] is Method.CARD and may_store(stay, self._gateway.activated),
        )

    def _message(self, stay: Stay, shown: Shown) -> Mail | TextMessage | Absent:
        group = stay.group
        own = group.options.authentication
        if shown is Shown.TEXT:
            template = own.mfa_sms_message or DEFAULT_SMS
            return TextMessage(body=text_message(template, code=FAKE_CODE, host=self._host))
        if shown is Shown.EMAIL:
            words = self._notes.code_email(
                subject=own.mfa_email_subject or DEFAULT_EMAIL_SUBJECT,
                body=fill(own.mfa_email_body or DEFAULT_EMAIL_BODY, FAKE_CODE),
                group=group,
                language="en",
            )
        elif not group.options.payments.email_receipt:
            return Absent(option="Email Receipt")
        else:
            words = self._notes.email(sample_receipt(stay), group=group, language="en")
        sender = group.options.notifications.email_from or f"no-reply@{self._host}"
        return Mail(sender=f"{group.name} <{sender}>", words=words)


def _draft(slug: str, group: Group | None, options: Options) -> Group:
    """Make the group as it would be, with those of its pictures whose addresses are still the same."""
    if group is None:
        return Group(id=0, slug=slug, version=1, options=options)
    before, after = group.options.branding, options.branding
    kept = {
        purpose.value: getattr(group.images, purpose)
        for purpose in Purpose
        if getattr(before, f"{purpose}_url") == getattr(after, f"{purpose}_url")
    }
    return replace(group, options=options, images=replace(NO_IMAGES, **kept))


def _with(options: Options, path: str, instead: Options) -> Options:
    """Take one value from other options."""
    panel, _, name = path.partition(".")
    value: Any = getattr(getattr(instead, panel), name)
    changed: Any = replace(getattr(options, panel), **{name: value})
    return replace(options, **{panel: changed})
