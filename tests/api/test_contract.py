"""The served OpenAPI document against the API contract, which is kept beside these tests as data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import AliasChoices

from socialclaw.api.dialect import components, nullable
from socialclaw.api.schemas import models
from tests.api.operations import blueprint

CONTRACT = json.loads((Path(__file__).parents[1] / "contract" / "contract.json").read_text())
ENDPOINTS = {(e["method"], e["path"]): e for e in CONTRACT["endpoints"]}
REF = "#/components/schemas/"

BUILT = sorted(ENDPOINTS)
NOT_COMPARED = frozenset({"title", "description", "examples", "default"})

# Where the contract repeats another route's schema for a body that the route itself describes: any JSON object is taken.
ANY_OBJECT = "OkResponse"


def structure(node: Any, *, names: bool = False) -> Any:
    """A schema without its prose, and with `required` in one order. `names`: the keys are property names, not keywords."""
    match node:
        case dict():
            kept = {k: structure(v, names=k == "properties" and not names) for k, v in node.items() if names or k not in NOT_COMPARED}
            return {**kept, "required": sorted(kept["required"])} if isinstance(kept.get("required"), list) else kept
        case list():
            return [structure(item) for item in node]
    return node


@pytest.fixture
def document() -> dict[str, Any]:
    return blueprint().openapi()


def served(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(method.upper(), path): operation for path, item in document["paths"].items() for method, operation in item.items()}


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")


def departures(ours: Any, theirs: Any, known: dict[str, Any], path: str = "") -> list[str]:
    """Where a schema of ours is not that of the contract with, at most, further fields in objects that may hold more."""
    if isinstance(theirs, list) and isinstance(ours, list) and len(ours) == len(theirs):
        return [one for each in zip(ours, theirs, strict=True) for one in departures(*each, known, path)]
    if not isinstance(theirs, dict) or not isinstance(ours, dict):
        return [] if ours == theirs else [path]
    if ours == theirs:
        return []
    if "$ref" in theirs and "$ref" in ours:  # a component of ours that has what theirs has
        theirs = structure(CONTRACT["schemas"][theirs["$ref"].removeprefix(REF)])
    if "anyOf" not in theirs:  # where the contract says no more than "object", ours has a name
        ours = named(ours, known)
    may_grow = theirs.get("additionalProperties", True) is not False
    found = [] if may_grow or ours.get("properties", {}).keys() == theirs.get("properties", {}).keys() else [f"{path}: is closed"]
    for keyword in sorted((ours.keys() | theirs.keys()) - {"properties"}):
        if keyword == "required" and keyword not in theirs and "properties" not in theirs:
            continue  # of fields of our own
        if keyword == "additionalProperties" and may_grow and ours.get(keyword, True) is not False:
            continue
        found += departures(ours.get(keyword), theirs.get(keyword), known, f"{path}/{keyword}")
    for name, schema in theirs.get("properties", {}).items():
        found += departures(ours.get("properties", {}).get(name), schema, known, f"{path}.{name}")
    return found


def named(ours: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """The schema that is referred to; where it may be null too, as that type or null."""
    match ours:
        case {"$ref": ref}:
            found: dict[str, Any] = known[ref.removeprefix(REF)]
            return found
        case {"anyOf": [one, {"type": "null"}]} if "type" in (schema := named(one, known)):
            return nullable(schema)
    return ours


def compared(written: dict[str, Any], name: str) -> list[str]:
    known = {each: structure(schema) for each, schema in written.items()}
    return departures(known[name], structure(CONTRACT["schemas"][name]), known)


@pytest.mark.parametrize("name", sorted({model.__name__ for model in models() if not model.inline} & CONTRACT["schemas"].keys()))
def test_a_schema_is_that_of_the_contract_with_further_fields_at_most(name: str) -> None:
    assert compared(components(models()), name) == []


def test_served_components_are_those_of_the_contract_with_further_fields_at_most(document: dict[str, Any]) -> None:
    written = document["components"]["schemas"]
    assert [f"{name}{where}" for name in written.keys() & CONTRACT["schemas"].keys() for where in compared(written, name)] == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Post", lambda schema: schema["properties"].pop("error")),
        ("Post", lambda schema: schema["properties"]["error"].update(type="string")),
        ("Post", lambda schema: schema["required"].append("name")),
        ("Post", lambda schema: schema.update(additionalProperties=False)),
        ("ApiKey", lambda schema: schema["properties"].update(operations={"type": "array"})),
        ("ErrorResponse", lambda schema: schema["properties"].update(next={"type": "object"})),
        ("PostsResponse", lambda schema: schema["properties"]["posts"].update(items={"type": "object"})),
    ],
)
def test_what_is_another_structure_is_noticed(name: str, change: Callable[[dict[str, Any]], object]) -> None:
    written = components(models())
    change(written[name])
    assert compared(written, name)


def referred(node: Any) -> set[str]:
    """The schemas that a schema of the contract refers to, at whatever remove."""
    direct = set(re.findall(rf"{REF}(\w+)", json.dumps(node)))
    return direct.union(*(referred(CONTRACT["schemas"][name]) for name in direct))


def test_every_schema_of_what_is_built_is_served(document: dict[str, Any]) -> None:
    named = {ENDPOINTS[key][part] for key in BUILT for part in ("request", "response")} & CONTRACT["schemas"].keys()
    needed = named.union(*(referred(CONTRACT["schemas"][name]) for name in named), {"ErrorResponse"})
    assert needed - document["components"]["schemas"].keys() == set()


def test_every_operation_and_every_schema_of_the_contract_is_served(document: dict[str, Any]) -> None:
    assert ENDPOINTS.keys() - served(document).keys() == set()
    assert CONTRACT["schemas"].keys() - document["components"]["schemas"].keys() == set()
    assert (len(ENDPOINTS), len(CONTRACT["schemas"])) == (80, 62)


def test_operations_of_our_own_are_few_and_known(document: dict[str, Any]) -> None:
    heads = {("HEAD", path) for method, path in ENDPOINTS if method == "GET"}
    ours = served(document).keys() - ENDPOINTS.keys() - heads
    assert {(method, path) for method, path in ours if not path.startswith("/v1/sandbox")} == {
        ("GET", "/v1/keys/validate"),
        ("GET", "/v1/keys/{keyId}"),
        ("GET", "/v1/keys/details"),
        ("PUT", "/media/parts/{uploadId}/{partNumber}"),
        ("POST", "/v1/assets/{assetId}/revoke-delivery"),
        ("GET", "/v1/assets"),
        ("GET", "/v1/assets/{assetId}"),
        ("POST", "/v1/assets/uploads"),
        ("GET", "/v1/assets/uploads/{assetId}"),
        ("POST", "/v1/assets/uploads/{assetId}/part"),
        ("POST", "/v1/assets/uploads/{assetId}/complete"),
        ("POST", "/v1/assets/uploads/{assetId}/abort"),
        ("GET", "/auth/ticket/{ticket}"),
        ("POST", "/auth/ticket/{ticket}"),
        ("POST", "/auth/link"),
        ("POST", "/auth/email"),
        ("POST", "/auth/email/code"),
        ("POST", "/auth/email/form"),
        ("GET", "/auth/email/{ticket}"),
        ("POST", "/auth/email/{ticket}"),
        ("POST", "/auth/sign-out"),
        ("GET", "/auth/google/start"),
        ("GET", "/auth/google/callback"),
        ("GET", "/auth/apple/start"),
        ("POST", "/auth/apple/callback"),
        ("POST", "/auth/apple/notifications"),
        ("POST", "/auth/mobile/exchange"),
        ("POST", "/auth/sign-out-everywhere"),
        ("GET", "/v1/dashboard/sessions"),
        ("DELETE", "/v1/dashboard/sessions/{sessionId}"),
        ("GET", "/v1/dashboard/workspaces"),
        ("POST", "/v1/dashboard/workspaces"),
        ("PATCH", "/v1/dashboard/workspace"),
        ("POST", "/v1/dashboard/workspace/switch"),
        ("GET", "/v1/dashboard/members"),
        ("PATCH", "/v1/dashboard/members/{userId}"),
        ("DELETE", "/v1/dashboard/members/{userId}"),
        ("GET", "/v1/dashboard/invites"),
        ("POST", "/v1/dashboard/invites"),
        ("DELETE", "/v1/dashboard/invites/{inviteId}"),
        ("GET", "/v1/dashboard/audit"),
        ("GET", "/v1/dashboard/identities"),
        ("DELETE", "/v1/dashboard/identities/{identityId}"),
        ("POST", "/v1/dashboard/workspace/export"),
        ("GET", "/v1/dashboard/workspace/exports"),
        ("POST", "/v1/dashboard/workspace/delete"),
        ("POST", "/v1/dashboard/workspace/keep"),
        ("POST", "/v1/dashboard/me/export"),
        ("GET", "/v1/dashboard/me/exports"),
        ("DELETE", "/v1/dashboard/me"),
        ("GET", "/exports/{token}"),
        ("GET", "/v1/dashboard/events"),
        ("GET", "/v1/events"),
        ("GET", "/v1/events/stream"),
        ("POST", "/v1/webhooks"),
        ("GET", "/v1/webhooks"),
        ("GET", "/v1/webhooks/{webhookId}"),
        ("PATCH", "/v1/webhooks/{webhookId}"),
        ("DELETE", "/v1/webhooks/{webhookId}"),
        ("POST", "/v1/webhooks/{webhookId}/rotate-secret"),
        ("POST", "/v1/webhooks/{webhookId}/test"),
        ("POST", "/v1/webhooks/{webhookId}/replay"),
        ("GET", "/v1/webhooks/{webhookId}/deliveries"),
        ("GET", "/v1/deliveries/{deliveryId}"),
        ("POST", "/v1/deliveries/{deliveryId}/retry"),
        ("POST", "/v1/dashboard/workspace/twin"),
        ("GET", "/v1/dashboard/attention"),
        ("GET", "/v1/dashboard/me/alerts"),
        ("PATCH", "/v1/dashboard/me/alerts"),
        ("POST", "/v1/dashboard/invites/{inviteId}/resend"),
        ("GET", "/v1/dashboard/runs"),
        ("POST", "/v1/dashboard/posts/{postId}/resolve"),
        ("POST", "/v1/dashboard/posts/move"),
        ("GET", "/v1/dashboard/drafts"),
        ("GET", "/v1/dashboard/drafts/{draftId}"),
        ("PUT", "/v1/dashboard/drafts/{draftId}"),
        ("DELETE", "/v1/dashboard/drafts/{draftId}"),
        ("GET", "/v1/dashboard/slots"),
        ("PUT", "/v1/dashboard/slots"),
        ("GET", "/v1/dashboard/slots/next"),
        ("PATCH", "/v1/dashboard/assets/{assetId}"),
        ("GET", "/v1/dashboard/assets/{assetId}/fit"),
        ("GET", "/v1/dashboard/assets/{assetId}/uses"),
        ("GET", "/v1/dashboard/accounts/posts"),
        ("GET", "/v1/dashboard/analytics"),
        ("GET", "/v1/dashboard/doctor"),
        ("GET", "/v1/labels"),
        ("POST", "/v1/assets/{assetId}/crop"),
        ("POST", "/v1/runs/{runId}/preview-links"),
        ("GET", "/v1/runs/{runId}/preview-links"),
        ("DELETE", "/v1/runs/{runId}/preview-links/{linkId}"),
        ("GET", "/preview/{token}"),
        ("GET", "/preview/{token}/pictures/{assetId}"),
        ("POST", "/v1/import/posts"),
        ("POST", "/v1/import/posts/validate"),
        ("GET", "/v1/export/posts"),
        ("POST", "/v1/repeats"),
        ("GET", "/v1/repeats"),
        ("GET", "/billing/return"),
        ("GET", "/v1/repeats/{repeatId}"),
        ("PATCH", "/v1/repeats/{repeatId}"),
        ("DELETE", "/v1/repeats/{repeatId}"),
        ("POST", "/webhooks/tiktok"),
        ("GET", "/data-deletion/{code}"),
    }


@pytest.mark.parametrize(("method", "path"), BUILT, ids=lambda part: part)
def test_an_operation_is_as_in_the_contract(document: dict[str, Any], method: str, path: str) -> None:
    expected, operation = ENDPOINTS[method, path], served(document)[method, path]
    parameters = operation.get("parameters", [])
    assert [p["name"] for p in parameters if p["in"] == "path"] == expected["path_params"]
    asked = {p["name"]: p["required"] for p in parameters if p["in"] == "query"}
    wanted = {q["name"]: q["required"] for q in expected["query"]}
    assert asked | wanted == asked
    assert not any(asked[name] for name in asked.keys() - wanted.keys())  # ours are optional
    schemes = [scheme for each in operation.get("security", ()) for scheme in each]
    if expected["auth"] == "api_key":
        assert "api_key" in schemes  # a session does too: that is ours
    else:
        assert ("session" in schemes, "api_key" in schemes) == (expected["auth"] == "session", False)
    assert operation["tags"] == [expected["group"]]
    success = operation["responses"][str(expected["status"])]
    match expected["response"]:
        case "redirect":
            assert "303" in operation["responses"]
        case "application/octet-stream":
            assert "application/octet-stream" in success["content"]
        case name:
            schema, components = success["content"]["application/json"]["schema"], document["components"]["schemas"]
            if name == ANY_OBJECT:  # the contract says no more than that it is one: ours may have a name, and say more
                known = {each: structure(one) for each, one in components.items()}
                assert departures(structure(schema), {"$ref": REF + name}, known) == []
            else:
                assert schema == {"$ref": REF + name}


@pytest.mark.parametrize(("method", "path"), [key for key in BUILT if ENDPOINTS[key]["request"]], ids=lambda part: part)
def test_a_body_is_as_in_the_contract(document: dict[str, Any], method: str, path: str) -> None:
    expected = ENDPOINTS[method, path]["request"]
    body = served(document)[method, path]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    if expected == ANY_OBJECT:
        assert structure(schema) in ({"type": "object", "additionalProperties": True}, {"$ref": REF + ANY_OBJECT})
        assert not body.get("required")  # clients send none, or {}
    else:
        assert schema.get("anyOf", [schema])[0] == {"$ref": REF + expected}, "what else is taken comes after it"
        assert body["required"]


def query_names(method: str, path: str) -> Iterator[str]:
    """Every name under which a route takes a query parameter, documented or not."""
    for context in iter_route_contexts(blueprint().routes):
        route = context.original_route
        if isinstance(route, APIRoute) and context.path_format == path and method in (context.methods or ()):
            for field in route.dependant.query_params:
                alias = field.field_info.validation_alias
                yield from (str(choice) for choice in alias.choices) if isinstance(alias, AliasChoices) else [field.alias]


@pytest.mark.parametrize(
    ("method", "path"), [key for key in BUILT if any(q["aliases"] for q in ENDPOINTS[key]["query"])], ids=lambda part: part
)
def test_every_documented_alias_of_a_query_parameter_is_taken(method: str, path: str) -> None:
    taken = set(query_names(method, path))
    for parameter in ENDPOINTS[method, path]["query"]:
        assert {parameter["name"], *parameter["aliases"]} <= taken
