"""Every setting of the installation, read from `QUICKPAY_…` once, at the start; the roof alone sees them."""

import os
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from quickpay.domain.links import DEFAULT_LIFETIMES
from quickpay.domain.origins import Origin
from quickpay.domain.return_addresses import is_loopback, return_address_fault
from quickpay.domain.tokens import SHORTEST_KEY
from quickpay.mfa.limits import Limit, Limits

PREFIX = "QUICKPAY_"
_NOT_SECRET = {"change-me", "changeme", "secret", "password", "default"}
_FEWEST_LETTERS = 8
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class BadSettings(Exception):
    """The settings will not do; each line says which and what to do."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


def span(text: str) -> timedelta:
    """Read a length of time like 30d, 15m or 60s."""
    unit = _UNITS.get(text[-1:])
    if unit is None or not text[:-1].isdecimal() or int(text[:-1]) < 1:
        raise ValueError("write a number and s, m, h or d, like 30d")
    return timedelta(**{unit: int(text[:-1])})


def _commas(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


Words = Annotated[tuple[str, ...], NoDecode]
Span = Annotated[str, AfterValidator(lambda text: span(text) and text)]


class Settings(BaseSettings):
    """Every setting with its default; `.env.example` lists them all (a test holds it)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    base_url: str = "http://127.0.0.1:8080"
    listen: str = "127.0.0.1:8080"
    database_url: str = "sqlite:///quickpay.db"
    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    smtp_url: SecretStr | None = None
    smtp_ca_file: Path | None = None
    mail_from_domains: Words = ()
    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_from: str | None = None
    twilio_messaging_service_sid: str | None = None
    twilio_api_base: str | None = None
    gateway: Literal["sandbox", "stripe", "nmi"] = "sandbox"
    sandbox_url: str | None = None
    sandbox_secret: SecretStr | None = None
    sandbox_webhook_secret: SecretStr | None = None
    stripe_secret_key: SecretStr | None = None
    stripe_publishable_key: str | None = None
    stripe_webhook_secret: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    stripe_offers: Annotated[tuple[Literal["card", "apple_pay", "google_pay", "storage"], ...], NoDecode] = (
        "card",
    )
    stripe_api_base: str | None = None
    stripe_js_url: str | None = None
    nmi_api_base: str | None = None
    nmi_security_key: SecretStr | None = None
    nmi_tokenization_key: str | None = None
    nmi_webhook_secret: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    nmi_offers: Annotated[tuple[Literal["card", "apple_pay", "google_pay", "storage"], ...], NoDecode] = (
        "card",
    )
    nmi_js_url: str | None = None
    apple_pay_domain_file: Path | None = None
    pops_management: bool = False
    portal_return_urls: Words = ()
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    link_lifetime_sms: Span = "30d"
    link_lifetime_email: Span = "30d"
    link_lifetime_statement: Span = "365d"
    link_lifetime_office_qr: Span = "15m"
    link_lifetime_portal: Span = "60s"
    link_lifetime_staff: Span = "60s"
    link_lifetime_website: Span = "30d"
    ack_warning: Span = "1d"
    sms_countries: Words = ("US",)
    limits: Words = ()
    time_zone: str = "America/New_York"
    log_format: Literal["json", "text"] = "json"
    metrics_listen: str | None = None
    workers: int = Field(default=1, ge=1, le=64)

    @field_validator(
        "secret_keys",
        "mail_from_domains",
        "portal_return_urls",
        "trusted_proxies",
        "sms_countries",
        "limits",
        "stripe_webhook_secret",
        "stripe_offers",
        "nmi_webhook_secret",
        "nmi_offers",
        mode="before",
    )
    @classmethod
    def _list(cls, value: object) -> object:
        return _commas(value)

    @field_validator("secret_keys")
    @classmethod
    def _long_enough(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for key in keys:
            text = key.get_secret_value()
            if (
                len(text.encode()) < SHORTEST_KEY
                or len(set(text)) < _FEWEST_LETTERS
                or text.lower() in _NOT_SECRET
            ):
                raise ValueError(f"each key needs {SHORTEST_KEY} bytes or more that nobody can guess")
        return keys

    @field_validator("base_url")
    @classmethod
    def _whole_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.path.strip("/")
            or parts.query
        ):
            raise ValueError("write the address patients reach, like https://pay.example.com")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("use https: plain http is for this machine only")
        return url.rstrip("/")

    @field_validator("stripe_api_base", "stripe_js_url")
    @classmethod
    def _safe_address(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "https://absent")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise ValueError("use https: plain http is for this machine only")
        return url

    @field_validator("nmi_api_base", "nmi_js_url")
    @classmethod
    def _gateway_by_https(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "https://example.com")
        if not parts.hostname or parts.username or parts.query or parts.fragment:
            raise ValueError("write a whole address, like https://secure.nmi.com")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
            raise ValueError("use https: plain http is for this machine only")
        return url

    @field_validator("portal_return_urls")
    @classmethod
    def _addresses_to_return_to(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            fault = return_address_fault(url)
            if fault is not None:
                raise ValueError(f"{url}: {fault}")
        return urls

    @field_validator("workers")
    @classmethod
    def _one_process(cls, workers: int) -> int:
        if workers > 1:
            raise ValueError("one process serves an installation so far; leave it out")
        return workers

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError("write a time zone's name, like America/New_York") from None
        return name

    @field_validator("limits")
    @classmethod
    def _limits_known(cls, pairs: tuple[str, ...]) -> tuple[str, ...]:
        _limits(pairs)
        return pairs

    @model_validator(mode="after")
    def _one_sender(self) -> "Settings":
        if self.twilio_from and self.twilio_messaging_service_sid:
            raise ValueError("TWILIO_FROM and TWILIO_MESSAGING_SERVICE_SID: set one, not both")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the base's signature, here and below
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read only what `load` hands over: it has looked at every name first."""
        return (init_settings,)

    @property
    def keys(self) -> tuple[str, ...]:
        """The signing keys, newest first."""
        return tuple(key.get_secret_value() for key in self.secret_keys)

    @property
    def host(self) -> str:
        """The only Host header that is answered: host, and port unless it is the scheme's own."""
        return urlsplit(self.base_url).netloc

    @property
    def hostname(self) -> str:
        """The host without a port: what a code text is bound to and mail is said to come from."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def secure(self) -> bool:
        """Whether patients come by https; only then has the cookie its prefix and `Secure`."""
        return self.base_url.startswith("https://")

    @property
    def lifetimes(self) -> dict[Origin, timedelta]:
        """How long a link of each origin lives."""
        return {origin: span(getattr(self, f"link_lifetime_{origin.value}")) for origin in DEFAULT_LIFETIMES}

    @property
    def proof_limits(self) -> Limits:
        """Every limit, with those the installation replaced."""
        return _limits(self.limits)

    @property
    def zone(self) -> ZoneInfo:
        """The installation's time zone, for batches and dates."""
        return ZoneInfo(self.time_zone)


def load(environ: Mapping[str, str] | None = None, **overriding: Any) -> Settings:
    """Read the settings; a name nobody knows, or a value that will not do, is refused.

    `QUICKPAY_NAME_FILE` holds the path of a file with the value of `QUICKPAY_NAME`.

    Raises:
        BadSettings: with a line for each thing to mend.
    """
    given = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for variable, value in given.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in Settings.model_fields:
            values[name] = value
        elif name.endswith("_file") and name.removesuffix("_file") in Settings.model_fields:
            try:
                values[name.removesuffix("_file")] = Path(value).read_text("utf-8").strip()
            except OSError as trouble:
                wrong.append(f"{variable}: {value} cannot be read: {trouble.strerror}")
        else:
            wrong.append(f"{variable}: no such setting; .env.example lists them all")
    try:
        settings = Settings(**{**values, **overriding})
    except ValidationError as trouble:
        wrong += [
            _line(one["loc"], one["msg"]) for one in trouble.errors(include_input=False, include_url=False)
        ]
        raise BadSettings(wrong) from None
    if wrong:
        raise BadSettings(wrong)
    return settings


def _line(place: tuple[int | str, ...], message: str) -> str:
    name = f"{PREFIX}{str(place[0]).upper()}: " if place else ""
    return f"{name}{message.removeprefix('Value error, ')}"


def _limits(pairs: tuple[str, ...]) -> Limits:
    """Replace the numbers of `name=most` pairs; the names are those `Limits.each` lists."""
    limits = Limits()
    known = {limit.name: limit for limit in limits.each()}
    wanted: dict[str, Limit] = {}
    for pair in pairs:
        name, _, most = pair.partition("=")
        if name not in known or not most.isdecimal():
            raise ValueError(f"{pair}: write name=number, the name one of {', '.join(sorted(known))}")
        old = known[name]
        wanted[name] = Limit(
            name=name, most=int(most), per=old.per, cleared_by_success=old.cleared_by_success
        )
    return limits.replaced(wanted)
