"""The opposing rule holds whatever is done in whatever order (R45, A34)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.links import Link
from quickpay.domain.origins import Origin
from quickpay.mfa.methods import Method as Way
from quickpay.services.proofs.pages import Proved
from tests.people import House, Person
from tests.services.rows import rows

ARRIVED_BY = {Origin.SMS: Way.SMS, Origin.EMAIL: Way.EMAIL}

ACTIONS = (
    "send_email",
    "send_sms",
    "resend",
    "type_wrong",
    "type_last",
    "rule_on",
    "rule_off",
    "lose_email",
    "lose_mobile",
    "have_both",
    "email_of_the_phone",
    "wait",
    "come_again",
)


@dataclass(slots=True, kw_only=True)
class Story:
    """One guarantor's way through the proof, and what went out on it."""

    house: House
    group: Group
    guarantor: Guarantor
    link: Link
    person: Person
    rule: bool
    wrong_road: list[str] = field(default_factory=list)

    async def act(self, action: str) -> None:
        """Do one thing, and see what was sent meanwhile."""
        emails, texts = len(self.house.mailer.sent), len(self.house.texter.sent)
        await getattr(self, f"_{action}")()
        await self.house.at_rest()
        sent = {
            Way.EMAIL: len(self.house.mailer.sent) - emails,
            Way.SMS: len(self.house.texter.sent) - texts,
        }
        arrived = ARRIVED_BY[self.link.origin]
        if self.rule and sent[arrived]:
            self.wrong_road.append(f"{action}: a code by {arrived}")
        if self.rule and any(email.to.endswith("@vtext.com") for email in self.house.mailer.sent[emails:]):
            self.wrong_road.append(f"{action}: an email that ends on the phone")

    async def _send_email(self) -> None:
        await self.house.verify.send(self.person.visit, Way.EMAIL)

    async def _send_sms(self) -> None:
        await self.house.verify.send(self.person.visit, Way.SMS)

    async def _resend(self) -> None:
        await self.house.verify.resend(self.person.visit)

    async def _type_wrong(self) -> None:
        await self.person.type("000000")

    async def _type_last(self) -> None:
        for way in (Way.EMAIL, Way.SMS):
            sent = self.house.mailer.sent if way is Way.EMAIL else self.house.texter.sent
            if sent:
                answer = await self.person.type(self.house.last_code(way))
                if isinstance(answer, Proved):
                    self.person.secret = answer.secret
                    if self.rule and way is ARRIVED_BY[self.link.origin]:
                        self.wrong_road.append("proved by the road she came")

    async def _rule_on(self) -> None:
        self.rule = True
        await self.house.change(self.group, require_opposing_contact_methods=True)

    async def _rule_off(self) -> None:
        self.rule = False
        await self.house.change(self.group, require_opposing_contact_methods=False)

    async def _lose_email(self) -> None:
        await self.house.edit(self.guarantor, email=None)

    async def _lose_mobile(self) -> None:
        await self.house.edit(self.guarantor, mobile=None)

    async def _have_both(self) -> None:
        await self.house.edit(self.guarantor)

    async def _email_of_the_phone(self) -> None:
        await self.house.edit(self.guarantor, email=f"{(self.guarantor.mobile or '')[2:]}@vtext.com")

    async def _wait(self) -> None:
        self.house.later(minutes=11)
        self.person = await self.house.come(self.link)

    async def _come_again(self) -> None:
        self.person = await self.house.come(self.link)


async def _begin(house: House, origin: Origin, *, rule: bool) -> Story:
    number = len(await rows(house, "groups"))
    group = await house.group(f"group-{number}")
    group = await house.change(
        group, require_opposing_contact_methods=rule, quickpay_max_access_attempts=1_000
    )
    guarantor = await house.guarantor(
        group, email=f"p{number}@example.com", mobile=f"+1608555{number % 10_000:04}"
    )
    contact = guarantor.mobile if origin is Origin.SMS else guarantor.email
    link = await house.link(guarantor, origin=origin, contact=contact)
    person = await house.come(link, address=f"2001:db8::{number:x}")
    return Story(house=house, group=group, guarantor=guarantor, link=link, person=person, rule=rule)


def _plans(test: Callable[..., Awaitable[None]]) -> Any:
    plans = given(
        origin=st.sampled_from(list(ARRIVED_BY)),
        rule=st.booleans(),
        actions=st.lists(st.sampled_from(ACTIONS), min_size=2, max_size=12),
    )
    bounds = settings(
        max_examples=40,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    return bounds(plans(test))


@example(origin=Origin.SMS, rule=False, actions=["send_sms", "rule_on", "wait", "resend", "type_last"])
@example(origin=Origin.SMS, rule=False, actions=["send_sms", "rule_on", "type_last"])
@example(origin=Origin.EMAIL, rule=True, actions=["lose_mobile", "send_email", "resend", "send_sms"])
@example(origin=Origin.SMS, rule=True, actions=["email_of_the_phone", "send_email", "send_sms"])
@_plans
async def test_r45_while_the_rule_is_on_no_code_goes_or_counts_by_the_road_she_came(
    house: House, origin: Origin, rule: bool, actions: list[str]
) -> None:
    story = await _begin(house, origin, rule=rule)
    for action in actions:
        await story.act(action)
    assert story.wrong_road == []
