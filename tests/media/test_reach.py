"""Whether networks could fetch media from our address, as far as that can be told from here."""

from __future__ import annotations

import httpcore2
import pytest

from socialclaw import outbound
from socialclaw.media import reachability
from socialclaw.networks import providers
from tests.security.attempts import PUBLIC

NAMES = {
    "post.example.org": [PUBLIC],
    "inside.example.org": ["10.0.0.5"],
    "half.example.org": [PUBLIC, "127.0.0.1"],
    "localhost": ["127.0.0.1"],
}


@pytest.fixture(autouse=True)
def lookups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names that were looked up."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        if host not in NAMES:
            raise httpcore2.ConnectError("no such name")
        return NAMES[host]

    monkeypatch.setattr(outbound, "resolve", resolve)
    monkeypatch.setattr(reachability, "_kept", {})
    return asked


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        ("https://post.example.org", None),
        ("https://post.example.org:8443/below", None),
        (f"https://{PUBLIC}", None),
        ("https://[2606:2800:220:1::1]", None),
        ("http://post.example.org", "is http, and most networks fetch over https only"),
        ("http://127.0.0.1:8000", "is not a public address"),
        ("https://127.0.0.1", "is not a public address"),
        ("https://[::1]:8000", "is not a public address"),
        ("https://192.168.1.10", "is not a public address"),
        ("http://localhost:8000", "has a name that resolves to 127.0.0.1, which is not a public address"),
        ("https://inside.example.org", "has a name that resolves to 10.0.0.5, which is not a public address"),
        ("https://half.example.org", f"has a name that resolves to {PUBLIC}, 127.0.0.1, which is not a public address"),
        ("https://socialclaw.local", "has a name that does not resolve"),
        ("ftp://post.example.org", "is not an http or https URL"),
        ("https://[::1", "is not an http or https URL"),
    ],
)
async def test_what_stands_in_the_way_is_told(base_url: str, words: str | None) -> None:
    assert await reachability.obstacle(base_url) == words


async def test_a_look_up_is_remembered(lookups: list[str]) -> None:
    for _ in range(3):
        assert await reachability.obstacle("https://post.example.org") is None
    assert lookups == ["post.example.org"]


def test_those_who_fetch_are_known() -> None:
    assert {"Instagram", "TikTok", "Pinterest", "Telegram"} <= {*reachability.pulling()}
    assert all(set(t.pulls) <= {s.kind for s in p.rules.shapes} | {"image", "video"} for p in providers().values() for t in p.targets)
