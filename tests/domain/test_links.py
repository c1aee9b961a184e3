"""What a link shows of itself."""

from tests.factories import make_link


def test_r129_a_links_repr_shows_no_contact() -> None:
    link = make_link(contact="alice@example.com")
    assert link.contact == "alice@example.com"
    assert "alice" not in repr(link)
