"""Mail and texts may fail in every way: money stands, nothing comes twice unmarked, no try is lost."""

from tests.faults.books import rows
from tests.faults.patient import Patient
from tests.faults.place import Place
from tests.household import eventually

MFA = {"enable_mfa": True, "require_mfa": True}


async def test_x12_r93_a_dead_mail_server_leaves_the_payment_and_gets_the_receipt_once_it_lives(
    here: Place,
) -> None:
    await here.mail_gate.shut()
    patient = await here.at_the_card()
    result = (await patient.pay(email="alice@example.com")).to
    assert (await patient.get(result)).payment_status == "paid"
    await eventually(lambda: tried(here, 1))
    here.later(180)
    await eventually(lambda: tried(here, 2))
    assert (await patient.get(result)).payment_status == "paid"
    assert (await here.books()).waiting == 1
    await here.mail_gate.open()
    await here.settles(step=60)
    await here.agrees()
    assert len(here.receipts()) == 1


async def tried(place_: Place, times: int) -> bool:
    found = await rows(place_.database_url, "SELECT attempts FROM outbox WHERE state = 'queued'")
    return bool(found) and bool(found[0][0] >= times)


async def test_x12_r50_a_mail_server_that_falls_silent_holds_up_nobody_elses_receipt(here: Place) -> None:
    here.postbox.silent_for = {"slow@example.com"}
    slow, other = await here.at_the_card(), await here.at_the_card()
    await slow.pay(email="slow@example.com")
    await eventually(lambda: has_receipt(here, "slow@example.com"))  # and now says nothing more
    await other.pay(email="quick@example.com")
    await eventually(lambda: has_receipt(here, "quick@example.com"), within=5)
    assert len(here.receipts()) == 2, "what is being said is nobody else's to say"


async def has_receipt(place_: Place, to: str) -> bool:
    return any(one["To"] == to for one in place_.receipts())


async def test_x12_r54_a_receipt_accepted_in_silence_comes_again_under_the_same_name(here: Place) -> None:
    here.postbox.hang_up_before_answer = True
    patient = await here.at_the_card()
    await patient.pay(email="alice@example.com")
    await eventually(lambda: has_receipt(here, "alice@example.com"))
    here.postbox.hang_up_before_answer = False
    await here.settles(step=30)
    first, again = here.receipts()
    assert first["Message-ID"] == again["Message-ID"]
    await here.agrees()


async def test_x14_r54_a_text_is_never_sent_a_second_time_by_itself(here: Place) -> None:
    """Accepted in silence, or silent without end: one request; refused: the page says so."""
    await here.arrange(authentication=MFA)
    numbers = [await here.owes() for _ in range(3)]
    accepted, silent, refused = [await at_the_code(here, number, origin="email") for number in numbers]
    await here.fault("sms", "hang")
    await asked_for_code(silent, "sms")
    await eventually(lambda: held(here))
    await here.fault("sms", "drop_after_accept")
    await asked_for_code(accepted, "sms")
    await eventually(lambda: outcome_of(here, numbers[0], "sent"))
    await here.fault("sms", "error", count=3)
    await asked_for_code(refused, "sms")
    await eventually(lambda: outcome_of(here, numbers[2], "undeliverable"))
    assert "could not send a code" in (await refused.get("/verify/code")).words

    await eventually(lambda: outcome_of(here, numbers[1], "sent"))  # after Twilio's time limit
    assert "could not send" not in (await silent.get("/verify/code")).words
    texts = await here.messages(mobile(numbers[0]))
    assert len(texts) == 1
    assert (await here.messages(mobile(numbers[1]))) == []
    assert here.postbox.messages() == [], "nothing falls back to the channel the link came by"
    code = texts[0]["text"].rpartition("#")[2].strip()
    await accepted.get("/verify/code")
    assert (await accepted.post("/verify/code", code=code)).to == "/pay"


async def test_x15_with_both_providers_down_links_open_and_no_try_is_lost(here: Place) -> None:
    await here.arrange(authentication=MFA | {"require_opposing_contact_methods": True})
    number = await here.owes()
    patient = await at_the_code(here, number, origin="sms")
    await here.mail_gate.shut()
    await here.fault("sms", "refuse", count=1000)
    await asked_for_code(patient, "email")
    await eventually(lambda: outcome_of(here, number, "undeliverable"))
    page = await patient.get("/verify/code")
    assert "could not send a code" in page.words
    page = await patient.post("/verify", method="sms")
    assert page.status == 422, "the channel the link came by is no way out"
    assert await rows(here.database_url, "SELECT tries FROM challenges") == [(0,)]

    await here.mail_gate.open()
    here.later(31)
    assert (await patient.post("/verify/resend")).to == "/verify/code"
    message = await eventually(lambda: newest(here))
    await patient.get("/verify/code")
    assert (await patient.post("/verify/code", code=message)).to == "/pay"
    assert await here.messages(mobile(number)) == []
    await here.agrees()


async def at_the_code(place_: Place, number: str, *, origin: str) -> Patient:
    patient = place_.patient()
    assert (await patient.open(await place_.link_for(number, origin=origin))).to == "/verify"
    await patient.get("/verify")
    return patient


async def asked_for_code(patient: Patient, method: str) -> None:
    assert (await patient.post("/verify", method=method)).to == "/verify/code"
    await patient.get("/verify/code")


async def outcome_of(place_: Place, number: str, state: str) -> bool:
    found = await rows(
        place_.database_url,
        "SELECT guarantors.number, state FROM challenges"
        " JOIN guarantors ON guarantors.id = challenges.guarantor_id",
    )
    return (number, state) in found


async def held(place_: Place) -> bool:
    return any(fault.waiting for fault in place_.world.faults.on())


async def newest(place_: Place) -> str | None:
    return place_.newest_code()


def mobile(number: str) -> str:
    return f"+1608555{int(number):04d}"
