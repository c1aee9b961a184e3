"""A patient changes her own contact: confirmed by a code, told to the old one, resting for a day."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest

from quickpay.domain.contacts import ContactFault
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.origins import Origin
from quickpay.domain.sessions import Role
from quickpay.mfa.challenge import ChallengeState, CodeExpired, NoChallenge, Purpose, WrongCode
from quickpay.mfa.limits import DEFAULT_LIMITS
from quickpay.mfa.methods import Method as Way
from quickpay.ports.tables import Tx
from quickpay.services.contacts.codes import Asked
from quickpay.services.contacts.pages import (
    Changed,
    CodeUnread,
    CodeWrong,
    ConfirmPage,
    ContactPage,
    ContactRefused,
    EditingOff,
    NothingPending,
    NotTaken,
    TooSoon,
)
from quickpay.services.guarantors.keep import GuarantorView
from quickpay.services.guarantors.records import GuarantorRecord
from quickpay.services.member import NotAuthorized
from quickpay.services.proofs.pages import (
    CannotProve,
    ChoosePage,
    CodeSent,
    NothingSent,
    ProofLocked,
    TooManyCodes,
)
from quickpay.services.stay import NoStay
from tests.people import House, Person, wrong
from tests.services.conftest import Lakeside
from tests.services.rows import rows

NEW_EMAIL = "new@example.com"
NEW_MOBILE = "+16085550177"


@dataclass(slots=True, kw_only=True)
class Alice:
    """Alice, proved, in a group that lets patients change their contacts."""

    lakeside: Lakeside
    person: Person

    @property
    def house(self) -> House:
        return self.lakeside.house

    async def on_file(self) -> Guarantor:
        found = await self.house.do(lambda tx: tx.guarantors.get(self.lakeside.alice.id))
        assert found is not None
        return found

    async def another(self, **link: Any) -> Person:
        """She opens another link."""
        given = {"single_payment": False} | link
        return await self.house.come(await self.house.link(self.lakeside.alice, **given))

    async def ways(self, person: Person) -> set[Way] | None:
        """Which ways to get a code there are; None: the office alone can help."""
        page = await self.house.verify.ways(person.visit)
        if isinstance(page, CannotProve):
            assert page.office, "the spoken code remains"
            return None
        assert isinstance(page, ChoosePage), page
        return {way.method for way in page.ways}

    async def told(self) -> list[tuple[str, str]]:
        """Send what waits; to whom, and what."""
        mails, texts = len(self.house.mailer.sent), len(self.house.texter.sent)
        await self.house.outbox().run_once()
        return [(one.to, one.text) for one in self.house.mailer.sent[mails:]] + [
            (one.to, one.body) for one in self.house.texter.sent[texts:]
        ]

    async def events(self, prefix: str = "contact.") -> list[tuple[str, dict[str, Any]]]:
        return [
            (row["type"], json.loads(row["detail"]))
            for row in await rows(self.house, "audit")
            if row["type"].startswith(prefix)
        ]


@pytest.fixture
async def alice(lakeside: Lakeside) -> Alice:
    house = lakeside.house
    await house.change(lakeside.group, contact_info_editing=True)
    person = await house.come(await house.link(lakeside.alice, single_payment=False))
    await person.prove()
    return Alice(lakeside=lakeside, person=person)


@pytest.mark.parametrize(
    ("way", "typed", "kept"),
    [(Way.EMAIL, f"  {NEW_EMAIL} ", NEW_EMAIL), (Way.SMS, "(608) 555-0177", NEW_MOBILE)],
)
async def test_a_new_contact_is_on_file_once_its_code_was_typed_and_not_before(
    alice: Alice, way: Way, typed: str, kept: str
) -> None:
    code = await alice.person.names(way, typed)
    newest = alice.house.mailer.sent[-1].to if way is Way.EMAIL else alice.house.texter.sent[-1].to
    assert newest == kept
    assert await alice.on_file() == alice.lakeside.alice
    assert await alice.told() == [], "nobody is told before"
    answer = await alice.house.contacts.check(alice.person.visit, code)
    assert answer == Changed(method=way)
    now = await alice.on_file()
    assert (now.email, now.mobile) == (
        (kept, alice.lakeside.alice.mobile) if way is Way.EMAIL else (alice.lakeside.alice.email, kept)
    )
    assert await alice.events() == [
        ("contact.changed", {"method": way.value, "added": "no", "purpose": "contact_change"})
    ]
    found = await alice.house.do(lambda tx: tx.guarantors.by_number(now.group_id, now.number))
    assert found == now


async def test_the_old_contact_is_told_who_to_call_and_nothing_else(alice: Alice) -> None:
    await alice.house.change(alice.lakeside.group, footer_phone="608-555-0100")
    await alice.person.changes(Way.EMAIL, NEW_EMAIL)
    await alice.person.changes(Way.SMS, NEW_MOBILE)
    (to, email), (number, text) = await alice.told()
    assert (to, number) == ("alice@example.com", "+16085550101")
    assert "n•••@example.com" in email
    assert "(***) ***-**77" in text
    for said in (email, text):
        assert "608-555-0100" in said
        secrets = ("Alic", "10067", NEW_EMAIL, NEW_MOBILE, "125.50", "/q/")
        assert [one for one in secrets if one in said] == []
    assert text.isascii()
    assert len(text) <= 160


async def test_who_had_no_contact_there_adds_one_and_the_other_is_told(lakeside: Lakeside) -> None:
    house = lakeside.house
    await house.change(lakeside.group, contact_info_editing=True)
    bea = await house.guarantor(lakeside.group, number="7", email="bea@example.com", mobile=None)
    person = await house.come(await house.link(bea, single_payment=False))
    await person.prove()
    await person.changes(Way.SMS, NEW_MOBILE)
    alice = Alice(lakeside=lakeside, person=person)
    ((to, said),) = await alice.told()
    assert to == "bea@example.com"
    assert "added" in said
    assert (await alice.events())[0][1]["added"] == "yes"


async def test_an_opted_out_number_is_not_told_by_text_but_by_email(alice: Alice) -> None:
    await alice.house.edit(alice.lakeside.alice, text_opt_out=True)
    await alice.person.changes(Way.SMS, NEW_MOBILE)
    ((to, _),) = await alice.told()
    assert to == "alice@example.com"
    assert (await alice.on_file()).text_opt_out, "the opt-out stays"


@pytest.mark.parametrize(("way", "contact", "other"), [
    (Way.EMAIL, NEW_EMAIL, Way.SMS), (Way.SMS, NEW_MOBILE, Way.EMAIL),
])  # fmt: skip
async def test_r47_a_changed_contact_gets_no_codes_for_24_hours_nor_does_the_old_one(
    alice: Alice, way: Way, contact: str, other: Way
) -> None:
    await alice.person.changes(way, contact)
    assert await alice.ways(await alice.another(origin=Origin.STATEMENT)) == {other}
    alice.house.later(hours=23, minutes=59, seconds=59)
    person = await alice.another(origin=Origin.STATEMENT)
    assert await alice.ways(person) == {other}
    sent = len(alice.house.mailer.sent) + len(alice.house.texter.sent)
    await alice.house.verify.send(person.visit, way)
    await alice.house.at_rest()
    assert len(alice.house.mailer.sent) + len(alice.house.texter.sent) == sent
    alice.house.later(seconds=1)
    assert await alice.ways(person) == {Way.EMAIL, Way.SMS}
    await person.prove(way)
    newest = alice.house.mailer.sent[-1].to if way is Way.EMAIL else alice.house.texter.sent[-1].to
    assert newest == contact


async def test_r47_under_the_opposing_rule_only_the_office_is_left_for_a_day(alice: Alice) -> None:
    await alice.house.change(alice.lakeside.group, require_opposing_contact_methods=True, require_mfa=True)
    await alice.person.changes(Way.EMAIL, NEW_EMAIL)
    person = await alice.another()  # by text: only email may be used, and that rests
    assert await alice.ways(person) is None
    alice.house.later(hours=24)
    assert await alice.ways(await alice.another()) == {Way.EMAIL}


async def test_r47_putting_the_pm_systems_or_her_own_back_takes_no_hour_off(alice: Alice) -> None:
    await alice.person.changes(Way.EMAIL, NEW_EMAIL)
    await _put(alice, NEW_EMAIL)
    person = await alice.another(origin=Origin.STATEMENT)
    assert await alice.ways(person) == {Way.SMS}
    await alice.person.changes(Way.EMAIL, "alice@example.com")
    assert await alice.ways(person) == {Way.SMS}


async def test_r31_a_view_code_in_flight_to_the_old_contact_is_dead(alice: Alice) -> None:
    other = await alice.another()
    code = await other.ask(Way.EMAIL)
    await alice.person.changes(Way.EMAIL, NEW_EMAIL)
    assert isinstance(await other.type(code), NothingSent)


async def test_r31_a25_a_code_for_a_change_is_dead_once_the_pm_system_says_another(alice: Alice) -> None:
    code = await alice.person.names(Way.EMAIL, NEW_EMAIL)
    await _put(alice, "staff@example.com")
    answer = await alice.house.contacts.check(alice.person.visit, code)
    assert answer == NothingPending(method=Way.EMAIL)
    assert (await alice.on_file()).email == "staff@example.com"
    page = await alice.house.contacts.page(alice.person.visit, Way.EMAIL)
    assert isinstance(page, ContactPage)
    assert page.overtaken


async def test_r31_of_two_changes_under_way_the_second_confirmed_is_dead(alice: Alice) -> None:
    other = await alice.another()
    await other.prove()
    first = await alice.person.names(Way.EMAIL, NEW_EMAIL)
    alice.house.later(seconds=31)
    second = await other.names(Way.EMAIL, "second@example.com")
    assert isinstance(await alice.house.contacts.check(alice.person.visit, first), Changed)
    assert isinstance(await alice.house.contacts.check(other.visit, second), NothingPending)
    assert (await alice.on_file()).email == NEW_EMAIL


OLD = "alice@example.com"
STAFF = "staff@example.com"


async def _put(alice: Alice, email: str | None, mobile: str | None = "+16085550101") -> None:
    house = alice.house
    one = alice.lakeside.alice
    view = await house.guarantors.put(
        "lakeside",
        one.number,
        GuarantorRecord(
            first_name=one.first_name,
            preferred_name=one.preferred_name,
            last_name=one.last_name,
            email=email,
            mobile=mobile,
        ),
    )
    assert isinstance(view, GuarantorView), view


@pytest.mark.parametrize(
    ("said", "stays", "audited"),
    [
        ((OLD,), NEW_EMAIL, ["kept"]),
        ((OLD, OLD, OLD), NEW_EMAIL, ["kept"]),
        (("Alice@example.com",), NEW_EMAIL, ["kept"]),
        ((STAFF,), STAFF, ["overruled"]),
        ((None,), None, ["overruled"]),
        ((NEW_EMAIL,), NEW_EMAIL, ["adopted"]),
        ((NEW_EMAIL, NEW_EMAIL), NEW_EMAIL, ["adopted"]),
        ((NEW_EMAIL, OLD), OLD, ["adopted", "overruled"]),
        ((OLD, STAFF), STAFF, ["kept", "overruled"]),
        ((OLD, NEW_EMAIL, STAFF), STAFF, ["kept", "adopted", "overruled"]),
        ((STAFF, OLD), OLD, ["overruled"]),
    ],
)
async def test_what_the_pm_system_says_after_a_change(
    alice: Alice, said: tuple[str | None, ...], stays: str | None, audited: list[str]
) -> None:
    await alice.person.changes(Way.EMAIL, NEW_EMAIL)
    for one in said:
        await _put(alice, one)
    now = await alice.on_file()
    assert now.email == stays
    assert now.mobile == "+16085550101"
    types = [kind for kind, _ in await alice.events()]
    assert types == ["contact.changed", *(f"contact.{word}" for word in audited)]
    view = await alice.house.guarantors.get("lakeside", now.number)
    assert view is not None
    assert view.guarantor == now
    assert [one.contact for one in view.changes] == ([NEW_EMAIL] if stays == NEW_EMAIL else [])


async def test_a_contact_she_added_stays_while_the_pm_system_still_knows_none(alice: Alice) -> None:
    await _put(alice, OLD, None)
    await alice.person.changes(Way.SMS, NEW_MOBILE)
    await _put(alice, OLD, None)
    assert (await alice.on_file()).mobile == NEW_MOBILE


async def test_a_second_change_is_still_held_against_what_the_pm_system_said(alice: Alice) -> None:
    await alice.person.changes(Way.EMAIL, NEW_EMAIL)
    await alice.person.changes(Way.EMAIL, "newer@example.com")
    await _put(alice, OLD)
    assert (await alice.on_file()).email == "newer@example.com"
    await _put(alice, NEW_EMAIL)
    assert (await alice.on_file()).email == NEW_EMAIL, "not what it said before: entered by staff"


async def test_what_staff_enter_over_a_change_counts_at_once(alice: Alice) -> None:
    await alice.person.changes(Way.EMAIL, NEW_EMAIL)
    await _put(alice, STAFF)
    assert await alice.ways(await alice.another(origin=Origin.STATEMENT)) == {Way.EMAIL, Way.SMS}


async def test_a_put_and_a_confirmation_at_once_end_as_if_one_came_first(alice: Alice) -> None:
    code = await alice.person.names(Way.EMAIL, NEW_EMAIL)
    answer, _ = await asyncio.gather(alice.house.contacts.check(alice.person.visit, code), _put(alice, OLD))
    assert answer == Changed(method=Way.EMAIL)
    assert (await alice.on_file()).email == NEW_EMAIL


async def test_r22_a_press_that_waited_for_the_one_beside_it_is_told_that_it_is_changed(alice: Alice) -> None:
    """As on PostgreSQL, where it reads the change as waiting before the other press makes it."""
    house, codes, visit = alice.house, alice.house.contacts._codes, alice.person.visit
    await alice.person.names(Way.EMAIL, NEW_EMAIL)

    async def unit(tx: Tx) -> object:
        now = house.clock.now()
        asked = await codes.asked(tx, visit, now)
        assert isinstance(asked, Asked)
        await tx.challenges.move(asked.challenge.id, ChallengeState.VERIFIED, now)
        return await codes.count(tx, asked, visit, now)

    assert await house.do(unit) == Changed(method=Way.EMAIL)


async def test_r22_ten_right_codes_at_once_change_it_once(alice: Alice) -> None:
    code = await alice.person.names(Way.EMAIL, NEW_EMAIL)
    visit = alice.person.visit
    answers = await asyncio.gather(*(alice.house.contacts.check(visit, code) for _ in range(10)))
    assert Changed(method=Way.EMAIL) in answers
    assert [kind for kind, _ in await alice.events()] == ["contact.changed"]
    assert len(await alice.told()) == 1
    assert await alice.house.contacts.check(visit, code) == Changed(method=Way.EMAIL), "pressed again: done"


async def test_a_double_press_sends_one_code_and_it_stays_good(alice: Alice) -> None:
    before = len(alice.house.mailer.sent)
    contacts, visit = alice.house.contacts, alice.person.visit
    answers = await asyncio.gather(*(contacts.send(visit, Way.EMAIL, NEW_EMAIL) for _ in range(4)))
    await alice.house.at_rest()
    assert answers == [CodeSent()] * 4
    assert len(alice.house.mailer.sent) == before + 1
    code = alice.house.last_code(Way.EMAIL)
    assert isinstance(await contacts.check(visit, code), Changed)


async def test_in_two_tabs_the_contact_named_last_is_the_one_that_waits(alice: Alice) -> None:
    first = await alice.person.names(Way.EMAIL, NEW_EMAIL)
    second = await alice.person.names(Way.SMS, NEW_MOBILE)
    if first != second:
        assert isinstance(await alice.house.contacts.check(alice.person.visit, first), CodeWrong)
    assert await alice.house.contacts.check(alice.person.visit, second) == Changed(method=Way.SMS)
    assert (await alice.on_file()).email == OLD


async def test_only_an_authorized_patient_of_a_group_that_allows_it_may(alice: Alice) -> None:
    house, visit = alice.house, alice.person.visit
    code = await alice.person.names(Way.EMAIL, NEW_EMAIL)
    await house.change(alice.lakeside.group, contact_info_editing=False)
    assert isinstance(await house.contacts.page(visit, Way.EMAIL), EditingOff)
    assert isinstance(await house.contacts.send(visit, Way.EMAIL, NEW_EMAIL), EditingOff)
    assert isinstance(await house.contacts.check(visit, code), EditingOff)
    assert isinstance(await house.contacts.resend(visit), EditingOff)
    assert isinstance(await house.contacts.confirm_page(visit), EditingOff)
    await house.change(alice.lakeside.group, contact_info_editing=True, mfa_success_role=Role.QUICKPAY)
    stranger = await alice.another()
    for person in (stranger, await _proved(alice)):
        assert isinstance(await house.contacts.page(person.visit, Way.EMAIL), NotAuthorized)
        assert isinstance(await house.contacts.send(person.visit, Way.EMAIL, NEW_EMAIL), NotAuthorized)
    assert (await alice.on_file()).email == OLD


async def _proved(alice: Alice) -> Person:
    person = await alice.another()
    await person.prove(Way.SMS)
    return person


async def test_the_change_dies_with_the_codes_life_and_with_the_session(alice: Alice) -> None:
    contacts, visit = alice.house.contacts, alice.person.visit
    code = await alice.person.names(Way.EMAIL, NEW_EMAIL)
    alice.house.later(seconds=300)
    answer = await contacts.check(visit, code)
    assert isinstance(answer, CodeWrong)
    assert answer.why == CodeExpired()
    await alice.house.upkeep.run_once()
    assert await contacts.resend(visit) == NothingPending(method=Way.EMAIL)
    page = await contacts.page(visit, Way.EMAIL)
    assert isinstance(page, ContactPage)
    assert page.pending == NEW_EMAIL, "need not be typed again"
    code = await alice.person.names(Way.EMAIL, NEW_EMAIL)
    await alice.house.leave.sign_out(visit)
    assert isinstance(await contacts.check(visit, code), NoStay)
    assert (await alice.on_file()).email == OLD


async def test_r24_a_new_code_kills_the_old_and_gives_no_tries_back(alice: Alice) -> None:
    contacts, visit = alice.house.contacts, alice.person.visit
    first = await alice.person.names(Way.EMAIL, NEW_EMAIL)
    assert isinstance(await contacts.resend(visit), TooSoon)
    assert isinstance(await contacts.check(visit, "12 34"), CodeUnread)
    for left in (4, 3):
        answer = await contacts.check(visit, wrong(first))
        assert isinstance(answer, CodeWrong)
        assert answer.why == WrongCode(tries_left=left)
    alice.house.later(seconds=31)
    assert isinstance(await contacts.resend(visit), CodeSent)
    await alice.house.at_rest()
    second = alice.house.last_code(Way.EMAIL)
    for _ in range(2):
        assert isinstance(await contacts.check(visit, wrong(second)), CodeWrong)
    assert isinstance(await contacts.check(visit, wrong(second)), ProofLocked)
    assert isinstance(await contacts.check(visit, second), ProofLocked), "said alike (R28)"
    assert isinstance(await contacts.confirm_page(visit), ProofLocked)
    alice.house.later(minutes=2)
    assert isinstance(await contacts.resend(visit), ProofLocked)
    assert isinstance(await contacts.send(visit, Way.EMAIL, NEW_EMAIL), ProofLocked)
    assert isinstance(await contacts.send(visit, Way.EMAIL, "x@example.com"), ProofLocked)
    assert await alice.told() == [], "no notice: nobody was guessing at her account"


async def test_a29_somebody_elses_contact_is_neither_locked_nor_used_up_by_naming_it(alice: Alice) -> None:
    house = alice.house
    bea = await house.guarantor(alice.lakeside.group, number="7", email="bea@example.com", mobile=None)
    contacts, visit = house.contacts, alice.person.visit
    code = await alice.person.names(Way.EMAIL, "bea@example.com")
    for _ in range(5):
        await contacts.check(visit, wrong(code))
    assert isinstance(await contacts.check(visit, code), ProofLocked)
    hers = await house.come(await house.link(bea), address="198.51.100.9")
    await hers.prove()


async def test_r39_a_contact_of_somebody_else_answers_the_same_and_may_be_shared(alice: Alice) -> None:
    house = alice.house
    await house.guarantor(alice.lakeside.group, number="7", email="bea@example.com", mobile=None)
    contacts, visit = house.contacts, alice.person.visit
    of_bea = await contacts.send(visit, Way.EMAIL, "bea@example.com")
    shown = await contacts.confirm_page(visit)
    house.later(seconds=1)
    of_nobody = await contacts.send(visit, Way.EMAIL, "nob@example.com")
    other = await contacts.confirm_page(visit)
    assert of_bea == of_nobody == CodeSent()
    assert isinstance(shown, ConfirmPage)
    assert isinstance(other, ConfirmPage)
    assert (shown.seconds_left, shown.open) == (other.seconds_left, other.open)
    await house.at_rest()
    house.later(minutes=2)
    await alice.person.changes(Way.EMAIL, "bea@example.com")
    assert (await alice.on_file()).email == "bea@example.com"


async def test_a36_one_guarantor_names_five_contacts_an_hour_and_ten_a_day(alice: Alice) -> None:
    contacts, visit = alice.house.contacts, alice.person.visit
    for number in range(5):
        assert await contacts.send(visit, Way.EMAIL, f"n{number}@example.com") == CodeSent()
    await alice.house.at_rest()
    sent = await rows(alice.house, "challenges")
    assert isinstance(await contacts.send(visit, Way.EMAIL, "n5@example.com"), TooManyCodes)
    assert await rows(alice.house, "challenges") == sent
    ((_, detail),) = await alice.events("rate.")
    assert detail == {"limit": "sends", "purpose": "contact_change"}
    other = await alice.another()
    await other.prove()
    assert isinstance(await contacts.send(other.visit, Way.EMAIL, "n6@example.com"), TooManyCodes)


async def test_r36_one_contact_gets_three_codes_in_ten_minutes_whoever_names_it(alice: Alice) -> None:
    contacts, visit = alice.house.contacts, alice.person.visit
    assert DEFAULT_LIMITS.sends_per_contact[0].most == 3
    for wait in (0, 31, 61):
        alice.house.later(seconds=wait)
        assert await contacts.send(visit, Way.EMAIL, NEW_EMAIL) == CodeSent()
    alice.house.later(seconds=121)
    assert isinstance(await contacts.send(visit, Way.EMAIL, NEW_EMAIL.upper()), TooManyCodes)


@pytest.mark.parametrize(
    ("way", "typed", "why"),
    [
        (Way.EMAIL, "", ContactFault.EMPTY),
        (Way.EMAIL, "no address", ContactFault.NOT_ONE_ADDRESS),
        (Way.EMAIL, "a@example.com,b@example.com", ContactFault.NOT_ONE_ADDRESS),
        (Way.EMAIL, "ALICE@example.com", NotTaken.ON_FILE),
        (Way.SMS, "608 555 0101", NotTaken.ON_FILE),
        (Way.SMS, "+44 7911 123456", ContactFault.COUNTRY_REFUSED),
        (Way.SMS, "me@example.com", ContactFault.NOT_A_NUMBER),
    ],
)
async def test_what_is_no_new_contact_is_refused_and_sends_nothing(
    alice: Alice, way: Way, typed: str, why: ContactFault | NotTaken
) -> None:
    before = await rows(alice.house, "challenges")
    answer = await alice.house.contacts.send(alice.person.visit, way, typed)
    assert isinstance(answer, ContactRefused)
    assert answer.why == why
    assert await rows(alice.house, "challenges") == before


async def test_whose_holder_said_not_me_is_not_written_to(alice: Alice) -> None:
    now = alice.house.clock.now()
    await alice.house.do(lambda tx: tx.stops.add(alice.lakeside.alice.id, NEW_EMAIL, link_serial=1, now=now))
    answer = await alice.house.contacts.send(alice.person.visit, Way.EMAIL, NEW_EMAIL)
    assert isinstance(answer, ContactRefused)
    assert answer.why is NotTaken.STOPPED


async def test_a_code_for_a_change_is_of_its_session_alone(alice: Alice) -> None:
    code = await alice.person.names(Way.EMAIL, NEW_EMAIL)
    other = await alice.another()
    await other.prove()
    assert isinstance(await alice.house.contacts.check(other.visit, code), NothingPending)
    assert (await alice.on_file()).email == OLD


async def test_a_code_that_confirms_a_contact_proves_nothing_else(alice: Alice) -> None:
    await alice.person.changes(Way.EMAIL, NEW_EMAIL)
    session = await alice.person.session()
    assert session is not None
    view = await alice.house.do(lambda tx: tx.challenges.last_of(session.id))
    change = await alice.house.do(lambda tx: tx.challenges.last_of(session.id, Purpose.CONTACT_CHANGE))
    assert view is not None
    assert change is not None
    assert (view.contact, view.state) == (OLD, ChallengeState.VERIFIED)
    assert (change.contact, change.state, change.replaces) == (NEW_EMAIL, ChallengeState.VERIFIED, OLD)


async def test_a_change_named_anew_in_another_tab_between_typing_and_claim_is_not_made(alice: Alice) -> None:
    first = await alice.person.names(Way.EMAIL, NEW_EMAIL)
    contacts, visit = alice.house.contacts, alice.person.visit
    answers = await asyncio.gather(
        contacts.send(visit, Way.EMAIL, "newer@example.com"), contacts.check(visit, first)
    )
    assert answers[0] == CodeSent()
    now = (await alice.on_file()).email
    if isinstance(answers[1], Changed):
        assert now == NEW_EMAIL
    else:
        assert isinstance(answers[1], CodeWrong)
        assert isinstance(answers[1].why, WrongCode | NoChallenge)
        assert now == OLD
