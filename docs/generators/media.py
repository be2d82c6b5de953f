"""docs/media.md: what becomes of sample files when they are uploaded, and when they are posted; from the table that the tests try."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.media.samples import DEFECTS, FILMS, PICTURES, Sample

from docs.generators import errors
from docs.generators.markdown import code, document, table
from socialclaw.networks import providers
from socialclaw.providers.base import Provider
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.fitting import change_for
from socialclaw.providers.judging import check

INTRODUCTION = """A file is looked into when it arrives: what it is (never its name), whether it is whole, and only that. Each row below is
a file that the tests make and upload (`tests/media/samples.py`): kept with these facts, or refused with this code, and nothing left of it.

The networks' columns say what a post with this file alone comes to. *As it is*: nothing is against it. *Changed*: refused with the media
policy `strict`, which is the default, and with `fit` rewritten like this, the original kept. A code: refused either way. Pictures of
ours that are no JPEG are handed to networks that want one as such on their way, which is no change of this kind."""
SHOWN = ("x", "facebook", "instagram", "linkedin", "tiktok", "pinterest", "telegram")


def page() -> str:
    chosen = [providers()[key] for key in SHOWN]
    columns = ["File", "Kept as", *(p.label for p in chosen)]
    kept = [s for s in (*PICTURES, *FILMS) if not isinstance(s.expected, str)]
    refused = [s for s in (*PICTURES, *FILMS, *DEFECTS) if isinstance(s.expected, str)]
    rows = [[s.name, _facts(s.expected), *(becomes(_media(s.expected), p) for p in chosen)] for s in kept]  # type: ignore[arg-type]
    return document(
        "Media: what becomes of a file",
        INTRODUCTION,
        f"## Kept: {len(kept)} files",
        table(columns, rows),
        f"## Refused: {len(refused)} files",
        table(["File", "Code", "Meaning"], [_refusal(s) for s in refused]),
    )


def becomes(m: Media, provider: Provider) -> str:
    """What a post with this file alone to the provider's first account type comes to."""
    target = next(t for t in provider.targets if t.publishes)
    if not (found := sorted(_against(m, provider))):
        return "as it is"
    shape = provider.shapes_of(target).get(m.kind)
    change = change_for(m, shape) if shape else None
    if change is None or any(_against(change.of(m), provider)):
        return ", ".join(map(code, found))
    return f"changed: {'; '.join(change.told(m)[:-1]) or 'rewritten'}"


def _against(m: Media, provider: Provider) -> Iterator[str]:
    draft = Draft("a", name="a", description="a", media=(m,))
    judge = provider.extra
    for issue in (*check(draft, provider.rules, prefix=provider.key), *(judge(draft) if judge else ())):
        if issue.path.startswith("assets"):
            yield issue.code


def _media(facts: Mapping[str, Any]) -> Media:
    """A sample as an asset of ours; of unknown size, since all are small."""
    return Media(id="asset_1", url="https://post.example.org/media/asset_1/token/file.bin", filename="file.bin", **facts)


def _facts(facts: Mapping[str, Any] | str) -> str:
    assert not isinstance(facts, str)
    words = [code(facts["mime"])]
    if "width" in facts:
        words.append(f"{facts['width']}x{facts['height']}")
    words += [facts[name] for name in ("video_codec", "audio_codec") if name in facts]
    if "duration" in facts:
        words.append(f"{facts['duration']:g} s")
    if "frame_rate" in facts:
        words.append(f"{facts['frame_rate']:g} frames a second")
    return ", ".join(words)


def _refusal(sample: Sample) -> list[str]:
    name = str(sample.expected)
    return [sample.name, f"[`{name}`](errors.md#general)", errors.entries()[name].meaning]
