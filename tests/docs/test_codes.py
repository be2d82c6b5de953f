"""The page of error codes has every code: those that the tests expect, those that the rules answer, those that the source names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from docs.generate import HOME
from docs.generators import codes, errors
from docs.generators.modules import read

from socialclaw.next_steps.finding import CODES
from socialclaw.next_steps.kinds import KINDS

CODE = re.compile(r"\b(error_)?code\b|\berrorCode\b")
WORDS = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
ELSEWHERE = ("providers", "simulation", "sdk")  # tests with a provider of their own, and of what a client says by itself
TESTS = HOME.parent / "tests"


def documented() -> set[str]:
    return set(re.findall(r"^\| `([\w…]+)` \|", (HOME / "errors.md").read_text(encoding="utf-8"), re.MULTILINE))


def expected_by_tests() -> Iterator[tuple[str, str]]:
    """Codes that tests compare an error's, an attempt's or an answer's code with, and where; those that a test itself makes up left out."""
    for path in sorted(TESTS.rglob("test_*.py")):
        where = path.relative_to(TESTS)
        if where.parts[0] in ELSEWHERE or where.name == "test_sandbox.py":  # there a network speaks, not we
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        invented = tuple(invented_by(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
                for part in compared_with_a_code(node.left, node.comparators[0]):
                    text = part.value if isinstance(part, ast.Constant) else None
                    if isinstance(text, str) and WORDS.fullmatch(text) and not text.startswith(invented):
                        yield text, f"{where}:{node.lineno}"


def compared_with_a_code(left: ast.expr, right: ast.expr) -> Iterator[ast.AST]:
    """What stands where the other side has a code; of two tuples, place by place."""
    match left, right:
        case ast.Tuple(elts=ours), ast.Tuple(elts=theirs) if len(ours) == len(theirs):
            for one, other in zip(ours, theirs, strict=True):
                yield from compared_with_a_code(one, other)
        case _ if CODE.search(ast.unparse(left)):
            yield from ast.walk(right)


def invented_by(tree: ast.Module) -> Iterator[str]:
    """Codes that a test module raises itself, and the beginnings of the codes of providers that it makes up."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            if node.arg == "code":
                yield node.value.value
            elif node.arg == "key":
                yield f"{node.value.value}_"


def test_every_code_that_a_test_expects_is_documented() -> None:
    known, found = documented(), dict(expected_by_tests())
    families = tuple(code.removesuffix("…") for code in known if code.endswith("…"))
    assert len(found) > 50, "the look through the tests sees nothing any more"
    assert {code: where for code, where in found.items() if code not in known and not code.startswith(families)} == {}


def test_every_code_of_the_source_is_documented_with_its_meaning_and_what_to_do() -> None:
    assert documented() == set(errors.entries())
    assert [entry.code for entry in errors.entries().values() if not entry.meaning or not entry.advice] == []


def test_the_steps_by_kind_are_of_error_classes_that_exist() -> None:
    assert set(KINDS) <= set(codes.classes())


def test_no_code_is_put_together_in_a_way_that_cannot_be_read_off_the_source() -> None:
    assert codes.unclear() == [], "write these codes out, or begin them with the provider's prefix alone"


def test_the_hand_written_words_are_of_codes_that_exist() -> None:
    assert (errors.MEANINGS.keys() | CODES.keys()) - errors.entries().keys() == set()


@pytest.mark.parametrize(
    "source",
    [
        'raise Conflict("It is so", code="made_up")',
        'Issue("made_up", "It is so", "path")',
        'yield Issue(code=NAME, message="It is so")\nNAME = "made_up"',
        'def f():\n    code, message = ("made_up", "It is so") if x else ("other_one", "It is not so")',
        'issue = {"path": "a", "code": "made_up", "message": "It is so"}',
        'class MadeUp(Conflict):\n    code, status = "made_up", 409',
        'self.notes.add("made_up", "It is so", "path")',
        'post.error_code, post.error = "made_up", "It is so"',
        'code = "other_one" if x else "made_up"',
    ],
)
def test_a_code_is_found_wherever_it_may_be_written(source: str) -> None:
    found = {use.code for use in codes.scan(read("scheduling.made_up", source), codes.takings())}
    assert "made_up" in found


@pytest.mark.parametrize(
    "source",
    [
        'TABLE = {1: (Rejected, "x_made_up")}',
        'TABLE = (("sign", "x_made_up", "It is so"),)',
        'GONE, LOST = "x_made_up", "other"',
        'def f(status):\n    return {404: "x_made_up"}.get(status)',
        'raise Rejected("It is so", code=f"{self.provider}_made_up")',
        'CODES = {"sign": ("x_made_up", "It is so")}',
        'WORDS = {"x_made_up": "The network says that it is so"}',
    ],
)
def test_a_code_in_a_network_is_found_in_its_tables_too(source: str) -> None:
    found = {(use.code, use.network) for use in codes.scan(read("networks.x.made_up", source), codes.takings())}
    assert ("x_made_up", "x") in found


def test_the_names_of_a_network_are_not_taken_for_codes() -> None:
    source = 'KINDS = ("x_user", "tweet.read", "x")'
    assert [*codes.scan(read("networks.x.made_up", source), codes.takings())] == []
