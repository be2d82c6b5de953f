"""How the dashboard is built: once, apart, and never in the way of the API."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

WEB = Path(__file__).parents[2] / "web"


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The build, of a small dashboard, with the steps that take long written down in place of being done."""
    spec = importlib.util.spec_from_file_location("web_build", WEB / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (web / "package-lock.json").write_text("{}")
    (web / "src" / "main.tsx").write_text("begin()")
    (web / "src" / "schema.gen.ts").write_text("made by the build")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "openapi.json").write_text("{}")
    (tmp_path / "tlds.txt").write_text("org")
    built = tmp_path / "_web"
    places = {
        "WEB": web,
        "DESCRIPTION": tmp_path / "docs" / "openapi.json",
        "TLDS": tmp_path / "tlds.txt",
        "BUILT": built,
        "STAMP": built / "stamp",
    }
    for name, place in (places | {"NODE_HOME": web / ".node", "MODULES": web / "node_modules"}).items():
        monkeypatch.setattr(module, name, place)
    monkeypatch.setattr(module, "pip", lambda: ["pip"])
    monkeypatch.setattr(module, "package", lambda: web / ".node")
    module.done = []  # type: ignore[attr-defined]

    def step(what: str, command: list[str], **variables: str) -> None:
        module.done.append(what)
        for folder in (web / "node_modules", *map(Path, variables.values())):
            folder.mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(module, "step", step)
    return module


def test_what_is_built_is_built_once_until_one_of_its_sources_changes(build: ModuleType) -> None:
    for changed in ("web/src/main.tsx", "docs/openapi.json", "tlds.txt", "web/package-lock.json"):
        (build.WEB.parent / changed).write_text("{ }")
        assert not build.is_built()
        build.done.clear()
        build.build()
        assert build.is_built()
        assert "types, checks and bundle" in build.done
        build.done.clear()
        build.build()
        assert build.done == [], "nothing has changed"


def test_what_the_build_makes_itself_is_no_source(build: ModuleType) -> None:
    build.build()
    (build.WEB / "src" / "schema.gen.ts").write_text("made anew")
    (build.WEB / "node_modules" / "react.js").write_text("fetched")
    assert build.is_built()


def test_a_build_that_fails_leaves_what_was_built_before_and_is_said_loudly(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    build.build()
    (build.WEB / "src" / "main.tsx").write_text("begin(")

    def fails(what: str, command: list[str], **variables: str) -> None:
        raise build.NotBuilt("libraries (npm ci): exit status 1\nno network")

    monkeypatch.setattr(build, "step", fails)
    for arguments, status in ((["build.py", "--or-go-on"], 0), (["build.py"], 1)):
        monkeypatch.setattr(sys, "argv", arguments)
        assert build.main() == status
        said = capsys.readouterr().err
        assert "THE DASHBOARD IS NOT BUILT" in said
        assert "no network" in said
        assert build.LATER in said
    assert build.STAMP.exists(), "the former one is served on"
    assert not build.is_built()
