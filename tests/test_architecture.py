"""What keeps the walls where they are: read off the source itself, so that a new file is held to it by being there."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from socialclaw.networks import providers

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "socialclaw"
WRITTEN = SOURCE / "sdk" / "types.py"  # by `make sdk`, from the OpenAPI document: nobody reads it from end to end
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path != WRITTEN)
TESTS = sorted(Path(__file__).parent.rglob("*.py"))
MOST_LINES = 300
VAGUE = re.compile(r"_*(utils?|helpers?|commons?|misc|managers?|services?|stuff|shared|lib|tools?|things?)_*")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")

# The only places that make a client: the way out, our own API seen from outside, and the sandbox that fetches from our own server.
CLIENTS = ("cli/remote/listen.py", "outbound.py", "sdk/aio/calls.py", "sdk/sync/calls.py", "system.py")
OTHER_CLIENTS = ("requests", "aiohttp", "httpx", "urllib.request", "http.client", "urllib3", "websockets")


# Provider keys that are ordinary words of the wire too: the further facts of an account are its `meta`.
AMBIGUOUS = {"meta"}

# Frozen history: a migration writes down what the networks' folders said when it was made, since those go on.
MIGRATIONS_NAMING_NETWORKS = {"0007_ownership.py"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def places(path: Path, nodes: Iterator[ast.AST]) -> list[str]:
    return [f"{name(path)}:{getattr(node, 'lineno', 0)}" for node in nodes]


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an expression that is nothing else."""
    match node:
        case ast.Name(id=word):
            return word
        case ast.Attribute(value=value, attr=word):
            return f"{dotted(value)}.{word}"
    return "?"


def imported(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """Every module that a file imports, and every name it takes from one, dotted."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, node) for alias in names)
            case ast.ImportFrom(module=module, names=names):
                yield from ((f"{module}.{alias.name}", node) for alias in names)


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 50
    assert providers()


def literals(path: Path) -> Iterator[ast.Constant]:
    """Strings that stand by themselves; the pieces of a formatted one are only punctuation."""
    pieces = {id(piece) for node in ast.walk(tree(path)) if isinstance(node, ast.JoinedStr) for piece in node.values}
    yield from (n for n in ast.walk(tree(path)) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in pieces)


def test_a_network_is_named_in_its_own_folder_only() -> None:
    keys = set(providers()) - AMBIGUOUS
    frozen = {SOURCE / "db" / "migrations" / "versions" / name for name in MIGRATIONS_NAMING_NETWORKS}
    outside = [path for path in MODULES if SOURCE / "networks" not in path.parents]
    found = {path: named for path in outside if (named := places(path, (n for n in literals(path) if n.value in keys)))}
    assert found.keys() >= frozen, "an exception that is none any more is taken out"
    assert [place for path in found.keys() - frozen for place in found[path]] == [], "a fact about one network belongs into its folder"


def test_a_simulator_shares_with_its_adapter_only_what_knows_no_wire() -> None:
    """import-linter holds `adapter` and `sandbox` apart; this holds for the parts that either is split into, whatever their names."""
    shared = []
    for folder in sorted(path.parent for path in (SOURCE / "networks").glob("*/__init__.py")):
        simulated = reached(folder, [*simulated_parts(folder)])
        spoken = reached(folder, [folder / "__init__.py"], but=simulated_parts(folder))
        for path in sorted(simulated & spoken):
            words = {word for word, _ in imported(path)}
            wire = {word for word in words if word.startswith(("httpx2", "socialclaw.providers.wire", "socialclaw.errors"))}
            shared += [f"{name(path)} ({word})" for word in sorted(wire)]
    assert shared == [], "a simulator must not read or speak the network's language by the adapter's own code"


def simulated_parts(folder: Path) -> set[Path]:
    return set(folder.glob("sandbox/**/*.py"))


def reached(folder: Path, start: list[Path], but: set[Path] | None = None) -> set[Path]:
    """The modules of a network's folder that these import, directly or not; `but` are not entered."""
    found, rest = set[Path](), list(start)
    prefix = f"socialclaw.networks.{folder.name}."
    while rest:
        path = rest.pop()
        if path in found or (but and path in but):
            continue
        found.add(path)
        words = [word.removeprefix(prefix).split(".") for word, _ in imported(path) if word.startswith(prefix)]
        parts = {folder.joinpath(*word[:deep]).with_suffix(".py") for word in words for deep in (1, 2)}
        rest += [part for part in sorted(parts) if part.exists()]
    return found


def test_the_environment_is_read_by_the_settings_only() -> None:
    found = []
    for path in MODULES:
        if path == SOURCE / "settings.py":
            continue
        read = (n for n in ast.walk(tree(path)) if isinstance(n, ast.Attribute) and dotted(n) in ("os.environ", "os.getenv", "os.environb"))
        taken = (node for word, node in imported(path) if word in ("os.environ", "os.getenv", "os.environb"))
        found += [*places(path, read), *places(path, taken)]
    assert found == []


def test_http_leaves_through_the_one_way_out() -> None:
    made = re.compile(r"httpx2\.(Async)?Client|httpx2\.(get|post|put|patch|delete|request|stream)|httpcore2\.(Async)?ConnectionPool")
    found = []
    for path in MODULES:
        if str(path.relative_to(SOURCE)) in CLIENTS:
            continue
        calls = (n for n in ast.walk(tree(path)) if isinstance(n, ast.Call) and made.fullmatch(dotted(n.func)))
        others = (node for word, node in imported(path) if word in OTHER_CLIENTS or word.startswith(tuple(f"{o}." for o in OTHER_CLIENTS)))
        named = (node for word, node in imported(path) if made.fullmatch(word))
        found += [*places(path, calls), *places(path, others), *places(path, named)]
    assert found == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree(path)), "a module opens with a sentence that says what it is for"


