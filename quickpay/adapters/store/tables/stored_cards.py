"""Stored cards in the database: kept ones, and removed ones until their gateway has dropped them."""

from datetime import datetime

from sqlalchemy import bindparam, null, select, update

from quickpay.adapters.store.columns import maybe_micros, maybe_moment, micros, moment, number, text_
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import payments, stored_cards
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.payments import IN_FLIGHT
from quickpay.domain.stored_cards import StoredCard

_CARD = stored_cards.c.id == bindparam("card")
_OF_GUARANTOR = stored_cards.c.guarantor_id == bindparam("guarantor")
_KEPT = stored_cards.c.removed_at.is_(None)

_others = stored_cards.alias()
# A gateway may give one card one token however often it is stored: the one still kept needs it.
_token_in_use = (
    select(_others.c.id)
    .where(
        _others.c.removed_at.is_(None),
        _others.c.gateway == stored_cards.c.gateway,
        _others.c.token.is_not_distinct_from(stored_cards.c.token),
    )
    .exists()
)
_in_flight = (
    select(payments.c.id)
    .where(payments.c.guarantor_id == stored_cards.c.guarantor_id, payments.c.state.in_(IN_FLIGHT))
    .exists()
)

_ADD = Statement(
    insert(stored_cards).values({column.name: bindparam(column.name) for column in stored_cards.c})
)
_OF = Statement(
    select(stored_cards)
    .where(_OF_GUARANTOR, _KEPT)
    .order_by(stored_cards.c.stored_at.desc(), stored_cards.c.id)
)
_GET = Statement(select(stored_cards).where(_CARD, _OF_GUARANTOR))
_REMOVE = Statement(
    update(stored_cards)
    .where(_CARD, _OF_GUARANTOR, _KEPT)
    .values(removed_at=number("now"), next_forget_at=number("now"))
)
_TO_FORGET = Statement(
    select(stored_cards)
    .where(
        stored_cards.c.next_forget_at <= number("now"),
        stored_cards.c.gateway == text_("here"),
        ~_in_flight,
    )
    .order_by(stored_cards.c.next_forget_at)
    .limit(number("most"))
)
_TOKEN_IN_USE = Statement(select(stored_cards.c.id).where(_CARD, _token_in_use))
_FORGOTTEN = Statement(
    update(stored_cards)
    .where(_CARD, stored_cards.c.next_forget_at.is_not(None))
    .values(token=null(), fingerprint=null(), next_forget_at=null())
)
_NOT_FORGOTTEN = Statement(
    update(stored_cards)
    .where(_CARD, stored_cards.c.next_forget_at.is_not(None))
    .values(forget_tries=stored_cards.c.forget_tries + 1, next_forget_at=number("next_at"))
)


class StoredCards:
    """`ports.stored_card_tables.StoredCards` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, card: StoredCard) -> None:
        """Store it."""
        await self._run.count(
            _ADD,
            id=card.id,
            group_id=card.group_id,
            guarantor_id=card.guarantor_id,
            gateway=card.gateway,
            token=card.token,
            fingerprint=card.fingerprint,
            brand=card.brand,
            last4=card.last4,
            exp_month=card.exp_month,
            exp_year=card.exp_year,
            stored_at=micros(card.stored_at),
            removed_at=maybe_micros(card.removed_at),
            forget_tries=card.forget_tries,
            next_forget_at=maybe_micros(card.next_forget_at),
        )

    async def of_guarantor(self, guarantor_id: int) -> list[StoredCard]:
        """Those not removed, the newest first."""
        return [_card_of(row) for row in await self._run.all(_OF, guarantor=guarantor_id)]

    async def get(self, card_id: str, guarantor_id: int) -> StoredCard | None:
        """Return one of this guarantor's, removed or not."""
        row = await self._run.one(_GET, card=card_id, guarantor=guarantor_id)
        return None if row is None else _card_of(row)

    async def remove(self, card_id: str, guarantor_id: int, *, now: datetime) -> bool:
        """Take a card of this guarantor's away at once; the gateway is asked to drop it from now on."""
        return await self._run.count(_REMOVE, card=card_id, guarantor=guarantor_id, now=micros(now)) == 1

    async def to_forget(self, now: datetime, *, gateway: str, most: int) -> list[StoredCard]:
        """Removed ones this gateway is to drop now; none of a guarantor with a payment in flight."""
        rows = await self._run.all(_TO_FORGET, now=micros(now), here=gateway, most=most)
        return [_card_of(row) for row in rows]

    async def token_in_use(self, card_id: str) -> bool:
        """Whether a card that is kept has the token of this removed one."""
        return await self._run.one(_TOKEN_IN_USE, card=card_id) is not None

    async def forgotten(self, card_id: str) -> bool:
        """Note that the gateway has dropped it, and drop the token here."""
        return await self._run.count(_FORGOTTEN, card=card_id) == 1

    async def not_forgotten(self, card_id: str, *, next_at: datetime) -> None:
        """Note one try that did not drop it."""
        await self._run.count(_NOT_FORGOTTEN, card=card_id, next_at=micros(next_at))


def _card_of(row: Row) -> StoredCard:
    (
        id_,
        group_id,
        guarantor_id,
        gateway,
        token,
        fingerprint,
        brand,
        last4,
        exp_month,
        exp_year,
        stored_at,
        removed_at,
        forget_tries,
        next_forget_at,
    ) = row
    return StoredCard(
        id=id_,
        group_id=group_id,
        guarantor_id=guarantor_id,
        gateway=gateway,
        token=token,
        fingerprint=fingerprint,
        brand=brand,
        last4=last4,
        exp_month=exp_month,
        exp_year=exp_year,
        stored_at=moment(stored_at),
        removed_at=maybe_moment(removed_at),
        forget_tries=forget_tries,
        next_forget_at=maybe_moment(next_forget_at),
    )
