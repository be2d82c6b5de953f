"""Media files."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, StrictInt

from socialclaw.api.dialect import Body, Closed, ClosedBody, Object, Schema, Time, Uri, known_as, optional
from socialclaw.storage.parts import MOST_PARTS

Kind = Literal["image", "video", "audio", "other"]


class Asset(Schema):
    """A media file that we keep. `publicUrl` is what a schedule names."""

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
    preview: Object | None = None
    created_at: Time | None = None


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
    """A file that is fetched from a public URL. Without a name it is called as the path of the URL ends."""

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


class AssetResponse(Closed):
    """One asset."""

    ok: Literal[True]
    asset: Asset


class AssetsResponse(Schema):
    """Some of the assets, and how many there are."""

    ok: Literal[True]
    total: StrictInt = optional()
    limit: StrictInt = optional()
    offset: StrictInt = optional()
    assets: list[Asset]


class MultipartUploadInitiateRequest(ClosedBody):
    """A file that is going to be sent in parts: its name, its bytes, and the type that it is said to have."""

    filename: str = known_as("filename", "name", default=...)
    size: StrictInt
    mime: str | None = None


class Upload(Schema):
    """How the file is cut: all parts have `partSize` bytes, but the last, which has what is left."""

    inline: ClassVar[bool] = True

    upload_id: str = optional()
    part_size: StrictInt = optional()
    total_parts: StrictInt = optional()


class MultipartInitiateResponse(Schema):
    """An upload in parts that has begun. `mode` is always `multipart`."""

    ok: Literal[True]
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
