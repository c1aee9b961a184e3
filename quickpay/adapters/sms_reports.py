"""Tell Twilio's delivery reports from forged ones."""

from collections.abc import Mapping

from twilio.request_validator import RequestValidator


def report_address(base_url: str, *, api_base: str | None) -> str | None:
    """Say where reports may be sent: Twilio comes only by https, a stand-in beside us as we are."""
    return f"{base_url}/webhooks/twilio/status" if base_url.startswith("https://") or api_base else None


class TwilioReports:
    """Check signatures of delivery reports; `base_url` is our public address, never the request's Host."""

    def __init__(self, *, auth_token: str, base_url: str) -> None:
        self._validator = RequestValidator(auth_token)  # type: ignore[no-untyped-call]  # ships no types
        self._base = base_url.rstrip("/")

    def is_genuine(self, *, path: str, form: Mapping[str, str], signature: str) -> bool:
        """Hold the signature against the public address of `path` and every field of the form (R103)."""
        return bool(self._validator.validate(self._base + path, dict(form), signature))  # type: ignore[no-untyped-call]
