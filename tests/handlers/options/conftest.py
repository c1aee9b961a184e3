"""The office that sets options while a patient is there."""

import pytest

from tests.handlers.options.office import Office, office_of
from tests.handlers.site import Site


@pytest.fixture
async def office(site: Site) -> Office:
    return await office_of(site)
