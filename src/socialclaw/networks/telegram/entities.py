"""Entity parsing, as Telegram does it. Legacy Markdown is left out."""

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
    found = sorted(reader.entities, key=lambda e: (e["offset"], -e["length"]))[:MOST_ENTITIES]
    text = reader.text()
    return text, [_addressed(entity, text) for entity in found]


def _addressed(entity: Entity, text: str) -> Entity:
    """A link without an address leads to what it shows."""
    if entity.get("url", "") is not None:
        return entity
    start, end = entity["offset"], entity["offset"] + entity["length"]
    return {**entity, "url": text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")}
