"""The table of kinds: its samples are as it describes them, and so is the document that is made of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from socialclaw.events.kinds import ENDING, KINDS, Kind

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text(encoding="utf-8"))


def described(type: str) -> Draft202012Validator:
    """What the OpenAPI document says that an event of this type is."""
    said = DOCUMENT["webhooks"][type]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return Draft202012Validator({**said, "components": DOCUMENT["components"]})


def problems(event: dict[str, Any]) -> list[str]:
    return [error.message for error in described(event["type"]).iter_errors(event)]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.type)
def test_a_sample_is_as_its_kind_is_described(kind: Kind) -> None:
    assert problems(kind.event()) == []
    assert json.loads(json.dumps(DOCUMENT["webhooks"][kind.type]["post"]["requestBody"]["content"]["application/json"]["example"])) == (
        kind.event()
    )


def test_a_description_says_what_an_event_is_not() -> None:
    """Or the tests that hold events against it would hold nothing."""
    right = KINDS["post.failed"].event()
    post = right["data"]["post"]
    assert problems({**right, "type": "post.published"} | {"type": "post.failed"}) == []
    assert problems({**right, "data": {"post": {**post, "attemptCount": "1"}}})
    assert problems({**right, "data": {"post": {key: value for key, value in post.items() if key != "status"}}})
    assert problems({**right, "subject": {}})


def test_what_may_end_a_run_is_a_kind() -> None:
    assert set(ENDING) < KINDS.keys()
    assert {KINDS[type].tells for type in ENDING} == {"post"}
