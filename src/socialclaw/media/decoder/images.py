"""Opens pictures with Pillow: only formats that are listed, only as many pixels as fit, and what they show upright."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from socialclaw.errors import InvalidRequest
from socialclaw.media.decoder.limits import MOST_PIXELS, check_pixels

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF", "image/avif": "AVIF"}
FORMATS |= {"image/tiff": "TIFF", "image/bmp": "BMP"}
MOVING = ("image/webp", "image/png", "image/gif", "image/avif")  # a JPEG or HEIC may hold several pictures, and shows one
PHONES = ("image/heic", "image/heif")
EIGHT_BITS = ("RGB", "RGBA", "L", "LA", "P", "PA", "1", "RGBX")
SIDE_WAYS = range(5, 9)  # EXIF orientations in which width and height change places
ORIENTATION = 0x0112


@contextmanager
def opened(path: str, mime: str) -> Iterator[Image]:
    """The picture, nothing of it decoded. Raises InvalidRequest where it is none or too large."""
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # Pillow refuses from twice this on; `check_pixels` before that
    if mime in PHONES:
        import pi_heif  # type: ignore[import-untyped]

        pi_heif.register_heif_opener(thumbnails=False)
    try:
        picture = Image.open(path, formats=("HEIF",) if mime in PHONES else (FORMATS[mime],))
    except Image.DecompressionBombError as error:
        raise InvalidRequest(f"The picture is too large: {error}", code="image_too_large", maxPixels=MOST_PIXELS) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise InvalidRequest(f"The picture cannot be read: it begins like {mime}, but what follows is not", code="media_damaged") from error
    with picture:
        check_pixels(*picture.size)
        yield picture


def upright_size(picture: Image) -> tuple[int, int]:
    """Width and height as it is shown, of a JPEG that is not decoded yet."""
    width, height = picture.size
    return (height, width) if picture.getexif().get(ORIENTATION) in SIDE_WAYS else (width, height)


def decoded(picture: Image) -> Image:
    """The first frame, upright. Raises InvalidRequest `media_truncated` or `media_damaged` where data is missing or wrong."""
    from PIL import ImageOps

    try:
        picture.load()
        return ImageOps.exif_transpose(picture)
    except MemoryError:
        raise
    except Exception as error:  # decoders raise whatever they like
        cut = any(word in str(error).lower() for word in ("truncated", "not processed", "end of", "eof", "incomplete"))
        code, what = ("media_truncated", "was cut off") if cut else ("media_damaged", "is damaged")
        raise InvalidRequest(f"The picture {what}: its data cannot be decoded", code=code) from error


def motion(picture: Image, mime: str) -> dict[str, float]:
    """Frames a second of a picture that moves, by how long its first one stays, and its seconds; nothing of one that stands still."""
    if mime not in MOVING or not getattr(picture, "is_animated", False):
        return {}
    rate = round(1000 / max(picture.info.get("duration") or 100, 1), 3)
    return {"frame_rate": rate, "duration": round(getattr(picture, "n_frames", 1) / rate, 3)}


def has_eight_bits(picture: Image) -> bool:
    """Whether each colour has 8 bits, in a mode that everybody reads. Of a picture that is not decoded, which makes 8 bits of 16."""
    return picture.mode in EIGHT_BITS and not any("16" in str(tile[3]) for tile in getattr(picture, "tile", ()))


def is_plain(picture: Image) -> bool:
    """Whether the data alone of a decoded picture, without what is said beside it, shows it as it is meant: upright, one picture, sRGB."""
    one = picture.format != "MPO" and not (picture.format == "TIFF" and getattr(picture, "n_frames", 1) > 1)
    return one and picture.getexif().get(ORIENTATION, 1) == 1 and _is_srgb(picture)


def _is_srgb(picture: Image) -> bool:
    """Colours without a profile are taken for sRGB by everybody; grey ones look alike in all."""
    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA", "P"):
        return True
    try:
        return "srgb" in ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(profile))).lower()
    except (ImageCms.PyCMSError, OSError, ValueError):  # what nobody can read, nobody goes by
        return True


def in_srgb(picture: Image) -> Image:
    """The same colours without a profile. One that cannot be read or does not fit is passed over."""
    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    if not profile or (picture.mode in ("RGB", "RGBA") and _is_srgb(picture)) or picture.mode not in ("RGB", "RGBA", "CMYK"):
        return picture
    try:
        source, target = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
        made = ImageCms.profileToProfile(picture.convert("RGB") if alpha else picture, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    if made is None:
        return picture
    if alpha:
        made.putalpha(alpha)
    return made


def eight_bits(picture: Image) -> Image:
    """The same in 8 bits a colour."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda level: level / 256).convert("L")  # 16 bits of grey


def flat(picture: Image) -> Image:
    """The picture in three colours of 8 bits, on white where it is transparent, with nothing said about it."""
    from PIL import Image

    picture = eight_bits(picture)
    if picture.mode in ("RGBA", "LA", "PA", "P") or "transparency" in picture.info:
        solid = picture.convert("RGBA")
        made = Image.new("RGB", solid.size, "white")
        made.paste(solid, mask=solid.getchannel("A"))
        return made
    made = picture.convert("RGB")
    made.info = {}
    return made


def write_jpeg(picture: Image, target: str, *, quality: int = 92, profile: bytes | None = None) -> None:
    """`profile`: the ICC profile of an RGB picture, without which its colours would change."""
    more = {"icc_profile": profile} if profile else {}
    made = flat(picture)
    made.info = {}
    made.save(target, "JPEG", quality=quality, **more)


def profile_of(picture: Image) -> bytes | None:
    return picture.info.get("icc_profile") if picture.mode in ("RGB", "RGBA") else None
