"""The port that fetches a group's pictures, once, when their addresses are saved (R116)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from quickpay.domain.images import Image, Purpose


class Refusal(StrEnum):
    """Why a picture was not taken."""

    ADDRESS = "address"
    NO_HOST = "no_host"
    PRIVATE = "private"
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    TOO_SLOW = "too_slow"
    REDIRECT = "redirect"
    NOT_THERE = "not_there"
    TOO_LARGE = "too_large"
    NOT_A_PICTURE = "not_a_picture"
    TOO_MANY_PIXELS = "too_many_pixels"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRefused:
    """No picture, and why."""

    reason: Refusal


class ImageFetcher(Protocol):
    """Fetch pictures from the public web."""

    async def fetch(self, url: str, purpose: Purpose) -> Image | ImageRefused:
        """Fetch one and make it our own PNG of the purpose's size; trouble on the way is an outcome."""
        ...
