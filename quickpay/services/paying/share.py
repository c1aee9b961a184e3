"""Let somebody else pay: a link of the guarantor's own making that shows one sum and nothing of her."""

from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from quickpay.domain.audit import Event
from quickpay.domain.balances import AmountChoice, AmountRefused
from quickpay.domain.digests import Digests
from quickpay.domain.links import Link, LinkState, share_of
from quickpay.domain.money import Cents
from quickpay.domain.tokens import TokenPurpose, Tokens
from quickpay.mfa.limits import Limits
from quickpay.ports.clock import Clock
from quickpay.ports.gateway import Gateway
from quickpay.ports.ids import Ids
from quickpay.ports.store import Store
from quickpay.ports.tables import Tx
from quickpay.services.payer import AmountPage, LinkEnded, Refusal, amount_chosen, amount_page, may_pay
from quickpay.services.paying.order import AmountNotTaken
from quickpay.services.paying.paid_shares import paid_shares
from quickpay.services.stay import CLOSED, NoStay, Stay, Visit, may_share, stay_in_turn, stay_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenShare:
    """The guarantor's one share that can still be opened."""

    url: str = field(repr=False)
    amount: Cents
    good_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePage:
    """What may be shared, and what is shared already."""

    page: AmountPage
    share: OpenShare | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShares:
    """The group wants a proof of everybody, or this is a simulation: there is nothing to pass on."""

    stay: Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyShares:
    """She made as many today as one may; the one there is stays."""

    stay: Stay


@dataclass(frozen=True, slots=True)
class Shared:
    """It is made, or stopped; the page shows what is so now."""


class Sharing:
    """Make and stop shares; at most one of a guarantor's can be opened."""

    def __init__(
        self,
        *,
        store: Store[Tx],
        clock: Clock,
        ids: Ids,
        tokens: Tokens,
        digests: Digests,
        limits: Limits,
        gateway: Gateway,
        base_url: str,
        zone: ZoneInfo,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._tokens = tokens
        self._digests = digests
        self._limits = limits
        self._gateway = gateway
        self._base_url = base_url
        self._zone = zone

    async def page(self, visit: Visit) -> SharePage | NoShares | Refusal:
        """Show what is shared and what could be."""
        now = self._clock.now()

        async def unit(tx: Tx) -> SharePage | NoShares | Refusal:
            return await self._page(tx, await stay_of(tx, visit, now))

        return await self._store.read(unit)

    async def make(
        self, visit: Visit, choice: AmountChoice, other: Cents | None
    ) -> Shared | TooManyShares | AmountNotTaken | NoShares | Refusal:
        """Make a share of this amount; the one before it opens no more."""
        now = self._clock.now()
        link_id = self._ids.link_id()

        async def unit(tx: Tx) -> Shared | TooManyShares | AmountNotTaken | NoShares | Refusal:
            found = await self._page(tx, await stay_in_turn(tx, visit, now))
            if not isinstance(found, SharePage):
                return found
            stay = found.page.stay
            serial = stay.session.link_serial
            if serial is not None and await _has_ended(tx, serial):
                return LinkEnded(stay=stay, state=LinkState.REVOKED)
            amount = amount_chosen(found.page, choice, other)
            if isinstance(amount, AmountRefused):
                return AmountNotTaken(page=found.page, refused=amount)
            subject = self._digests.subject("guarantor", str(stay.guarantor.id))
            if not await tx.counters.bump(self._limits.shares_per_guarantor, subject, now=now):
                return TooManyShares(stay=stay)
            await self._end(tx, stay, visit, LinkState.SUPERSEDED)
            share = await tx.links.add(
                share_of(
                    link_id=link_id,
                    group_id=stay.group.id,
                    guarantor_id=stay.guarantor.id,
                    origin=stay.session.origin,
                    amount=amount,
                    shared_from=serial,
                    now=now,
                )
            )
            await tx.audit.add(self._event("link.shared", share, stay, visit))
            return Shared()

        return await self._store.write(unit)

    async def stop(self, visit: Visit) -> Shared | NoShares | Refusal:
        """End the share there is, for whoever has it open too; a payment at the bank goes on."""
        now = self._clock.now()

        async def unit(tx: Tx) -> Shared | NoShares | Refusal:
            found = await self._page(tx, await stay_in_turn(tx, visit, now))
            if not isinstance(found, SharePage):
                return found
            await self._end(tx, found.page.stay, visit, LinkState.REVOKED)
            return Shared()

        return await self._store.write(unit)

    async def _page(self, tx: Tx, stay: Stay | NoStay) -> SharePage | NoShares | Refusal:
        if isinstance(stay, NoStay):
            return stay
        if stay.launch is not None or not may_share(stay.group):
            return NoShares(stay=stay)
        payer = await may_pay(tx, stay)
        if not isinstance(payer, Stay):
            return payer
        now = self._clock.now()
        page = await amount_page(tx, payer, self._gateway.activated)
        page = replace(page, paid_shares=await paid_shares(tx, stay, now))
        share = await tx.links.share_of(stay.guarantor.id, now)
        return SharePage(page=page, share=None if share is None else self._open(share))

    async def _end(self, tx: Tx, stay: Stay, visit: Visit, state: LinkState) -> None:
        """End every share of hers that could be opened: there is one at most, as making another ends it."""
        share = await tx.links.share_of(stay.guarantor.id, self._clock.now())
        if share is not None and await tx.links.end(share.serial, state):
            await tx.audit.add(self._event(f"link.{state.value}", share, stay, visit))

    def _open(self, share: Link) -> OpenShare:
        return OpenShare(
            url=f"{self._base_url}/q/{self._tokens.sign(TokenPurpose.LINK, share.id)}",
            amount=share.share_amount or Cents(0),
            good_until=share.expires_at.astimezone(self._zone).date(),
        )

    def _event(self, kind: str, share: Link, stay: Stay, visit: Visit) -> Event:
        return Event(
            at=self._clock.now(),
            type=kind,
            group_id=share.group_id,
            guarantor_id=share.guarantor_id,
            link_serial=share.serial,
            session_id=stay.session.id,
            request_id=visit.request_id,
            detail={"amount": share.share_amount},
        )


async def _has_ended(tx: Tx, serial: int) -> bool:
    """Whether staff ended her link since; if they do so now, they wait and find what was made of it."""
    link = await tx.links.lock(serial)
    return link is None or link.state in CLOSED
