"""The storages that the settings name."""

from __future__ import annotations

import httpx2

from socialclaw.settings import Settings
from socialclaw.storage.base import Storage
from socialclaw.storage.folder import Folder
from socialclaw.storage.s3 import S3
from socialclaw.vault import Vault


def storages(settings: Settings, vault: Vault, client: httpx2.AsyncClient) -> dict[str, Storage]:
    """By name: the folder, and the bucket where one is set up, whichever of the two new files go to."""
    found: list[Storage] = [Folder(settings, vault)]
    if not settings.s3.missing:
        found.append(S3(settings.s3, client))
    return {storage.name: storage for storage in found}
