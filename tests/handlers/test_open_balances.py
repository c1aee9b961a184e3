"""The desk may look for those with an open balance only; the choice stays over another search."""

import html
import re

from quickpay.adapters.store import OpenStore
from quickpay.domain.guarantors import Account
from quickpay.domain.staff import StaffRole
from tests.handlers.staff_site import staff_site_of
from tests.people import House

SEARCH = "/staff/guarantors"


async def test_only_those_with_an_open_balance_are_listed_and_the_choice_stays(own_store: OpenStore) -> None:
    async with staff_site_of(House(own_store)) as here:
        group = here.site.group
        await here.site.house.guarantor(
            group, Account(), number="20001", first_name="Alan", last_name="Exner"
        )
        vera = await here.sign_in(await here.member("Vera", StaffRole.VIEWER))
        await vera.get(SEARCH)
        found = await vera.get((await vera.post(SEARCH, {"q": "ex"})).to)
        assert ("Exner" in found.words, "Example" in found.words) == (True, True)
        chosen = re.search(r'href="([^"]*)">Open balances', found.text)
        assert chosen
        kept = await vera.get(html.unescape(chosen[1]))
        assert ("Exner" in kept.words, "Example" in kept.words) == (False, True)
        assert 'aria-current="true">Open balances' in kept.text
        again = await vera.post(f"{SEARCH}?open=balance", {"q": "exner"})
        assert again.to.endswith("open=balance")
        assert "Nobody was found." in (await vera.get(again.to)).words
