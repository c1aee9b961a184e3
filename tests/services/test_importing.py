"""Importing files: each entry for itself, in few commits, and again without harm."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest

from quickpay.adapters.store import OpenStore
from quickpay.domain.options import Branding, Options
from quickpay.handlers.api.import_file import NotAnImportFile, read_import
from quickpay.services.groups.keep import GroupBook
from quickpay.services.guarantors import checks as guarantor_checks
from quickpay.services.guarantors.importing import BATCH, GroupEntry, GuarantorEntry, Importer, Progress
from quickpay.services.guarantors.keep import GuarantorBook
from quickpay.services.guarantors.records import EncounterRecord, GuarantorRecord, LineRecord, ReceiptRecord
from tests.fakes.clock import FakeClock
from tests.fakes.images import FakeImageFetcher


class Importing:
    """The importer with the two books it writes to."""

    def __init__(self, store: OpenStore) -> None:
        clock = FakeClock()
        self.groups = GroupBook(store=store, clock=clock, images=FakeImageFetcher(), host="pay.example.com")
        self.guarantors = GuarantorBook(store=store, clock=clock)
        self._importer = Importer(store=store, clock=clock, groups=self.groups, guarantors=self.guarantors)

    async def file(self, said: Any) -> list[Progress]:
        found = read_import(json.dumps(said).encode())
        run = self._importer.run(groups=found.groups, guarantors=found.guarantors, by="import")
        return [progress async for progress in run]

    async def entries(self, people: Iterator[GuarantorEntry]) -> list[Progress]:
        group = GroupEntry(
            where="groups.0", slug="lakeside", options=Options(branding=Branding(name="Lakeside"))
        )
        run = self._importer.run(groups=[group], guarantors=people, by="import")
        return [progress async for progress in run]

    async def found(self, number: str, group: str = "lakeside") -> bool:
        return await self.guarantors.get(group, number) is not None


@pytest.fixture
def importing(store: OpenStore) -> Importing:
    return Importing(store)


ALICE = {"first_name": "Alice", "last_name": "Example"}
LAKESIDE = {"branding": {"name": "Lakeside"}}
FORMS = {
    "lists": {
        "groups": [{"slug": "lakeside", **LAKESIDE}],
        "guarantors": [{"group": "lakeside", "id": "1", **ALICE}],
    },
    "objects": {"groups": {"lakeside": LAKESIDE}, "guarantors": {"lakeside": {"1": ALICE}}},
}


@pytest.mark.parametrize("form", FORMS)
async def test_both_forms_of_a_file_are_read(importing: Importing, form: str) -> None:
    progress = await importing.file(FORMS[form])
    assert (progress[-1].groups, progress[-1].guarantors, progress[-1].refused) == (1, 1, 0)
    assert await importing.found("1")


async def test_a_second_run_changes_nothing(importing: Importing) -> None:
    await importing.file(FORMS["lists"])
    before = await importing.guarantors.get("lakeside", "1")
    await importing.file(FORMS["lists"])
    assert await importing.guarantors.get("lakeside", "1") == before
    group = await importing.groups.by_slug("lakeside")
    assert group is not None
    assert group.version == 1


async def test_one_that_will_not_do_stops_no_other_and_gets_a_line(importing: Importing) -> None:
    people = [
        {"group": "lakeside", "id": "1", **ALICE},
        {"group": "lakeside", "id": "2", **ALICE, "email": "no address"},
        {"group": "lakeside", "id": "3", **ALICE, "encounters": [{"id": "9"}]},
        {"group": "nowhere", "id": "4", **ALICE},
        {"id": "5", **ALICE},
        "not even an object",
        {"group": "lakeside", "id": "7", **ALICE},
    ]
    progress = await importing.file({"groups": {"lakeside": LAKESIDE}, "guarantors": people})
    assert (progress[-1].guarantors, progress[-1].refused) == (2, 5)
    lines = [line for one in progress for line in one.lines()]
    assert sorted(line.partition(":")[0] for line in lines) == [f"guarantors.{at}" for at in (1, 2, 3, 4, 5)]
    assert any("encounters.0.date: This is required." in line for line in lines)
    assert not any("no address" in line for line in lines)
    assert [await importing.found(str(number)) for number in (1, 2, 3, 7)] == [True, False, False, True]


async def test_a_group_that_will_not_do_gets_a_line_and_so_do_its_people(importing: Importing) -> None:
    said = {"groups": {"Not A Slug": LAKESIDE, "b": {"branding": {}}}, "guarantors": {"b": {"1": ALICE}}}
    progress = await importing.file(said)
    assert (progress[-1].groups, progress[-1].guarantors, progress[-1].refused) == (0, 0, 3)


async def test_a_guarantor_with_one_bad_line_is_not_kept_in_part(importing: Importing) -> None:
    await importing.file(FORMS["lists"])
    lines = [{"line": "1", "remaining": 5}, {"line": "2", "remaining": -5}]
    bad = {
        **ALICE,
        "first_name": "Changed",
        "encounters": [{"id": "1", "date": "2026-01-01", "lines": lines}],
    }
    progress = await importing.file({"guarantors": {"lakeside": {"1": bad}}})
    assert progress[-1].refused == 1
    view = await importing.guarantors.get("lakeside", "1")
    assert view is not None
    assert (view.guarantor.first_name, view.account.lines) == ("Alice", ())


async def test_a_place_and_a_body_that_disagree_are_refused(importing: Importing) -> None:
    said = {"groups": {"lakeside": LAKESIDE}, "guarantors": {"lakeside": {"1": {**ALICE, "id": "2"}}}}
    assert (await importing.file(said))[-1].refused == 1
    assert not await importing.found("1")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{",
        b'{"groups": 5}',
        b'{"guarantors": {"a": []}}',
        b'{"patients": []}',
        b'{"groups": [NaN]}',
    ],
)
def test_what_is_no_import_file_is_said_so(raw: bytes) -> None:
    with pytest.raises(NotAnImportFile):
        read_import(raw)


async def test_many_are_taken_in_batches_and_progress_is_told(importing: Importing) -> None:
    people = (
        GuarantorEntry(
            where=f"guarantors.{number}",
            group="lakeside",
            number=str(number),
            record=GuarantorRecord(first_name="A", last_name="Example"),
        )
        for number in range(2 * BATCH + 1)
    )
    progress = await importing.entries(people)
    assert [one.guarantors for one in progress] == [0, BATCH, 2 * BATCH, 2 * BATCH + 1]
    assert await importing.found(str(2 * BATCH))


def test_every_text_of_a_record_is_looked_at() -> None:
    record = GuarantorRecord(
        first_name="a",
        preferred_name="b",
        last_name="c",
        language="d",
        patients=(),
        encounters=(
            EncounterRecord(
                id="e",
                date=date(2026, 1, 1),
                patient="f",
                facility="g",
                provider="h",
                lines=(LineRecord(line="i", code="j", description="k", remaining=1),),
            ),
        ),
        receipts=(
            ReceiptRecord(
                number="l", date=date(2026, 1, 1), amount=1, applied=1, method="m", status="n", source="o"
            ),
        ),
    )
    looked_at = set(guarantor_checks.all_text(record))
    assert {text for _, text in guarantor_checks._texts(asdict(record))} - looked_at == {"d"}
