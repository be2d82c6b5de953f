"""The client without asyncio, made of the one for asyncio by putting other words in the place of its words."""

from __future__ import annotations

import io
import tokenize

WORDS = {
    "AsyncClient": "Client",
    "AsyncOperations": "Operations",
    "AsyncCalls": "Calls",
    "AsyncBaseTransport": "BaseTransport",
    "AsyncIterator": "Iterator",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "aclose": "close",
    "aiter_lines": "iter_lines",
    "asyncio": "time",
    "async": "",
    "await": "",
}
HEAD = "# Written by `make sdk` from aio/{name}; changes made here are lost.\n"


def module(source: str, name: str) -> str:
    """The module that does the same, and waits where that one awaits."""
    lines = source.splitlines(keepends=True)
    for token in reversed([*tokenize.generate_tokens(io.StringIO(source).readline)]):  # from the end: no place moves before it is used
        (row, begin), (last, end) = token.start, token.end
        word = _word(token)
        if row != last or word == token.string:
            continue
        line = lines[row - 1]
        lines[row - 1] = line[:begin] + (word + line[end:] if word else line[end:].lstrip(" "))
    return HEAD.format(name=name) + "".join(lines)


def _word(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.NAME:
        return WORDS.get(token.string, token.string)
    if token.type == tokenize.STRING:  # what is said of the class
        return token.string.replace("AsyncClient(", "Client(")
    return token.string
