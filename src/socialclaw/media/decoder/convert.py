"""Writes a picture or a film anew, as a network wants it: scaled, on a larger canvas, in another format, with fewer bytes."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from socialclaw.errors import InvalidRequest
from socialclaw.media.decoder import images, video

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.filter import Graph
    from av.video.stream import VideoStream
    from PIL.Image import Image

QUALITIES = (92, 85, 75, 65)
SMALLER = 0.85
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
SOLID = ("image/jpeg",)  # has nothing that is clear
SOUND_BITS = 128_000  # a second
LEAST_BITS, MOST_BITS = 100_000, 50_000_000  # a second, of pictures
MOST_DRIFT = 0.1  # seconds between two pieces of sound that are no silence yet
MARGIN = 0.9  # of the bytes that are allowed, for the container and an encoder that is not exact


def picture(job: dict[str, Any]) -> dict[str, Any]:
    """Writes `source` to `target` as the job's `change` has it; its width, height and bytes."""
    change = job["change"]
    if change["moves"]:
        return moving_picture(job)
    with images.opened(job["source"], job["mime"]) as opened:
        upright = images.in_srgb(images.decoded(opened))
        solid = change["mime"] in SOLID or [change["width"], change["height"]] != [*change["canvas"]]
        made = images.flat(upright) if solid else _clear(upright)
    inner, canvas = (change["width"], change["height"]), tuple(change["canvas"])
    most, least = change.get("max_bytes"), change["least"]
    while True:
        sized = _on_canvas(made, inner, canvas)
        for quality in QUALITIES if change["mime"] != "image/png" else QUALITIES[:1]:
            sized.save(job["target"], FORMATS[change["mime"]], quality=quality)
            size = os.stat(job["target"]).st_size  # noqa: PTH116
            if most is None or size <= most:
                return {"width": sized.width, "height": sized.height, "size": size}
        smaller = _smaller(canvas, change["aspect"])
        if smaller[0] < max(least[0], 1) or smaller[1] < max(least[1], 1):
            message = f"The picture cannot be made small enough: it still has {size:,} bytes, and the limit is {most:,}"
            raise InvalidRequest(message, code="media_fit_failed")
        shrunk = (max(1, min(most_side, int(side * SMALLER))) for side, most_side in zip(inner, smaller, strict=True))
        inner, canvas = (next(shrunk), next(shrunk)), smaller


def part(job: dict[str, Any]) -> dict[str, Any]:
    """Writes a part of `source` to `target`: upright and in sRGB, and as clear as it is where the type allows that."""
    left, top, width, height = job["area"]
    with images.opened(job["source"], job["mime"]) as opened:
        upright = images.in_srgb(images.decoded(opened))
        cut = upright.crop((left, top, left + width, top + height))
        cut.info = {name: value for name, value in upright.info.items() if name == "transparency"}
    made = images.flat(cut) if job["as"] in SOLID else _clear(cut)
    made.save(job["target"], FORMATS[job["as"]], quality=QUALITIES[0])
    return {"width": made.width, "height": made.height}


def _smaller(canvas: tuple[int, ...], aspect: tuple[float | None, float | None]) -> tuple[int, int]:
    """The canvas a step smaller, its aspect ratio still within bounds."""
    width, height = (max(1, int(side * SMALLER)) for side in canvas)
    narrowest, widest = aspect
    if narrowest and width / height < narrowest:
        height = max(1, int(width / narrowest))
    elif widest and width / height > widest:
        width = max(1, int(height * widest))
    return width, height