def test_no_module_is_too_long() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}, "split it by its nouns"


def test_no_module_has_a_vague_name() -> None:
    assert [name(path) for path in (*MODULES, *TESTS) if any(VAGUE.fullmatch(part) for part in (*path.parent.parts[-3:], path.stem))] == []


def comments(path: Path) -> Iterator[tuple[str, int]]:
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            yield token.string, token.start[0]


def test_nothing_is_left_for_later() -> None:
    found = [f"{name(path)}:{line}" for path in (*MODULES, *TESTS) for text, line in comments(path) if UNFINISHED.search(text)]
    stubs = [
        place
        for path in MODULES
        for place in places(path, (n for n in ast.walk(tree(path)) if isinstance(n, ast.Name) and n.id == "NotImplementedError"))
    ]
    assert found + stubs == []


def test_annotations_are_not_evaluated() -> None:
    """One habit for all: `from __future__ import annotations` wherever there is code."""
    without = [
        name(path)
        for path in (*MODULES, *TESTS)
        if any(isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AnnAssign)) for node in tree(path).body)
        and not any(word == "__future__.annotations" for word, _ in imported(path))
    ]
    assert without == []


def test_imports_point_where_they_may(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The contracts of pyproject.toml."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("logging.config.dictConfig", lambda _: None)  # it would silence every logger that there is
    broken = lint_imports(no_cache=True)
    assert not broken, capsys.readouterr().out


def test_an_adapter_has_one_clock() -> None:
    """In a rehearsal the time of a workspace stands still or jumps: whoever reads the machine's own would be on another one."""
    adapters = [path for path in MODULES if SOURCE / "networks" in path.parents and "sandbox" not in path.relative_to(SOURCE).parts]
    assert len(adapters) > 50
    own = ("time.time", "datetime.now", "datetime.utcnow", "datetime.today", "date.today")
    found = [
        place
        for path in adapters
        for place in places(path, (n for n in ast.walk(tree(path)) if isinstance(n, ast.Call) and dotted(n.func) in own))
    ]
    assert not found


LIFE = ("status", "stage", "next_at", "blocked_by", "waiting", "fence", "tries", "looks", "marked_at", "provider_post_id", "network_key")


def test_a_posts_state_is_written_in_one_place() -> None:
    """By assignment to a row called `post` or `reply`, or by an UPDATE of the table."""
    found = []
    for path in MODULES:
        if "lifecycle" in path.parts or "migrations" in path.parts:
            continue
        for node in ast.walk(tree(path)):
            targets = (
                node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else []
            )
            flat = [item for target in targets for item in (target.elts if isinstance(target, ast.Tuple) else [target])]
            assigned = [t for t in flat if isinstance(t, ast.Attribute) and t.attr in LIFE and dotted(t.value) in ("post", "reply", "late")]
            updates = isinstance(node, ast.Call) and dotted(node.func) == "update" and node.args and dotted(node.args[0]).startswith("Post")
            if assigned or (updates and path.name != "collect.py"):  # when figures are collected next is the collection's to say
                found.append(f"{name(path)}:{node.lineno}")
    assert not found, "what happens to a post is a function of lifecycle/changes.py, written by lifecycle/writing.py"
