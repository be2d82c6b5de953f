"""Media files."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, StrictInt

from socialclaw.api.dialect import Body, Closed, ClosedBody, Inline, Schema, Time, Uri, known_as, optional
from socialclaw.api.schemas.envelopes import OkResponse
from socialclaw.storage.parts import MOST_PARTS

Kind = Literal["image", "video", "audio", "other"]


class Previews(Schema):
    """Small pictures of a file, by their size; of a video, its poster too."""

    inline: ClassVar[bool] = True

    small: Uri = optional()
    medium: Uri = optional()
    large: Uri = optional()
    poster: Uri = optional()


class ImportProgress(Schema):
    """How far an import is; `nextTryAt` where it had to be put off."""

    received_bytes: StrictInt
    total_bytes: StrictInt | None
    tries: StrictInt
    next_try_at: Time | None


class AssetError(Schema):
    """Why a file has not come, or had to be tried again."""

    code: str
    message: str | None


class Asset(Schema):
    """A media file that we keep. `publicUrl` is what a schedule names, and so is `useAsMediaLink`. Facts that are not known are null.

    `uses`, in the dashboard's list: how many posts show it.
    """

    id: str
    tenant_id: str | None = None
    storage: str | None = None
    object_key: str | None = None
    original_filename: str | None = None
    mime: str
    kind: Kind
    size: StrictInt = optional()
    status: str | None = None
    public_url: Uri | None = None
    use_as_media_link: Uri | None = None
    preview: Previews | None = None
    width: StrictInt | None = None
    height: StrictInt | None = None
    duration: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    frame_rate: float | None = None
    bit_rate: StrictInt | None = None
    pixel_format: str | None = None
    sha256: str | None = None
    alt_text: str | None = None
    created_at: Time | None = None
    delete_after: Time | None = None
    progress: ImportProgress | None = None
    error: AssetError | None = None
    uses: StrictInt = optional()


class AssetUploadRequest(Body):
    """A file in base64. `contentType` is accepted for `mime`."""

    misses: ClassVar = {"content": "contentBase64", "data": "contentBase64", "base64": "contentBase64", "url": "sourceUrl"} | {
        "src": "sourceUrl",
        "expiresat": "deleteAfter",
        "mimetype": "mime",
    }

    filename: str = known_as("filename", listed=["name"], default=...)
    mime: str | None = known_as("mime", silent=["contentType", "content_type"])
    content_base64: str = known_as("contentBase64", listed=["content_base64"], default=...)
    duration: float | None = None
    width: StrictInt | None = None
    height: StrictInt | None = None
    delete_after: Time | None = None


class AssetImportRequest(Body):
    """A file that is fetched from a public URL. Without a name it is named after the end of the URL's path."""

    inline: ClassVar[bool] = True
    misses: ClassVar = {"expiresat": "deleteAfter", "mimetype": "mime"}

    source_url: str = known_as("sourceUrl", listed=["source_url"], default=...)
    filename: str | None = known_as("filename", "name")
    mime: str | None = known_as("mime", silent=["contentType", "content_type"])
    duration: float | None = None
    width: StrictInt | None = None
    height: StrictInt | None = None
    delete_after: Time | None = None


class AssetRegistrationRequest(Body):
    """A file that is in our storage already."""

    object_key: str
    original_filename: str | None = known_as("originalFilename", "filename")
    public_url: str | None = None
    mime: str | None = None
    kind: Kind | None = None
    size: StrictInt | None = None
    status: str | None = None


class CropRequest(Inline):
    """The part of a picture that is to be a file of its own, in pixels from its upper left corner."""

    misses: ClassVar = dict(zip("xywh", ("left", "top", "width", "height"), strict=True))  # x is the name of a network, too

    left: StrictInt
    top: StrictInt
    width: StrictInt
    height: StrictInt


class AssetResponse(Closed):
    """One asset."""

    ok: Literal[True]
    asset: Asset


class AssetsResponse(OkResponse):
    """Some of the assets, and how many there are."""

    total: StrictInt = optional()
    limit: StrictInt = optional()
    offset: StrictInt = optional()
    assets: list[Asset]


class MultipartUploadInitiateRequest(ClosedBody):
    """A file that is going to be sent in parts: its name, its bytes, and its stated type."""

    filename: str = known_as("filename", "name", default=...)
    size: StrictInt
    mime: str | None = None


class ArrivedPart(Schema):
    """A part that has arrived."""

    etag: str = known_as("ETag", default=...)
    number: StrictInt = known_as("PartNumber", default=...)
    size: StrictInt


class Upload(Schema):
    """How the file is cut: all parts have `partSize` bytes, but the last, which has what is left."""

    inline: ClassVar[bool] = True

    upload_id: str = optional()
    part_size: StrictInt = optional()
    total_parts: StrictInt = optional()
    parts: list[ArrivedPart] = optional()
    missing: list[StrictInt] = optional()


class MultipartInitiateResponse(OkResponse):
    """An upload in parts that has begun. `mode` is always `multipart`."""

    mode: str
    max_asset_bytes: StrictInt = optional()
    asset: Asset = optional()
    upload: Upload = optional()


class MultipartPartRequest(ClosedBody):
    """Which part of which upload."""

    upload_id: str
    part_number: StrictInt = Field(ge=1)


class MultipartPartResponse(Closed):
    """Where the part is to be PUT, as its bytes and nothing else; for `expiresIn` seconds."""

    ok: Literal[True]
    asset_id: str
    upload_id: str
    part_number: StrictInt
    url: Uri
    expires_in: StrictInt = optional()


class SentPart(Schema):
    """A part, by its number and the `ETag` that its PUT was answered with."""

    inline: ClassVar[bool] = True

    etag: str = known_as("ETag", silent=["etag", "eTag"])
    number: StrictInt = known_as("PartNumber", silent=["partNumber", "part_number"])


def _few_enough(parts: Any) -> Any:
    """Before each of them is looked at."""
    if isinstance(parts, list) and len(parts) > MOST_PARTS:
        raise ValueError(f"must be at most {MOST_PARTS:,} parts")
    return parts


class MultipartCompleteRequest(Body):
    """Every part that was sent. What is said of the file counts where the file itself does not tell."""

    upload_id: str
    parts: Annotated[list[SentPart], BeforeValidator(_few_enough)]
    duration: float | None = None
    width: StrictInt | None = None
    height: StrictInt | None = None