def _on_canvas(made: Image, inner: tuple[int, int], canvas: tuple[int, ...]) -> Image:
    from PIL import Image

    sized = made if made.size == inner else made.resize(inner, Image.Resampling.LANCZOS)
    if inner == canvas:
        return sized
    whole = Image.new("RGB", (canvas[0], canvas[1]), "white")  # only what is solid is padded
    whole.paste(sized, ((canvas[0] - inner[0]) // 2, (canvas[1] - inner[1]) // 2))
    return whole


def _clear(picture: Image) -> Image:
    """In 8 bits a colour, and as clear as it is, with nothing said about it."""
    made = images.eight_bits(picture)
    if made.mode not in ("RGB", "RGBA", "L"):
        made = made.convert("RGBA" if made.mode in ("LA", "PA", "P") or "transparency" in made.info else "RGB")
    made.info = {}
    return made


def moving_picture(job: dict[str, Any]) -> dict[str, Any]:
    """A GIF of all frames of a picture that moves, smaller where it would have too many bytes."""
    from PIL import ImageSequence

    change = job["change"]
    inner, canvas = (change["width"], change["height"]), tuple(change["canvas"])
    with images.opened(job["source"], job["mime"]) as opened:
        while True:
            frames, stays = [], []
            for frame in ImageSequence.Iterator(opened):
                frames.append(_on_canvas(images.flat(frame), inner, canvas))
                stays.append(max(20, int(frame.info.get("duration") or 100)))
            frames[0].save(job["target"], "GIF", save_all=True, append_images=frames[1:], duration=stays, loop=0)
            size, most = os.stat(job["target"]).st_size, change.get("max_bytes")  # noqa: PTH116
            if not most or size <= most:
                return {"width": canvas[0], "height": canvas[1], "size": size}
            if min(inner) * SMALLER < max(*change["least"], 16):
                message = f"The picture cannot be made small enough: it still has {size:,} bytes, and the limit is {most:,}"
                raise InvalidRequest(message, code="media_fit_failed")
            inner = canvas = (int(inner[0] * SMALLER), int(inner[1] * SMALLER))


def film(job: dict[str, Any]) -> dict[str, Any]:
    """The same for a film: H.264 and AAC in an MP4 whose index comes first, on black."""
    import av

    change = job["change"]
    try:
        with video.opened(job["source"]) as source, av.open(job["target"], "w", format="mp4", options={"movflags": "faststart"}) as made:
            _write(source, made, change)
    except av.FFmpegError as error:
        raise InvalidRequest("The video is damaged and cannot be re-encoded", code="media_damaged") from error
    size, most = _filled(job["target"], change.get("min_bytes") or 0), change.get("max_bytes")
    if most and size > most:
        message = f"The video cannot be made small enough: it still has {size:,} bytes, and the limit is {most:,}"
        raise InvalidRequest(message, code="media_fit_failed")
    return {"width": change["canvas"][0], "height": change["canvas"][1], "size": size}


def _filled(path: str, least: int) -> int:
    """The bytes of a film, which has at least so many: if need be by a box behind it that means nothing (ISO/IEC 14496-12, 8.1.2)."""
    size = os.stat(path).st_size  # noqa: PTH116
    if size >= least:
        return size
    left = max(least - size, 8)
    with open(path, "ab") as file:  # noqa: PTH123
        file.write(left.to_bytes(4, "big") + b"free" + bytes(left - 8))
    return size + left


def _write(source: InputContainer, made: OutputContainer, change: dict[str, Any]) -> None:
    moving = video.picture_stream(source)
    if moving is None:
        raise InvalidRequest("The video has no frames", code="media_damaged")
    sound = next(iter(source.streams.audio), None)
    seconds = (source.duration or 0) / 1_000_000
    rate = Fraction(change["frames"]).limit_denominator(1001) if change["frames"] else moving.average_rate or 30
    out = made.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "21"})
    out.width, out.height = change["canvas"]
    out.pix_fmt = "yuv420p"
    if (most := change.get("max_bytes")) and seconds:
        bits = min(max(LEAST_BITS, int(most * 8 * MARGIN / seconds) - SOUND_BITS), MOST_BITS)
        out.options = {"preset": "veryfast", "crf": "21", "maxrate": str(bits), "bufsize": str(bits)}
    out_sound = made.add_stream("aac", rate=48_000, layout="stereo") if sound is not None else None
    graph, heard = None, 0
    for packet in source.demux([s for s in (moving, sound) if s is not None]):
        frame: Any
        for frame in packet.decode():
            if packet.stream is moving:
                if graph is None:
                    graph = _graph(moving, frame, change)
                    _say_colours(out.codec_context, frame)
                graph.push(frame)
                _drain(graph, out, made)
            elif out_sound is not None:
                heard = _timed(frame, heard)
                made.mux(out_sound.encode(frame))
    made.mux(out.encode())
    if out_sound is not None:
        made.mux(out_sound.encode())


def _timed(frame: Any, heard: int) -> int:
    """Give a piece of sound a time of whole samples, behind the one before it: some containers only say it roughly. Its end."""
    said = round(frame.time * frame.sample_rate) if frame.pts is not None else heard
    at = said if said > heard + frame.sample_rate * MOST_DRIFT else heard
    frame.time_base, frame.pts = Fraction(1, frame.sample_rate), at
    return int(at + frame.samples)


def _graph(moving: VideoStream, frame: Any, change: dict[str, Any]) -> Graph:
    """Upright, scaled, padded; the frames keep their times, unless there are to be more or fewer of them."""
    from av.filter import Graph

    graph = Graph()
    turns = {90: (("transpose", "cclock"),), 270: (("transpose", "clock"),), 180: (("hflip", None), ("vflip", None))}
    width, height = change["width"], change["height"]
    steps = [
        *turns.get(frame.rotation % 360, ()),
        *((("fps", f"{change['frames']}"),) if change["frames"] else ()),
        ("scale", f"{width}:{height}:out_range=tv{_usual_colours(frame)}"),
        ("pad", f"{change['canvas'][0]}:{change['canvas'][1]}:(ow-iw)/2:(oh-ih)/2"),
        ("setsar", "1"),
        ("format", "yuv420p"),
    ]
    size = {"width": frame.width, "height": frame.height, "format": frame.format}
    last = graph.add_buffer(template=moving, time_base=moving.time_base or Fraction(1, 1000), **size)
    for name, arguments in (*steps, ("buffersink", None)):
        following = graph.add(name, arguments)
        last.link_to(following)
        last = following
    graph.configure()
    return graph


def _usual_colours(frame: Any) -> str:
    """How a frame of more light or wider colours than every screen shows is mapped to BT.709; else it would look pale."""
    if frame.format.is_rgb:
        return ":out_color_matrix=bt709"
    mapped = ":out_primaries=bt709:out_transfer=bt709:out_color_matrix=bt709:intent=perceptual"
    return mapped if video.is_wide(frame) else ""


def _say_colours(about: Any, frame: Any) -> None:
    """Write into the film which colours it has, for players guess by its size where nothing is said."""
    from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

    about.color_range = ColorRange.MPEG
    if frame.format.is_rgb or video.is_wide(frame):
        about.color_primaries, about.color_trc, about.colorspace = ColorPrimaries.BT709, ColorTrc.BT709, Colorspace.ITU709
    else:
        about.color_primaries, about.color_trc, about.colorspace = frame.color_primaries, frame.color_trc, frame.colorspace


def _drain(graph: Graph, out: Any, made: OutputContainer) -> None:
    import av

    while True:
        try:
            frame: Any = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        frame.pict_type = 0
        made.mux(out.encode(frame))
