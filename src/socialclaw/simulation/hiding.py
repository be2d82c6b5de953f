"""What a network has made and does not tell of yet: for a while, ids that are there for nobody who names them.

Not all machines of a network know at once of what one of them has made, so a call right behind another may be told that there is no
such thing. The fault `not_yet_visible` makes it so; each id then waits among the armed faults, under the kind HIDDEN, until it is seen.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import unquote_plus

import httpx2

HIDDEN = "hidden"
MAKING = frozenset({"POST", "PUT"})
LOOKED_AT = 64 * 1024  # of a body: what comes behind are the bytes of a file


def made_by(response: httpx2.Response, tells: Collection[str]) -> list[str]:
    """The ids that an answer names under these names, in its JSON or its headers, each once."""
    found = [response.headers[name] for name in tells if name in response.headers]
    if "json" in response.headers.get("content-type", ""):
        found += _told(json.loads(response.content), tells)
    return list(dict.fromkeys(found))


def names(request: httpx2.Request, made: str) -> bool:
    """Whether a call names this id, in its address or its body, by itself and not as a part of another word."""
    address = str(request.url)
    if made.startswith("https://"):
        return address == made
    body = request.content[:LOOKED_AT].decode("utf-8", "replace")
    if "form-urlencoded" in request.headers.get("content-type", ""):
        body = unquote_plus(body)
    text = f"{unquote_plus(address)} {body}"
    at = text.find(made)
    while at >= 0:
        if not _is_of_a_word(text[at - 1 : at]) and not _is_of_a_word(text[at + len(made) : at + len(made) + 1]):
            return True
        at = text.find(made, at + 1)
    return False


def _told(answer: Any, tells: Collection[str]) -> Iterator[str]:
    """Those that stand nearest to the outside: what is further in belongs to something else, an author, say."""
    level, found = [answer], list[str]()
    while level and not found:
        objects = [value for value in level if isinstance(value, dict)]
        found = [str(one[name]) for one in objects for name in tells if isinstance(one.get(name), str | int) and one[name]]
        level = [below for value in level for below in _below(value)]
    yield from found


def _below(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _is_of_a_word(sign: str) -> bool:
    return sign.isalnum()
