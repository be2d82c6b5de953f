"""The generated pages: they are what the code says now, and they leave nothing out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from docs.generate import HOME, PAGES, main, stale
from docs.generators import cli as commands
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.testing import CliRunner

from socialclaw.accounts.developer_apps import app_of
from socialclaw.cli import API, COMMANDS, app
from socialclaw.errors import NotReady
from socialclaw.networks import providers
from socialclaw.providers.base import Provider
from socialclaw.providers.connect import OAuth2
from socialclaw.settings import Settings


def page(name: str) -> str:
    return (HOME / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    assert page(name) == PAGES[name](), f"docs/{name} is stale: run `make docs`"


def test_check_fails_and_names_the_page_that_is_stale(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in PAGES:
        shutil.copy(HOME / name, tmp_path / name)
        monkeypatch.setitem(PAGES, name, partial(page, name))  # what the code says, as the test above has found
    assert stale(tmp_path) == []
    (tmp_path / "settings.md").write_text("old")
    (tmp_path / "cli.md").unlink()
    assert stale(tmp_path) == ["settings.md", "cli.md"]
    monkeypatch.setattr("docs.generate.stale", lambda: stale(tmp_path))
    assert main(["--check"]) == 1
    lines = [f"docs/{name} is stale: run `make docs` and commit it" for name in ("settings.md", "cli.md")]
    assert capsys.readouterr().err.splitlines() == lines


def test_the_pages_are_the_same_in_another_environment(tmp_path: Path) -> None:
    """Another order of sets, other settings, another folder that the process may write to."""
    other = {"PYTHONHASHSEED": "77", "SOCIALCLAW_PORT": "9", "SOCIALCLAW_MAX_BODY_BYTES": "2048", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "docs.generate", "--check"]
    done = subprocess.run(command, cwd=HOME.parent, env={**os.environ, **other}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_setting_is_documented() -> None:
    written = page("settings.md")
    for named, field in variables(Settings, "SOCIALCLAW_"):
        assert f"| `{named}` |" in written or f"| `{named}__<NETWORK>__" in written
        assert str(field.description).rstrip(".") in written or named == "SOCIALCLAW_APPS"


def variables(group: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    """Every variable of a group of settings, and of the groups in it."""
    for name, field in group.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from variables(inner, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}", field


@pytest.mark.parametrize("name", [name for name, _ in commands.commands()])
def test_every_command_is_documented_with_each_option_that_its_help_shows(name: str) -> None:
    section = page("cli.md").split(f"\n## {name}\n")[1].split("\n## ")[0]
    told = CliRunner().invoke(app, [*name.split()[1:], "--help"], env={"COLUMNS": "300", "NO_COLOR": "1", "TERM": "dumb"}).output
    shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", told)) - {"--help"}
    assert shown or name == "socialclaw", told
    told_once = page("cli.md").split(f"\n## {API}\n")[1].split("\n* ")[0] if COMMANDS[name.split()[1]].panel == API else ""
    missing = {option for option in shown if option not in section and option not in told_once}
    assert not missing


def test_every_provider_is_documented_with_its_limits_and_settings() -> None:
    written = page("providers.md")
    for provider in providers().values():
        section = written.split(f"\n## {provider.key}\n")[1].split("\n## ")[0]
        words = [t.name for t in provider.targets] + [s.id for t in provider.targets for s in t.settings] + [*provider.limitations]
        words += [action.id for action in provider.actions] + [*getattr(provider.connect, "scopes", ())]
        assert not [word for word in words if word not in section]
        assert ("offers no way to look" in section) is not hasattr(provider.adapter, "find")


@pytest.mark.parametrize("provider", [p for p in providers().values() if isinstance(p.connect, OAuth2)], ids=lambda p: p.key)
def test_the_app_that_the_page_names_is_the_one_that_the_server_asks_for(provider: Provider) -> None:
    section = page("providers.md").split(f"\n## {provider.key}\n")[1].split("\n## ")[0]
    with pytest.raises(NotReady) as missing:
        app_of(Settings(apps={}), provider, test=False)
    for variable in missing.value.details["settings"]:
        assert f"`{variable}`" in section
        assert f"`{variable}`" in page("settings.md")
