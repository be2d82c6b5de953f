"""The smallest change to a file that makes it satisfy a shape: which one, as data. Pure; whoever publishes carries it out.

A film is never shortened or made longer. A picture that moves goes on moving where the network shows any that does; elsewhere its first
frame is left, and that is told. Whatever the policy is, a picture is handed over plain: upright, one, in sRGB.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil, floor

from socialclaw.providers.draft import Media
from socialclaw.providers.shapes import Bounds, Shape, judge_facts

MADE = {"image": "image/jpeg", "video": "video/mp4"}  # what a changed file is, unless the shape takes something else only
CODECS = ("h264", "aac")  # of a film that is changed
PICTURES = ("image/jpeg", "image/png", "image/webp")  # what can be written
MOVES = "image/gif"  # what a picture becomes that moves and goes on moving
GROWS = 10  # as many times as large no file becomes
PIXELS = "yuv420p"  # of a film that is changed


@dataclass(frozen=True, slots=True)
class Change:
    """What a file becomes: of type `mime`, its picture `width` x `height`, in the middle of a canvas where that is larger.

    `max_bytes`: more than that it must not have; then it is made coarser, and smaller at last, down to `least` pixels,
    within the same `aspect`. A film with fewer than `min_bytes` is filled up. `frames` is the frame rate of a film, None where that stays.
    """

    kind: str
    mime: str
    width: int
    height: int
    canvas: tuple[int, int]
    max_bytes: int | None = None
    least: tuple[int, int] = (1, 1)
    aspect: Bounds = (None, None)
    frames: float | None = None
    moves: bool = False
    min_bytes: int | None = None

    def of(self, m: Media) -> Media:
        """The file as it will be; how many bytes it will have is not known, only that they are not too many."""
        made = replace(m, mime=self.mime, width=self.canvas[0], height=self.canvas[1], size=None, plain=True)
        if self.kind != "video":
            return made if self.moves else replace(made, frame_rate=None, duration=None)
        return replace(
            made,
            frame_rate=self.frames or m.frame_rate,
            video_codec=CODECS[0] if m.video_codec else None,
            audio_codec=CODECS[1] if m.audio_codec else None,
            pixel_format=PIXELS if m.pixel_format else None,
        )

    def told(self, m: Media) -> list[str]:
        """What is changed, in words."""
        return list(self._told(m))

    def _told(self, m: Media) -> Iterator[str]:
        if m.mime != self.mime:
            yield f"{m.mime} converted to {self.mime}"
        made = self.of(m)
        if self.kind == "image" and m.frame_rate and not self.moves:
            yield "only its first frame is left: the network shows no picture of this kind that moves"
        of_films = ((m.video_codec, made.video_codec), (m.audio_codec, made.audio_codec), (m.pixel_format, made.pixel_format))
        for old, new in of_films:
            if old != new:
                yield f"{old} converted to {new}"
        if self.frames:
            yield f"{m.frame_rate:g} frames a second converted to {self.frames:g}"
        if (m.width, m.height) != (self.width, self.height):
            yield f"scaled from {m.width}x{m.height} to {self.width}x{self.height}"
        if self.canvas != (self.width, self.height):
            yield f"padded to {self.canvas[0]}x{self.canvas[1]}"
        if m.size and self.max_bytes and m.size > self.max_bytes:
            yield f"compressed to less than {self.max_bytes:,} bytes, from {m.size:,}"
        if m.size and self.min_bytes and m.size < self.min_bytes:
            yield f"filled up to {self.min_bytes:,} bytes, from {m.size:,}"
        yield "rewritten without metadata"


def handed_over(m: Media, shape: Shape, *, fit: bool) -> Change | None:
    """What is changed of a file before its network gets it: always what is not plain, and with `fit` what does not satisfy it."""
    return (change_for(m, shape) if fit else None) or _plain(m, shape.of(m))


def _plain(m: Media, shape: Shape) -> Change | None:
    """A picture made plain, or a JPEG, and otherwise as it was. None where it is so, or moves, or the network gets files as they are."""
    foreign = bool(shape.native) and m.mime not in shape.native
    wanted = m.mime if m.mime in PICTURES and not foreign else MADE["image"]
    if (
        m.kind != "image"
        or not (foreign or m.plain is False)
        or m.frame_rate
        or shape.as_it_is
        or not m.mime
        or not m.width
        or not m.height
    ):
        return None
    if (
        (not foreign and m.mime not in (*PICTURES, "image/tiff"))
        or (shape.mimes and wanted not in shape.mimes)
        or any(judge_facts(m, shape))
    ):
        return None
    size = (m.width, m.height)
    return _bounded(Change("image", wanted or MADE["image"], *size, size, shape.max_bytes, aspect=shape.aspect), m)


def change_for(m: Media, shape: Shape) -> Change | None:
    """None where the file satisfies the shape, or cannot be made to by changing it, or too little is known of it."""
    moves = m.kind == "image" and bool(m.frame_rate)
    goes_on = moves and MOVES in (shape.moving or ()) and (not shape.mimes or MOVES in shape.mimes)
    broken = {rule for rule, _ in judge_facts(m, shape.of(m))}
    if size_limit(m, shape.of(m)):
        broken.add("too_large")
    return _change(m, shape.of(replace(m, mime=MOVES)) if goes_on else shape.of(m), broken, goes_on=goes_on)


def size_limit(m: Media, shape: Shape) -> bool:
    return bool(shape.max_bytes and m.size and m.size > shape.max_bytes)


def _change(m: Media, shape: Shape, broken: set[str], *, goes_on: bool) -> Change | None:
    mime = MOVES if goes_on else _mime(m, shape)
    beyond = {"duration_invalid"} if m.kind == "video" else {"duration_invalid", "too_small"}
    if not broken or broken & beyond or mime is None or not m.width or not m.height:
        return None
    canvas, (width, height) = _sized(m.width, m.height, shape, step=2 if m.kind == "video" else 1)
    least = ceil(shape.width[0] or 1), ceil(shape.height[0] or 1)
    frames = _frames(m, shape) if "frame_rate_invalid" in broken else None
    change = Change(m.kind, mime, width, height, canvas, shape.max_bytes, least, shape.aspect, frames, goes_on, shape.min_bytes)
    return None if any(judge_facts(change.of(m), shape)) else _bounded(change, m)


def _bounded(change: Change, m: Media) -> Change:
    """Without a bound of bytes where the file is far from it: then the same change serves several networks, and is made once."""
    if not m.size or not change.max_bytes or m.size * GROWS > change.max_bytes:
        return change
    return replace(change, max_bytes=None, least=(1, 1), aspect=(None, None))


def _mime(m: Media, shape: Shape) -> str | None:
    made = MADE.get(m.kind)
    if made is None or m.mime is None:
        return None
    if not shape.mimes or made in shape.mimes:
        return made
    return next((mime for mime in shape.mimes if m.kind == "image" and mime in PICTURES), None)


def _frames(m: Media, shape: Shape) -> float | None:
    """The nearest frame rate within the bounds."""
    least, most = shape.frames
    rate = max(m.frame_rate or 0, least or 0)
    return min(rate, most) if most else rate


def _sized(width: int, height: int, shape: Shape, *, step: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Canvas and picture, both in multiples of `step` pixels."""
    narrowest, widest = shape.aspect
    full_width, full_height = float(width), float(height)
    if narrowest and width / height < narrowest:
        full_width = height * narrowest
    elif widest and width / height > widest:
        full_height = width / widest
    scale = _scale(full_width, full_height, shape)
    to_grid = floor if scale < 1 else ceil
    canvas_width, canvas_height = (max(step, to_grid(side * scale / step) * step) for side in (full_width, full_height))
    if narrowest and canvas_width / canvas_height < narrowest:
        canvas_height = max(step, floor(canvas_width / narrowest / step) * step)
    elif widest and canvas_width / canvas_height > widest:
        canvas_width = max(step, floor(canvas_height * widest / step) * step)
    inner = (max(step, min(full, round(side * scale / step) * step)) for side, full in ((width, canvas_width), (height, canvas_height)))
    picture_width, picture_height = inner
    return (canvas_width, canvas_height), (picture_width, picture_height)


def _scale(width: float, height: float, shape: Shape) -> float:
    sides = (
        (width, shape.width),
        (height, shape.height),
        (max(width, height), shape.long_side),
        (min(width, height), shape.short_side),
    )
    smallest = min((1.0, *(most / side for side, (_, most) in sides if most)))
    return max((smallest, *(least / side for side, (least, _) in sides if least)))
