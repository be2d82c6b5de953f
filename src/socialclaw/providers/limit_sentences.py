"""What a provider limits, in sentences for people: made from the data that posts are judged by, so that no figure is written twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from socialclaw.providers.base import Provider, Quota
from socialclaw.providers.rules import Rules
from socialclaw.providers.shapes import GB, MB, Shape


def sentences(provider: Provider) -> list[str]:
    """None where the rules are not told as data (`order` is empty): then a post is judged by the kind of its account."""
    if not provider.rules.order:
        return []
    return [*_files(provider.rules), *_texts(provider.rules), *quotas(provider)]


def quotas(provider: Provider) -> list[str]:
    """Those of them that tell how many posts it takes."""
    return [*map(_quota, provider.quotas)]


def _files(rules: Rules) -> Iterator[str]:
    if not rules.shapes:
        yield "A post has no media."
        return
    yield f"A post {'must have' if rules.media_required else 'may have'} {rules.allowed}."
    for shape in rules.shapes:
        if bounds := [*_bounds(shape)]:
            yield f"Each {shape.kind}: {', '.join(bounds)}."


def _bounds(shape: Shape) -> Iterator[str]:
    if shape.max_bytes:
        unit, name = (GB, "GiB") if shape.max_bytes >= GB else (MB, "MiB")
        yield f"up to {shape.max_bytes / unit:g} {name}"
    match shape.seconds:
        case (None, None):
            pass
        case (least, None):
            yield f"at least {least:,g} seconds"
        case (None, most):
            yield f"up to {most:,g} seconds"
        case (least, most):
            yield f"{least:,g} to {most:,g} seconds"


def _texts(rules: Rules) -> Iterator[str]:
    if rules.title == "required":
        most = f" of up to {rules.max_title:,} characters" if rules.max_title else ""
        yield f"A post needs a title{most}: its name, or the first line of its description."
    elif rules.title and rules.max_title:
        yield f"A title (the post's name) has up to {rules.max_title:,} characters."
    if rules.max_text:
        caption = f", {rules.max_caption:,} with media" if rules.max_caption else ""
        yield f"Text has up to {rules.max_text:,} {rules.text_unit}{caption}."
    for shape in rules.shapes:
        if shape.max_text:
            title = f", below a title (the post's name) of up to {shape.max_title:,} characters" if shape.max_title else ""
            yield f"Text with {shape.kind}s has up to {shape.max_text:,} {rules.text_unit}{title}."
    if rules.max_alt:
        yield f"Alt text has up to {rules.max_alt:,} characters."


def _quota(quota: Quota) -> str:
    whose = "An account" if quota.per == "account" else "A developer app, across all its accounts,"
    return f"{whose} makes at most {quota.most:,} posts {span(quota)}."


def span(quota: Quota) -> str:
    """The time in which a quota counts."""
    if quota.resets:
        return f"in a day that begins at midnight in {quota.resets}"
    length = timedelta(seconds=quota.seconds)
    for unit, name in ((timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if length >= unit and not length % unit:
            count = length // unit
            return f"in any {count} {name}s" if count > 1 else f"in any {name}"
    return f"in any {quota.seconds:g} seconds"
