"""Assets: media files that we keep."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Owned, new_id


class Asset(Owned):
    """A file in storage. `delivery_token` is the unguessable part of its public URL; null once revoked."""

    __tablename__ = "assets"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("asset"))
    storage: Mapped[str] = mapped_column(default="local")
    object_key: Mapped[str] = mapped_column(unique=True)
    filename: Mapped[str]
    mime: Mapped[str]
    kind: Mapped[str]  # "image" | "video" | "audio" | "other"
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    width: Mapped[int | None]
    height: Mapped[int | None]
    duration: Mapped[float | None]  # seconds
    video_codec: Mapped[str | None]  # by FFmpeg's names
    audio_codec: Mapped[str | None]
    frame_rate: Mapped[float | None]  # frames a second
    bit_rate: Mapped[int | None] = mapped_column(BigInteger)  # bits a second
    status: Mapped[str] = mapped_column(default="ready")  # "ready" | "pending_delete"
    delivery_token: Mapped[str | None]
    delete_after: Mapped[datetime | None]
    __table_args__ = (
        Index("assets_of_workspace", "workspace_id", "created_at"),
        Index("assets_to_delete", "delete_after"),
    )
