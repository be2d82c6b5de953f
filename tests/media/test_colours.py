"""The colours of a film that is changed for its network: high dynamic range is mapped, usual colours stay, and it says which it has."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from socialclaw.media.decoder import convert, video

PQ, HLG, BT709, BT2020, LIMITED, FULL = 16, 18, 1, 9, 1, 2
SIDE = 64
CHANGE: dict[str, Any] = {
    **{"kind": "video", "mime": "video/mp4", "width": SIDE, "height": SIDE, "canvas": (SIDE, SIDE), "max_bytes": None, "min_bytes": None},
    **{"least": (1, 1), "aspect": (None, None), "frames": None, "moves": False},
}


def film(path: Path, planes: tuple[int, int, int], tags: tuple[int, int, int], *, ten: bool = True, full: bool = False) -> str:
    """A film of one colour: its planes, and its tags (primaries, transfer, matrix; ITU-T H.273)."""
    pixels = "yuv420p10le" if ten else "yuvj420p" if full else "yuv420p"
    with av.open(str(path), "w", format="mp4") as made:
        stream: Any = made.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        stream.width = stream.height = SIDE
        stream.pix_fmt = pixels
        about = stream.codec_context
        about.color_primaries, about.color_trc, about.colorspace = tags
        about.color_range = FULL if full else LIMITED
        frame = av.VideoFrame(SIDE, SIDE, pixels)
        for plane, value in zip(frame.planes, planes, strict=True):
            one = value.to_bytes(2, "little") if ten else bytes([value])
            plane.update(one * (plane.buffer_size // len(one)))
        for number in range(3):
            frame.pts, frame.time_base = number, Fraction(1, 10)
            made.mux(stream.encode(frame))
        made.mux(stream.encode())
    return str(path)


def changed(source: str, path: Path) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Red, green and blue as a player shows the changed film, and its tags with its range."""
    convert.film({"source": source, "target": str(path), "change": CHANGE})
    with av.open(str(path)) as made:
        frame: Any = next(made.decode(made.streams.video[0]))
        assert frame.format.name == "yuv420p"
        shown = frame.to_image().getpixel((SIDE // 2, SIDE // 2))
        return shown, (frame.color_primaries, frame.color_trc, frame.colorspace, frame.color_range)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_high_dynamic_range_is_mapped_from_black_to_white(tmp_path: Path, transfer: int) -> None:
    """Each step is brighter than the one before, and what is said of the colours is true of them now."""
    greys = []
    for code in (0, 250, 500, 750, 1000):
        grey = film(tmp_path / "hdr.mp4", (64 + 876 * code // 1000, 512, 512), (BT2020, transfer, BT2020))
        shown, tags = changed(grey, tmp_path / "made.mp4")
        assert max(shown) - min(shown) <= 4, "grey stays grey"
        assert tags == (BT709, BT709, BT709, LIMITED)
        greys.append(shown[0])
    assert greys == sorted(set(greys))
    assert (greys[0], greys[-1] >= 235) == (0, True)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_the_poster_of_such_a_film_is_not_pale_either(tmp_path: Path, transfer: int) -> None:
    """White paper: 58 % of PQ, 75 % of HLG."""
    code = {PQ: 0.58, HLG: 0.75}[transfer]
    paper = film(tmp_path / "hdr.mp4", (64 + round(876 * code), 512, 512), (BT2020, transfer, BT2020))
    with video.opened(paper) as made:
        assert min(video.poster(made).getpixel((SIDE // 2, SIDE // 2))) >= 235  # type: ignore[type-var, arg-type]


@pytest.mark.parametrize("transfer", [PQ, HLG, BT709])
def test_wide_colours_are_not_paled(tmp_path: Path, transfer: int) -> None:
    """The red of BT.2020 at 60 % is as red as BT.709 can be."""
    red = film(tmp_path / "wide.mp4", (64 + round(876 * 0.158), 512 - 75, 512 + 269), (BT2020, transfer, BT2020))
    shown, tags = changed(red, tmp_path / "made.mp4")
    assert tags == (BT709, BT709, BT709, LIMITED)
    assert shown[0] > 100
    assert max(shown[1:]) < shown[0] / 4


@pytest.mark.parametrize("tags", [(1, 1, 1), (6, 6, 6), (5, 6, 5)], ids=["HD", "NTSC", "PAL"])
def test_usual_colours_stay_as_they_are_and_are_said(tmp_path: Path, tags: tuple[int, int, int]) -> None:
    blue = (60, 190, 110)
    source = film(tmp_path / "usual.mp4", blue, tags, ten=False)
    convert.film({"source": source, "target": str(tmp_path / "made.mp4"), "change": CHANGE})
    with av.open(str(tmp_path / "made.mp4")) as made:
        frame: Any = next(made.decode(made.streams.video[0]))
        assert (frame.color_primaries, frame.color_trc, frame.colorspace, frame.color_range) == (*tags, LIMITED)
        middle = [bytes(plane)[plane.line_size * (plane.height // 2) + plane.width // 2] for plane in frame.planes]
    assert middle == [pytest.approx(value, abs=5) for value in blue]


@pytest.mark.parametrize(("level", "shown"), [(0, 0), (128, 128), (255, 255)])
def test_a_film_of_the_full_range_is_brought_into_the_usual_one(tmp_path: Path, level: int, shown: int) -> None:
    """As the cameras of some phones make them; its blacks would drown and its whites be cut off."""
    source = film(tmp_path / "full.mp4", (level, 128, 128), (BT709, BT709, BT709), ten=False, full=True)
    found, tags = changed(source, tmp_path / "made.mp4")
    assert found[0] == pytest.approx(shown, abs=4)
    assert tags[-1] == LIMITED
