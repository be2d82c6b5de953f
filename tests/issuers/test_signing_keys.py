"""An issuer's keys: remembered, renewed, rotated, and not to be had."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from socialclaw.issuers.base import IssuerUnavailable, TokenRefused
from socialclaw.issuers.google import GOOGLE
from socialclaw.issuers.signing_keys import COOLDOWN, LEAST, MOST, SigningKeys
from tests.issuers.mint import GOOGLE_CLAIMS, Mint


class Watch:
    """A clock to turn."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def mint() -> Mint:
    return Mint(GOOGLE_CLAIMS)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def keys(mint: Mint, watch: Watch) -> SigningKeys:
    return SigningKeys(GOOGLE, mint.http, now=watch)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("public, max-age=20000, must-revalidate", 20_000),
        ("max-age=20000", 20_000),
        ("max-age=10", LEAST),
        ("max-age=99999999", MOST),
        ("no-store", LEAST),
        ("", LEAST),
        ("s-maxage=20000", LEAST),
        ("max-age=-5", LEAST),
        ("max-age=99999999999999999999", LEAST),
    ],
)
async def test_keys_are_kept_as_long_as_the_issuer_says_within_reason(
    mint: Mint, watch: Watch, keys: SigningKeys, said: str, kept: float
) -> None:
    mint.cache_control = said
    for _ in range(3):
        await keys.of("k1")
    watch.now += kept - 1
    await keys.of("k1")
    assert mint.asked == 1
    watch.now += 1
    await keys.of("k1")
    assert mint.asked == 2


async def test_a_new_key_is_fetched_when_it_first_signs_and_the_old_one_goes_on(mint: Mint, watch: Watch, keys: SigningKeys) -> None:
    await keys.of("k1")
    watch.now += COOLDOWN
    mint.names.append("k2")
    assert await keys.of("k2")
    assert await keys.of("k1")
    assert mint.asked == 2


async def test_a_key_that_was_withdrawn_is_forgotten_with_the_next_look(mint: Mint, watch: Watch, keys: SigningKeys) -> None:
    await keys.of("k1")
    mint.names = ["k2"]
    watch.now += COOLDOWN
    await keys.of("k2")
    with pytest.raises(TokenRefused):
        await keys.of("k1")


async def test_made_up_key_names_cost_the_issuer_next_to_nothing(mint: Mint, watch: Watch, keys: SigningKeys) -> None:
    await keys.of("k1")
    for second in range(60):
        for number in range(20):
            with pytest.raises(TokenRefused):
                await keys.of(f"made-up-{second}-{number}")
        watch.now += 1
    assert mint.asked == 1 + 60 // COOLDOWN - 1


async def test_many_who_come_at_once_ask_once(mint: Mint, keys: SigningKeys) -> None:
    found = await asyncio.gather(*(keys.of("k1") for _ in range(50)))
    assert len({id(key) for key in found}) == 1
    assert mint.asked == 1


DOWN: dict[str, Callable[[], httpx2.Response]] = {
    "an error": lambda: httpx2.Response(503, text="down"),
    "not found": lambda: httpx2.Response(404, json={"error": "gone"}),
    "a page": lambda: httpx2.Response(200, text="<html>"),
    "no keys": lambda: httpx2.Response(200, json={"keys": []}),
    "keys that are none": lambda: httpx2.Response(
        200, json={"keys": [1, None, {}, {"kty": "RSA", "kid": "k1"}, {"kty": "RSA", "kid": "k1", "n": 5, "e": []}]}
    ),
    "a list": lambda: httpx2.Response(200, json=[{"kty": "RSA"}]),
    "deeply nested": lambda: httpx2.Response(200, content=b"[" * 100_000),
    "elsewhere": lambda: httpx2.Response(302, headers={"location": "https://evil.example/keys"}),
}


def broken() -> httpx2.Response:
    raise httpx2.ConnectError("refused")


@pytest.mark.parametrize("answer", [*DOWN.values(), broken], ids=[*DOWN, "no connection"])
async def test_an_outage_of_the_issuer_is_none_of_ours(
    mint: Mint, watch: Watch, keys: SigningKeys, answer: Callable[[], httpx2.Response]
) -> None:
    await keys.of("k1")
    mint.answer = answer
    watch.now += MOST
    assert await keys.of("k1"), "the old keys go on"
    asked = mint.asked
    assert await keys.of("k1")
    assert mint.asked == asked, "and the issuer is left in peace for a while"
    mint.answer, mint.names = None, ["k1", "k2"]
    watch.now += COOLDOWN
    assert await keys.of("k2"), "once it is back, all is as before"


@pytest.mark.parametrize("answer", [*DOWN.values(), broken], ids=[*DOWN, "no connection"])
async def test_at_the_first_start_there_is_nothing_to_go_on_with(
    mint: Mint, watch: Watch, keys: SigningKeys, answer: Callable[[], httpx2.Response]
) -> None:
    mint.answer = answer
    outcomes = await asyncio.gather(*(keys.of("k1") for _ in range(20)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {IssuerUnavailable}
    assert mint.asked == 1, "not each of those who come at once waits for its own answer"
    mint.answer = None
    watch.now += 2
    assert await keys.of("k1")


async def test_keys_of_other_kinds_do_not_spoil_the_set(mint: Mint, keys: SigningKeys) -> None:
    others: list[dict[str, Any]] = [
        {"kty": "AKP", "kid": "pq", "alg": "ML-DSA-44", "pub": "AA"},
        {"kty": "oct", "kid": "k1", "k": "AAAA"},
        {"kty": "EC", "kid": "k1", "crv": "P-256", "x": "AA", "y": "AA"},
        {**mint.published("evil"), "kid": "k1", "use": "enc"},
        {**mint.published("evil"), "kid": "k1", "alg": "RSA-OAEP"},
        {**mint.published("evil"), "kid": ""},
    ]
    mint.answer = lambda: mint.keys(*others)
    found = await keys.of("k1")
    assert found.as_dict()["n"] == mint.published("k1")["n"]
    for name in ("pq", ""):
        with pytest.raises(TokenRefused):
            await keys.of(name)
