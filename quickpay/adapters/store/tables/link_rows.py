"""A link's row, read into the value."""

from quickpay.adapters.store.columns import moment, words
from quickpay.adapters.store.run import Row
from quickpay.domain.links import Link, LinkState
from quickpay.domain.money import Cents
from quickpay.domain.origins import Origin

_ORIGINS = words(Origin)
_STATES = words(LinkState)


def link_of(row: Row) -> Link:
    """Read one."""
    (
        serial,
        id_,
        group_id,
        guarantor_id,
        origin,
        state,
        uses,
        max_uses,
        single_payment,
        contact,
        batch,
        created_at,
        expires_at,
        authenticated,
        return_url,
        share_amount,
        shared_from,
    ) = row
    return Link(
        serial=serial,
        id=id_,
        group_id=group_id,
        guarantor_id=guarantor_id,
        origin=_ORIGINS[origin],
        state=_STATES[state],
        uses=uses,
        max_uses=max_uses,
        single_payment=single_payment == 1,
        contact=contact,
        batch=batch,
        created_at=moment(created_at),
        expires_at=moment(expires_at),
        authenticated=authenticated == 1,
        return_url=return_url,
        share_amount=None if share_amount is None else Cents(share_amount),
        shared_from=shared_from,
    )
