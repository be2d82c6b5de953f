"""What an account can do, and what a post to it may be told: the provider's own description, for clients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from socialclaw.accounts.health import is_publishable, token_health
from socialclaw.accounts.lookup import provider_of, target_of
from socialclaw.db.accounts import Account
from socialclaw.providers.base import Action, Confirms, Deletes, Measures, Provider, TargetType
from socialclaw.providers.limit_sentences import sentences
from socialclaw.providers.options import Setting
from socialclaw.providers.rules import Rules

POST_MODEL = "one_post_per_account"
EXECUTION_MODEL = "durable_worker"


def capability(row: Account, actions: tuple[Action, ...], now: datetime) -> dict[str, Any]:
    """Everything an account can do. `actions` are its discovery actions."""
    provider, target = provider_of(row), target_of(row)
    rules = provider.rules
    fields = [field_wire(s) for s in target.settings]
    media = media_wire(rules, target)
    return {
        "provider": row.provider,
        "accountId": row.id,
        "handle": row.handle,
        "displayName": row.display_name,
        "accountType": row.account_type,
        "canPublish": is_publishable(row, now),
        "publishable": is_publishable(row, now),
        "summary": summary(provider, target),
        "media": media,
        "settings": fields,
        "workflow": {
            "currentPostModel": POST_MODEL,
            "executionModel": EXECUTION_MODEL,
            "supportedInteractionTypes": list(rules.interactions) if target.publishes else [],
            "draftSupport": target.publishes,
            "campaignSupport": target.publishes,
            "deleteSupport": provider.can(Deletes),
            "reconcileSupport": provider.can(Confirms),
            "analyticsSupport": provider.can(Measures),
        },
        "input": {"text": text_wire(rules), "media": media},
        "publishSettings": {"supported": bool(fields), "fields": fields},
        "discoveryActions": {"supported": bool(actions), "actions": [{"id": a.id, "label": a.label} for a in actions]},
        "limitations": limitations(provider, target),
        "nextRecommendedActions": recommendations(row, target, now),
    }


WHO = ("provider", "accountId", "handle", "displayName", "accountType", "canPublish", "summary")
OF_FILES = ("kind", "maxItems", "maxBytes", "mimes", "aspect", "seconds", "maxTextLength", "maxTitleLength")


def brief(full: Mapping[str, Any], quotas: Iterable[str]) -> dict[str, Any]:
    """A capability with what matters to who writes a post, under `essentials`: said once, and only what is there or limited."""
    media = full["media"]
    shapes = [_said({name: shape[name] for name in OF_FILES if name in shape}) for shape in media["shapes"]]
    kept = {name: media[name] for name in ("required", "maxItems", "mixed", "combinations", "maxAltTextLength")}
    essentials = {
        "interactions": full["workflow"]["supportedInteractionTypes"],
        "text": _said({**full["input"]["text"], "supported": None}),
        "media": _said({**kept, "shapes": shapes}) if shapes else None,
        "settings": [_asked(setting) for setting in full["settings"]],
        "actions": [action["id"] for action in full["discoveryActions"]["actions"]],
        "quotas": [*quotas],
    }
    return {name: full[name] for name in WHO} | {"essentials": {name: value for name, value in essentials.items() if value}}


def _asked(setting: Mapping[str, Any]) -> dict[str, Any]:
    """An option; one that has a default need not be thought about, so its name must do."""
    left_out = [name for name, out in (("description", "default" in setting), ("required", not setting["required"])) if out]
    return {name: value for name, value in setting.items() if name not in left_out}


def _said(limits: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing: null, false, empty, or a pair without bounds."""
    nothing: tuple[Any, ...] = (None, False, "", [], {}, [None, None])
    return {name: _said(value) if isinstance(value, dict) else value for name, value in limits.items() if value not in nothing}


def settings(row: Account) -> dict[str, Any]:
    """`publishSettings` of an account: its options, so that a form can be drawn from them."""
    target = target_of(row)
    return {
        "supported": bool(target.settings),
        "target": {"provider": row.provider, "accountType": row.account_type, "accountId": row.id, "handle": row.handle},
        "fields": [field_wire(s) for s in target.settings],
        "discovery": {"publishShape": target.publish_shape or None, "mediaDelivery": target.media_delivery or None},
    }


