"""Opens films and sound in the containers that are listed, with PyAV: what is in them, and one frame to show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from socialclaw.errors import InvalidRequest
from socialclaw.media.decoder.limits import check_pixels

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from PIL.Image import Image

# A playlist or a list of files opens other files, so only containers that hold everything themselves are known here.
CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts"
MIMES = (
    "video/mp4",
    "video/quicktime",
    "video/x-m4v",
    "video/3gpp",
    "video/webm",
    "video/x-matroska",
    "video/x-msvideo",
    "video/mp2t",
    "audio/mp4",
    "audio/x-m4a",
    "audio/webm",
    "audio/x-matroska",
)
MOST_STREAMS = 32
POSTER_AT = 1.0  # seconds
MOST_FRAMES = 120  # decoded in search of that


@contextmanager
def opened(path: str) -> Iterator[InputContainer]:
    """The container. Raises InvalidRequest `media_damaged` where it is none."""
    import av

    options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "none", "enable_drefs": "0"}
    with open(path, "rb") as file:  # noqa: PTH123
        try:
            container = av.open(file, "r", options=options, metadata_errors="ignore")
        except (av.FFmpegError, ValueError, OSError) as error:
            message = "The file begins like a video but cannot be read as one: its index is missing or damaged"
            raise InvalidRequest(message, code="media_damaged") from error
        with container:
            if len(container.streams) > MOST_STREAMS:
                raise InvalidRequest(f"The file has {len(container.streams)} streams; the limit is {MOST_STREAMS}", code="media_too_costly")
            yield container


def picture_stream(container: InputContainer) -> VideoStream | None:
    """The first stream that moves: a cover picture of a piece of music is none."""
    from av.stream import Disposition

    return next((s for s in container.streams.video if not s.disposition & Disposition.attached_pic), None)


def facts(container: InputContainer) -> dict[str, Any]:
    """Kind, seconds, codecs, frames a second and bits a second; without the dimensions, which `shown` tells."""
    film = picture_stream(container)
    sound = next(iter(container.streams.audio), None)
    if film is None and sound is None:
        raise InvalidRequest("The file has the form of a video, but contains neither pictures nor sound", code="media_damaged")
    if film is not None:
        check_pixels(film.codec_context.width, film.codec_context.height)
    rate = (film.average_rate or film.base_rate) if film is not None else None
    return {
        "kind": "video" if film is not None else "audio",
        "duration": _seconds(container, film),
        "video_codec": film.codec_context.codec.canonical_name if film is not None else None,
        "audio_codec": sound.codec_context.codec.canonical_name if sound is not None else None,
        "pixel_format": film.codec_context.pix_fmt if film is not None else None,
        "frame_rate": round(float(rate), 3) if rate and 0 < rate < 1000 else None,
        "bit_rate": container.bit_rate or None,
    }


def _seconds(container: InputContainer, film: VideoStream | None) -> float | None:
    if container.duration and container.duration > 0:
        return round(container.duration / 1_000_000, 3)
    if film is not None and film.duration and film.time_base:
        return round(float(film.duration * film.time_base), 3)
    return None


def poster(container: InputContainer) -> Image:
    """A frame near POSTER_AT, or the last before it, turned as it is shown. Raises InvalidRequest where nothing can be decoded."""
    import av

    film = picture_stream(container)
    assert film is not None
    film.thread_type, film.codec_context.thread_count = "NONE", 1
    last: VideoFrame | None = None
    try:
        for count, frame in enumerate(container.decode(film)):
            last = frame
            if count >= MOST_FRAMES or (frame.time is not None and frame.time >= POSTER_AT):
                break
    except av.FFmpegError as error:
        if last is None:
            raise InvalidRequest("No frame of the video can be decoded: it is damaged", code="media_damaged") from error
    if last is None:
        raise InvalidRequest("The video has no frames: it was cut off", code="media_truncated")
    return _upright(last)


def is_wide(frame: Any) -> bool:
    """Whether a frame has more light, or wider colours, than every screen shows (BT.709)."""
    from av.video.reformatter import ColorPrimaries, ColorTrc

    light = frame.color_trc in (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)
    return light or frame.color_primaries in (ColorPrimaries.BT2020, ColorPrimaries.SMPTE431, ColorPrimaries.SMPTE432)


def _upright(frame: VideoFrame) -> Image:
    from av.video.reformatter import ColorPrimaries, ColorTrc

    usual = {"dst_color_trc": ColorTrc.BT709, "dst_color_primaries": ColorPrimaries.BT709} if is_wide(frame) else {}
    picture: Image = frame.reformat(format="rgb24", **usual).to_image()  # type: ignore[no-untyped-call]
    return picture.rotate(frame.rotation, expand=True) if frame.rotation % 360 else picture
