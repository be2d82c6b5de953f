"""docs/providers.md: every provider, from what it declares."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from docs.generators import errors
from docs.generators.markdown import bullets, code, codes, document, size, table
from socialclaw.accounts import developer_apps
from socialclaw.accounts.actions import PREVIEW
from socialclaw.accounts.capabilities import limitations
from socialclaw.clock import spoken
from socialclaw.networks import providers
from socialclaw.providers.base import Checks, Confirms, Deletes, Measures, Provider, Quota, TargetType
from socialclaw.providers.connect import Form, OAuth2
from socialclaw.providers.limit_sentences import span
from socialclaw.providers.options import Setting
from socialclaw.providers.rules import Rules
from socialclaw.providers.shapes import Shape

UNKNOWN = "publish_outcome_unknown"
INTRODUCTION = """What each destination takes and can do. The same is served for an account of yours by
`GET /v1/accounts/{id}/capabilities`, `…/settings` and `…/actions`."""
COMPARED = Path(__file__).parents[2] / "tests" / "networks" / "described" / "figures.json"
COMPARING = """Every request of an adapter, while it connects, posts at each of its edges, replies, looks back, counts and deletes, was
recorded and passed through a proxy that validates it ([Prism](https://github.com/stoplightio/prism)) with what the
network has published of itself. The simulators' answers passed too. Facebook, Instagram, LinkedIn, TikTok, Snapchat and
Reddit publish no OpenAPI. By `python -m tests.networks.described`, where the descriptions are at hand."""
ABILITIES = (
    (Deletes, "Delete a published post", "`POST /v1/posts/{id}/delete`"),
    (Confirms, "Look a post up", "`POST /v1/posts/{id}/reconcile`, and by itself after a lost answer"),
    (Measures, "Tell figures about a post", "analytics"),
    (Checks, "Prove that an account still works", "connecting"),
)


def page() -> str:
    found = sorted(providers().values(), key=lambda p: p.key)
    rows = [
        [
            f"[{p.label}](#{p.key})",
            code(p.key),
            codes(p.aliases),
            _way(p),
            *(_mark(p.can(ability)) for ability, _, _ in ABILITIES[:3]),
        ]
        for p in found
    ]
    columns = ["Provider", "Key", "Also called", "Connected by", "Delete", "Look up", "Figures"]
    blocks = (block for p in found for block in _described(p))
    return document("Providers", INTRODUCTION, table(columns, rows), *_compared(), *blocks)


def _compared() -> Iterator[str]:
    """What `python -m tests.networks.described --write` found last."""
    rows = json.loads(COMPARED.read_text("utf-8"))
    yield "## Held against the networks' own descriptions"
    yield COMPARING
    columns = ["Network", "Description", "Whose it is", "Calls", "Requests not as described", "Answers not as described", "Explained"]
    counts = ("calls", "requests", "answers")
    yield table(
        columns,
        [
            [
                row["network"],
                code(row["description"]),
                row["source"],
                *(f"{row[name]:,}" for name in counts),
                f"{sum(row['explained'].values()):,}",
            ]
            for row in rows
        ],
    )
    reasons = {f"{row['network']}: {reason} ({count:,})": None for row in rows for reason, count in row["explained"].items()}
    yield "Explained, because it is the description that is not right there:\n\n" + bullets(reasons)


def _described(provider: Provider) -> Iterator[str]:
    yield f"## {provider.key}"
    yield f"**{provider.label}**, of the network `{provider.network}`."
    yield "### Connecting\n\n" + _connecting(provider)
    yield "### Accounts\n\n" + table(
        ["Account type", "Handles begin with", "Can be published to", "Fetched from our public address"],
        [_target(t) for t in provider.targets],
    )
    yield "### Posts\n\n" + bullets([*_posts(provider.rules), *_same(provider)])
    yield "### Media\n\n" + _media(provider.rules)
    yield from _settings(provider)
    yield "### Abilities\n\n" + table(["Ability", "Has it", "Used by"], [[words, _mark(provider.can(a)), by] for a, words, by in ABILITIES])
    yield "### Actions\n\n" + bullets(f"`{a.id}`: {a.description}" for a in (PREVIEW, *provider.actions))
    yield "### If an answer is lost\n\n" + _lost(provider)
    if found := [*_figures(provider)]:
        yield "### Figures\n\n" + "\n\n".join(found)
    if provider.quotas:
        yield "### Quotas\n\n" + bullets(map(_quota, provider.quotas))
    yield "### Limitations\n\n" + bullets(dict.fromkeys(line for t in provider.targets for line in limitations(provider, t)))
    yield "### Error codes\n\n" + _codes(provider)


def _way(provider: Provider) -> str:
    return "consent in the browser" if isinstance(provider.connect, OAuth2) else "pasted values"


def _mark(able: bool) -> str:
    return "yes" if able else "no"


def _connecting(provider: Provider) -> str:
    match provider.connect:
        case Form(fields=fields):
            start = f'`POST /v1/connections/start` with `provider: "{provider.key}"` and these fields; the account is there at once.'
            rows = [[code(f.name), f.label, "secret" if f.secret else "", f.help] for f in fields]
            return f"{start}\n\n{table(['Field', 'What it is', '', 'Where it comes from'], rows)}"
        case OAuth2() as way:
            gives_back, forgets = "takes the permission back at the network", "only forgets the access: the network offers no way back"
            lines = [
                f'`POST /v1/connections/start` with `provider: "{provider.key}"` answers an `authorizeUrl`: open it and consent.',
                f"Consent page: {way.authorize_url}{' (with PKCE)' if way.pkce else ''}",
                f"Scopes: {codes(way.scopes)}",
                f"Redirect URI to register: `<base URL>/oauth/{provider.key}/callback`",
                f"Developer app, for live workspaces: {codes(developer_apps.variables(provider))}",
                f"Disconnecting {gives_back if way.revoke_url else forgets}.",
            ]
            return bullets(lines)


def _target(target: TargetType) -> list[str]:
    return [
        code(target.name),
        codes(target.handles) or "as its siblings'",
        _mark(target.publishes),
        ", ".join(f"{kind}s" for kind in target.pulls if kind != "other"),
    ]


def _posts(rules: Rules) -> Iterator[str]:
    yield f"Interactions: {codes(rules.interactions)}"
    if rules.title:
        most = f", up to {rules.max_title:,} characters" if rules.max_title else ""
        yield f"Title: {rules.title} (the post's `name`){most}"
    yield f"Text: up to {rules.max_text:,} {rules.text_unit}" if rules.max_text else "Text: no limit known"
    if rules.max_caption:
        yield f"Text with media: up to {rules.max_caption:,} {rules.text_unit}"
    for shape in rules.shapes:
        if shape.max_text:
            title = f", below a title of up to {shape.max_title:,} characters" if shape.max_title else ""
            yield f"Text with {shape.kind}s: up to {shape.max_text:,} {rules.text_unit}{title}"
    yield f"Alt text: up to {rules.max_alt:,} characters" if rules.max_alt else "Alt text: not limited, or not shown by the network"
    yield f"Media: {'required' if rules.media_required else 'optional'}, {rules.limit} file{'s' if rules.limit != 1 else ''} at most"


def _media(rules: Rules) -> str:
    rows = [
        [
            s.kind,
            f"1 to {rules.most(s.kind)}" if rules.most(s.kind) > 1 else "1",
            size(s.max_bytes) if s.max_bytes else "",
            codes(s.mimes),
            "; ".join(filter(None, _facts(s))),
        ]
        for s in rules.shapes
    ]
    columns = ["Kind", "Files", "Most bytes each", "Types", "Each file"]
    return f"A post has {rules.allowed}.\n\n{table(columns, rows)}" if rows else "None."


def _facts(shape: Shape) -> Iterator[str]:
    """Bounds of a file's pixels, form and length."""
    for name, (least, most), unit in (
        ("width", shape.width, "pixels"),
        ("height", shape.height, "pixels"),
        ("longer side", shape.long_side, "pixels"),
        ("shorter side", shape.short_side, "pixels"),
        ("width by height", shape.aspect, ""),
        ("frames a second", shape.frames, ""),
        ("length", shape.seconds, "seconds"),
    ):
        words = [f"at least {least:.5g}"] if least is not None else []
        words += [f"at most {most:.5g}"] if most is not None else []
        yield f"{name} {' and '.join(words)} {unit}".rstrip() if words else ""
    for what, codecs_taken in (("video", shape.video_codecs), ("audio", shape.audio_codecs)):
        yield f"{what} codec {' or '.join(codecs_taken)}" if codecs_taken else ""
    if shape.min_bytes:
        yield f"at least {shape.min_bytes:,} bytes"
    if shape.pixel_formats:
        yield f"pixel format {' or '.join(shape.pixel_formats)}"
    if shape.moving is not None:
        yield f"moving only as {' or '.join(shape.moving)}" if shape.moving else "none that moves"


def _settings(provider: Provider) -> Iterator[str]:
    by_settings: dict[tuple[Setting, ...], list[str]] = {}
    for target in provider.targets:
        by_settings.setdefault(target.settings, []).append(target.name)
    yield "### Settings"
    for settings, names in by_settings.items():
        rows = [[code(s.id), _kind(s), _default(s), s.description] for s in settings]
        of = f"Of {codes(names)}:" if len(by_settings) > 1 else ""
        yield "\n\n".join(filter(None, [of, table(["Setting", "Type", "Default", "What it does"], rows) if rows else "None."]))


def _kind(setting: Setting) -> str:
    told = f"one of {codes(o for o in setting.options if o)}" if setting.options else setting.type
    return told if setting.min is None else f"{told}, {setting.min:g} or more"


def _default(setting: Setting) -> str:
    if setting.required:
        return "required"
    value = str(setting.default).lower() if isinstance(setting.default, bool) else setting.default
    return "" if value in (None, "") else code(value)


def _lost(provider: Provider) -> str:
    told = [f"Evidence: {provider.evidence}"] if provider.evidence else []
    if provider.can(Confirms):
        told.append(
            "The network is read for the post. Found: it is taken as published. Still not there in a look that begins "
            f"{provider.settle_seconds:g} seconds after the call (`SOCIALCLAW_SETTLE_SECONDS` overrides): that counts as evidence that "
            "it was not made, and it is sent again. Where the evidence above cannot tell, the post ends as `failed` with "
            f"`{UNKNOWN}`, and a person decides. A post that the network shows only after that time stays unknowable."
        )
    else:
        told.append(
            "The network offers no way to look, so nobody but a person can know whether the post is live: it ends as `failed` with "
            f'`{UNKNOWN}`, and is never sent again unless somebody retries it with `{{"force": true}}`.'
        )
    return "\n\n".join(told)


def _figures(provider: Provider) -> Iterator[str]:
    """Our names of what is measured, with the network's own."""
    for of, names in (("a post", provider.metrics), ("an account", provider.account_metrics)):
        if names:
            yield f"Of {of}: " + ", ".join(f"`{ours}` ({theirs})" for ours, theirs in names.items()) + "."
    if provider.metrics:
        yield f"Windows that the network itself counts: {codes(provider.windows)}."


def _same(provider: Provider) -> Iterator[str]:
    if same := provider.same_text:
        span = f"within {spoken(timedelta(seconds=same.seconds))}" if same.seconds else f"as one of the last {same.posts} posts"
        files = "without files" if same.bare else "with the same files"
        yield f"The same text {files} {span}: refused, so a repeated post is skipped then"


def _quota(quota: Quota) -> str:
    return f"{quota.most:,} posts per {quota.per} {span(quota)} ({quota.source})"


def _codes(provider: Provider) -> str:
    own = [entry.code for entry in errors.entries().values() if provider.network in entry.networks]
    return f"{codes(own)}. What they mean: [error codes](errors.md#{provider.network})."
