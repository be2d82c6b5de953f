"""What a JSON body holds, looked at before anything is made of it: how deep it is, how many values, and texts that nothing can store.

A quick look passes nearly every body. Only where that finds something suspicious, a slow one tells exactly. Each takes memory for what it
reports, not for what it finds, and no step of either keeps the interpreter from other work for long: large bodies are gone through in
pieces, in a thread.
"""

from __future__ import annotations

import asyncio
import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from socialclaw.api.errors import MalformedJson
from socialclaw.errors import InvalidRequest, PayloadTooLarge
from socialclaw.providers.issues import MOST_ISSUES, shown
from socialclaw.turns import Party, Places

DEEPEST = 64  # objects and lists inside each other
MOST_VALUES = 250_000  # in one body: a run of 1,000 posts, with ten media each and everything said of them, has a third of it
AT_ONCE = 256 * 1024  # bytes that are looked at on the event loop; what is larger, in a thread
AT_A_TIME = 2  # large bodies of one workspace that are looked at, each for a second at most
LONGEST_KEY = 40  # characters of a key, as a path repeats it
NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
# A stretch of a body whose escapes can be stored; what comes after it is NUL, half a surrogate pair, or no JSON.
STORABLE = re.compile(
    rb"(?:[^\\]{1,1024}+|\\[^u]|\\u(?![dD][89a-fA-F]|0000)[0-9a-fA-F]{4}"
    rb"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}){1,256}+"
)
UNSTORABLE_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
MOST_NAMED = 1024 * 1024  # bytes of a body in which it is told where such a text is
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# In stretches of bounded length: of a longer text, the first part without its closing quote; TEXT finds the rest.
TOKEN = re.compile(rb'"(?:[^"\\]{1,1024}+|\\.){0,256}+("?)|[\[{]|[\]}]|,|[^"\[\]{},]{1,65536}+', re.DOTALL)
TEXT = re.compile(rb'(?:[^"\\]{1,1024}+|\\.){0,256}+("?)', re.DOTALL)
QUOTE, COMMA, OPENERS, CLOSERS = ord('"'), ord(","), b"[{", b"]}"

_places = Places(AT_A_TIME)


async def look(body: bytes, party: Party) -> None:
    """`check_json`, without holding up anybody else."""
    if len(body) <= AT_ONCE:
        return check_json(body)
    async with _places.of(party):
        await asyncio.to_thread(check_json, body)
    return None


def check_json(body: bytes) -> None:
    """UTF-8, not too deep, not too many values, no NUL and no lone surrogates. Whether it is JSON is for the route to find out."""
    if not body.isascii():
        _check_utf8(body)
    if b"\0" in body:
        raise MalformedJson("The body is not JSON in UTF-8")
    if _many(body) or _deep(body):
        check_structure(body)
    if b"\\u" in body and _unstorable_escape(body):
        if len(body) > MOST_NAMED:
            raise InvalidRequest("Text may not hold NUL or half a surrogate pair", code="text_unstorable")
        check_structure(body)
        check_texts(body)


def _pieces(body: bytes) -> Iterator[bytes]:
    """The body in parts that are gone through in no time; a short one is not copied."""
    if len(body) <= AT_ONCE:
        yield body
        return
    for start in range(0, len(body), AT_ONCE):
        yield body[start : start + AT_ONCE]


def _check_utf8(body: bytes) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in _pieces(body):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise MalformedJson("The body is not UTF-8") from None


def _many(body: bytes) -> bool:
    """Whether there may be too many values: each but the first of its list or object comes after a comma."""
    if len(body) <= MOST_VALUES:
        return False
    return sum(piece.count(b",") + piece.count(b"[") + piece.count(b"{") for piece in _pieces(body)) >= MOST_VALUES


