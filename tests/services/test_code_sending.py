"""Sending codes: to the frozen contact alone, not too often, never by the wrong road."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from quickpay.domain.origins import Origin
from quickpay.mfa.limits import DEFAULT_LIMITS, Limit
from quickpay.mfa.methods import Method as Way
from quickpay.ports.messages import Delivery, Rejected, Text, Uncertain
from quickpay.services.proofs.pages import (
    CannotProve,
    ChoosePage,
    CodePage,
    CodeSent,
    NotYet,
    ProofNotOffered,
    Proved,
    TooManyCodes,
    WayNotOffered,
)
from tests.fakes.texter import FakeTexter
from tests.people import KEYS, House, Person, wrong
from tests.services.conftest import Lakeside
from tests.services.rows import rows


@pytest.fixture
async def alice(lakeside: Lakeside) -> Person:
    return await lakeside.house.come(await lakeside.house.link(lakeside.alice))


def _sent(house: House) -> int:
    return len(house.mailer.sent) + len(house.texter.sent)


async def test_looking_at_the_ways_sends_nothing_and_shows_masked_contacts_only(alice: Person) -> None:
    page = await alice.house.verify.ways(alice.visit)
    assert isinstance(page, ChoosePage)
    assert [way.method for way in page.ways] == [Way.EMAIL, Way.SMS]
    assert all(way.masked != "alice@example.com" and "555010" not in way.masked for way in page.ways)
    assert _sent(alice.house) == 0


async def test_a_text_ends_with_the_line_that_binds_it_to_our_host(alice: Person) -> None:
    code = await alice.ask(Way.SMS)
    text = alice.house.texter.sent[-1]
    assert text.to == "+16085550101"
    assert text.body.splitlines()[-1] == f"@pay.example.com #{code}"
    assert text.validity == timedelta(seconds=300)


async def test_r34_a_code_is_not_in_the_subject(alice: Person) -> None:
    code = await alice.ask()
    email = alice.house.mailer.sent[-1]
    assert code in email.text
    assert code in email.html
    assert code not in email.subject
    assert code not in email.message_id


async def test_no_method_at_all_or_an_unoffered_one_sends_nothing(lakeside: Lakeside) -> None:
    house = lakeside.house
    guarantor = await house.guarantor(lakeside.group, number="2", mobile=None)
    person = await house.come(await house.link(guarantor))
    assert isinstance(await house.verify.send(person.visit, None), WayNotOffered)
    assert isinstance(await house.verify.send(person.visit, Way.SMS), WayNotOffered)
    assert _sent(house) == 0


async def test_a_group_without_codes_offers_none(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.change(lakeside.group, enable_mfa=False)
    alice = await house.come(await house.link(lakeside.alice))
    assert await house.verify.send(alice.visit, Way.EMAIL) == ProofNotOffered()
    assert _sent(house) == 0


async def test_require_without_enable_fails_closed(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.change(lakeside.group, enable_mfa=False, require_mfa=True)
    alice = await house.come(await house.link(lakeside.alice))
    assert isinstance(await house.verify.ways(alice.visit), CannotProve)
    assert isinstance(await house.verify.send(alice.visit, Way.EMAIL), CannotProve)
    assert _sent(house) == 0


@pytest.mark.parametrize(
    ("origin", "missing"), [(Origin.SMS, "email"), (Origin.EMAIL, "mobile"), (Origin.SMS, "both")]
)
async def test_r44_without_the_opposing_contact_there_is_no_way_and_no_fallback(
    lakeside: Lakeside, origin: Origin, missing: str
) -> None:
    house = lakeside.house
    await house.change(lakeside.group, require_opposing_contact_methods=True, require_mfa=True)
    gone = {"email": None, "mobile": None} if missing == "both" else {missing: None}
    one = await house.guarantor(lakeside.group, number="2", **gone)
    person = await house.come(await house.link(one, origin=origin, contact=one.email or one.mobile))
    assert isinstance(await house.verify.ways(person.visit), CannotProve)
    for way in (Way.EMAIL, Way.SMS, None):
        assert isinstance(await house.verify.send(person.visit, way), CannotProve)
    assert isinstance(await house.verify.resend(person.visit), CannotProve)
    await house.at_rest()
    assert _sent(house) == 0
    assert await rows(house, "challenges") == []
    assert await rows(house, "outbox") == []


async def test_r44_an_undeliverable_opposing_code_falls_back_to_nothing(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.change(lakeside.group, require_opposing_contact_methods=True)
    alice = await house.come(await house.link(lakeside.alice, origin=Origin.SMS))
    house.mailer.then(Rejected(reason="550", permanent=True))
    assert await house.verify.send(alice.visit, Way.EMAIL) == CodeSent()
    await house.at_rest()
    page = await house.verify.code_page(alice.visit)
    assert isinstance(page, CodePage)
    assert (page.undeliverable, page.open, page.other_ways) == (True, False, False)
    assert _sent(house) == 0


async def test_pressing_send_twice_sends_once_and_the_code_stays_good(alice: Person) -> None:
    code = await alice.ask()
    assert await alice.house.verify.send(alice.visit, Way.EMAIL) == CodeSent()
    await alice.house.at_rest()
    assert len(alice.house.mailer.sent) == 1
    assert isinstance(await alice.type(code), Proved)


async def test_pressing_send_twenty_times_at_once_sends_once(alice: Person) -> None:
    answers = await asyncio.gather(*(alice.house.verify.send(alice.visit, Way.EMAIL) for _ in range(20)))
    await alice.house.at_rest()
    assert answers == [CodeSent()] * 20
    assert len(alice.house.mailer.sent) == 1
    states = Counter(row["state"] for row in await rows(alice.house, "challenges"))
    assert states == {"sent": 1}


async def test_pressing_resend_twenty_times_at_once_sends_once(alice: Person) -> None:
    await alice.ask()
    alice.house.later(seconds=30)
    answers = await asyncio.gather(*(alice.house.verify.resend(alice.visit) for _ in range(20)))
    await alice.house.at_rest()
    kinds = Counter(type(answer).__name__ for answer in answers)
    assert kinds == {"CodeSent": 1, "NotYet": 19}
    assert len(alice.house.mailer.sent) == 2
    await alice.type(alice.house.last_code(Way.EMAIL))
    assert Counter(row["state"] for row in await rows(alice.house, "challenges")) == {
        "superseded": 1,
        "verified": 1,
    }


async def test_r36_the_wait_for_another_code_doubles(lakeside: Lakeside) -> None:
    house = lakeside.house
    many = {one.name: Limit(name=one.name, most=99, per=one.per) for one in DEFAULT_LIMITS.sends_per_contact}
    house.limits = DEFAULT_LIMITS.replaced(many)
    house.furnish(KEYS[:1])
    alice = await house.come(await house.link(lakeside.alice))
    await alice.ask()
    for wait in (30, 60, 120):
        house.later(seconds=wait - 1)
        answer = await house.verify.resend(alice.visit)
        assert isinstance(answer, NotYet)
        assert answer.page.seconds_to_resend == 1
        house.later(seconds=1)
        assert await house.verify.resend(alice.visit) == CodeSent()
    await house.at_rest()
    assert len(house.mailer.sent) == 4


@pytest.mark.parametrize(
    ("most", "spread", "over"),
    [(3, 60, 600), (5, 600, 3_600), (10, 3_600, 86_400)],
    ids=["10min", "hour", "day"],
)
async def test_r36_a_contact_gets_only_so_many_codes(
    lakeside: Lakeside, most: int, spread: int, over: int
) -> None:
    house = lakeside.house
    start = house.clock.now()
    for _ in range(most):
        alice = await house.come(await house.link(lakeside.alice))
        await alice.ask()
        house.later(seconds=spread)
    alice = await house.come(await house.link(lakeside.alice))
    assert isinstance(await house.verify.send(alice.visit, Way.EMAIL), TooManyCodes)
    await house.at_rest()
    assert len(house.mailer.sent) == most
    house.clock.set(start + timedelta(seconds=over))
    alice = await house.come(await house.link(lakeside.alice))
    assert await house.verify.send(alice.visit, Way.EMAIL) == CodeSent()


async def test_r36_a_link_sends_five_codes_until_one_is_used(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, origin=Origin.STATEMENT)
    for _ in range(5):
        alice = await house.come(link)
        await alice.ask()
        house.later(hours=3)
    alice = await house.come(link)
    assert isinstance(await house.verify.send(alice.visit, Way.EMAIL), TooManyCodes)
    assert isinstance(await house.verify.send(alice.visit, Way.SMS), TooManyCodes)


async def test_r36_proving_it_gives_the_links_codes_back(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, origin=Origin.STATEMENT, max_uses=50)
    for _ in range(9):
        alice = await house.come(link)
        await alice.prove()
        house.later(hours=1)
    assert len(house.mailer.sent) == 9


async def test_r36_a_code_that_is_not_sent_uses_nothing_up(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await house.link(lakeside.alice, origin=Origin.STATEMENT, max_uses=50)
    alice = await house.come(link)
    await alice.ask()
    await alice.ask_again()
    await alice.ask_again()
    for _ in range(10):
        house.later(seconds=1)
        assert isinstance(await house.verify.send(await _fresh(house, alice), Way.EMAIL), TooManyCodes)
    counts = {row["name"]: row["count"] for row in await rows(house, "counters")}
    assert counts["sends_link"] == 3
    assert counts["sends_contact_86400s"] == 3
    assert "rate.limited" in {row["type"] for row in await rows(house, "audit")}
    house.later(minutes=10)
    alice = await house.come(link)
    await alice.prove()


async def _fresh(house: House, person: Person) -> Any:
    session = await person.session()
    assert session is not None
    assert session.link_serial is not None
    link = await house.do(lambda tx: tx.links.by_serial(session.link_serial or 0))
    assert link is not None
    return (await house.come(link)).visit


async def test_r36_an_address_gets_ten_codes_an_hour(lakeside: Lakeside) -> None:
    house = lakeside.house
    answers = []
    for number in range(11):
        one = await house.guarantor(lakeside.group, number=f"2{number}", email=f"p{number}@example.com")
        person = await house.come(await house.link(one))
        answers.append(type(await house.verify.send(person.visit, Way.EMAIL)).__name__)
    assert answers == ["CodeSent"] * 10 + ["TooManyCodes"]


async def test_r37_a_group_spends_on_so_many_texts_a_day(lakeside: Lakeside) -> None:
    house = lakeside.house
    house.limits = DEFAULT_LIMITS.replaced(
        {"texts_group_86400s": Limit(name="texts_group_86400s", most=2, per=timedelta(days=1))}
    )
    house.furnish(KEYS[:1])
    answers = []
    for number in range(3):
        one = await house.guarantor(lakeside.group, number=f"2{number}", mobile=f"+1608555015{number}")
        person = await house.come(await house.link(one))
        answers.append(type(await house.verify.send(person.visit, Way.SMS)).__name__)
    assert answers == ["CodeSent", "CodeSent", "TooManyCodes"]
    assert await house.verify.send(person.visit, Way.EMAIL) == CodeSent()


async def test_r37_while_texted_codes_go_unused_only_proved_numbers_get_one(
    lakeside: Lakeside,
) -> None:
    house = lakeside.house
    house.limits = replace(DEFAULT_LIMITS, conversion_sample=4, conversion_least_percent=30)
    house.furnish(KEYS[:1])
    alice = await house.come(await house.link(lakeside.alice))
    assert isinstance(await alice.type(await alice.ask(Way.SMS)), Proved)
    for number in range(3):
        one = await house.guarantor(lakeside.group, number=f"3{number}", mobile=f"+1608555016{number}")
        pumped = await house.come(await house.link(one))
        assert await house.verify.send(pumped.visit, Way.SMS) == CodeSent()
    new = await house.guarantor(lakeside.group, number="39", mobile="+16085550169")
    stranger = await house.come(await house.link(new))
    assert type(await house.verify.send(stranger.visit, Way.SMS)).__name__ == "TooManyCodes"
    assert '"spend"' in str([row["detail"] for row in await rows(house, "audit")])
    again = await house.come(await house.link(lakeside.alice))
    assert await house.verify.send(again.visit, Way.SMS) == CodeSent()
    house.clock.advance(timedelta(hours=1))
    stranger = await house.come(await house.link(new))
    assert await house.verify.send(stranger.visit, Way.SMS) == CodeSent()


async def test_r38_a_lock_tells_the_other_contact_and_only_that(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    code = await alice.ask(Way.EMAIL)
    for _ in range(7):
        await alice.type(wrong(code))
    waiting = await rows(house, "outbox")
    assert [(row["kind"], row["channel"], row["recipient"]) for row in waiting] == [
        ("locked", "sms", "+16085550101")
    ]
    await house.outbox().run_once()
    assert len(house.mailer.sent) == 1, "the code itself, no notice"
    notice = house.texter.sent[-1]
    assert code not in notice.body
    assert "http" not in notice.body


async def test_r38_a_lock_by_text_is_told_by_email(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    code = await alice.ask(Way.SMS)
    for _ in range(5):
        await alice.type(wrong(code))
    await house.outbox().run_once()
    assert [email.to for email in house.mailer.sent] == ["alice@example.com"]
    assert len(house.texter.sent) == 1


async def test_a_text_opt_out_stops_the_notice_and_not_the_code(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.edit(lakeside.alice, text_opt_out=True)
    alice = await house.come(await house.link(lakeside.alice))
    await alice.ask(Way.SMS)
    assert len(house.texter.sent) == 1
    code = await alice.ask(Way.EMAIL)
    for _ in range(5):
        await alice.type(wrong(code))
    assert await rows(house, "outbox") == []


async def test_r54_an_uncertain_sending_counts_as_sent(alice: Person) -> None:
    alice.house.mailer.then(Uncertain(reason="silent"))
    code = await alice.ask()
    assert [row["state"] for row in await rows(alice.house, "challenges")] == ["sent"]
    assert len(alice.house.mailer.sent) == 1, "never a second time by itself"
    assert isinstance(await alice.type(code), Proved)


async def test_r51_a_refused_sending_is_tried_three_times(alice: Person) -> None:
    busy = Rejected(reason="451", permanent=False)
    alice.house.mailer.then(busy, busy)
    await alice.ask()
    assert len(alice.house.mailer.sent) == 1
    assert [row["state"] for row in await rows(alice.house, "challenges")] == ["sent"]


async def test_x15_with_both_providers_down_no_try_is_lost_and_the_page_says_so(alice: Person) -> None:
    house = alice.house
    down = Rejected(reason="not_connected", permanent=False)
    house.mailer.then(down, down, down)
    house.texter.then(down, down, down)
    for way in (Way.EMAIL, Way.SMS):
        assert await house.verify.send(alice.visit, way) == CodeSent()
        await house.at_rest()
        page = await house.verify.code_page(alice.visit)
        assert isinstance(page, CodePage)
        assert page.undeliverable
    assert _sent(house) == 0
    assert await house.verify.send(alice.visit, Way.EMAIL) == CodeSent(), "no wait after an undeliverable one"
    await house.at_rest()
    await alice.type(house.last_code(Way.EMAIL))


class SlowTexter(FakeTexter):
    """Takes its time until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()

    async def send(self, text: Text) -> Delivery:
        self.asked.set()
        await self.go_on.wait()
        return await super().send(text)


