"""What staff should know before a group's options are saved that the options alone do not tell."""

from quickpay.domain.contacts import ContactFault, normalise_email
from quickpay.domain.faults import Caution
from quickpay.domain.groups import Group
from quickpay.domain.option_rules import cautions, tidied
from quickpay.domain.options import Authentication, LookAndFeel, Notifications, Options
from quickpay.ports.store import Store
from quickpay.ports.tables import ContactsOnFile, Tx

COUNTED_MOST = 20_000
"""Guarantors looked at for one group, at most: measured at 16 ms, where 100,000 take 80."""

_NOBODY = ContactsOnFile(of=0, without_email=0, without_mobile=0, without_any=0)


class GroupWarnings:
    """Cautions that need the database or the installation's settings."""

    def __init__(self, *, store: Store[Tx], mail_from_domains: tuple[str, ...] = ()) -> None:
        self._store = store
        self._mail_from_domains = mail_from_domains

    async def of(self, group: Group | None, options: Options) -> tuple[Caution, ...]:
        """Name all that should be known of these options; a new group has no guarantors."""
        kept = tidied(options)

        async def unit(tx: Tx) -> tuple[Caution, ...]:
            return self._found(kept, await self._contacts(tx, group, kept))

        return (*cautions(kept), *await self._store.read(unit))

    async def __call__(self, tx: Tx, group: Group | None, options: Options) -> tuple[Caution, ...]:
        """Name what is new in these options, inside the unit of a save; it changes nothing.

        What was so before was told when that was saved: told again with every save, nobody would read it.
        """
        contacts = await self._contacts(tx, group, options)
        before = () if group is None else self._found(group.options, contacts)
        return tuple(one for one in self._found(options, contacts) if one not in before)

    async def _contacts(self, tx: Tx, group: Group | None, options: Options) -> ContactsOnFile:
        if group is None or not _proves(options):
            return _NOBODY
        return await tx.guarantors.contacts_on_file(group.id, most=COUNTED_MOST)

    def _found(self, options: Options, contacts: ContactsOnFile) -> tuple[Caution, ...]:
        return (
            *(_contact_cautions(options.authentication, contacts) if _proves(options) else ()),
            *_sender_cautions(options.notifications, self._mail_from_domains),
            *_office_cautions(options.look_and_feel),
        )


def _proves(options: Options) -> bool:
    return options.authentication.enable_mfa or options.authentication.require_mfa


def _contact_cautions(authentication: Authentication, found: ContactsOnFile) -> tuple[Caution, ...]:
    """Say how many could not prove who they are; whoever has no contact at all counts everywhere."""
    cautioned = []
    required = "require_mfa" if authentication.require_mfa else "enable_mfa"
    if found.without_any:
        message = (
            f"{_many(found.without_any, found.of)} neither an email nor a mobile number: no code can reach "
            "them, and they must call the office."
        )
        cautioned.append(Caution(path=f"authentication.{required}", message=message))
    if authentication.require_opposing_contact_methods:
        lacking = (
            (found.without_email, "no email", "text", "by email"),
            (found.without_mobile, "no mobile number", "email", "by text"),
        )
        for number, what, came_by, proof in lacking:
            if number:
                message = (
                    f"{_many(number, found.of)} {what}: whoever of them comes by {came_by} cannot get the "
                    f"code {proof}, and must call the office."
                )
                path = "authentication.require_opposing_contact_methods"
                cautioned.append(Caution(path=path, message=message))
    return tuple(cautioned)


def _sender_cautions(notifications: Notifications, mail_from_domains: tuple[str, ...]) -> tuple[Caution, ...]:
    """Say that nobody told us where mail may come from (R126); what is not among those told, is refused."""
    email = normalise_email(notifications.email_from or "")
    if mail_from_domains or isinstance(email, ContactFault):
        return ()
    message = (
        f"Whether mail servers accept our mail from {email.rpartition('@')[2]} cannot be known here: no "
        "domains are named in MAIL_FROM_DOMAINS. Ask whoever runs QuickPay whether SPF, DKIM and DMARC are "
        "set up for it, or receipts and codes may end up as spam."
    )
    return (Caution(path="notifications.email_from", message=message),)


def _office_cautions(look: LookAndFeel) -> tuple[Caution, ...]:
    if look.footer_phone or look.footer_email:
        return ()
    message = "Patients who are stuck cannot find the office: write its phone number or its email."
    return (Caution(path="look_and_feel.footer_phone", message=message),)


def _many(number: int, of: int) -> str:
    """Say how many of how many; where not all were looked at, of which."""
    among = f"the first {of:,} guarantors" if of >= COUNTED_MOST else f"{of:,} guarantors"
    if of == 1:
        return "The one guarantor there is has"
    return f"{number:,} of {among} {'has' if number == 1 else 'have'}"
