"""Media rules broken on purpose, and the files of the table that notice: `python -m tests.media.mutations`.

Each mutation is a limit of a network that somebody forgot. Publishing every file must show a verdict then that is not what came of it.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from socialclaw.networks import providers
from socialclaw.providers import fitting
from socialclaw.providers.shapes import Shape
from tests.media import table


@dataclass(frozen=True)
class Mutation:
    """`make` breaks a rule for as long as it is entered; `file` is one that must notice."""

    name: str
    make: Callable[[], contextlib.AbstractContextManager[None]]
    file: str


def _of(key: str, kind: str, **values: Any) -> Callable[[], contextlib.AbstractContextManager[None]]:
    """A provider's shape of this kind with other values; those that begin with `more_` are added to what it has."""
    shape = next(shape for shape in providers()[key].rules.shapes if shape.kind == kind)

    @contextlib.contextmanager
    def broken() -> Iterator[None]:
        changed = {name.removeprefix("more_"): (name, value) for name, value in values.items()}
        before = {name: getattr(shape, name) for name in changed}
        for name, (given, value) in changed.items():
            _put(shape, name, (*before[name], value) if given.startswith("more_") else value)
        try:
            yield
        finally:
            for name, value in before.items():
                _put(shape, name, value)

    return broken


def _put(shape: Shape, name: str, value: Any) -> None:
    object.__setattr__(shape, name, value)  # a shape is frozen


@contextlib.contextmanager
def _nothing_made_plain() -> Iterator[None]:
    before, fitting._plain = fitting._plain, lambda m, shape: None
    try:
        yield
    finally:
        fitting._plain = before


MUTATIONS = (
    Mutation("X takes any pixel format", _of("x", "video", pixel_formats=()), "mp4, h264 yuv444p"),
    Mutation("LinkedIn takes films of any size", _of("linkedin", "video", min_bytes=None), "mp4, 64x64"),
    Mutation("Instagram takes PNG as it is", _of("instagram", "image", native=()), "png"),
    Mutation("TikTok takes TIFF", _of("tiktok", "image", more_mimes="image/tiff", more_native="image/tiff"), "tiff"),
    Mutation("Telegram takes HEIC", _of("telegram", "image", more_mimes="image/heic", native=()), "heic"),
    Mutation("Facebook shows pictures that move", _of("facebook", "image", moving=None), "gif, animated"),
    Mutation("Pinterest takes any container", _of("pinterest", "video", video_codecs=(), mimes=()), "mkv"),
    Mutation("pictures are handed over as they came", _nothing_made_plain, "jpeg, mpo"),
)


def main() -> int:
    """Print the table; how many mutations were not noticed."""
    missed = 0
    for mutation in MUTATIONS:
        said = io.StringIO()
        with mutation.make(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
            noticed = table.main(["--only", mutation.file]) == 1
        missed += not noticed
        print(f"{mutation.name:<40}{said.getvalue().splitlines()[0] if noticed else 'NOT NOTICED'}", flush=True)
    return missed


if __name__ == "__main__":
    sys.exit(min(1, main()))
