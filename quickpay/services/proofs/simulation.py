"""What a simulation shows where a patient would have been sent a code: none is made, none is sent."""

from datetime import timedelta

from quickpay.mfa.methods import Method
from quickpay.services.proofs.pages import ChoosePage, CodePage


def imagined_code(page: ChoosePage, way: Method | None, *, life: timedelta) -> CodePage:
    """Give the page there would be after a code was sent."""
    chosen = next((one for one in page.ways if one.method is way), page.ways[0])
    return CodePage(
        stay=page.stay,
        required=page.required,
        way=chosen,
        other_ways=len(page.ways) > 1,
        undeliverable=False,
        open=True,
        seconds_left=int(life.total_seconds()),
        seconds_to_resend=0,
        office=False,
    )
