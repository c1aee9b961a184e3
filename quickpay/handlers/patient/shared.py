"""A bill as somebody else sees it, whom the guarantor asked to pay."""

from dataclasses import replace

from quickpay.domain.money import Cents
from quickpay.domain.said import say
from quickpay.handlers.pages import Frame
from quickpay.handlers.patient.notices import Notice
from quickpay.handlers.patient.share_views import SharedBill
from quickpay.services.payer import AmountPage


def shared_view(page: AmountPage, frame: Frame, amount: Cents) -> SharedBill | Notice:
    """Make what somebody else sees of a bill: the sum, or that it cannot be paid, and not why."""
    if page.in_flight is None and page.methods and amount <= page.balances.payable:
        return SharedBill(frame=replace(frame, step=1), amount=amount)
    return Notice(
        frame=frame,
        heading=say("This bill cannot be paid here now"),
        words=(
            say("It was paid meanwhile, it has changed, or a payment for it is on its way."),
            say("Your card was not charged. Please ask whoever sent you the link."),
        ),
    )
