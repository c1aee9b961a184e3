"""What others call the states of a payment: in the API, its feed, and the events sent out."""

from collections.abc import Mapping
from types import MappingProxyType

from quickpay.domain.payments import PaymentState

STATUSES: Mapping[str, PaymentState] = MappingProxyType(
    {
        "pending": PaymentState.SUBMITTING,
        "succeeded": PaymentState.SUCCEEDED,
        "declined": PaymentState.DECLINED,
        "unknown": PaymentState.UNKNOWN,
        "review": PaymentState.REVIEW,
        "refunded": PaymentState.REFUNDED,
    }
)
"""What the API calls each state."""

STATUS_OF: Mapping[PaymentState, str] = MappingProxyType({state: word for word, state in STATUSES.items()})
