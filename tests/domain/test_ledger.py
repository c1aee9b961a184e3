"""Posting, oldest first (Auto-Post Payments): nothing is made and nothing lost."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quickpay.domain.encounters import Line, ServiceId
from quickpay.domain.ledger import (
    Posted,
    Posting,
    WhyNotPosted,
    post_oldest_first,
    why_not_posted,
    with_postings,
)
from quickpay.domain.money import Cents

untimed = settings(deadline=None)  # nothing here is about time, and cores are shared

NOTHING = Cents(0)


def a_line(service_id: str, remaining: int, *, day: int = 1, in_collections: bool = False) -> Line:
    encounter, line = service_id.rsplit("-", 1)
    return Line(
        encounter=encounter,
        line=line,
        date=date(2026, 9, day),
        patient="Ada Example",
        facility="Example Family Medicine",
        provider="Dr. Example",
        code="99213",
        description="Office visit",
        billed=Cents(remaining),
        adjusted=NOTHING,
        insurance_paid=NOTHING,
        insurance_pending=NOTHING,
        patient_paid=Cents(100),
        remaining=Cents(remaining),
        in_collections=in_collections,
    )


def postings(*pairs: tuple[str, int]) -> tuple[Posting, ...]:
    return tuple(Posting(service_id=ServiceId(name), amount=Cents(amount)) for name, amount in pairs)


LINES = (
    a_line("10-1", 4000, day=2),
    a_line("9-10", 3000, day=2),
    a_line("9-2", 2000, day=2),
    a_line("77-1", 1000, day=1),
    a_line("1-1", 9000, day=1, in_collections=True),
    a_line("2-1", 0, day=1),
)


def test_money_goes_by_date_then_encounter_then_line() -> None:
    assert post_oldest_first(Cents(7000), LINES) == Posted(
        postings=postings(("77-1", 1000), ("9-2", 2000), ("9-10", 3000), ("10-1", 1000)), unapplied=NOTHING
    )


def test_part_of_a_line_and_nothing_beyond() -> None:
    assert post_oldest_first(Cents(1), LINES) == Posted(postings=postings(("77-1", 1)), unapplied=NOTHING)


def test_what_fits_on_no_line_is_unapplied_and_collections_get_nothing() -> None:
    posted = post_oldest_first(Cents(12500), LINES)
    assert posted.unapplied == 2500
    assert ServiceId("1-1") not in {posting.service_id for posting in posted.postings}


def test_nothing_and_no_lines() -> None:
    assert post_oldest_first(NOTHING, LINES) == Posted(postings=(), unapplied=NOTHING)
    assert post_oldest_first(Cents(5), ()) == Posted(postings=(), unapplied=Cents(5))


def test_less_than_nothing_cannot_be_posted() -> None:
    with pytest.raises(ValueError, match="less than nothing"):
        post_oldest_first(Cents(-1), LINES)


def test_a_posting_moves_money_from_remaining_to_paid() -> None:
    (line,) = with_postings((a_line("1-1", 500),), postings(("1-1", 200)))
    assert (line.remaining, line.patient_paid) == (300, 300)


@pytest.mark.parametrize("wrong", [("1-1", 501), ("9-9", 1)])
def test_a_posting_that_fits_no_line_is_an_impossibility(wrong: tuple[str, int]) -> None:
    with pytest.raises(ValueError, match=r"below 0|names no line"):
        with_postings((a_line("1-1", 500),), postings(wrong))


@pytest.mark.parametrize(
    ("auto_post", "unapplied_before", "why"),
    [
        (True, 0, None),
        (True, 1, WhyNotPosted.UNAPPLIED_FUNDS),
        (False, 0, WhyNotPosted.AUTO_POST_OFF),
        (False, 1, WhyNotPosted.AUTO_POST_OFF),
    ],
)
def test_why_a_receipt_is_not_posted(
    *, auto_post: bool, unapplied_before: int, why: WhyNotPosted | None
) -> None:
    assert why_not_posted(auto_post=auto_post, unapplied_before=Cents(unapplied_before)) == why


service_ids = st.tuples(st.integers(1, 12), st.integers(1, 12)).map(lambda pair: f"{pair[0]}-{pair[1]}")
lines_strategy = st.lists(
    st.builds(
        a_line, service_ids, st.integers(0, 100_000), day=st.integers(1, 5), in_collections=st.booleans()
    ),
    unique_by=lambda line: line.service_id,
).map(tuple)


@untimed
@given(st.integers(0, 1_000_000).map(Cents), lines_strategy)
def test_nothing_is_created_or_lost(amount: Cents, lines: tuple[Line, ...]) -> None:
    posted = post_oldest_first(amount, lines)
    assert sum(posting.amount for posting in posted.postings) + posted.unapplied == amount
    assert all(posting.amount > 0 for posting in posted.postings)
    by_id = {line.service_id: line for line in lines}
    assert len({posting.service_id for posting in posted.postings}) == len(posted.postings)
    assert all(posting.amount <= by_id[posting.service_id].payable for posting in posted.postings)

    after = with_postings(lines, posted.postings)
    assert sum(line.remaining for line in lines) - sum(line.remaining for line in after) == (
        amount - posted.unapplied
    )
    if posted.unapplied:  # money is left only where no line that may be paid is
        assert all(line.payable == 0 for line in after)
    # Every line before the last one that got money is fully paid.
    paid = [posting.service_id for posting in posted.postings]
    done = {line.service_id: line for line in after}
    assert all(done[service_id].remaining == 0 for service_id in paid[:-1])


@untimed
@given(st.integers(0, 1_000_000).map(Cents), lines_strategy, st.data())
def test_the_order_the_lines_come_in_does_not_matter(
    amount: Cents, lines: tuple[Line, ...], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(lines))
    assert post_oldest_first(amount, tuple(shuffled)) == post_oldest_first(amount, lines)
