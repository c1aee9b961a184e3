"""Passwords by argon2id, two at a time in threads of their own; commonness by zxcvbn's lists."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

T = TypeVar("T")

_AT_ONCE = 2
"""Each takes 64 MiB and a core for a tenth of a second; more at once only wait for each other."""
_BEST_SCORE = 4
_READ_AT_MOST = 72
"""What zxcvbn takes; a password that is weak so far is refused, whatever follows."""
_FEWEST_OF_HER_OWN = 8
"""Letters and digits that must be left when the known words are taken out."""
_OUR_WORDS = ("quickpay", "staff", "password", "patient", "billing")


class Argon2Passwords:
    """`ports.passwords.Passwords`; the numbers are the library's (RFC 9106), tests give smaller ones."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = PasswordHasher() if hasher is None else hasher
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="passwords")

    async def digest(self, password: str) -> str:
        """Return argon2id's own text with its salt and numbers."""
        return await self._aside(partial(self._hasher.hash, password))

    async def matches(self, password: str, digest: str | None) -> bool:
        """Compare; where there is nothing to compare with, do the same work in vain."""
        same = await self._aside(partial(self._verify, digest, password))
        return same and digest is not None

    async def is_common(self, password: str, *, words: tuple[str, ...]) -> bool:
        """Ask zxcvbn, which knows 30,000 common passwords, names, words, keyboards, dates and repeats."""
        return await self._aside(partial(_is_common, password, (*_OUR_WORDS, *words)))

    def outgrown(self, digest: str) -> bool:
        """Look at the numbers in the digest's own text."""
        return self._hasher.check_needs_rehash(digest)

    async def _aside(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("compared with where there is no account")

    def _verify(self, digest: str | None, password: str) -> bool:
        nobodys = self._nobodys  # made at the first comparison, whoever it is for
        try:
            return self._hasher.verify(nobodys if digest is None else digest, password)
        except (VerificationError, InvalidHashError):
            return False


def _is_common(password: str, words: tuple[str, ...]) -> bool:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take 80 ms to load, and are needed at enrolment only

    rest = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word.casefold(), "")
    if sum(letter.isalnum() for letter in rest) < _FEWEST_OF_HER_OWN:
        return True
    judge: Callable[..., dict[str, Any]] = zxcvbn
    found = judge(password[:_READ_AT_MOST], user_inputs=list(words))
    return bool(found["score"] < _BEST_SCORE)
