"""The smallest change to a file that makes it satisfy a shape: which one, as data. Pure; whoever publishes carries it out.

A film is never shortened or made longer, and a picture that moves never made to stand still: such files stay as they are, and are
judged as they are.
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


@dataclass(frozen=True, slots=True)
class Change:
    """What a file becomes: of type `mime`, its picture `width` x `height`, in the middle of a canvas where that is larger.

    `max_bytes`: more than that it must not have; then it is made coarser, and smaller at last, down to `least` pixels,
    within the same `aspect`. `frames` is the frame rate of a film, None where that stays.
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

    def of(self, m: Media) -> Media:
        """The file as it will be; how many bytes it will have is not known, only that they are not too many."""
        made = replace(m, mime=self.mime, width=self.canvas[0], height=self.canvas[1], size=None)
        if self.kind != "video":
            return made
        return replace(
            made,
            frame_rate=self.frames or m.frame_rate,
            video_codec=CODECS[0] if m.video_codec else None,
            audio_codec=CODECS[1] if m.audio_codec else None,
        )

    def told(self, m: Media) -> list[str]:
        """What is changed, in words."""
        return list(self._told(m))

    def _told(self, m: Media) -> Iterator[str]:
        if m.mime != self.mime:
            yield f"{m.mime} converted to {self.mime}"
        made = self.of(m)
        for codec, new in ((m.video_codec, made.video_codec), (m.audio_codec, made.audio_codec)):
            if codec != new:
                yield f"{codec} converted to {new}"
        if self.frames:
            yield f"{m.frame_rate:g} frames a second converted to {self.frames:g}"
        if (m.width, m.height) != (self.width, self.height):
            yield f"scaled from {m.width}x{m.height} to {self.width}x{self.height}"
        if self.canvas != (self.width, self.height):
            yield f"padded to {self.canvas[0]}x{self.canvas[1]}"
        if m.size and self.max_bytes and m.size > self.max_bytes:
            yield f"compressed to less than {self.max_bytes:,} bytes, from {m.size:,}"
        yield "rewritten without metadata"


def change_for(m: Media, shape: Shape) -> Change | None:
    """None where the file satisfies the shape, or cannot be made to by changing it, or too little is known of it."""
    shape = shape.of(m)
    broken = {rule for rule, _ in judge_facts(m, shape)}
    if shape.max_bytes and m.size and m.size > shape.max_bytes:
        broken.add("too_large")
    mime = _mime(m, shape)
    if not broken or "duration_invalid" in broken or mime is None or not m.width or not m.height:
        return None
    canvas, (width, height) = _sized(m.width, m.height, shape, step=2 if m.kind == "video" else 1)
    least = ceil(shape.width[0] or 1), ceil(shape.height[0] or 1)
    frames = _frames(m, shape) if "frame_rate_invalid" in broken else None
    change = Change(m.kind, mime, width, height, canvas, shape.max_bytes, least, shape.aspect, frames)
    return None if any(judge_facts(change.of(m), shape)) else change


def _mime(m: Media, shape: Shape) -> str | None:
    made = MADE.get(m.kind)
    if made is None or m.mime is None or (m.kind == "image" and m.frame_rate):
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
