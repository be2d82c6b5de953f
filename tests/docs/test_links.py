"""What the documents refer to is there: pages, headings, files, settings, commands and operations."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from docs.generate import HOME
from docs.generators import cli as commands

from socialclaw.cli.remote.command import ADDRESSES, KEYS, PROFILES
from socialclaw.secret_files import SUFFIX, names
from socialclaw.settings import Settings

ROOT = HOME.parent
PAGES = sorted([*ROOT.glob("*.md"), *HOME.rglob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|md|json|toml)|[\w-]+\.(?:py|md|toml))`")
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
OPERATION = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/[\w/{}.-]*)")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def anchors(path: Path) -> set[str]:
    """The headings of a page, as links name them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text(path), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def shell_lines(path: Path) -> Iterator[str]:
    for block in BLOCK.findall(text(path)):
        yield from (line.strip() for line in block.replace("\\\n", " ").splitlines())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for target in LINK.findall(text(path)):
        if re.match(r"https?:", target):
            continue
        name, _, heading = target.partition("#")
        found = (path.parent / name).resolve() if name else path
        if not found.exists() or (heading and heading not in anchors(found)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_are_named_exist(path: Path) -> None:
    places = (ROOT, ROOT / "src" / "socialclaw", path.parent, HOME)
    # A page that has named a folder may go on with bare names, and with those of folders in it.
    sources = {"/".join(found.parts[-deep:]) for found in (ROOT / "src").rglob("*.py") for deep in (1, 2)}
    missing = [name for name in NAMED.findall(text(path)) if name not in sources and not any((place / name).exists() for place in places)]
    assert missing == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_settings_that_are_named_exist(path: Path) -> None:
    known = {f"SOCIALCLAW_{name.upper()}" for name in Settings.model_fields} | {"SOCIALCLAW_"}
    known |= {f"{name}{SUFFIX}" for name in names(Settings)}
    known |= {*KEYS, *ADDRESSES, *PROFILES}
    named = {name.partition("__")[0] for name in re.findall(r"SOCIALCLAW_[A-Z0-9_]*", text(path))}
    assert named - known == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_operations_that_are_named_exist(path: Path) -> None:
    served = {
        (method.upper(), re.sub(r"{\w+}", "{}", way))
        for way, found in json.loads(text(HOME / "openapi.json"))["paths"].items()
        for method in found
    }
    named = {(method, re.sub(r"{\w+}", "{}", way)) for method, way in OPERATION.findall(text(path))}
    assert named - served == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_that_are_shown_exist_with_their_options(path: Path) -> None:
    known = dict(commands.commands())
    for line in shell_lines(path):
        if not re.match(r"(\.uv/bin/uv run )?socialclaw ", line):
            continue
        words = shlex.split(line, comments=True)
        words = words[words.index("socialclaw") : words.index("|") if "|" in words else None]
        name = next((" ".join(words[:count]) for count in (3, 2) if " ".join(words[:count]) in known), "")
        assert name, f"there is no command {line!r}"
        options = {option for parameter in known[name].params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= options, line


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_targets_that_are_shown_exist(path: Path) -> None:
    targets = set(re.findall(r"^(\w+):", text(ROOT / "Makefile"), re.MULTILINE))
    shown = {word for line in shell_lines(path) for word in re.findall(r"^make (\w+)", line)}
    assert shown <= targets
