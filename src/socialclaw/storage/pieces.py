"""Uploads in parts on a disk: a folder for each, with a file for each part that is named by its number and what is in it."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from socialclaw.errors import NotFound
from socialclaw.storage.parts import Part, unknown_upload

BUFFER = 1024 * 1024
NOTE = "upload.json"


class Uploads:
    """The uploads below `root`. What is half done is in `work`, on the same disk, and is swept from there if nobody ends it."""

    def __init__(self, root: Path, work: Path) -> None:
        self._root = root
        self._work = work

    def begin(self, key: str) -> str:
        upload_id = secrets.token_hex(20)
        draft = self._work / f"begun-{upload_id}"
        draft.mkdir(parents=True)
        (draft / NOTE).write_text(json.dumps({"key": key}))
        self._root.mkdir(parents=True, exist_ok=True)
        draft.rename(self._root / upload_id)
        return upload_id

    def find(self, upload_id: str, key: str | None = None) -> Path:
        """The upload's folder. Raises NotFound `multipart_upload_not_found`, also where it is not one of this key."""
        folder = self._root / upload_id if re.fullmatch(r"[0-9a-f]{40}", upload_id) else None
        if folder is None or (found := _key(folder)) is None or key not in (None, found):
            raise unknown_upload()
        return folder

    def keep(self, upload_id: str, number: int, path: Path, etag: str) -> None:
        """A file's name tells its content, so what is read under a name is never another part that came meanwhile."""
        folder = self.find(upload_id)
        kept = folder / f"{number:05}-{etag}"
        try:
            path.rename(kept)
        except FileNotFoundError:
            raise unknown_upload() from None
        os.utime(kept)
        for other in folder.glob(f"{number:05}-*"):
            if other.name != kept.name:
                other.unlink(missing_ok=True)

    def parts(self, upload_id: str, key: str) -> list[Part]:
        """By number; of two files of one number, where a crash left both, the later."""
        folder, found = self.find(upload_id, key), dict[int, tuple[int, Part]]()
        with suppress(FileNotFoundError):
            for path in folder.iterdir():
                with suppress(FileNotFoundError):
                    number, dash, etag = path.name.partition("-")
                    state = path.stat()
                    if dash and found.get(int(number), (0,))[0] <= state.st_mtime_ns:
                        found[int(number)] = state.st_mtime_ns, Part(int(number), state.st_size, etag)
        self.find(upload_id, key)  # else somebody has ended it meanwhile, and these are not all of its parts
        return [part for _, (_, part) in sorted(found.items())]

    @contextmanager
    def joined(self, upload_id: str, parts: Sequence[Part]) -> Iterator[Path]:
        """The parts as one file, on the disk; gone at the end unless it was moved. Raises FileNotFoundError where a part is gone."""
        self._work.mkdir(parents=True, exist_ok=True)
        whole = self._work / f"whole-{secrets.token_hex(12)}"
        try:
            with whole.open("xb") as target:
                for part in parts:
                    with (self._root / upload_id / f"{part.number:05}-{part.etag}").open("rb") as source:
                        shutil.copyfileobj(source, target, BUFFER)
                target.flush()
                os.fsync(target.fileno())
            yield whole
        finally:
            whole.unlink(missing_ok=True)

    def drop(self, upload_id: str, key: str) -> None:
        """Out of the way first, whole: a part that arrives meanwhile finds no upload, and no half of one is left by a crash."""
        away = self._work / f"dropped-{secrets.token_hex(12)}"
        self._work.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError, NotFound):
            self.find(upload_id, key).rename(away)
        shutil.rmtree(away, ignore_errors=True)

    def older(self, than: datetime) -> list[tuple[str, str]]:
        """(key, id) of uploads that began before."""
        found = []
        for folder in self._root.iterdir() if self._root.is_dir() else ():
            with suppress(FileNotFoundError):
                begun = datetime.fromtimestamp((folder / NOTE).stat().st_mtime, UTC)
                if begun < than and (key := _key(folder)) is not None:
                    found.append((key, folder.name))
        return found


def _key(folder: Path) -> str | None:
    try:
        key: str = json.loads((folder / NOTE).read_text())["key"]
    except (FileNotFoundError, NotADirectoryError):
        return None
    return key
