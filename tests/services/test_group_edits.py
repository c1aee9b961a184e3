"""Editing groups on both databases: of two at once one is kept, and a draft goes only knowingly."""

import asyncio
from dataclasses import replace

import pytest

from quickpay.domain.faults import Caution
from quickpay.domain.groups import Group
from quickpay.domain.options import Options
from quickpay.domain.staff import Staff, StaffRole, StaffState
from quickpay.ports.tables import Tx
from quickpay.services.groups.drafts import DraftKept, DraftThere, GroupDrafts, NewDraft
from quickpay.services.groups.edits import (
    Cautioned,
    Edit,
    GroupEdits,
    Opened,
    Refused,
    Saved,
    Stale,
    mark_of,
)
from quickpay.services.groups.history import GroupHistory
from quickpay.services.groups.keep import GroupBook, NoGroup
from tests.factories import make_options
from tests.people import House
from tests.services.conftest import Lakeside

ADA = Staff(id=1, name="Ada", role=StaffRole.ADMIN, groups=None, state=StaffState.ACTIVE)
BEA = replace(ADA, id=2, name="Bea")


class Room:
    """The editor's services over a house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.told: tuple[Caution, ...] = ()
        self.book = GroupBook(
            store=house.store, clock=house.clock, images=house.images, host="pay.example.com"
        )
        self.edits = GroupEdits(store=house.store, book=self.book, warnings=self._warnings)
        self.drafts = GroupDrafts(store=house.store, clock=house.clock)
        self.history = GroupHistory(store=house.store, edits=self.edits)

    async def _warnings(self, tx: Tx, group: Group | None, options: Options) -> tuple[Caution, ...]:
        found = await tx.groups.list_()
        assert group is None or group in found
        assert options.branding.name
        return self.told

    async def versions(self, slug: str = "lakeside") -> list[tuple[int, str]]:
        found = await self.book.versions(slug) or []
        return [(one.version, one.options.branding.name) for one in found]


@pytest.fixture
def room(lakeside: Lakeside) -> Room:
    return Room(lakeside.house)


def edit(name: str, version: int = 1, slug: str = "lakeside", **given: object) -> Edit:
    return replace(Edit(slug=slug, options=make_options(name), version=version), **given)  # type: ignore[arg-type]  # a test's fields


async def test_two_saves_at_once_make_exactly_one_version_and_tell_the_other(room: Room) -> None:
    answers = await asyncio.gather(
        *(room.edits.save(ADA if count % 2 else BEA, edit(f"Care {count}")) for count in range(8))
    )
    (kept,) = [one for one in answers if isinstance(one, Saved)]
    assert sum(isinstance(one, Stale) for one in answers) == 7
    assert [version for version, _ in await room.versions()] == [2, 1]
    assert (await room.versions())[0] == (2, kept.group.name)
    for one in answers:
        if isinstance(one, Stale):
            assert one.group == kept.group
            assert one.base is not None


async def test_two_who_add_the_same_slug_at_once_make_one_group(room: Room) -> None:
    answers = await asyncio.gather(
        *(room.edits.save(ADA, edit(f"Hill {count}", 0, "hilltop")) for count in range(6))
    )
    assert sum(isinstance(one, Saved) for one in answers) == 1
    assert sum(isinstance(one, Stale) for one in answers) == 5
    assert len(await room.versions("hilltop")) == 1


async def test_the_same_options_twice_are_saved_once_and_both_times_well(room: Room) -> None:
    all_of_them = await asyncio.gather(*(room.edits.save(ADA, edit("Same")) for _ in range(8)))
    assert all(isinstance(one, Saved) for one in all_of_them)
    assert [version for version, _ in await room.versions()] == [2, 1]


async def test_r124_a_save_is_audited_with_its_version_and_who(room: Room) -> None:
    from sqlalchemy import select  # noqa: PLC0415 - only here

    from quickpay.adapters.store.schema import audit  # noqa: PLC0415 - only here
    from quickpay.adapters.store.statements import Statement  # noqa: PLC0415 - only here

    await room.edits.save(ADA, edit("Audited"))
    await room.drafts.keep(
        ADA, NewDraft(slug="lakeside", version=2, typed={"branding.name": "Secret"}), instead_of=None
    )
    opened = await room.edits.open(ADA, "lakeside")
    assert isinstance(opened, Opened)
    assert opened.draft is not None
    await room.drafts.discard(ADA, "lakeside", mark=opened.draft.mark)
    rows = await room.house.do(
        lambda tx: tx.audit._run.all(
            Statement(select(audit.c.type, audit.c.actor, audit.c.detail).order_by(audit.c.id))
        )
    )
    told = [tuple(row) for row in rows if row[0].startswith("staff.")][-3:]
    assert [(kind, actor) for kind, actor, _ in told] == [
        ("staff.settings_change", "staff 1"),
        ("staff.group_draft", "staff 1"),
        ("staff.group_draft_discarded", "staff 1"),
    ]
    assert '"version":2' in told[0][2].replace(" ", "")
    assert "Secret" not in str(told)
    assert "Audited" not in str(told)


async def test_cautions_of_every_kind_come_together_and_only_new_ones_ask_anew(room: Room) -> None:
    one, other = (Caution(path="authentication.require_mfa", message=f"{n} guarantors") for n in (3, 4))
    room.told = (one,)
    few = make_options("Few", max_uses=2)
    asked = await room.edits.save(ADA, edit("Few", options=few))
    assert isinstance(asked, Cautioned)
    assert one in asked.cautions
    assert len(asked.cautions) == 2
    accepted = frozenset(mark_of(found) for found in asked.cautions)
    room.told = (other,)
    assert isinstance(await room.edits.save(ADA, edit("Few", options=few, accepted=accepted)), Cautioned)
    room.told = (one,)
    assert isinstance(await room.edits.save(ADA, edit("Few", options=few, accepted=accepted)), Saved)
    assert all(mark.isalpha() for mark in accepted)


async def test_faults_come_before_cautions_and_nothing_is_kept(room: Room) -> None:
    room.told = (Caution(path="payments", message="x"),)
    refused = await room.edits.save(ADA, edit(""))
    assert isinstance(refused, Refused)
    assert [one.path for one in refused.faults] == ["branding.name"]
    assert len(await room.versions()) == 1


async def test_one_draft_of_each_group_and_of_two_at_once_one_is_told(room: Room) -> None:
    new = [NewDraft(slug="lakeside", version=1, typed={"branding.name": f"D{n}"}) for n in range(6)]
    answers = await asyncio.gather(*(room.drafts.keep(ADA, one, instead_of=None) for one in new))
    assert sum(isinstance(one, DraftKept) for one in answers) == 1
    there = [one for one in answers if isinstance(one, DraftThere)]
    assert len(there) == 5
    mark = there[0].draft.mark
    again = await asyncio.gather(
        *(room.drafts.keep(BEA, one, instead_of=("lakeside", mark)) for one in new[:4])
    )
    assert sum(isinstance(one, DraftKept) for one in again) == 1
    assert len(await room.versions()) == 1


async def test_publishing_drops_the_draft_it_was_made_of_and_no_later_one(room: Room) -> None:
    await room.drafts.keep(
        ADA, NewDraft(slug="lakeside", version=1, typed={"branding.name": "A"}), instead_of=None
    )
    first = await _mark(room)
    await room.drafts.keep(
        BEA,
        NewDraft(slug="lakeside", version=1, typed={"branding.name": "B"}),
        instead_of=("lakeside", first),
    )
    assert isinstance(await room.edits.save(ADA, edit("A", draft=("lakeside", first))), Saved)
    second = await _mark(room)
    assert second != first
    assert isinstance(await room.edits.save(ADA, edit("B", 2, draft=("lakeside", second))), Saved)
    assert await _mark(room) == 0


async def _mark(room: Room) -> int:
    opened = await room.edits.open(ADA, "lakeside")
    assert isinstance(opened, Opened)
    return 0 if opened.draft is None else opened.draft.mark


async def test_a59_of_another_s_group_there_is_nothing(room: Room) -> None:
    cara = replace(ADA, id=3, name="Cara", groups=frozenset({10**6}))
    assert isinstance(await room.edits.open(cara, "lakeside"), NoGroup)
    assert isinstance(await room.edits.save(cara, edit("Mine")), NoGroup)
    assert isinstance(await room.edits.save(cara, edit("New", 0, "new-one")), NoGroup)
    draft = NewDraft(slug="lakeside", version=1, typed={})
    assert isinstance(await room.drafts.keep(cara, draft, instead_of=None), NoGroup)
    assert isinstance(await room.drafts.discard(cara, "lakeside", mark=1), NoGroup)
    assert isinstance(await room.history.page(cara, "lakeside"), NoGroup)
    assert isinstance(await room.history.compare(cara, "lakeside", before=1, after=1), NoGroup)
    assert isinstance(await room.history.restorable(cara, "lakeside", 1), NoGroup)
    restored = await room.history.restore(cara, "lakeside", 1, newest=1, accepted=frozenset())
    assert isinstance(restored, NoGroup)
    assert (await room.drafts.list_(cara)).lines == ()
    assert len(await room.versions()) == 1


async def test_a59_nobody_drops_the_draft_of_a_group_that_is_not_hers(room: Room) -> None:
    own = await room.house.group("hilltop")
    cara = replace(ADA, id=3, name="Cara", groups=frozenset({own.id}))
    await room.drafts.keep(
        ADA, NewDraft(slug="lakeside", version=1, typed={"branding.name": "A"}), instead_of=None
    )
    mark = await _mark(room)
    foreign = ("lakeside", mark)
    assert isinstance(await room.edits.save(cara, edit("Hill", 1, "hilltop", draft=foreign)), Saved)
    kept = await room.drafts.keep(
        cara, NewDraft(slug="hilltop", version=2, typed={"branding.name": "B"}), instead_of=foreign
    )
    assert isinstance(kept, DraftKept)
    assert await _mark(room) == mark != 0


async def test_the_list_has_each_group_s_last_change_by_name(room: Room) -> None:
    await room.edits.save(ADA, edit("Second"))
    await room.book.put("lakeside", make_options("Third"), "import")
    (line,) = (await room.drafts.list_(ADA)).lines
    assert line.group is not None
    assert (line.group.version, line.changed_by) == (3, "An import")
