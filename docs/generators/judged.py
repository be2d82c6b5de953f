"""Codes that follow from what a provider declares: found by judging drafts that break each rule, with settings that break each setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from socialclaw.providers.base import Provider
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.issues import Issue
from socialclaw.providers.judging import check
from socialclaw.providers.options import Setting, settle
from socialclaw.providers.shapes import Shape

WRONG: tuple[Any, ...] = ([], "\0", -1e300, {}, 7, None)  # whatever a setting's type is, one of them is not of it


def issues(provider: Provider) -> dict[str, str]:
    """Code -> the message of the first such issue."""
    found: dict[str, str] = {}
    for issue in (*_of_rules(provider), *_of_settings(provider)):
        found.setdefault(issue.code, issue.message)
    return found


def _of_rules(provider: Provider) -> Iterator[Issue]:
    for draft in _drafts(provider):
        yield from check(draft, provider.rules, prefix=provider.key)
        if judge := provider.extra:
            yield from judge(draft)


def _drafts(provider: Provider) -> Iterator[Draft]:
    rules = provider.rules
    image, video, other = (_file(kind) for kind in ("image", "video", "other"))
    yield Draft(text="a", interaction="comment")
    yield Draft(text="a", interaction="reply")
    yield Draft()
    for media in ([image] * (rules.limit + 1), [other], [image, video], [video, video]):
        yield Draft(text="a", media=tuple(media))
    for shape in rules.shapes:
        wordy = "a" * ((rules.max_alt or 0) + 1)
        large = _file(shape.kind, size=(shape.max_bytes or 0) + 1, alt=wordy)
        yield Draft(text="a", media=(large,))
        yield Draft(text="a", media=(_file(shape.kind, extension="tiff"),))
        yield from (Draft(text="a", media=(file,)) for file in _beyond(shape))
        most = shape.max_text or rules.max_caption or rules.max_text or 0
        name = "a" * (shape.max_title + 1 if shape.max_title else 0)
        yield Draft(text="a" * (most + 1), name=name, description="a" * (most + 1), media=(_file(shape.kind),))
    yield Draft(text="a" * ((rules.max_text or 0) + 1))


def _beyond(shape: Shape) -> Iterator[Media]:
    """A file past each bound of a shape but that of its bytes."""
    for fact, (least, most) in (("width", shape.width), ("height", shape.height), ("duration", shape.seconds)):
        yield from (_file(shape.kind, **{fact: bound}) for bound in (least and least - 1, most and most + 1) if bound)
    for width, bound in zip((1, 1000), shape.aspect, strict=True):
        yield from [_file(shape.kind, width=width, height=1001 - width)] if bound else []
    for fact, bounds in (("frame_rate", shape.frames), ("long", shape.long_side), ("short", shape.short_side)):
        least, most = bounds
        value = most + 1 if most else (least or 0) / 2
        known = {"frame_rate": value} if fact == "frame_rate" else {"width": value, "height": value}
        yield from [_file(shape.kind, **known)] if value else []
    for fact, taken in (("mime", shape.mimes), ("video_codec", shape.video_codecs), ("audio_codec", shape.audio_codecs)):
        yield from [_file(shape.kind, **{fact: "application/x-nonsense"})] if taken else []
    yield from [_file(shape.kind, pixel_format="nonsense")] if shape.pixel_formats else []
    yield from [_file(shape.kind, size=shape.min_bytes - 1)] if shape.min_bytes else []
    yield from [_file(shape.kind, mime="image/x-nonsense", frame_rate=10)] if shape.moving is not None else []


def _file(kind: str, *, extension: str = "", **known: Any) -> Media:
    name = f"a.{extension or {'image': 'jpg', 'video': 'mp4'}.get(kind, 'txt')}"
    return Media(kind, kind, url=f"https://example.org/{name}", filename=name, **known)


def _of_settings(provider: Provider) -> Iterator[Issue]:
    for target in provider.targets:
        prefix = target.settings_prefix or provider.key
        yield from settle({"colour": "blue"}, target.settings, prefix=prefix, none_code=target.no_settings_code)[1]
        yield from settle({}, target.settings, prefix=prefix)[1]
        for setting in target.settings:
            yield from _refusal(setting, target.settings, prefix)


def _refusal(setting: Setting, settings: tuple[Setting, ...], prefix: str) -> list[Issue]:
    """What a value says that this setting does not take."""
    given: Mapping[str, Any]
    for value in WRONG:
        given = {setting.id: value}
        if found := [i for i in settle(given, settings, prefix=prefix)[1] if i.path == f"settings.{setting.id}"]:
            return found
    return []
