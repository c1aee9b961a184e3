"""What a carrier reports of a text is joined with it, in any order and any number; it only informs (R60)."""

import json
import random

import pytest

from quickpay.mfa.challenge import ChallengeState
from quickpay.mfa.methods import Method as Way
from quickpay.ports.messages import Sent
from quickpay.services.events.webhooks import Taken
from quickpay.services.guarantors.file import ContactState, GuarantorFiles
from quickpay.services.proofs.pages import CodePage, Proved
from tests.services.conftest import Lakeside
from tests.services.rows import rows
from tests.services.test_carrier_stops import MOBILE, tell, text
from tests.services.test_guarantor_file import ADA

_WAY = ("accepted", "queued", "sending", "sent")


async def _sid(here: Lakeside) -> str:
    return str((await rows(here.house, "texts"))[-1]["sid"])


async def _contact_state(here: Lakeside) -> ContactState:
    files = GuarantorFiles(store=here.house.store, clock=here.house.clock, digests=here.house.digests)
    file = await files.get(ADA, "lakeside", here.alice.number)
    assert file is not None
    return next(line.state for line in file.contacts if line.contact == MOBILE)


@pytest.mark.parametrize(("end", "error"), [("delivered", ""), ("undelivered", "30003"), ("failed", "30007")])
async def test_r60_a_thousand_reports_shuffled_and_doubled_say_one_thing_and_move_nothing(
    lakeside: Lakeside, end: str, error: str
) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    code = await alice.ask(Way.SMS)
    sid = await _sid(lakeside)
    before = await rows(house, "challenges")
    reports = [*_WAY, end] * 200
    random.Random(60).shuffle(reports)  # noqa: S311 - an order, no secret
    for status in reports:
        await tell(house, MessageSid=sid, MessageStatus=status, ErrorCode=error if status == end else "")
    assert await rows(house, "challenges") == before
    [row] = await rows(house, "texts")
    assert (row["status"], row["error"]) == (end, error or None)
    kind = "challenge.delivered" if end == "delivered" else "challenge.undelivered"
    told = [one for one in await rows(house, "audit") if one["type"] in {kind, "message.stopped"}]
    assert [one["type"] for one in told] == [kind]
    assert json.loads(told[0]["detail"]).get("error") == (error or None)
    page = await house.verify.code_page(alice.visit)
    assert isinstance(page, CodePage)
    assert page.report is not None
    assert (page.report.delivered, page.report.failed) == (end == "delivered", end != "delivered")
    assert (page.open, page.undeliverable) == (True, False)
    assert isinstance(await alice.type(code), Proved)


async def test_r60_the_first_end_stays(lakeside: Lakeside) -> None:
    await text(lakeside)
    sid = await _sid(lakeside)
    assert await tell(lakeside.house, MessageSid=sid, MessageStatus="delivered") is Taken.DONE
    late = await tell(lakeside.house, MessageSid=sid, MessageStatus="undelivered", ErrorCode="21610")
    assert late is Taken.REPEATED
    assert await rows(lakeside.house, "carrier_stops") == []


async def test_r60_a_report_quicker_than_our_own_writing_is_kept_for_it(lakeside: Lakeside) -> None:
    house = lakeside.house
    assert (
        await tell(house, MessageSid="SMquick", MessageStatus="undelivered", ErrorCode="21610") is Taken.DONE
    )
    assert [row["type"] for row in await rows(house, "audit")].count("message.undelivered") == 0
    house.texter.then(Sent(provider_id="SMquick"))
    link = await text(lakeside)
    assert (await house.events(link))[-3:] == ["message.sent", "message.stopped", "message.undelivered"]
    assert await _contact_state(lakeside) is ContactState.CARRIER_STOP


async def test_a_message_that_did_not_arrive_shows_at_the_contact(lakeside: Lakeside) -> None:
    house = lakeside.house
    link = await text(lakeside)
    assert await _contact_state(lakeside) is ContactState.GOOD
    await tell(house, MessageSid=await _sid(lakeside), MessageStatus="undelivered", ErrorCode="30006")
    assert await _contact_state(lakeside) is ContactState.UNDELIVERABLE
    assert (await house.events(link))[-1] == "message.undelivered"


async def test_each_code_of_a_session_has_its_own_report(lakeside: Lakeside) -> None:
    house = lakeside.house
    alice = await house.come(await house.link(lakeside.alice))
    await alice.ask(Way.SMS)
    first = await _sid(lakeside)
    await alice.ask_again(Way.SMS)
    await tell(house, MessageSid=first, MessageStatus="undelivered", ErrorCode="30003")
    page = await house.verify.code_page(alice.visit)
    assert isinstance(page, CodePage)
    assert page.report is None
    states = {row["state"] for row in await rows(house, "challenges")}
    assert states == {ChallengeState.SUPERSEDED.value, ChallengeState.SENT.value}


@pytest.mark.parametrize(
    "form",
    [
        {"MessageSid": "SM1", "MessageStatus": "read"},
        {"MessageSid": "SM1"},
        {"MessageStatus": "delivered"},
        {"MessageSid": "SM1; DROP", "MessageStatus": "delivered"},
        {"MessageSid": "S" * 65, "MessageStatus": "delivered"},
    ],
)
async def test_what_says_nothing_of_a_text_is_passed_over(lakeside: Lakeside, form: dict[str, str]) -> None:
    assert await tell(lakeside.house, **form) is Taken.IGNORED
    assert await rows(lakeside.house, "texts") == []


async def test_free_text_in_a_report_is_kept_nowhere(lakeside: Lakeside) -> None:
    await text(lakeside)
    sid = await _sid(lakeside)
    await tell(lakeside.house, MessageSid=sid, MessageStatus="failed", ErrorCode="call +16085550101")
    [row] = await rows(lakeside.house, "texts")
    assert row["error"] is None
