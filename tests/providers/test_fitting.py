"""The smallest change that makes a file satisfy a shape."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialclaw.networks import providers
from socialclaw.providers.draft import Media
from socialclaw.providers.fitting import change_for
from socialclaw.providers.shapes import MB, Shape, judge_facts

SHAPES = [shape for provider in providers().values() for shape in provider.rules.shapes if shape.kind in ("image", "video")]
MIMES = {"image": ["image/jpeg", "image/png", "image/webp"], "video": ["video/mp4", "video/quicktime", "video/x-matroska"]}
SQUARE = Shape("image", max_bytes=5 * MB, mimes=("image/jpeg",), width=(320, 1440), aspect=(0.8, 1.91))


def image(width: int, height: int, mime: str = "image/jpeg", size: int = 1000) -> Media:
    return Media("asset_1", "image", mime=mime, size=size, width=width, height=height)


@pytest.mark.parametrize(
    ("given_file", "picture", "canvas"),
    [
        (image(1000, 1000, "image/png"), (1000, 1000), (1000, 1000)),
        (image(1000, 1000, size=6 * MB), (1000, 1000), (1000, 1000)),
        (image(2880, 2880), (1440, 1440), (1440, 1440)),
        (image(160, 160), (320, 320), (320, 320)),
        (image(600, 1000), (600, 1000), (800, 1000)),
        (image(1000, 400), (1000, 400), (1000, 524)),
        (image(4000, 1000), (1438, 360), (1438, 753)),
        (image(30, 1000), (30, 1000), (800, 1000)),
    ],
    ids=lambda value: f"{value.width}x{value.height} {value.mime} {value.size}" if isinstance(value, Media) else None,
)
def test_only_what_is_wrong_is_changed(given_file: Media, picture: tuple[int, int], canvas: tuple[int, int]) -> None:
    change = change_for(given_file, SQUARE)
    assert change is not None
    assert ((change.width, change.height), change.canvas, change.mime) == (picture, canvas, "image/jpeg")


@pytest.mark.parametrize(
    "given_file",
    [
        image(1000, 1000),
        Media("asset_1", "image", mime="image/png"),
        Media("asset_1", "image", width=5000, height=5000),
    ],
    ids=["nothing is wrong", "its size is not known", "its type is not known"],
)
def test_what_is_right_or_cannot_be_helped_stays(given_file: Media) -> None:
    assert change_for(given_file, SQUARE) is None


def test_a_film_is_never_shortened() -> None:
    shape = Shape("video", mimes=("video/mp4",), seconds=(3, 60))
    assert change_for(Media("asset_1", "video", mime="video/webm", width=640, height=480, duration=61), shape) is None
    change = change_for(Media("asset_1", "video", mime="video/webm", width=641, height=479, duration=60), shape)
    assert change is not None
    assert change.mime == "video/mp4"
    assert all(side % 2 == 0 for side in (*change.canvas, change.width, change.height))


@given(st.sampled_from(SHAPES), st.integers(1, 9000), st.integers(1, 9000), st.integers(1, 10**9), st.integers(0, 2))
def test_whatever_is_changed_satisfies_its_network_and_keeps_its_proportions(
    shape: Shape, width: int, height: int, size: int, mime: int
) -> None:
    m = Media("asset_1", shape.kind, mime=MIMES[shape.kind][mime], size=size, width=width, height=height)
    change = change_for(m, shape)
    if change is None:
        return
    assert list(judge_facts(change.of(m), shape)) == []
    assert change.width <= change.canvas[0]
    assert change.height <= change.canvas[1]
    assert change.told(m)
    if min(change.width, change.height) > 100:
        assert change.width / change.height == pytest.approx(width / height, rel=0.05)
