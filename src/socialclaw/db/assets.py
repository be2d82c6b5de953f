"""Assets: media files that we keep, and how those arrive that are not handed in whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Owned, new_id

SHOWN = ("ready", "pending_delete")  # statuses of an asset whose file is to be had


class Asset(Owned):
    """A file in storage. `delivery_token` is the unguessable part of its public URL; null once revoked.

    Files of one content in one workspace are one object: several rows name it then, and it goes with the last (`media/ingest.py`).
    While a file is on its way, its size may be 0 and its sha256 empty.
    """

    __tablename__ = "assets"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("asset"))
    storage: Mapped[str] = mapped_column(default="local")
    object_key: Mapped[str] = mapped_column(index=True)
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
    pixel_format: Mapped[str | None]  # of a film, by FFmpeg's names
    plain: Mapped[bool | None]  # of a picture: see `media/sniff.py`
    status: Mapped[str] = mapped_column(default="ready")  # see `media/assets.py`
    alt_text: Mapped[str | None]  # what is to be seen, for posts that show it and do not say
    delivery_token: Mapped[str | None]
    delete_after: Mapped[datetime | None]
    __table_args__ = (
        Index("assets_of_workspace", "workspace_id", "created_at"),
        Index("assets_of_content", "workspace_id", "sha256"),
        Index("assets_to_delete", "delete_after"),
    )


class Arrival(Owned):
    """How an asset arrives: in parts (`upload_id`, the storage's), or from a URL. Its id is the asset's.

    `claims` are what its sender said of the file. `tries` counts who has worked on an import, and is their fence; `next_at` is when an
    import is worked on next, by the machine's clock: null where there is nothing to do.
    """

    __tablename__ = "arrivals"
    id: Mapped[str] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"), primary_key=True)
    upload_id: Mapped[str | None]
    part_size: Mapped[int | None] = mapped_column(BigInteger)  # bytes
    source_url: Mapped[str | None]  # until it has arrived or failed
    claims: Mapped[dict[str, Any]] = mapped_column(default=dict)
    received: Mapped[int] = mapped_column(BigInteger, default=0)  # bytes of an import
    total: Mapped[int | None] = mapped_column(BigInteger)  # bytes that its server announced
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    error_code: Mapped[str | None]
    error: Mapped[str | None]
