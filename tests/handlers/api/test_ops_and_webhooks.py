"""Webhooks in and the probes, over the wire."""

import asyncio
import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, select

from quickpay.adapters.store.schema import audit
from quickpay.adapters.store.statements import Statement
from quickpay.domain.text_fates import HandedText, TextReport
from quickpay.ports.gateway import Charge
from quickpay.ports.tables import Tx
from tests.fakes.gateway import sign
from tests.handlers.api.desk import Answer, Api, submitted

REPORT = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "delivered", "To": "+16085550101"}


@pytest.fixture(autouse=True)
async def alice(api: Api) -> None:
    await api.group()
    await api.guarantor()


async def charged(api: Api, *, token: str = "tok_approved", amount: int = 5_000) -> str:
    """A payment the gateway has decided on, and whose answer never reached us."""
    payment = await submitted(api, amount=amount)
    charge = Charge(
        payment_id=payment, amount=amount, currency="usd", token=token, require_cvc=False, description="Bill"
    )
    await api.gateway.charge(charge)
    return payment


async def deliver(api: Api, payment: str, event: str = "evt_1", **headers: str) -> Answer:
    signed, body = api.gateway.webhook(payment, event_id=event, now=api.clock.now())
    return await api.call("POST", "/webhooks/sandbox", None, body, **signed | headers)


async def status(api: Api, payment: str) -> str:
    found: str = (await api.call("GET", f"/payments/{payment}")).json["status"]
    return found


async def lines(api: Api, kind: str) -> list[Any]:
    """Audit lines of one kind, from the database itself."""
    query = Statement(select(audit.c.detail).where(audit.c.type == bindparam("kind")))

    async def unit(tx: Any) -> list[Any]:
        return list(await tx.audit._run.all(query, kind=kind))

    return await api.store.read(unit)


async def test_an_event_settles_the_payment_once(api: Api) -> None:
    payment = await charged(api)
    answers = await asyncio.gather(*(deliver(api, payment) for _ in range(10)))
    assert {answer.status for answer in answers} == {204}
    told = (await api.call("GET", f"/payments/{payment}")).json
    assert (told["status"], told["receipt_number"]) == ("succeeded", 1)
    assert len(await lines(api, "payment.succeeded")) == 1


async def test_no_order_of_events_leaves_succeeded(api: Api) -> None:
    payment = await charged(api)
    await deliver(api, payment, "evt_1")
    declined = await charged(api, token="tok_declined", amount=100)
    _, body = api.gateway.webhook(declined, event_id="evt_2", now=api.clock.now())
    forged_word = body.replace(declined.encode(), payment.encode())
    answer = await api.call(
        "POST", "/webhooks/sandbox", None, forged_word, Fake_Signature=sign(forged_word, at=api.clock.now())
    )
    assert answer.status == 204
    assert await status(api, payment) == "succeeded"


@pytest.mark.parametrize("off", [timedelta(seconds=301), timedelta(seconds=-301)])
async def test_an_event_too_old_or_from_the_future_is_refused(api: Api, off: timedelta) -> None:
    payment = await charged(api)
    signed, body = api.gateway.webhook(payment, event_id="evt_1", now=api.clock.now() + off)
    answer = await api.call("POST", "/webhooks/sandbox", None, body, **signed)
    assert answer.status == 403
    assert await status(api, payment) == "pending"


async def test_an_event_without_or_with_a_wrong_signature_is_refused(api: Api) -> None:
    payment = await charged(api)
    signed, body = api.gateway.webhook(payment, event_id="evt_1", now=api.clock.now())
    for headers, said in (({}, body), (signed, body + b" "), ({"Fake-Signature": "t=1,v1=00"}, body)):
        answer = await api.call("POST", "/webhooks/sandbox", None, said, **headers)
        assert answer.status == 403
        assert answer.json["status"] == 403
    assert await status(api, payment) == "pending"


async def test_forgeries_fill_no_book(api: Api) -> None:
    for _ in range(20):
        await api.call("POST", "/webhooks/sandbox", None, b"{}")
    assert len(await lines(api, "webhook.refused")) == 1


async def test_an_event_for_a_payment_of_nobody_is_taken_and_noted(api: Api) -> None:
    stranger = Charge(
        payment_id="not-ours",
        amount=1,
        currency="usd",
        token="tok_approved",
        require_cvc=False,
        description="x",
    )
    await api.gateway.charge(stranger)
    assert (await deliver(api, "not-ours")).status == 204
    assert len(await lines(api, "webhook.unknown_payment")) == 1


async def test_only_the_gateway_in_use_has_a_door(api: Api) -> None:
    for other in ("stripe", "nmi"):
        assert (await api.call("POST", f"/webhooks/{other}", None, b"{}")).status == 404
    assert (await api.call("GET", "/webhooks/sandbox")).status == 405


async def test_what_cannot_be_kept_is_sent_again(api: Api) -> None:
    payment = await charged(api)
    await api.store.close()
    assert (await deliver(api, payment)).status == 503


