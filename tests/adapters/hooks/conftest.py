"""The public web of one host that the fetcher of pictures is tested with, and its authority."""

from tests.adapters.images.conftest import authority, net

__all__ = ["authority", "net"]
