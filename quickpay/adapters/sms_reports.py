"""Judge the delivery reports Twilio posts about texts."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from multidict import MultiDict
from twilio.request_validator import RequestValidator

from quickpay.adapters.sms import PERMANENT
from quickpay.ports.messages import ForgedReport, IgnoredReport, TextReport, TextStatus

_SID: Final = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_CODE: Final = re.compile(r"[0-9]{1,6}")
_STATUSES: Final[Mapping[str, TextStatus]] = {
    "accepted": TextStatus.QUEUED,
    "queued": TextStatus.QUEUED,
    "sending": TextStatus.QUEUED,
    "sent": TextStatus.SENT,
    "delivered": TextStatus.DELIVERED,
    "undelivered": TextStatus.UNDELIVERED,
    "failed": TextStatus.UNDELIVERED,
}
_MOST_FIELDS: Final = 100


class TwilioReports:
    """Check Twilio's signature and read the report (port `TextReports`)."""

    def __init__(self, *, auth_token: str) -> None:
        self._validator = RequestValidator(auth_token)  # type: ignore[no-untyped-call]

    def read(
        self, headers: Mapping[str, str], body: bytes, *, url: str
    ) -> TextReport | ForgedReport | IgnoredReport:
        """Judge one report; every field of the form is under the signature."""
        signature = next(
            (value for name, value in headers.items() if name.lower() == "x-twilio-signature"), None
        )
        if not signature:  # RequestValidator itself would raise (R103)
            return ForgedReport(reason="signature missing")
        try:
            pairs = parse_qsl(
                body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
            )
        except ValueError:
            return ForgedReport(reason="form malformed")
        form = MultiDict(pairs)
        if not self._validator.validate(url, form, signature):  # type: ignore[no-untyped-call]
            return ForgedReport(reason="signature wrong")
        return _read(form)


def _read(form: MultiDict[str]) -> TextReport | IgnoredReport:
    sid, status = form.get("MessageSid", ""), _STATUSES.get(form.get("MessageStatus", ""))
    if not _SID.fullmatch(sid) or status is None:
        return IgnoredReport(reason="no known status of a text")
    code = form.get("ErrorCode", "")
    failed = status is TextStatus.UNDELIVERED
    known = failed and bool(_CODE.fullmatch(code))
    return TextReport(
        provider_id=sid,
        status=status,
        reason=(f"twilio_{code}" if known else "undelivered") if failed else None,
        permanent=known and int(code) in PERMANENT,
    )
