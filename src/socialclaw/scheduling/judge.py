"""Judges one post by what its destination takes: settings, media, text; and turns a plan's problems into an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from socialclaw.billing.counting import POSTS
from socialclaw.billing.subscriptions import CODES
from socialclaw.errors import InvalidRequest, PlanRequired
from socialclaw.providers.base import Provider, TargetType
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.drafting import draft_of, kind_of, media_of
from socialclaw.providers.fitting import handed_over
from socialclaw.providers.issues import Issue
from socialclaw.providers.judging import judge_of
from socialclaw.providers.options import settle
from socialclaw.providers.shapes import Shape
from socialclaw.scheduling.plan import Plan, PlannedPost, wire_issues

Settled = tuple[dict[str, Any], Sequence[Issue]]

_encode = msgspec.json.Encoder().encode


class Judge:
    """What a destination of one type takes, made ready for judging many posts. Judging is pure; the same settings are settled once."""

    def __init__(self, provider: Provider, target: TargetType, account_type: str = "") -> None:
        rules = provider.rules
        self.provider, self.target, self.rules = provider, target, rules
        self._settled_as = provider.target(target.settings_of) or target
        self.account_type = account_type or target.name
        self._needless = frozenset({rules.code("text_or_media_required", provider.key), rules.code("media_required", provider.key)})
        self._shapes = provider.shapes_of(target)
        self._by_rules = judge_of(rules, provider.key)
        self._settled: dict[bytes, Settled] = {}

    def settings(self, given: Mapping[str, Any]) -> Settled:
        """The effective settings, and what is wrong with the given ones. Where something is, defaults stand in."""
        try:
            key = _encode(given)
        except (UnicodeEncodeError, OverflowError, RecursionError):  # no JSON that could be told apart from other
            return self._settle(given)
        if (settled := self._settled.get(key)) is None:
            settled = self._settle(given)
            if not settled[1]:
                self._settled[key] = settled
        return settled

    def _settle(self, given: Mapping[str, Any]) -> Settled:
        target = self._settled_as
        prefix = target.settings_prefix or self.provider.key
        effective, issues = settle(given, target.settings, prefix=prefix, none_code=target.no_settings_code)
        if issues:
            effective = {**{s.id: s.default for s in target.settings}, **effective}
        return effective, issues

    def draft(self, post: PlannedPost, about: Mapping[str, Any] | None = None) -> Draft:
        """The post as rules and adapters see it; with the policy `fit`, files of ours as they will be when they are published.

        `about`: what is known of the account.
        """
        assets = post.assets
        if not assets:
            media: Sequence[Media] = ()
        elif post.media_policy != "fit":
            media = [media_of(asset) for asset in assets]
        else:
            shapes = self.provider.shapes_of(self.target, about) if about else self._shapes
            media = [_fitted(media_of(asset), shapes) if asset.get("managed") else media_of(asset) for asset in assets]
        draft = draft_of(post, media, target_type=self.account_type)
        if about:
            draft.about = about
        return draft

    def suits(self, draft: Draft) -> Sequence[Issue]:
        """What speaks against its settings beside its media."""
        return self._settled_as.fits(draft) if self._settled_as.fits else ()

    def judge(self, draft: Draft, *, incomplete: bool = False) -> Sequence[Issue]:
        """Everything the provider has against a post. `incomplete`: that something is missing has been said already."""
        found = self._by_rules(draft)
        if incomplete:
            found = [issue for issue in found if issue.code not in self._needless]
        return [*found, *more] if (extra := self.provider.extra) and (more := extra(draft)) else found

    def unknown(self, asset: Mapping[str, Any]) -> list[str]:
        """What is not known of a file and would have to be, for all that is said of it to be judged."""
        shape = self._shapes.get(kind_of(asset))
        return shape.unknown(media_of(asset)) if shape else []


def _fitted(m: Media, shapes: Mapping[str, Shape]) -> Media:
    shape = shapes.get(m.kind)
    change = handed_over(m, shape, fit=True) if shape else None
    return change.of(m) if change else m


def problem(plan: Plan) -> InvalidRequest | PlanRequired:
    """The answer to a plan with issues."""
    return refusal(plan.issues)


def refusal(issues: Sequence[Issue]) -> InvalidRequest | PlanRequired:
    """The first one's code, message and details, and all of them under `issues`. Where the plan alone is in the way, 402."""
    kind = PlanRequired if issues[0].code in (POSTS, *CODES) else InvalidRequest
    error = kind(issues[0].message, code=issues[0].code)
    error.details = {**issues[0].details, "issues": wire_issues(issues)}
    return error
