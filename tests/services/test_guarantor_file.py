"""What the desk sees of a guarantor and of batches, on both databases."""

from datetime import timedelta

from quickpay.domain.guarantors import Account
from quickpay.domain.links import LinkState
from quickpay.domain.messages import Channel, MessageKind
from quickpay.domain.origins import Origin
from quickpay.domain.reach import Reach
from quickpay.domain.staff import Staff, StaffRole, StaffState
from quickpay.ports.messages import STOPPED, Rejected
from quickpay.services.guarantors.file import ContactState, GuarantorFile, GuarantorFiles
from quickpay.services.links.batches import LinkBatches
from tests.factories import make_message
from tests.people import House
from tests.services.conftest import Lakeside
from tests.services.rows import rows

ADA = Staff(id=7, name="Ada", role=StaffRole.ADMIN, groups=None, state=StaffState.ACTIVE)


async def _file(here: Lakeside, **pages: int) -> GuarantorFile:
    files = GuarantorFiles(store=here.house.store, clock=here.house.clock, digests=here.house.digests)
    found = await files.get(ADA, "lakeside", here.alice.number, **pages)
    assert found is not None
    return found


def _batches(house: House) -> LinkBatches:
    return LinkBatches(store=house.store, clock=house.clock)


async def _states(here: Lakeside) -> dict[Channel, ContactState]:
    return {line.channel: line.state for line in (await _file(here)).contacts}


async def test_a_payment_stands_in_the_file_with_its_link_and_the_balances_follow(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, origin=Origin.STATEMENT, single_payment=False)
    person = await house.come(link)
    await person.pays("tok_declined", amount=1_000)
    house.later(seconds=5)
    await person.pays(amount=2_500)
    file = await _file(lakeside)
    assert [(one.payment.amount, one.payment.state.value, one.link) for one in file.payments] == [
        (2_500, "succeeded", link.id),
        (1_000, "declined", link.id),
    ]
    assert (file.balances.payable, file.sessions, file.active_links) == (10_050, 1, 1)
    assert [(one.link.id, one.state, one.max_uses) for one in file.links] == [(link.id, LinkState.ACTIVE, 10)]
    second = await _file(lakeside, links_page=2, payments_page=2)
    assert (second.links, second.payments) == ((), ())


async def test_a_contact_says_how_it_fares(lakeside: Lakeside) -> None:
    house = lakeside.house
    assert set((await _states(lakeside)).values()) == {ContactState.GOOD}

    async def send(channel: Channel, recipient: str, outcome: Rejected | None) -> None:
        link = await house.link(lakeside.alice)
        house.later(seconds=1)
        message = make_message(
            kind=MessageKind.LINK,
            subject=link.id,
            group_id=lakeside.group.id,
            guarantor_id=lakeside.alice.id,
            channel=channel,
            recipient=recipient,
            now=house.clock.now(),
            give_up_at=house.clock.now() + timedelta(hours=1),
        )
        await house.do(lambda tx: tx.outbox.add(message))
        if outcome is not None:
            (house.mailer if channel is Channel.EMAIL else house.texter).then(outcome)
        await house.outbox().run_once()

    email, mobile = lakeside.alice.email, lakeside.alice.mobile
    assert email is not None
    assert mobile is not None
    await send(Channel.EMAIL, email, Rejected(reason="recipient_550", permanent=True))
    await send(Channel.SMS, mobile, Rejected(reason=STOPPED, permanent=True))
    assert await _states(lakeside) == {
        Channel.EMAIL: ContactState.UNDELIVERABLE,
        Channel.SMS: ContactState.CARRIER_STOP,
    }
    await send(Channel.EMAIL, email, None)
    assert (await _states(lakeside))[Channel.EMAIL] is ContactState.GOOD
    await house.edit(lakeside.alice, text_opt_out=True)
    assert (await _states(lakeside))[Channel.SMS] is ContactState.CARRIER_STOP  # the stronger of the two
    await house.do(lambda tx: tx.carrier_stops.lift(mobile, now=house.clock.now()))
    assert (await _states(lakeside))[Channel.SMS] is ContactState.OPTED_OUT
    link = await house.link(lakeside.alice)
    await house.do(
        lambda tx: tx.stops.add(lakeside.alice.id, email, link_serial=link.serial, now=house.clock.now())
    )
    assert (await _states(lakeside))[Channel.EMAIL] is ContactState.NOT_THIS_PERSON


async def test_a_batch_counts_links_made_opened_paid_and_active(lakeside: Lakeside) -> None:
    house = lakeside.house
    paid = await house.link(lakeside.alice, batch="autumn")
    await (await house.come(paid)).pays(amount=500)
    old = {"created_at": house.clock.now() - timedelta(days=91)}
    await house.link(lakeside.alice, batch="autumn", max_uses=1, uses=1)
    await house.link(lakeside.alice, batch="autumn")
    await house.link(lakeside.alice, batch="long ago", **old)
    await house.link(lakeside.alice)
    (found,) = (await _batches(house).recent(ADA)).lines
    group, line = found
    assert (group.slug, line.batch) == ("lakeside", "autumn")
    assert (line.made, line.opened, line.paid, line.active) == (3, 2, 1, 1)
    batch = await _batches(house).get(ADA, "lakeside", "autumn")
    assert batch is not None
    assert (batch.line, batch.to_end) == (line, 2)
    assert await _batches(house).get(ADA, "lakeside", "spring") is None
    whole = await _batches(house).of_group(ADA, "lakeside")
    assert whole is not None
    assert whole.to_end == 4


async def test_a_batch_without_a_group_ends_within_a_reach_alone(lakeside: Lakeside) -> None:
    house = lakeside.house
    groups = [lakeside.group, await house.group("hilltop"), await house.group("bayside")]
    links = []
    for group in groups:
        person = await house.guarantor(group, Account(), number="777")
        links += [await house.link(person, batch="autumn") for _ in range(2)]
    within = Reach(groups=frozenset({groups[0].id, groups[1].id}))
    assert await house.links.revoke_many(batch="autumn", by="staff 7", within=within) == 4
    assert await house.links.revoke_many(batch="autumn", by="staff 7", within=within) == 0
    assert await house.links.revoke_many(batch="autumn", by="x", within=Reach(groups=frozenset())) == 0
    states = [row["state"] for row in await rows(house, "links")]
    assert states == ["revoked"] * 4 + ["active"] * 2
    other = groups[2].slug
    refused = await house.links.revoke_many(group=other, batch="autumn", by="staff 7", within=within)
    assert not isinstance(refused, int)
