"""Part of the simulator: entity parsing. Legacy Markdown is not simulated."""

from __future__ import annotations

from socialclaw.networks.telegram import html_mode, markdown_mode
from socialclaw.networks.telegram.markup import Entity, Reader

MODES = {"html": html_mode.read, "markdownv2": markdown_mode.read}
MOST_ENTITIES = 100


def parse(text: str, mode: str) -> tuple[str, list[Entity]]:
    """The text people see, and its entities (offsets in UTF-16 code units). `mode` in any case; empty means none. Raises BadMarkup."""
    if not mode:
        return text, []
    reader = MODES[mode.lower()](Reader(text))
    found = sorted(reader.entities, key=lambda e: (e["offset"], -e["length"]))
    return reader.text(), found[:MOST_ENTITIES]
