"""Change one's own contact: say which, type the code that went there, and only then is it on file."""

from quickpay.domain.contacts import ContactFault, normalise_email, normalise_mobile
from quickpay.domain.digests import Digests
from quickpay.mfa.challenge import ChallengeState, Purpose, Verified
from quickpay.mfa.codes import clean_code
from quickpay.mfa.limits import Limits
from quickpay.mfa.methods import Method
from quickpay.ports.clock import Clock
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.ports.tasks import Tasks
from quickpay.services.contacts.codes import Asked, ContactCodes, Judged
from quickpay.services.contacts.pages import (
    Changed,
    CodeUnread,
    ConfirmPage,
    ContactPage,
    ContactRefused,
    NotAnEditor,
    NothingPending,
    TooSoon,
    contact_page,
    editor_of,
    is_for,
    not_taken,
)
from quickpay.services.messages.courier import CodeToSend, Courier
from quickpay.services.proofs.pages import CodeSent, ProofLocked, TooManyCodes
from quickpay.services.proofs.sending import CodeSending
from quickpay.services.stay import Stay, Visit

Sending = CodeSent | ProofLocked | TooManyCodes | NotAnEditor


class ContactEditing:
    """Send codes to new contacts and judge them; what is not confirmed is nothing but a challenge."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        ids: Ids,
        digests: Digests,
        limits: Limits,
        courier: Courier,
        tasks: Tasks,
        countries: tuple[str, ...] = ("US",),
    ) -> None:
        self._store = store
        self._clock = clock
        self._codes = ContactCodes(ids=ids, digests=digests, limits=limits)
        self._sending = CodeSending(store=store, clock=clock, courier=courier, tasks=tasks)
        self._countries = countries

    async def page(self, visit: Visit, method: Method) -> ContactPage | NotAnEditor:
        """Show the field; nothing is sent by looking."""
        now = self._clock.now()

        async def unit(tx: Tx) -> ContactPage | NotAnEditor:
            stay = await editor_of(tx, visit, now)
            return await _page(tx, stay, method) if isinstance(stay, Stay) else stay

        return await self._store.read(unit)

    async def confirm_page(self, visit: Visit) -> ConfirmPage | ProofLocked | NothingPending | NotAnEditor:
        """Show where the last code went."""
        now = self._clock.now()

        async def unit(tx: Tx) -> ConfirmPage | ProofLocked | NothingPending | NotAnEditor:
            asked = await self._codes.asked(tx, visit, now)
            if not isinstance(asked, Asked):
                return asked
            locked = asked.challenge.state is ChallengeState.LOCKED
            return ProofLocked(stay=asked.stay) if locked else asked.page

        return await self._store.read(unit)

    async def send(self, visit: Visit, method: Method, typed: str) -> ContactRefused | Sending:
        """Send a code to the contact she typed; pressed twice within the wait, the one sent stays good.

        Whether anybody else has this contact on file is not asked, so no answer can tell (R39).
        """
        now = self._clock.now()
        email = method is Method.EMAIL
        read = normalise_email(typed) if email else normalise_mobile(typed, countries=self._countries)

        async def unit(tx: Tx) -> CodeToSend | ContactRefused | Sending:
            stay = await editor_of(tx, visit, now)
            if not isinstance(stay, Stay):
                return stay
            why = read if isinstance(read, ContactFault) else await not_taken(tx, stay, method, read)
            if why is not None or isinstance(read, ContactFault):
                page = await _page(tx, stay, method)
                return ContactRefused(page=page, why=why or ContactFault.EMPTY)
            last = await tx.challenges.last_of(stay.session.id, Purpose.CONTACT_CHANGE)
            same = last is not None and last.is_open(now) and is_for(last, stay) and last.contact == read
            if last is not None and same and now < await tx.challenges.resend_at(last.id):
                return CodeSent()
            return await self._codes.make(tx, stay, visit, method, read, last, now)

        return await self._sending.send(unit)

    async def resend(self, visit: Visit) -> TooSoon | NothingPending | Sending:
        """Send a new code for the change that still waits; the old one is dead, tries stay counted (R24)."""
        now = self._clock.now()

        async def unit(tx: Tx) -> CodeToSend | TooSoon | NothingPending | Sending:
            asked = await self._codes.asked(tx, visit, now)
            if not isinstance(asked, Asked):
                return asked
            challenge, page = asked.challenge, asked.page
            if challenge.state is ChallengeState.LOCKED:
                return ProofLocked(stay=asked.stay)
            if not page.open and not page.undeliverable:
                return NothingPending(method=challenge.method)  # a change dies with its code's life
            if page.seconds_to_resend > 0:
                return TooSoon(page=page)
            return await self._codes.make(
                tx, asked.stay, visit, challenge.method, challenge.contact, challenge, now
            )

        return await self._sending.send(unit)

    async def check(self, visit: Visit, typed: str) -> Judged:
        """Judge one typed code: the try is counted and on disk before anything is compared (R23)."""
        digits = clean_code(typed)
        now = self._clock.now()

        async def count(tx: Tx) -> Asked | Judged:
            asked = await self._codes.asked(tx, visit, now, done_too=True)
            if not isinstance(asked, Asked):
                return asked
            if asked.challenge.state is ChallengeState.VERIFIED:
                return Changed(method=asked.challenge.method)
            if digits is None:
                return CodeUnread(page=asked.page)
            return await self._codes.count(tx, asked, visit, now)

        counted = await self._store.write(count)
        if not isinstance(counted, Asked):
            return counted
        outcome = self._codes.judge(counted, visit, digits or "", now)

        async def claim(tx: Tx) -> Judged:
            if isinstance(outcome, Verified):
                return await self._codes.claim(tx, counted, visit, now)
            return await self._codes.refuse(tx, counted, outcome, now)

        return await self._store.write(claim)


async def _page(tx: Tx, stay: Stay, method: Method) -> ContactPage:
    last = await tx.challenges.last_of(stay.session.id, Purpose.CONTACT_CHANGE)
    return contact_page(stay, method, last)
