"""The commands for media files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from socialclaw.cli.remote.command import Api, remote
from socialclaw.cli.remote.groups import Uploading, group
from socialclaw.cli.remote.shown import Column
from socialclaw.cli.remote.uploading import upload

assets = group("Media files of a workspace.", Uploading)


@assets.command("upload")
@remote
def upload_file(api: Api, file: Annotated[Path, typer.Option("--file", "-f", help="The file.")]) -> None:
    """Upload a file. A large one goes in parts."""
    answer = upload(api, file)
    asset: Any = answer["asset"]
    told = [("Asset", asset["id"]), ("Kind", asset.get("kind")), ("Bytes", asset.get("size")), ("Storage", asset.get("storage"))]
    api.facts(answer, [*told, ("URL", asset.get("publicUrl")), ("As media_link", asset.get("useAsMediaLink"))], id=asset["id"])


@assets.command("list")
@remote
def list_assets(
    api: Api,
    kind: Annotated[str | None, typer.Option("--kind", help="image or video.")] = None,
    limit: Annotated[str | None, typer.Option("--limit", help="How many at most.", metavar="NUMBER")] = None,
) -> None:
    """List files, the newest first."""
    answer = api.client.assets(kind=kind, limit=limit)
    columns = (
        Column("Asset", "id"),
        Column("Kind", "kind"),
        Column("Status", "status"),
        Column("Bytes", "size"),
        Column("File", "originalFilename"),
        Column("Uploaded", "createdAt", when=True),
        Column("URL", "publicUrl"),
    )
    api.table(answer, answer["assets"], columns, none="No files.")


@assets.command("delete")
@remote
def delete(
    api: Api,
    asset_id: Annotated[str, typer.Option("--asset-id", help="The file's id.")],
    retention_days: Annotated[float, typer.Option("--retention-days", help="For so many days its URL still works.")] = 7,
) -> None:
    """Delete a file, some days from now."""
    answer = api.client.delete_asset(asset_id, retention_days=int(retention_days) if retention_days.is_integer() else retention_days)
    api.sentence(answer, f"File {asset_id} is deleted for good on {answer['asset'].get('deleteAfter')}.", id=asset_id)
