"""What must still hold when an operator, or a time server, puts the clock back (X24)."""

from datetime import timedelta

from quickpay.mfa.methods import Method as Way
from quickpay.services.proof_pages import Proved
from tests.services.conftest import Lakeside


async def test_x24_a_code_asked_for_after_the_clock_was_put_back_is_the_one_that_counts(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    group = await house.change(lakeside.group, require_opposing_contact_methods=False)
    assert group.id == lakeside.group.id
    alice = await house.come(await house.link(lakeside.alice))
    await alice.ask(Way.EMAIL)
    house.clock.set(house.clock.now() - timedelta(hours=1))
    await alice.ask(Way.SMS)
    house.later(minutes=1)
    newest = await alice.ask_again(Way.SMS)
    assert isinstance(await alice.type(newest), Proved)
