"""What is kept of a picture: its looks at the purpose's size, and nothing else of the file."""

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quickpay.adapters.pictures import MOST_SCANS, redrawn
from quickpay.domain.images import Image, Purpose
from quickpay.ports.images import Refusal
from tests.adapters.images.drawn import (
    KINDS,
    SCRIPT,
    claiming,
    icon_holding,
    picture,
    read,
    sideways_jpeg,
    talkative_png,
)


def kept(data: bytes, purpose: Purpose = Purpose.LOGO) -> Image:
    found = redrawn(data, purpose)
    assert isinstance(found, Image), found
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("purpose", "size"),
    [(Purpose.LOGO, (250, 64)), (Purpose.FAVICON, (64, 64)), (Purpose.HOME_ASSET, (128, 128))],
)
def test_every_kind_becomes_a_png_of_the_purposes_size(
    kind: str, purpose: Purpose, size: tuple[int, int]
) -> None:
    found = kept(picture(kind, (128, 128)), purpose)
    assert (found.width, found.height) == read(found.png).size == size
    assert found.id == kept(picture(kind, (128, 128)), purpose).id


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_is_read(mode: str) -> None:
    kept(picture("PNG", (40, 40), mode))


@pytest.mark.parametrize(
    ("size", "fitted"),
    [
        *(((500, 128), (250, 64)), ((100, 100), (64, 64)), ((1000, 10), (250, 2))),
        *(((4000, 1), (250, 1)), ((1, 4000), (1, 64)), ((25, 6), (250, 60))),
    ],
)
def test_a_logo_fits_within_its_place_from_the_left_and_the_rest_is_clear(
    size: tuple[int, int], fitted: tuple[int, int]
) -> None:
    logo = read(kept(picture(size=size)).png).convert("RGBA")
    assert logo.size == (250, 64)
    left, top, right, bottom = logo.getchannel("A").getbbox() or (0, 0, 0, 0)
    assert (right - left, bottom - top) == fitted
    assert left == 0
    assert abs(top - (64 - bottom)) <= 1


def test_a_home_asset_is_made_smaller_but_never_larger() -> None:
    for size, expected in (((2400, 1200), (1200, 600)), ((100, 50), (100, 50)), ((600, 3000), (240, 1200))):
        found = kept(picture("JPEG", size), Purpose.HOME_ASSET)
        assert read(found.png).size == expected


def test_r116_nothing_but_the_looks_is_kept() -> None:
    for data in (talkative_png(), sideways_jpeg(), picture() + SCRIPT, picture("GIF") + SCRIPT):
        found = read(kept(data, Purpose.HOME_ASSET).png)
        assert dict(found.info) == {}
        assert not found.getexif()
        png = kept(data, Purpose.HOME_ASSET).png
        assert b"staff room" not in png
        assert SCRIPT not in png
        assert png.endswith(b"IEND\xaeB`\x82")


def test_a_photograph_stands_upright() -> None:
    assert read(kept(sideways_jpeg(), Purpose.HOME_ASSET).png).size == (200, 100)


@pytest.mark.parametrize(
    "data",
    [
        claiming(100_000, 100_000),
        claiming(5_000, 5_000),
        claiming(16_000_001, 1),
        picture("PNG", (4100, 4000), "1"),
        picture("GIF", (4100, 4000)),
        icon_holding(claiming(30_000, 30_000)),
        icon_holding(claiming(5_000, 4_000)),
        picture("JPEG")[:-2] + b"\xff\xda" * (MOST_SCANS + 1),
    ],
)
def test_r116_a_bomb_is_not_unpacked(data: bytes) -> None:
    assert len(data) < 2_000_000
    assert redrawn(data, Purpose.LOGO) is Refusal.TOO_MANY_PIXELS


def test_a_bomb_is_refused_where_warnings_are_quietened_too() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert redrawn(claiming(5_000, 5_000), Purpose.LOGO) is Refusal.TOO_MANY_PIXELS


def test_sixteen_million_pixels_are_still_a_picture() -> None:
    assert kept(picture("PNG", (4000, 4000), "1"), Purpose.HOME_ASSET).width == 1200


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_cut_short_is_damaged(kind: str) -> None:
    whole = picture(kind, (200, 200))
    assert redrawn(whole[: len(whole) // 2], Purpose.LOGO) is Refusal.DAMAGED


def test_one_kind_inside_anothers_clothes_is_not_tried() -> None:
    assert redrawn(b"\x89PNG\r\n\x1a\n" + picture("JPEG"), Purpose.LOGO) is Refusal.DAMAGED


_SOUND = {kind: picture(kind, (32, 32)) for kind in KINDS}


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(list(_SOUND)),
    st.lists(st.tuples(st.integers(4, 2000), st.binary(min_size=1, max_size=6)), max_size=4),
)
def test_it_answers_whatever_it_is_given(kind: str, changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(_SOUND[kind])
    for place, new in changes:
        data[place : place + len(new)] = new
    assert isinstance(redrawn(bytes(data), Purpose.LOGO), Image | Refusal)
