"""Follow a text after it was handed over: delivered or not, and whether the carrier was told STOP."""

import re
from collections.abc import Mapping
from datetime import datetime

from quickpay.domain.audit import Event
from quickpay.domain.text_fates import RANKS, STOPPED_CODE, HandedText, TextFate, TextReport
from quickpay.ports.tables import Tx

REFUSAL, REPORT, REPLY = "refusal", "report", "reply"
"""How we heard of a STOP: a text was refused for it, a report said so, the reply itself reached us."""

_CODE = re.compile(r"[0-9]{1,8}")


def read_report(form: Mapping[str, str]) -> TextReport | None:
    """Read a report's words; None for one that says nothing of how far a text came."""
    status, error = form.get("MessageStatus", ""), form.get("ErrorCode", "")
    if status not in RANKS:
        return None
    # Free text goes nowhere: the audit holds fixed words and numbers.
    return TextReport(status=status, error=error if _CODE.fullmatch(error) and int(error) else None)


async def hand_over(tx: Tx, text: HandedText, *, now: datetime) -> None:
    """Note whom a text was for; what was reported of it meanwhile counts now."""
    fate = await tx.texts.hand_over(text)
    await tell(tx, fate, now=now)


async def tell(tx: Tx, fate: TextFate, *, now: datetime) -> None:
    """Write what came of a text into its timeline; it moves no challenge and no message (R60)."""
    text, report = fate.handed, fate.report
    if text is None or report is None or not report.ended:
        return
    detail: dict[str, str | int | None] = {"kind": text.kind, "channel": "sms", "method": "sms"}
    if report.failed:
        detail["error"] = report.error
    if report.error == STOPPED_CODE:
        await stop_texts(tx, text, heard_by=REPORT, now=now)
    if text.challenge_id is not None:
        kind = "challenge.delivered" if report.delivered else "challenge.undelivered"
    else:
        kind = "message.delivered" if report.delivered else "message.undelivered"
    await tx.audit.add(_event(text, kind, now, detail))


async def stop_texts(tx: Tx, text: HandedText, *, heard_by: str, now: datetime) -> None:
    """Text this number no more, for anybody; what was handed over before a lift is old news (R61)."""
    if await tx.carrier_stops.add(text.number, heard_by=heard_by, asked_at=text.handed_at, now=now):
        await tx.audit.add(_event(text, "message.stopped", now, {"heard_by": heard_by}))


async def hear_reply(tx: Tx, number: str, word: str, *, now: datetime) -> bool:
    """Do what the holder of a number told the carrier: STOP or START; False when it is neither."""
    if word == "STOP":
        changed = await tx.carrier_stops.add(number, heard_by=REPLY, asked_at=now, now=now)
        kind = "message.stopped"
    elif word == "START":
        changed, kind = await tx.carrier_stops.lift(number, now=now), "message.restarted"
    else:
        return False
    if changed:
        await tx.audit.add(Event(at=now, type=kind, actor="carrier", detail={"heard_by": REPLY}))
    return True


def _event(text: HandedText, kind: str, now: datetime, detail: dict[str, str | int | None]) -> Event:
    return Event(
        at=now,
        type=kind,
        group_id=text.group_id,
        guarantor_id=text.guarantor_id,
        link_serial=text.link_serial,
        session_id=text.session_id,
        actor="carrier",
        detail=detail,
    )
