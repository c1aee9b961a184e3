"""The numbers of the requirements, one by one, and the waits that grow."""

from dataclasses import FrozenInstanceError, replace
from datetime import timedelta

import pytest

from quickpay.mfa.limits import DEFAULT_LIMITS, Limit, Limits

NUMBERS = {
    "tries_challenge": (5, None),  # R23
    "tries_contact_300s": (5, 300),  # R26
    "tries_contact_3600s": (20, 3_600),
    "tries_contact_86400s": (50, 86_400),
    "tries_address_300s": (10, 300),  # R27
    "tries_address_3600s": (50, 3_600),
    "tries_link": (15, None),  # R25
    "sends_contact_600s": (3, 600),  # R36
    "sends_contact_3600s": (5, 3_600),
    "sends_contact_86400s": (10, 86_400),
    "sends_address_3600s": (10, 3_600),
    "sends_link": (5, None),
    "renewals_contact_600s": (1, 600),  # A36
    "renewals_contact_86400s": (3, 86_400),
    "renewals_link_3600s": (2, 3_600),
    "renewals_address_3600s": (10, 3_600),
    "knocks_address_3600s": (10, 3_600),  # A14
    "knocks_address_86400s": (30, 86_400),
    "receipts_payment_3600s": (3, 3_600),
    "receipts_payment_86400s": (6, 86_400),
    "receipts_contact_600s": (3, 600),
    "receipts_contact_86400s": (10, 86_400),
    "receipts_address_3600s": (10, 3_600),
    "texts_group_86400s": (1_000, 86_400),  # R37
    "staff_tries_account": (10, 86_400),  # R119
    "staff_tries_address_1800s": (10, 1_800),
    "bad_tokens_address_60s": (30, 60),  # R14
    "bad_tokens_60s": (1_000, 60),
    "declines_600s": (3, 600),  # R82
    "declines_link": (5, None),
    "declines_guarantor_86400s": (8, 86_400),
    "declines_contact_86400s": (8, 86_400),
    "declines_address_3600s": (8, 3_600),
    "payments_address_3600s": (10, 3_600),  # R83
    "payments_group_3600s": (30, 3_600),
    "release_tries": (3, None),
    "releases_session": (3, 86_400),
    "release_guarantor_86400s": (3, 86_400),
    "release_guarantor_2592000s": (6, 2_592_000),
    "release_staff_86400s": (20, 86_400),
    "new_contacts_guarantor_3600s": (5, 3_600),  # A36
    "new_contacts_guarantor_86400s": (10, 86_400),
    "shares_guarantor_86400s": (10, 86_400),
}


def test_every_limit_has_the_number_its_requirement_says() -> None:
    found = {
        limit.name: (limit.most, limit.per.total_seconds() if limit.per else None)
        for limit in DEFAULT_LIMITS.each()
    }
    assert found == NUMBERS


def test_r26_success_clears_the_consecutive_count_only() -> None:
    cleared = [limit.name for limit in DEFAULT_LIMITS.each() if limit.cleared_by_success]
    assert cleared == ["tries_contact_300s", "staff_tries_account"]


def test_the_other_numbers() -> None:
    assert DEFAULT_LIMITS.code_life == timedelta(minutes=5)
    assert DEFAULT_LIMITS.contact_rest == timedelta(hours=24)
    assert DEFAULT_LIMITS.bad_tokens_block == timedelta(minutes=10)
    assert (DEFAULT_LIMITS.conversion_sample, DEFAULT_LIMITS.conversion_least_percent) == (50, 30)
    assert DEFAULT_LIMITS.countries == ("US",)


@pytest.mark.parametrize(("count", "full"), [(0, False), (19, False), (20, True), (21, True)])
def test_a_limit_lets_its_number_through_and_no_more(count: int, full: bool) -> None:
    assert Limit(name="x", most=20).is_full(count) is full


@pytest.mark.parametrize(
    ("sent_no", "seconds"),
    [(0, 0), (1, 30), (2, 60), (3, 120), (4, 240), (5, 480), (6, 960), (7, 960), (10**6, 960)],
)
def test_r36_each_sending_doubles_the_wait(sent_no: int, seconds: int) -> None:
    assert DEFAULT_LIMITS.cooldown(sent_no) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("times", "minutes"),
    [(0, 0), (1, 15), (2, 30), (3, 60), (4, 120), (7, 960), (8, 1_440), (9, 1_440), (10**6, 1_440)],
)
def test_r29_each_lock_out_is_twice_as_long_up_to_a_day(times: int, minutes: int) -> None:
    assert DEFAULT_LIMITS.lock_for(times) == timedelta(minutes=minutes)


@pytest.mark.parametrize("seconds", [120, 300, 600])
def test_r21_a_code_lives_two_to_ten_minutes(seconds: int) -> None:
    assert Limits(code_life=timedelta(seconds=seconds)).code_life.total_seconds() == seconds


@pytest.mark.parametrize("seconds", [-1, 0, 119, 601, 3_600])
def test_r21_any_other_life_is_refused(seconds: int) -> None:
    with pytest.raises(ValueError, match="R21"):
        Limits(code_life=timedelta(seconds=seconds))


def test_settings_replace_a_limit_and_cannot_make_it_meaningless() -> None:
    stricter = replace(DEFAULT_LIMITS, sends_per_link=Limit(name="sends_link", most=2))
    assert stricter.sends_per_link.is_full(2)
    assert not DEFAULT_LIMITS.sends_per_link.is_full(2)
    with pytest.raises(ValueError, match="let nothing through"):
        Limit(name="x", most=0)
    with pytest.raises(ValueError, match="never end"):
        Limit(name="x", most=1, per=timedelta(0))
    with pytest.raises(ValueError, match="share a counter"):
        replace(DEFAULT_LIMITS, sends_per_link=Limit(name="tries_link", most=2))
    with pytest.raises(FrozenInstanceError):
        DEFAULT_LIMITS.countries = ("GB",)  # type: ignore[misc]  # that it cannot is what is tried


def test_r23_no_setting_gives_a_challenge_more_tries_than_the_database_holds() -> None:
    fewer = replace(DEFAULT_LIMITS, tries_per_challenge=Limit(name="tries_challenge", most=3))
    assert fewer.tries_per_challenge.most == 3
    with pytest.raises(ValueError, match="5 tries"):
        replace(DEFAULT_LIMITS, tries_per_challenge=Limit(name="tries_challenge", most=6))
