"""Media files."""

from __future__ import annotations

from typing import Literal

from pydantic import StrictInt

from socialclaw.api.dialect import Closed, Object, Schema, Time, Uri, known_as, optional

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


class AssetUploadRequest(Schema):
    """A file in base64. `contentType` is accepted for `mime`."""

    filename: str = known_as("filename", listed=["name"], default=...)
    mime: str | None = known_as("mime", silent=["contentType", "content_type"])
    content_base64: str = known_as("contentBase64", listed=["content_base64"], default=...)
    duration: float | None = None
    width: StrictInt | None = None
    height: StrictInt | None = None
    delete_after: Time | None = None


class AssetRegistrationRequest(Schema):
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
