"""Uploading a local file: in one piece where it is small, else in parts with a word on how far it is."""

from __future__ import annotations

import mimetypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from socialclaw.cli.remote.command import Api, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

LARGE = 8 * 1024 * 1024  # bytes; more go in parts
TRIES, PART_SECONDS = 3, 600.0  # of a part, and for its answer
UPLOADS = "/v1/assets/uploads"
MORE_TYPES = {".webp": "image/webp", ".m4v": "video/x-m4v", ".heic": "image/heic", ".mov": "video/quicktime", ".webm": "video/webm"}


def mime_of(name: str) -> str:
    """What a file says that it is by its name; what is no media is only bytes."""
    guessed = MORE_TYPES.get(Path(name).suffix.lower()) or mimetypes.guess_type(name)[0] or ""
    return guessed if guessed.startswith(("image/", "video/", "audio/")) else "application/octet-stream"


def upload(api: Api, path: Path) -> Any:
    """The answer with the asset. Refused for what is no file."""
    if not path.is_file():
        raise Refused(f"{path} is no file")
    size = path.stat().st_size
    if size <= LARGE:
        return api.client.upload(path.name, path.read_bytes(), mime_of(path.name))
    return _in_parts(api, path, size)


def _in_parts(api: Api, path: Path, size: int) -> Any:
    client = api.client
    begun = client.call("POST", UPLOADS, json={"filename": path.name, "size": size, "mime": mime_of(path.name)})
    place = f"{UPLOADS}/{quote(begun['asset']['id'], safe='')}"
    upload = client.call("GET", place)["upload"]
    with path.open("rb") as file, _progress(path.name, size) as advance:
        for number in upload["missing"]:
            file.seek((number - 1) * upload["partSize"])
            content = file.read(upload["partSize"])
            signed = client.call("POST", f"{place}/part", json={"uploadId": upload["uploadId"], "partNumber": number})
            _put(client, signed["url"], content)
            advance(len(content))
    arrived = client.call("GET", place)["upload"]
    parts = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in arrived["parts"]]
    return client.call("POST", f"{place}/complete", json={"uploadId": arrived["uploadId"], "parts": parts})


def _put(client: Any, url: str, content: bytes) -> None:
    """A part, to the URL that is signed for it: sent again it counts once, so it may be."""
    from socialclaw.sdk import wire

    why = ""
    for _ in range(TRIES):
        try:
            response = client.http.put(url, content=content, headers={"content-type": "application/octet-stream"}, timeout=PART_SECONDS)
        except wire.NO_ANSWER as error:
            why = str(error) or type(error).__name__
            continue
        if response.is_success:
            return
        why = f"{response.status_code} {response.text[:200]}"
    raise Refused(f"A part of the file was not taken: {why}")


@contextmanager
def _progress(name: str, size: int) -> Iterator[Callable[[int], None]]:
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as shown:
        task = shown.add_task(name, total=size)
        yield lambda number: shown.advance(task, number)
