"""An old backup put back: nobody is charged again, and what it does not know is found at the gateway."""

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path

from quickpay.adapters.store.engine.sqlite_file import backup
from quickpay.adapters.tasks import BackgroundTasks
from quickpay.app import furnish
from quickpay.domain.differences import FRESH
from quickpay.services.settling.compare import Compared
from quickpay.world import open_world
from tests.faults.crashing import MovedClock
from tests.faults.place import Place, settings_of
from tests.household import eventually

EMAIL = "alice@example.com"


async def test_x33_r141_a_backup_from_before_a_success_charges_nobody_and_finds_what_it_lost(
    here: Place, tmp_path: Path
) -> None:
    first, second = await here.at_the_card(), await here.at_the_card()
    token = await first.card()
    await here.fault("gateway", "slow", delay=1.5)
    pressed = asyncio.create_task(first.press_pay(token, email=EMAIL))

    async def held() -> bool:
        return any(fault.waiting for fault in here.world.faults.on())

    await eventually(held)
    copy = tmp_path / "copy.db"
    database = Path(here.database_url.removeprefix("sqlite:///"))
    await backup(database, copy)  # as `quickpay backup` does
    assert (await first.get((await pressed).to)).payment_status == "paid"
    assert (await second.get((await second.pay(email=EMAIL)).to)).payment_status == "paid"
    await here.settles()
    charges, receipts = await here.charges(), {str(one["Message-ID"]) for one in here.receipts()}
    assert (len(charges), len(receipts)) == (2, 2)

    assert await here.service.stop() == 0
    for file in database.parent.glob(f"{database.name}*"):
        file.unlink()
    await backup(copy, database)  # as `quickpay restore` does
    await here.service.start()

    payment = await here.only_payment()
    assert payment["id"] in {one["reference"] for one in charges}
    await here.status_becomes("succeeded", step=5)
    await here.settles()
    assert await here.charges() == charges, "nothing was charged again"
    again = Counter(str(one["Message-ID"]) for one in here.receipts())
    assert set(again) == receipts, "a receipt that went again is the same message"

    [lost] = [one for one in charges if one["reference"] != payment["id"]]
    here.later(FRESH.total_seconds())  # what the gateway took just now may still be on its way to us
    given = settings_of(here.service.settings)
    async with open_world(given) as world:
        moved = replace(world, clock=MovedClock(world.clock, here.ahead))
        found = await furnish(given, moved, BackgroundTasks()).compare.run_now()
    assert isinstance(found, Compared)
    assert [(one.difference.kind, one.difference.transaction) for one in found.open] == [
        ("missing_here", lost["id"])
    ]
