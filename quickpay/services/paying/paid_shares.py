"""What somebody else has paid lately, told to the guarantor who asked for it; not whose card it was."""

from datetime import datetime, timedelta

from quickpay.ports.tables import Tx
from quickpay.services.payer import PaidShare
from quickpay.services.stay import Stay

_TOLD = timedelta(days=30)
"""How long the pages where one pays say so; after that the receipts do, behind the challenge."""
_MOST_TOLD = 5


async def paid_shares(tx: Tx, stay: Stay, now: datetime) -> tuple[PaidShare, ...]:
    """List the newest of her shares that were paid; none to somebody else."""
    if stay.shared:
        return ()
    shares = await tx.links.shares(stay.guarantor.id)
    if not shares:
        return ()
    lately = [
        PaidShare(amount=payment.amount, day=receipt.date, refunded=payment.refunded)
        for receipt, payment in await tx.receipts.of_guarantor(stay.guarantor.id)
        if payment.link_serial in shares and payment.took_money and payment.created_at > now - _TOLD
    ]
    return tuple(lately[:_MOST_TOLD])
