"""No text is a bomb: whatever a rule, a counter or a parser is given, twice of it takes about twice the time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from socialclaw.accounts.tokens import scrub
from socialclaw.media import naming
from socialclaw.networks import providers
from socialclaw.networks.linkedin import littletext
from socialclaw.networks.linkedin.sandbox import text
from socialclaw.networks.meta.sandbox.words import fields_of
from socialclaw.networks.telegram.entities import parse as read_markup
from socialclaw.networks.telegram.length import visible
from socialclaw.networks.wordpress import content
from socialclaw.networks.wordpress.sandbox import html
from socialclaw.networks.x.text import links, measure, weigh
from socialclaw.providers.base import Provider, TargetType
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.judging import check
from socialclaw.providers.options import settle
from socialclaw.providers.shapes import kind_of_url
from socialclaw.providers.spelling import nfc
from socialclaw.scheduling.times import resolve, zone
from tests.bombs.growth import LONG, MOST_SECONDS, Bomb, Judge, bombs, explosive, seconds

PARSERS: dict[str, Judge] = {
    "telegram: HTML that is counted": lambda text: visible(text, "HTML"),
    "telegram: MarkdownV2 that is counted": lambda text: visible(text, "MarkdownV2"),
    "telegram: HTML that is shown": lambda text: read_markup(text, "HTML"),
    "telegram: MarkdownV2 that is shown": lambda text: read_markup(text, "MarkdownV2"),
    "x: quick weight": measure,
    "x: weight": weigh,
    "x: links": lambda text: list(links(text)),
    "linkedin: escaped": littletext.escaped,
    "linkedin: recognition": littletext.plain,
    "linkedin: shown": text.shown,
    "wordpress: escaped": content.escaped,
    "wordpress: recognition": content._words,
    "wordpress: kept": html.stripped,
    "wordpress: shown": html.read,
    "wordpress: without comments": html.uncommented,
    "meta: fields": fields_of,
    "one spelling": nfc,
    "a file's name": naming.display_name,
    "a file's name in a URL": lambda text: naming.safe_name(text, "image/png"),
    "a storage key": lambda text: naming.check_key(f"ws/{text}", "ws"),
    "a URL of ours": lambda text: naming.reference(f"https://post.example/media/{text}", "https://post.example"),
    "a URL's kind": kind_of_url,
    "a time": lambda text: resolve(text, zone("UTC")),
    "a time zone": zone.__wrapped__,
    "secrets in what is said": lambda text: scrub(text, ["a-secret-of-some-length"]),
    "secrets that are hidden": lambda text: scrub("what is said", [text]),
}


@pytest.mark.parametrize("parser", PARSERS)
def test_twice_the_text_takes_a_parser_about_twice_the_time(parser: str) -> None:
    assert explosive(PARSERS[parser], bombs(starts=("", '<a href="', "[a]("), ends=("!",))) == []


def judges(provider: Provider) -> Iterator[Judge]:
    """All that a provider has to say of a text: as words, as a title, as the alt text and name of a file, as each of its settings."""
    for target in provider.targets:
        for draft in _drafts(provider, target):
            yield from (partial(_judged, provider, target, draft, where) for where in ("description", "name"))
        yield from (partial(_settled, provider, target, setting.id) for setting in target.settings)


def _settled(provider: Provider, target: TargetType, setting: str, text: str) -> None:
    settings, _ = settle({setting: text}, target.settings, prefix=provider.key)
    _judged(provider, target, Draft(settings=settings, target_type=target.name), "name", "a")


def _drafts(provider: Provider, target: TargetType) -> Iterator[Draft]:
    choices: list[dict[str, Any]] = [{}, *({s.id: option} for s in target.settings for option in s.options if option)]
    for settings in choices:
        yield Draft(settings=settings, target_type=target.name)
    for shape in provider.rules.shapes:
        yield Draft(media=(Media("asset_1", shape.kind, url="https://a.example/a.jpg"),), target_type=target.name)


def _judged(provider: Provider, target: TargetType, draft: Draft, where: str, text: str) -> None:
    files = tuple(replace(m, alt=text, filename=text, url=text) for m in draft.media)
    draft = Draft(text, **{where: text}, media=files, settings=draft.settings, target_type=target.name)
    list(check(draft, provider.rules, prefix=provider.key))
    for judge in (provider.extra, target.fits):
        if judge:
            list(judge(draft))


@pytest.mark.parametrize("provider", providers().values(), ids=lambda provider: provider.key)
def test_twice_the_text_takes_a_provider_about_twice_the_time(provider: Provider) -> None:
    most = [*bombs(pairs=10, starts=("",), ends=())]
    first, *others = judges(provider)
    assert explosive(first, most) == []
    assert [bomb for judge in others for bomb in explosive(judge, most[::6], lengths=())] == []


@pytest.mark.parametrize("sign", ["<", "\u0315\u0300"])
def test_a_long_text_of_signs_is_judged_in_less_than_a_second(sign: str) -> None:
    text = Bomb("", sign, "!").text(LONG)
    slow = [
        p.key
        for p in providers().values()
        for judge in judges(p)
        if seconds(judge, text) > MOST_SECONDS and seconds(judge, text) > MOST_SECONDS
    ]
    assert slow == []
