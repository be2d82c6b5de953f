"""Tools for files."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from socialclaw.errors import InvalidRequest
from socialclaw.mcp.answers import quoted, there
from socialclaw.mcp.entry import TEXT, Answer, Asking, Tool, one_of, up_to
from socialclaw.mcp.reach import get, only, page, paged, plain, send

WAYS = ("sourceUrl", "contentBase64", "filePath")
LARGEST = 512 * 1024 * 1024  # bytes of a file that is read here
SHOWN = ("id", "filename", "originalFilename", "mime", "kind", "size", "width", "height", "duration", "status", "publicUrl")


async def upload_asset(asking: Asking, given: Mapping[str, str]) -> Answer:
    ways = [way for way in WAYS if given.get(way)]
    if len(ways) != 1:
        known = " or ".join(WAYS if asking.root else WAYS[:2])
        raise InvalidRequest(f"Give the file by one way: {known}", code="asset_content_invalid", path=ways[0] if ways else "sourceUrl")
    if "sourceUrl" in ways:
        found = await send(asking, "/v1/assets/upload", body=only(given, "sourceUrl", "filename"))
    else:
        name, content = _file(given, asking.root) if "filePath" in ways else _decoded(given)
        mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
        found = plain(await asking.api.upload(name, content, mime))
    return {**_asset(found["asset"]), "say": "Put publicUrl into the assets of a post."}


def _decoded(given: Mapping[str, str]) -> tuple[str, bytes]:
    if not given.get("filename"):
        raise InvalidRequest("filename is required beside contentBase64", code="asset_filename_required", path="filename")
    try:
        return given["filename"], base64.b64decode(given["contentBase64"], validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest("contentBase64 must be base64", code="field_invalid", path="contentBase64") from None


def _file(given: Mapping[str, str], root: Path | None) -> tuple[str, bytes]:
    """A file below the root, wherever links may lead."""
    if root is None:
        raise InvalidRequest("filePath is for a server on your own machine (`socialclaw mcp`)", code="field_unknown", path="filePath")
    found = (root / given["filePath"]).resolve()
    if not found.is_relative_to(root.resolve()):
        raise InvalidRequest(
            f"filePath must lie below {root}; start `socialclaw mcp` with another --root", code="field_invalid", path="filePath"
        )
    try:
        if found.stat().st_size > LARGEST:
            raise InvalidRequest(f"The file is larger than {LARGEST} bytes", code="field_invalid", path="filePath")
        return given.get("filename") or found.name, found.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"filePath cannot be read: {error.strerror}", code="field_invalid", path="filePath") from None


def _asset(row: Mapping[str, Any]) -> dict[str, Any]:
    return there(**{("assetId" if name == "id" else name): row.get(name) for name in SHOWN}, error=quoted(row.get("error")))


async def list_assets(asking: Asking, given: Mapping[str, Any]) -> Answer:
    where = page(given, 24)
    found = await get(asking, "/v1/assets", **only(given, "kind", "query"), **where)
    return {"assets": [_asset(one) for one in found["assets"]], **paged(found["assets"], found["total"], where["offset"])}


async def get_asset(asking: Asking, given: Mapping[str, Any]) -> Answer:
    return _asset((await get(asking, "/v1/assets/{}", given["assetId"], wait=given.get("waitSeconds") or None))["asset"])


UPLOAD = Tool(
    "upload_asset",
    "Upload a file",
    "WIO",
    "POST /v1/assets/upload",
    "media",
    "Keep a picture or video: from a public sourceUrl, or contentBase64 with its filename. Answers assetId and the publicUrl for posts.",
    upload_asset,
    {"filename": TEXT, "sourceUrl": TEXT, "contentBase64": TEXT},
    local={"filePath": TEXT},
    usual=True,
)
TOOLS = (
    Tool(
        "list_assets",
        "List files",
        "R",
        "GET /v1/assets",
        "read",
        "The workspace's files, newest first; nextCursor leads on.",
        list_assets,
        {"kind": one_of("image", "video", "audio", "other"), "query": TEXT, "limit": up_to(48, 24), "cursor": TEXT},
    ),
    Tool(
        "get_asset",
        "Look at a file",
        "R",
        "GET /v1/assets/{assetId}",
        "read",
        "One file; while it is fetched from a URL its status is uploading, and waitSeconds waits for what comes of it.",
        get_asset,
        {"assetId": TEXT, "waitSeconds": {"type": "integer", "minimum": 0, "maximum": 50}},
        ("assetId",),
    ),
)
