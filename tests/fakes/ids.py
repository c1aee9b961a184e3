"""Identifiers that count up, so that a test can name the next one."""

import base64
import itertools
import uuid


class FakeIds:
    """Draw predictable identifiers and secrets (port `Ids`); shapes are the real ones."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def link_id(self) -> str:
        return base64.urlsafe_b64encode(self._next(16)).rstrip(b"=").decode("ascii")

    def secret(self) -> bytes:
        return self._next(16) * 2  # each half alone tells two apart: a simulation's keeps only the first

    def uuid(self) -> str:
        return str(uuid.UUID(bytes=self._next(16), version=4))

    def _next(self, size: int) -> bytes:
        # `next` of a count is one step: units draw in the store's thread, requests in the loop's.
        return next(self._numbers).to_bytes(size, "big")
