"""What a file of a post must be, as data: one shape for each kind of file. How many there may be is said by `providers/rules.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from socialclaw.providers.draft import Media
from socialclaw.providers.issues import Issue

KB, MB, GB = 1024, 1024 * 1024, 1024 * 1024 * 1024

IMAGE_EXTENSIONS = frozenset({"jpg", "jpeg", "png", "webp"})
VIDEO_EXTENSIONS = frozenset({"mp4", "mov", "webm", "m4v"})
USUAL_PIXELS = ("yuv420p", "yuvj420p")  # 8 bits, the colours at half the size: what every player shows
KINDS = {**dict.fromkeys(IMAGE_EXTENSIONS, "image"), **dict.fromkeys(VIDEO_EXTENSIONS, "video")}

Bounds = tuple[float | None, float | None]
"""The least and the most; None where there is no bound."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What each file of a kind must be.

    Pixels, seconds, `frames` (a second, rounded) and `aspect` (width divided by height) are (least, most), None where there is no
    bound; codecs and pixel formats are FFmpeg's names of those that are taken, any where empty. `moving` are the types of pictures that
    may move, any where None. `native`: the types that the network itself takes, where others are handed over as JPEG. `as_it_is`:
    pictures need not be plain (`Media.plain`), since people get the file itself. What is not known of a file is not judged. `max_text` is
    of the text beside such files, where theirs is a bound of its own; with `max_title` the name is a title, and the text is what stands
    below it.
    """

    kind: str  # "image" | "video" | "other"
    max_bytes: int | None = None
    min_bytes: int | None = None
    mimes: tuple[str, ...] = ()
    width: Bounds = (None, None)
    height: Bounds = (None, None)
    long_side: Bounds = (None, None)
    short_side: Bounds = (None, None)
    aspect: Bounds = (None, None)
    seconds: Bounds = (None, None)
    frames: Bounds = (None, None)
    video_codecs: tuple[str, ...] = ()
    audio_codecs: tuple[str, ...] = ()
    pixel_formats: tuple[str, ...] = ()
    moving: tuple[str, ...] | None = None
    native: tuple[str, ...] = ()
    as_it_is: bool = False
    max_text: int | None = None
    max_title: int | None = None
    instead: tuple[tuple[str, Shape], ...] = ()  # MIME type -> the shape of such files, where theirs is another one

    def of(self, m: Media) -> Shape:
        """What this file must be."""
        return next((shape for mime, shape in self.instead if mime == m.mime), self)

    @property
    def judges_facts(self) -> bool:
        """Whether more than kind, number and bytes of its files matters."""
        listed = self.mimes or self.video_codecs or self.audio_codecs or self.pixel_formats or self.moving is not None or self.min_bytes
        return bool(listed) or any(bound is not None for pair in (*self._sides, self.seconds, self.frames) for bound in pair)

    @property
    def _sides(self) -> tuple[Bounds, ...]:
        return self.width, self.height, self.long_side, self.short_side, self.aspect

    def stands(self, m: Media) -> bool:
        """Whether a picture moves that may not."""
        return m.kind == "image" and bool(m.frame_rate) and self.moving is not None and m.mime not in self.moving

    def facts(self, m: Media) -> Iterator[tuple[str, str, float, Bounds]]:
        """What is known of a file and bounded here: (rule, what, value, bounds)."""
        sides = sorted((m.width, m.height)) if m.width and m.height else (None, None)
        aspect = m.width / m.height if m.width and m.height else None
        for rule, what, value, bounds in (
            ("resolution_invalid", "width", m.width, self.width),
            ("resolution_invalid", "height", m.height, self.height),
            ("resolution_invalid", "longer side", sides[1], self.long_side),
            ("resolution_invalid", "shorter side", sides[0], self.short_side),
            ("aspect_invalid", "aspect ratio", aspect, self.aspect),
            ("duration_invalid", "duration", m.duration, self.seconds),
            ("frame_rate_invalid", "frame rate", round(m.frame_rate) if m.frame_rate else None, self.frames),
        ):
            if value:
                yield rule, what, value, bounds

    def unknown(self, m: Media) -> list[str]:
        """What is bounded here and not known of the file, so that it cannot be judged."""
        missing = (
            ("type", bool(self.mimes) and not m.mime),
            ("size", bool(self.max_bytes) and not m.size),
            ("dimensions", any(bound is not None for pair in self._sides for bound in pair) and not (m.width and m.height)),
            ("duration", self.seconds != (None, None) and not m.duration),
            ("frame rate", self.frames != (None, None) and not m.frame_rate),
            ("codec", bool(self.video_codecs) and not m.video_codec),
        )
        return [what for what, so in missing if so]


def judge_facts(m: Media, shape: Shape) -> Iterator[tuple[str, Issue]]:
    """What is wrong with a file beside its bytes, each with the rule that it breaks. Issues come without code and path."""
    if not (m.mime or m.width or m.height or m.duration or m.frame_rate or m.video_codec or m.audio_codec or shape.min_bytes):
        return
    if m.mime and shape.mimes and m.mime not in shape.mimes:
        message = f"The {m.kind} is {m.mime}; supported: {', '.join(shape.mimes)}"
        yield "type_unsupported", Issue("", message, details={"mime": m.mime, "supportedValues": list(shape.mimes)})
    for what, codec, taken in (("video", m.video_codec, shape.video_codecs), ("audio", m.audio_codec, shape.audio_codecs)):
        if codec and taken and codec not in taken:
            message = f"The {m.kind} has the {what} codec {codec}; supported: {', '.join(taken)}"
            yield "codec_unsupported", Issue("", message, details={f"{what}Codec": codec, "supportedValues": list(taken)})
    if m.pixel_format and shape.pixel_formats and m.pixel_format not in shape.pixel_formats:
        message = f"The {m.kind} has the pixel format {m.pixel_format}; supported: {', '.join(shape.pixel_formats)}"
        yield (
            "pixel_format_unsupported",
            Issue("", message, details={"pixelFormat": m.pixel_format, "supportedValues": [*shape.pixel_formats]}),
        )
    if shape.stands(m):
        yield "animation_unsupported", Issue("", _still(m, shape), details={"mime": m.mime, "supportedValues": list(shape.moving or ())})
    if m.size and shape.min_bytes and m.size < shape.min_bytes:
        message = f"The {m.kind} has {m.size:,} bytes; at least {shape.min_bytes:,} are needed"
        yield "too_small", Issue("", message, details={"size": m.size, "minBytes": shape.min_bytes})
    told = set[str]()
    for rule, what, value, (least, most) in shape.facts(m):
        if rule in told or ((least is None or value >= least) and (most is None or value <= most)):
            continue
        told.add(rule)
        bound = " to ".join(f"{b:g}" for b in (least, most) if b is not None)
        limit = f"supported: {bound}" if least is not None and most is not None else f"the limit is {bound}"
        article = "an" if what[0] in "aeiou" else "a"
        yield rule, Issue("", f"The {m.kind} has {article} {what} of {value:.6g}; {limit}", details=_bounds(m, shape, rule))


def _still(m: Media, shape: Shape) -> str:
    if shape.moving:
        return f"The image moves and is {m.mime}; the network shows moving only {', '.join(shape.moving)}"
    return "The image moves, and the network would show its first frame only"


def _bounds(m: Media, shape: Shape, rule: str) -> dict[str, float | None]:
    """The figures behind a broken bound, under the names that clients know."""
    match rule:
        case "duration_invalid":
            found = {"duration": m.duration, "minSeconds": shape.seconds[0], "maxSeconds": shape.seconds[1]}
        case "frame_rate_invalid":
            found = {"frameRate": m.frame_rate, "minFrameRate": shape.frames[0], "maxFrameRate": shape.frames[1]}
        case "aspect_invalid":
            found = {"width": m.width, "height": m.height, "minAspect": shape.aspect[0], "maxAspect": shape.aspect[1]}
        case _:
            found = {"width": m.width, "height": m.height, "minWidth": shape.width[0], "minHeight": shape.height[0]}
            found |= {"maxWidth": shape.width[1], "maxHeight": shape.height[1]}
            found |= {"maxLongSide": shape.long_side[1], "maxShortSide": shape.short_side[1]}
    return {name: value for name, value in found.items() if value is not None}


def extension_of(url: str) -> str:
    """The file extension of a URL's path in lower case, without the dot; empty if it has none. Never fails."""
    path = url.partition("#")[0].partition("?")[0]
    _, scheme, rest = path.partition("://")
    name = (rest.partition("/")[2] if scheme else path).rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


def kind_of_url(url: str) -> str:
    """image, video or other, by the extension of a URL without its query."""
    quick = KINDS.get(url[url.rfind(".") + 1 :])
    if quick and "?" not in url and "#" not in url and url.find("/", 8) > 0:
        return quick
    return KINDS.get(extension_of(url), "other")