def _deep(body: bytes) -> bool:
    """Whether the brackets may be nested too deeply. Pairs are taken away from the inside, so ordinary bodies end in a few turns."""
    brackets = b"".join(piece.translate(None, NOT_BRACKETS) for piece in _pieces(body))
    if len(brackets) > 2 * MOST_VALUES:
        return True
    for _ in range(DEEPEST):
        fewer = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(fewer) == len(brackets):
            return len(brackets) > DEEPEST  # some are text; so few cannot hide more
        brackets = fewer
    return bool(brackets)


def _unstorable_escape(body: bytes) -> bool:
    at = 0
    while at < len(body):
        found = STORABLE.match(body, at)
        if found is None:
            return UNSTORABLE_ESCAPE.match(body, at) is not None  # else it is no JSON, and the route says so
        at = found.end()
    return False


def _tokens(body: bytes) -> Iterator[int]:
    """The first byte of each text, bracket and comma, and of what lies between them; no step takes long."""
    at = 0
    while at < len(body):
        for token in TOKEN.finditer(body, at):
            first = body[token.start()]
            yield first
            if first == QUOTE and not token[1]:
                at = _end_of_text(body, token.end())
                break
        else:
            return


def _end_of_text(body: bytes, at: int) -> int:
    while at < len(body):
        found = TEXT.match(body, at)
        if found is None or found.end() == at:
            return at + 1  # a backslash at the very end
        at = found.end()
        if found[1]:
            break
    return at


def check_structure(body: bytes) -> None:
    """The slow look at what is nested and how much there is. It ends at the first that is too much."""
    depth = values = texts = 0
    for first in _tokens(body):
        if first == QUOTE:
            texts += 1  # values and keys: where there are more, it is no JSON, or there are too many of both
        elif first == COMMA:
            values += 1
        elif first in OPENERS:
            values, depth = values + 1, depth + 1
            if depth > DEEPEST:
                raise MalformedJson(f"The body is nested more than {DEEPEST} deep")
        elif first in CLOSERS:
            depth -= 1
        if values >= MOST_VALUES or texts > 2 * MOST_VALUES:
            message = f"The body holds more than {MOST_VALUES:,} values: send less at a time"
            raise PayloadTooLarge(message, code="too_many_values", maxValues=MOST_VALUES)


class Place(NamedTuple):
    """Where a value is: made into a path only when there is something to say of it, since keys may be as long as a body."""

    above: Place | None
    step: str | int

    def __str__(self) -> str:
        steps: list[str] = []
        place: Place | None = self
        while place:
            steps.append(f"[{place.step}]" if isinstance(place.step, int) else f".{shown(place.step, LONGEST_KEY)}")
            place = place.above
        return "".join(reversed(steps)).removeprefix(".")


def check_texts(body: bytes) -> None:
    """The slow look at a body of bounded structure: which of its texts nothing could store, and where they are."""
    try:
        level: list[tuple[Place | None, Any]] = [(None, json.loads(body))]
    except (ValueError, RecursionError):
        return  # no JSON at all: the route says so
    found, count = list[str](), 0
    while level:
        for place, value in level:
            if _unstorable(value):
                count += 1
                if count <= MOST_ISSUES:
                    found.append(str(place or ""))
        level = [inner for place, value in level for inner in _inside(place, value)]
    if found:
        message = "Text may not hold NUL or half a surrogate pair"
        issues = [{"path": path, "in": "body", "code": "text_unstorable", "message": message} for path in found]
        raise InvalidRequest(f"{found[0]}: {message}", code="text_unstorable", issues=issues, more=count - len(found))


def _unstorable(value: Any) -> bool:
    """A text, or an object with such a key."""
    if isinstance(value, dict):
        return any(UNSTORABLE.search(key) for key in value)
    return isinstance(value, str) and UNSTORABLE.search(value) is not None


def _inside(place: Place | None, value: Any) -> Iterator[tuple[Place, Any]]:
    if isinstance(value, dict):
        yield from ((Place(place, key), item) for key, item in value.items())
    elif isinstance(value, list):
        yield from ((Place(place, index), item) for index, item in enumerate(value))