def signature(api: Api, form: dict[str, str], *, path: str = "/webhooks/twilio/status") -> str:
    """Twilio's: HMAC-SHA1 over the public address and the sorted fields."""
    text = api.base_url + path + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(b"twilio-token-of-tests", text.encode(), hashlib.sha1).digest()).decode()


async def _known(api: Api) -> TextReport | None:
    """What is known of the text of `REPORT`."""

    async def unit(tx: Tx) -> TextReport | None:
        text = HandedText(
            sid=REPORT["MessageSid"],
            kind="link",
            challenge_id=None,
            outbox_id=None,
            group_id=1,
            guarantor_id=1,
            link_serial=None,
            session_id=None,
            number=REPORT["To"],
            handed_at=api.clock.now(),
        )
        return (await tx.texts.hand_over(text)).report

    return await api.store.write(unit)


async def report(api: Api, form: dict[str, str], **headers: str) -> int:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"{api.base_url}/webhooks/twilio/status"
    async with api.session.post(url, data=form, headers=sent) as answer:
        return answer.status


@pytest.mark.parametrize(
    ("body", "charset"),
    [(b"a=\xff", ""), (b"a=%ff", ""), (b"a=1&a=2", ""), (b"a=1", "; charset=nonsense"), (b"a=1&" * 200, "")],
)
async def test_what_is_no_report_is_no_fault_of_ours(api: Api, body: bytes, charset: str) -> None:
    kind = f"application/x-www-form-urlencoded{charset}"
    answer = await api.call(
        "POST", "/webhooks/twilio/status", None, body, Content_Type=kind, X_Twilio_Signature="x"
    )
    assert answer.status in {400, 403}
    assert await _known(api) is None


async def test_a_report_of_twilio_only_informs(api: Api) -> None:
    assert await report(api, REPORT, X_Twilio_Signature=signature(api, REPORT)) == 204
    fate = await _known(api)
    assert fate is not None
    assert fate.delivered


async def test_r60_reports_in_any_order_and_any_number_only_inform(api: Api) -> None:
    await api.group()
    await api.guarantor()
    link = (await api.link(send=True)).json["id"]
    before = (await api.call("GET", f"/links/{link}")).json, (await api.call("GET", "/readyz")).json["checks"]
    statuses = ["delivered", "queued", "sent", "failed", "undelivered", "accepted", "delivered", "queued"]
    for said in (*statuses, *reversed(statuses)):
        form = REPORT | {"MessageStatus": said}
        assert await report(api, form, X_Twilio_Signature=signature(api, form)) == 204
    fate = await _known(api)
    assert fate is not None
    assert fate.delivered  # the first end that was told
    after = (await api.call("GET", f"/links/{link}")).json, (await api.call("GET", "/readyz")).json["checks"]
    assert after == before


async def test_a_report_unsigned_wrongly_signed_or_with_another_field_is_refused(api: Api) -> None:
    good = signature(api, REPORT)
    elsewhere = signature(api, REPORT, path="/webhooks/twilio/other")
    assert await report(api, REPORT) == 403
    assert await report(api, REPORT, X_Twilio_Signature="") == 403
    assert await report(api, REPORT, X_Twilio_Signature=elsewhere) == 403
    assert await report(api, REPORT | {"ErrorCode": "21610"}, X_Twilio_Signature=good) == 403
    assert await _known(api) is None


async def test_a_report_in_another_form_is_refused(api: Api) -> None:
    url = f"{api.base_url}/webhooks/twilio/status"
    async with api.session.post(url, json=REPORT) as answer:
        assert answer.status == 415


async def test_the_process_says_it_lives_and_is_ready(api: Api) -> None:
    api.secret = ""
    assert (await api.call("GET", "/livez")).status == 200
    # The database is the test's own; which one the settings name does not matter here.
    told = await api.call("GET", "/readyz")
    assert told.json["checks"]["database"]
    assert told.json["checks"]["outbox"]
    assert told.json["checks"]["clock"]


async def test_it_is_not_ready_when_messages_wait_too_long(api: Api) -> None:
    await api.link(send=True)
    api.clock.advance(timedelta(seconds=119))
    assert (await api.call("GET", "/readyz")).json["checks"]["outbox"]
    api.clock.advance(timedelta(seconds=1))
    told = await api.call("GET", "/readyz")
    assert (told.status, told.json["checks"]["outbox"]) == (503, False)


async def test_it_is_not_ready_when_the_clock_jumps_until_it_has_run_straight_for_a_minute(api: Api) -> None:
    await api.call("GET", "/readyz")
    api.clock.set(api.clock.now() + timedelta(seconds=5))
    assert not (await api.call("GET", "/readyz")).json["checks"]["clock"]
    api.clock.advance(timedelta(seconds=59))
    assert not (await api.call("GET", "/readyz")).json["checks"]["clock"]
    api.clock.advance(timedelta(seconds=1))
    assert (await api.call("GET", "/readyz")).json["checks"]["clock"]


async def test_without_its_database_it_lives_and_is_not_ready(api: Api) -> None:
    await api.store.close()
    assert (await api.call("GET", "/livez")).status == 200
    told = await api.call("GET", "/readyz")
    assert (told.status, told.json["checks"]["database"]) == (503, False)
