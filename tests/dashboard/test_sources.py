"""What keeps the dashboard's sources in order: read off the files themselves."""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "web" / "src"
FILES = sorted(path for path in SOURCE.rglob("*") if path.suffix in (".ts", ".tsx", ".css") and ".gen." not in path.name)
MOST_LINES = 300
SHARED = {"api", "lib", "ui", "app", "post", "upload"}  # what every screen may use
HAVE_COLOURS = {
    "app/WorkspaceSwitcher.module.css",
    "app/WorkspaceSwitcher.tsx",
    "post/skins.module.css",
    "ui/Glyph.tsx",
    "ui/marks.ts",
    "ui/tokens.css",
}


def name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def test_there_is_something_to_look_at() -> None:
    assert len(FILES) > 50


def test_no_file_is_long() -> None:
    assert [name(path) for path in FILES if len(path.read_text().splitlines()) > MOST_LINES] == []


def test_colours_are_tokens() -> None:
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b")
    assert [name(path) for path in FILES if name(path) not in HAVE_COLOURS and colour.search(path.read_text())] == []


def test_no_screen_imports_another() -> None:
    found = []
    for path in FILES:
        own = path.relative_to(SOURCE).parts[0]
        if own in SHARED - {"post", "api", "lib", "ui"} or path.parent == SOURCE:
            continue
        imported = re.findall(r"from '(\.\./[^']+)'", path.read_text())
        used = {(path.parent / one).resolve().relative_to(SOURCE).parts[0] for one in imported}
        found += [f"{name(path)} imports {other}" for other in sorted(used - SHARED - {own})]
    assert found == []


def test_nothing_is_written_into_the_page_as_html_or_style() -> None:
    forbidden = re.compile(r"dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|<style|eval\(|new Function")
    assert [name(path) for path in FILES if forbidden.search(path.read_text())] == []
