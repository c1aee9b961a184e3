"""What every test may ask for."""

from tests.localstripe import localstripe
from tests.postgres import postgres_server, postgres_url

__all__ = ["localstripe", "postgres_server", "postgres_url"]