def field_wire(setting: Setting) -> dict[str, Any]:
    """One option. `default` and `example` are left out where there is none, `options` where any value of the type will do."""
    field: dict[str, Any] = {"id": setting.id, "type": setting.type, "required": setting.required, "description": setting.description}
    if setting.default is not None:
        field["default"] = setting.default
    if setting.example is not None:
        field["example"] = setting.example
    if setting.options:
        field["options"] = list(setting.options)
    if setting.min is not None:
        field["min"] = setting.min
    return field


def text_wire(rules: Rules) -> dict[str, Any]:
    """Text limits in `unit`; null where there is none. `maxCaptionLength` is the limit with media."""
    return {
        "supported": True,
        "required": rules.title == "required",
        "title": {"supported": bool(rules.title), "required": rules.title == "required", "maxLength": rules.max_title},
        "maxLength": rules.max_text,
        "maxCaptionLength": rules.max_caption or rules.max_text,
        "unit": rules.text_unit,
    }


def media_wire(rules: Rules, target: TargetType) -> dict[str, Any]:
    shapes = [
        {
            "kind": s.kind,
            "minItems": 1,
            "maxItems": rules.most(s.kind),
            "maxBytes": s.max_bytes,
            "mimes": list(s.mimes),
            "width": list(s.width),
            "height": list(s.height),
            "aspect": list(s.aspect),
            "seconds": list(s.seconds),
            "longSide": list(s.long_side),
            "shortSide": list(s.short_side),
            "frameRate": list(s.frames),
            "videoCodecs": list(s.video_codecs),
            "audioCodecs": list(s.audio_codecs),
            "pixelFormats": list(s.pixel_formats),
            "moving": None if s.moving is None else list(s.moving),
            **({"maxTextLength": s.max_text} if s.max_text else {}),
            **({"maxTitleLength": s.max_title} if s.max_title else {}),
        }
        for s in rules.shapes
    ]
    return {
        "supported": bool(shapes),
        "required": rules.media_required,
        "maxItems": rules.limit,
        "acceptsMultiple": rules.limit > 1,
        "acceptedKinds": list(dict.fromkeys(s.kind for s in rules.shapes)),
        "transport": target.media_delivery or None,
        # The delivery word names who carries the bytes: us, or the network that fetches a public URL.
        "nativeUpload": "socialclaw" in target.media_delivery,
        "mixed": rules.mixed,
        "combinations": [{"counts": dict(mix.counts), "maxItems": mix.limit} for mix in rules.combinations],
        "maxAltTextLength": rules.max_alt,
        "shapes": shapes,
    }


def summary(provider: Provider, target: TargetType) -> str:
    if not target.publishes:
        return f"{provider.label}: an identity that only finds destinations; it cannot be published to."
    rules = provider.rules
    parts = [rules.allowed] if rules.shapes else []
    text = f"text of up to {rules.max_text} {rules.text_unit}" if rules.max_text else "text"
    replies = " Replies are supported." if "reply" in rules.interactions else ""
    return f"{provider.label}: {' with '.join([text, *parts])}{', media required' if rules.media_required else ''}.{replies}"


def limitations(provider: Provider, target: TargetType) -> list[str]:
    """What it cannot do: what follows from its rules and quotas, and the provider's own list."""
    if not target.publishes:
        return ["This account is an identity; it cannot be published to.", *provider.limitations]
    return [
        *sentences(provider),
        *provider.limitations,
        *(["Replies are not supported."] if "reply" not in provider.rules.interactions else []),
    ]


def recommendations(row: Account, target: TargetType, now: datetime) -> list[str]:
    """What to do next, most urgent first."""
    match token_health(row, now):
        case "reconnect_required" | "expired" if row.refresh_at is None:
            return [f"Connect this account again: POST /v1/connections/start with provider {row.provider}."]
        case "expiring" if row.refresh_at is None:
            urgent = ["Its access ends soon: connect this account again before that."]
        case _:
            urgent = []
    if not target.publishes:
        return [*urgent, "Choose a destination of this identity that can be published to: GET /v1/accounts."]
    required = [s.id for s in target.settings if s.required]
    return [
        *urgent,
        *([f"Set {', '.join(required)}: every post needs it."] if required else []),
        "Try a post without publishing it: the action publish-preview.",
        "Check a whole schedule with POST /v1/posts/validate, then POST /v1/posts/apply.",
    ]