async def test_a_code_may_be_typed_before_its_sending_is_known(lakeside: Lakeside) -> None:
    house = lakeside.house
    house.texter = slow = SlowTexter()
    house.furnish(KEYS[:1])
    alice = await house.come(await house.link(lakeside.alice))
    sending = asyncio.create_task(alice.ask(Way.SMS))
    await slow.asked.wait()
    assert [row["state"] for row in await rows(house, "challenges")] == ["queued"]
    slow.go_on.set()
    assert isinstance(await alice.type(await sending), Proved)
    assert [row["state"] for row in await rows(house, "challenges")] == ["verified"]


async def test_r53_a_code_with_less_than_a_minute_left_is_not_handed_over(lakeside: Lakeside) -> None:
    house = lakeside.house

    class Late(FakeTexter):
        async def send(self, text: Text) -> Delivery:
            house.later(seconds=241)
            self.then(Rejected(reason="20429", permanent=False))
            return await super().send(text)

    house.texter = late = Late()
    house.furnish(KEYS[:1])
    alice = await house.come(await house.link(lakeside.alice))
    assert await house.verify.send(alice.visit, Way.SMS) == CodeSent()
    await house.at_rest()
    assert late.sent == []
    assert [row["state"] for row in await rows(house, "challenges")] == ["undeliverable"]
    events = [row["detail"] for row in await rows(house, "audit") if row["type"] == "challenge.undeliverable"]
    assert ["too_late" in detail for detail in events] == [True]


async def test_the_outcome_of_an_old_code_does_not_touch_the_new_one(lakeside: Lakeside) -> None:
    house = lakeside.house

    class First(FakeTexter):
        """Refuses the first text, once a second one has gone."""

        waiting = True
        second = asyncio.Event()

        async def send(self, text: Text) -> Delivery:
            if self.waiting:
                self.waiting = False
                await self.second.wait()
                return Rejected(reason="21610", permanent=True)
            self.second.set()
            return await super().send(text)

    house.texter = First()
    house.furnish(KEYS[:1])
    alice = await house.come(await house.link(lakeside.alice))
    assert await house.verify.send(alice.visit, Way.SMS) == CodeSent()
    code = await alice.ask_again(Way.SMS)
    assert [row["state"] for row in await rows(house, "challenges")] == ["superseded", "sent"]
    assert isinstance(await alice.type(code), Proved)


async def test_each_sending_of_a_session_has_a_message_id_of_its_own(alice: Person) -> None:
    await alice.ask()
    await alice.ask_again()
    assert len({email.message_id for email in alice.house.mailer.sent}) == 2
