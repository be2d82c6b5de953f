"""Judges one post by what its destination takes: settings, media, text; and turns a plan's problems into an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from socialclaw.errors import InvalidRequest
from socialclaw.providers.base import Provider, TargetType
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.fitting import change_for
from socialclaw.providers.issues import Issue
from socialclaw.providers.options import settle
from socialclaw.providers.rules import check
from socialclaw.providers.shapes import kind_of_url
from socialclaw.scheduling.assets import kind_of, media_of
from socialclaw.scheduling.plan import Plan, PlannedPost, wire_issues


class _SeenMedia(msgspec.Struct, frozen=True, gc=False):
    """The fields of `Media`, made in a fifth of the time."""

    id: str
    kind: str
    mime: str | None
    size: int | None
    url: str
    filename: str
    alt: str
    width: int | None
    height: int | None
    duration: float | None
    frame_rate: float | None
    video_codec: str | None
    audio_codec: str | None
    read: None = None


class _Glance(msgspec.Struct, frozen=True, gc=False):
    """The fields of `Draft`, likewise: for a first look at the many posts with which nothing is wrong."""

    text: str
    name: str
    description: str
    media: tuple[_SeenMedia, ...]
    settings: Mapping[str, Any]
    interaction: str
    parent: str | None
    reply_to: str | None
    target_type: str


def _seen(asset: Mapping[str, Any], kind: str) -> _SeenMedia:
    get = asset.get
    size, width, height, duration = get("size") or None, get("width") or None, get("height") or None, get("duration") or None
    name, film = get("originalFilename") or "file", (get("frameRate"), get("videoCodec"), get("audioCodec"))
    return _SeenMedia(asset["id"], kind, get("mime"), size, asset["url"], name, get("altText") or "", width, height, duration, *film)


_FACTS = ("mime", "width", "height", "duration", "frameRate", "videoCodec", "audioCodec")

Settled = tuple[dict[str, Any], Sequence[Issue]]


_encode = msgspec.json.Encoder().encode


class Judge:
    """What a destination of one type takes, made ready for judging many posts.

    `passes` is a cheap look that is right when it says yes; only where it does not, `judge` goes through the rules, which
    find everything. Judging is pure, and the same settings are settled once.
    """

    def __init__(self, provider: Provider, target: TargetType, account_type: str = "") -> None:
        rules = provider.rules
        self.provider, self.target, self.rules = provider, target, rules
        self.account_type = account_type or target.name
        self._needless = frozenset({rules.code("text_or_media_required", provider.key), rules.code("media_required", provider.key)})
        self._shapes = {s.kind: s for s in reversed(rules.shapes)}
        self._own_shapes = provider.shapes_of(target)  # of this type, where its provider has several
        self._ones = frozenset(shape.kind for shape in rules.shapes if shape.least <= 1 <= rules.limit)
        self._limits = {kind: min(shape.most, rules.limit) for kind, shape in self._shapes.items()}
        judged = "text" in rules.order  # else the length is for `extra` to judge
        self._most_text, self._most_caption = (rules.max_text, rules.max_caption) if judged else (None, None)
        self._measure = rules.measure
        self._parted = bool(rules.title) or rules.texts_differ
        self._replies = "reply" in rules.interactions
        self._settled: dict[bytes, dict[str, Any]] = {}
        effective, issues = self._settle({})
        self.plain = None if issues else effective  # the settings of a post that gives none
        self._plain_text = rules.plain_text
        self._all_said = target.fits is None and provider.extra is None

    def settings(self, given: Mapping[str, Any], *, keep: bool) -> Settled:
        """The effective settings, and what is wrong with the given ones. Where something is, defaults stand in.

        `keep`: they can be written as JSON, so remember them if they are right.
        """
        effective, issues = self._settle(given)
        if keep and not issues:
            self._settled[_encode(given)] = effective
        return effective, issues

    def recall(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """The effective settings behind given ones that were found right before; JSON values only."""
        return self._settled.get(_encode(given))

    def _settle(self, given: Mapping[str, Any]) -> Settled:
        prefix = self.target.settings_prefix or self.provider.key
        effective, issues = settle(given, self.target.settings, prefix=prefix, none_code=self.target.no_settings_code)
        if issues:
            effective = {**{s.id: s.default for s in self.target.settings}, **effective}
        return effective, issues

    def passes(self, post: PlannedPost, text: str) -> bool:
        """Whether the provider certainly has nothing against this post."""
        assets, size = post.assets, len(text)
        if post.interaction_type != "post" and not (self._replies and post.interaction_type == "reply" and post.parent_step_id):
            return False
        if self._parted:  # judged in two parts, the long way
            return False
        most = (assets and self._most_caption) or self._most_text
        if most and (self._measure(text) if self._measure else size) > most:
            return False
        kind = ""
        if not assets:
            if self.rules.media_required or not size:
                return False
        elif len(assets) == 1 and len(assets[0]) == 3:  # a URL and nothing else
            kind = kind_of_url(assets[0]["url"])
            if kind not in self._ones:
                return False
        else:
            kind = kind_of(assets[0])
            if not self._media_passes(assets, kind):
                return False
        return self._all_said or self._nothing_more(post, text, kind)

    def _nothing_more(self, post: PlannedPost, text: str, kind: str) -> bool:
        """Whether what data cannot say is no matter here either."""
        assets, fits, extra = post.assets, self.target.fits, self.provider.extra
        if len(text) <= self._plain_text and text.isascii() and (not assets or (len(assets) == 1 and not assets[0].get("width"))):
            extra = None
        if fits is None and extra is None:
            return True
        draft = self._glance(post, text, kind)
        return not (fits and fits(draft)) and not (extra and extra(draft))

    def _media_passes(self, assets: Sequence[Mapping[str, Any]], kind: str) -> bool:
        rules, shape = self.rules, self._shapes.get(kind)
        if shape is None or not shape.least <= len(assets) <= self._limits[kind]:
            return False
        if rules.checks_extension and "kind" in assets[0] and kind_of_url(assets[0]["url"]) == "other":
            return False
        most, longest = shape.max_bytes, rules.max_alt
        judged = _FACTS if shape.judges_facts else ()
        for asset in assets:
            if any(asset.get(fact) for fact in judged):
                return False
            if most and (size := asset.get("size")) and size > most:
                return False
            if longest and (alt := asset.get("altText")) and len(alt) > longest:
                return False
            if asset is not assets[0] and kind_of(asset) != kind:
                return False
        return True

    def _glance(self, post: PlannedPost, text: str, kind: str) -> Draft:
        """A draft to ask about and throw away; `kind` is that of all its media."""
        media = tuple([_seen(a, kind) for a in post.assets]) if post.assets else ()
        name = "" if post.generated_name else post.name
        glance = _Glance(
            text, name, post.description, media, post.settings, post.interaction_type, post.parent_step_id, None, self.account_type
        )
        return cast("Draft", glance)

    def draft(self, post: PlannedPost, text: str) -> Draft:
        """The post as rules and adapters see it. A comment is judged as a post: that it is none has been said."""
        return Draft(
            text,
            "" if post.generated_name else post.name,
            post.description,
            self._media(post) if post.assets else (),
            post.settings,
            "reply" if post.interaction_type == "reply" else "post",
            post.parent_step_id,
            None,
            self.account_type,
        )

    def _media(self, post: PlannedPost) -> tuple[Media, ...]:
        """The post's files; with the policy `fit`, those of ours as they will be when they are published."""
        media = tuple(media_of(a) for a in post.assets)
        if post.media_policy != "fit":
            return media
        return tuple(self._fitted(m) if a.get("managed") else m for m, a in zip(media, post.assets, strict=True))

    def _fitted(self, m: Media) -> Media:
        shape = self._own_shapes.get(m.kind)
        change = change_for(m, shape) if shape else None
        return change.of(m) if change else m

    def suits(self, post: PlannedPost, text: str) -> Sequence[Issue]:
        """Whether the settings suit the media."""
        return self.target.fits(self.draft(post, text)) if self.target.fits else ()

    def judge(self, post: PlannedPost, text: str, *, incomplete: bool = False) -> list[Issue]:
        """Everything the provider has against a post. `incomplete`: that something is missing has been said already."""
        draft = self.draft(post, text)
        found = list(check(draft, self.rules, prefix=self.provider.key))
        if incomplete:
            found = [issue for issue in found if issue.code not in self._needless]
        return [*found, *self._beyond(draft)]

    def unknown(self, asset: Mapping[str, Any]) -> list[str]:
        """What is not known of a file and would have to be, for all that is said of it to be judged."""
        shape = self._own_shapes.get(kind_of(asset))
        return shape.unknown(media_of(asset)) if shape else []

    def _beyond(self, draft: Draft) -> Sequence[Issue]:
        """What data cannot say."""
        extra = self.provider.extra
        return extra(draft) if extra else ()


def problem(plan: Plan) -> InvalidRequest:
    """The answer to a plan with issues: the first one's code, message and details, and all of them under `issues`."""
    first = plan.issues[0]
    error = InvalidRequest(first.message, code=first.code)
    error.details = {
        **first.details,
        "issues": wire_issues(plan.issues),
    }
    return error
