"""Reading a schedule, whatever kind of file it is in."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from socialclaw.cli.remote.command import Refused
from socialclaw.cli.remote.files.document import Document, Spot

STDIN = "-"


def load(given: str) -> Document:
    """The schedule in a file, a folder or standard input; Refused, with the place, for what is none."""
    if given == STDIN:
        return _text(sys.stdin.buffer.read(), "standard input", Path.cwd(), "")
    path = Path(given)
    if path.is_dir():
        from socialclaw.cli.remote.files import markdown

        return markdown.read(path)
    suffix = path.suffix.lower()
    if suffix == ".md":
        raise Refused(f"{given} is Markdown: name the folder that it is in, with -f {path.parent}")
    if suffix in (".csv", ".tsv", ".xlsx"):
        from socialclaw.cli.remote.files import tables

        return tables.read(path)
    return _text(path.read_bytes(), given, path.parent, suffix)


def _text(content: bytes, name: str, folder: Path, suffix: str) -> Document:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{name}:{content.count(10, 0, error.start) + 1}: This is not in UTF-8") from None
    if suffix == ".json" or (not suffix and text.lstrip()[:1] in ("{", "[")):
        return Document(_object(_json(text, name), name), folder, _Later(text, name))
    from socialclaw.cli.remote.files import marked

    found = marked.read(text, name)
    return Document(_object(found.value, name), folder, found.spot)


class _Later:
    """The places in a file of JSON, looked for once somebody asks: most files are right."""

    def __init__(self, text: str, name: str) -> None:
        self._text, self._name = text, name
        self._spot: Callable[[str], Spot] | None = None

    def __call__(self, path: str) -> Spot:
        from socialclaw.cli.remote.files import marked

        if self._spot is None:
            try:
                self._spot = marked.read(self._text, self._name).spot
            except Refused:  # JSON that is no YAML: with tabs before a line
                self._spot = lambda _: (self._name, None, None)
        return self._spot(path)


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Refused(f"{name}:{error.lineno}:{error.colno}: This is no JSON: {error.msg}") from None
    except RecursionError:
        raise Refused(f"{name}: This is no schedule: it is nested too deeply") from None


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Refused(f"{name}: A schedule is an object with posts or campaigns")
    return dict(value)
