"""How often, how long, how many: every number around the proof, with its default."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

CODE_LIFE_SHORTEST = 120 * _SECOND
CODE_LIFE_LONGEST = 600 * _SECOND
MOST_TRIES = 5
"""For one challenge, whatever the settings say; the database holds it too (I6)."""
MOST_SPOKEN_TRIES = 3
"""For one code that the office says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `most` in any `per`; without `per`, at most `most` in all. `name` is its counter's name."""

    name: str
    most: int
    per: timedelta | None = None
    cleared_by_success: bool = False

    def __post_init__(self) -> None:
        if self.most < 1 or (self.per is not None and self.per < _SECOND):
            raise ValueError(f"limit {self.name} would let nothing through or never end")

    def is_full(self, count: int) -> bool:
        """Tell whether the next one, after `count`, is refused."""
        return count >= self.most


def _limits(name: str, *pairs: tuple[int, timedelta]) -> tuple[Limit, ...]:
    return tuple(Limit(name=f"{name}_{per // _SECOND}s", most=most, per=per) for most, per in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """All limits; the settings may replace any. A group is full as soon as one of its limits is."""

    code_life: timedelta = timedelta(seconds=300)
    """R21: 120 to 600 seconds."""

    tries_per_challenge: Limit = Limit(name="tries_challenge", most=5)
    """R23; resending gives none back (R24)."""
    tries_per_contact: tuple[Limit, ...] = (
        Limit(name="tries_contact_300s", most=5, per=5 * _MINUTE, cleared_by_success=True),
        *_limits("tries_contact", (20, _HOUR), (50, _DAY)),
    )
    """R26: wrong tries over all links and sessions; success clears the consecutive count only."""
    tries_per_address: tuple[Limit, ...] = _limits("tries_address", (10, 5 * _MINUTE), (50, _HOUR))
    """R27."""
    tries_per_link: Limit = Limit(name="tries_link", most=15)
    """R25: then the link is locked for proofs until staff make another."""

    lock_first: timedelta = 15 * _MINUTE
    lock_longest: timedelta = 24 * _HOUR
    """R29."""

    cooldown_first: timedelta = 30 * _SECOND
    cooldown_longest: timedelta = 16 * _MINUTE
    """R36: doubles with each sending."""
    sends_per_contact: tuple[Limit, ...] = _limits("sends_contact", (3, 10 * _MINUTE), (5, _HOUR), (10, _DAY))
    sends_per_address: tuple[Limit, ...] = _limits("sends_address", (10, _HOUR))
    sends_per_link: Limit = Limit(name="sends_link", most=5)
    """R36."""

    renewals_per_contact: tuple[Limit, ...] = _limits("renewals_contact", (1, 10 * _MINUTE), (3, _DAY))
    renewals_per_link: tuple[Limit, ...] = _limits("renewals_link", (2, _HOUR))
    renewals_per_address: tuple[Limit, ...] = _limits("renewals_address", (10, _HOUR))
    """A36: fresh links for dead ones; a link and all that came of it by renewal count as one."""

    receipts_per_payment: tuple[Limit, ...] = _limits("receipts_payment", (3, _HOUR), (6, _DAY))
    receipts_per_contact: tuple[Limit, ...] = _limits("receipts_contact", (3, 10 * _MINUTE), (10, _DAY))
    receipts_per_address: tuple[Limit, ...] = _limits("receipts_address", (10, _HOUR))
    """How often receipts are sent again: each one, to one email address, and from one network address."""

    knocks_per_address: tuple[Limit, ...] = _limits("knocks_address", (10, _HOUR), (30, _DAY))
    """A14: how often one address may say at a group's door who it is."""

    texts_per_group: Limit = Limit(name="texts_group_86400s", most=1_000, per=_DAY)
    """R37: the most one group spends in a day (the number is ours)."""
    conversion_sample: int = 50
    conversion_least_percent: int = 30
    """R37: with a smaller share of so many texts used in an hour, new numbers get none; staff are told."""
    countries: tuple[str, ...] = ("US",)
    """R37: where texts may go."""

    contact_rest: timedelta = 24 * _HOUR
    """R47: how long a contact the patient changed gets no codes."""
    new_contacts_per_guarantor: tuple[Limit, ...] = _limits("new_contacts_guarantor", (5, _HOUR), (10, _DAY))
    """A36: codes to contacts somebody says are hers, whatever they are (the numbers are ours)."""

    shares_per_guarantor: Limit = Limit(name="shares_guarantor_86400s", most=10, per=_DAY)
    """How many links for somebody else one guarantor makes in a day (the number is ours)."""

    bad_tokens_per_address: Limit = Limit(name="bad_tokens_address_60s", most=30, per=_MINUTE)
    bad_tokens_block: timedelta = 10 * _MINUTE
    bad_tokens_alarm: Limit = Limit(name="bad_tokens_60s", most=1_000, per=_MINUTE)
    """R14."""

    declines_per_session: Limit = Limit(name="declines_600s", most=3, per=10 * _MINUTE)
    declines_per_link: Limit = Limit(name="declines_link", most=5)
    declines_per_guarantor: Limit = Limit(name="declines_guarantor_86400s", most=8, per=_DAY)
    declines_per_contact: Limit = Limit(name="declines_contact_86400s", most=8, per=_DAY)
    declines_per_address: Limit = Limit(name="declines_address_3600s", most=8, per=_HOUR)
    """R82, A66: the second over all links to one contact, the third over all that come from one address."""
    payments_per_address: Limit = Limit(name="payments_address_3600s", most=10, per=_HOUR)
    payments_per_group_alarm: Limit = Limit(name="payments_group_3600s", most=30, per=_HOUR)
    """R83: the second only raises an alarm."""

    staff_tries_per_account: Limit = Limit(
        name="staff_tries_account", most=10, per=_DAY, cleared_by_success=True
    )
    """R119: failures to sign in, of a name whether it is known or not; then 30 minutes shut."""
    staff_tries_per_address: Limit = Limit(name="staff_tries_address_1800s", most=10, per=30 * _MINUTE)
    """R119; a success gives none of the others back."""

    release_life: timedelta = timedelta(seconds=300)
    """How long a code that the office says is good."""
    release_tries: Limit = Limit(name="release_tries", most=3)
    """For one such code; the database holds it too."""
    releases_per_session: Limit = Limit(name="releases_session", most=3, per=_DAY)
    """Codes given for one session: each brings its own tries."""
    release_failures_per_guarantor: tuple[Limit, ...] = _limits(
        "release_guarantor", (3, _DAY), (6, 30 * _DAY)
    )
    """Callers whose answer does not fit what is on file, whoever of the staff asked them."""
    release_failures_per_staff: Limit = Limit(name="release_staff_86400s", most=20, per=_DAY)
    """The same by who asked, over all guarantors."""

    def __post_init__(self) -> None:
        if not CODE_LIFE_SHORTEST <= self.code_life <= CODE_LIFE_LONGEST:
            raise ValueError("a code lives 120 to 600 seconds (R21)")
        if self.tries_per_challenge.most > MOST_TRIES:
            raise ValueError(f"a challenge takes {MOST_TRIES} tries at most (R23)")
        if self.release_tries.most > MOST_SPOKEN_TRIES or self.release_life > CODE_LIFE_LONGEST:
            raise ValueError(f"a spoken code takes {MOST_SPOKEN_TRIES} tries and 600 seconds at most")
        names = [limit.name for limit in self.each()]
        if len(names) != len(set(names)):
            raise ValueError("two limits share a counter")

    def each(self) -> tuple[Limit, ...]:
        """List every counted limit."""
        values = [getattr(self, one.name) for one in fields(self)]
        groups = [value if isinstance(value, tuple) else (value,) for value in values]
        return tuple(limit for group in groups for limit in group if isinstance(limit, Limit))

    def replaced(self, by_name: Mapping[str, Limit]) -> "Limits":
        """Give these limits with those of the given names in place of their own."""

        def now(value: object) -> object:
            if isinstance(value, Limit):
                return by_name.get(value.name, value)
            if isinstance(value, tuple):
                return tuple(now(one) for one in value)
            return value

        changed: dict[str, Any] = {one.name: now(getattr(self, one.name)) for one in fields(self)}
        return replace(self, **changed)

    def wasted(self, *, sent: int, used: int) -> bool:
        """Tell whether so few of the codes texted lately were used that somebody is pumping them (R37)."""
        return sent >= self.conversion_sample and used * 100 < sent * self.conversion_least_percent

    def cooldown(self, sent_no: int) -> timedelta:
        """Give the wait after the `sent_no`-th sending, from 1: 30, 60, 120 s… (R36). From 0: none."""
        return _doubled(self.cooldown_first, times=sent_no, longest=self.cooldown_longest)

    def lock_for(self, times_locked: int) -> timedelta:
        """Give the length of the `times_locked`-th lock-out, from 1: 15 min, 30 min… at most 24 h (R29)."""
        return _doubled(self.lock_first, times=times_locked, longest=self.lock_longest)


DEFAULT_LIMITS = Limits()


def _doubled(first: timedelta, *, times: int, longest: timedelta) -> timedelta:
    if times < 1:
        return timedelta(0)
    # 32 doublings of a second are a century; a larger power would overflow before it is cut.
    return min(first * (1 << min(times - 1, 32)), longest)
