"""The operations that this server serves, read off its OpenAPI document. What is added to it is tested by being there."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from socialclaw.app import build
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.vault import Vault


@cache
def blueprint() -> FastAPI:
    """An app to be looked at, not called: its installation is gone."""

    async def look(folder: Path) -> FastAPI:
        settings = Settings(data_dir=folder)
        Vault.open(settings.key_file, create=True)
        system = System.open(settings)
        app = build(system)
        app.openapi()
        await system.close()
        return app

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(look(Path(folder)))


# The least that a body must hold, where that is something.
LEAST: dict[str, dict[str, Any]] = {
    "change_member": {"role": "viewer"},
    "change_alerts_by_mail": {"wanted": True},
    "create_workspace": {"name": "Another"},
    "delete_workspace": {"name": "nobody"},
    "dashboard_move_posts": {"posts": [{"id": "nobody", "publishAt": "2090-01-01T00:00:00Z"}]},
    "dashboard_save_draft": {"content": {}},
    "dashboard_set_slots": {"times": []},
    "create_repeat": {"rule": "FREQ=DAILY;COUNT=2", "startsAt": "2090-01-01T00:00:00Z", "post": {}},
    "dashboard_describe_asset": {"altText": "A boat"},
    "create_webhook": {"url": "https://hooks.example.com/"},
    "replay_webhook": {"since": "2026-01-01T00:00:00Z"},
    "dashboard_resolve_post": {"outcome": "not_published"},
    "set_destinations": {"count": 1},
    "crop_asset": {"left": 0, "top": 0, "width": 1, "height": 1},
    "remove_app": {"accountId": "nobody"},
    "DashboardPostUpdateRequest": {"account": "nobody", "publishAt": "2090-01-01T00:00:00Z"},
    "MultipartPartRequest": {"uploadId": "nobody", "partNumber": 1},
    "MultipartCompleteRequest": {"uploadId": "nobody", "parts": []},
}


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    spec: dict[str, Any]

    @property
    def name(self) -> str:
        name: str = self.spec["operationId"]
        return name

    @property
    def keyed(self) -> bool:
        """Whether a key may call it."""
        return {"api_key": []} in self.spec.get("security", ())

    @property
    def personal(self) -> bool:
        """Whether a person may call it, by a session."""
        return {"session": []} in self.spec.get("security", ())

    @property
    def guarded(self) -> bool:
        """Whether it takes one of the two: of the others, some tell more to who has one."""
        return bool(self.spec.get("security")) and {} not in self.spec["security"]

    @property
    def right(self) -> str | None:
        """The right that a person needs for it, in the workspace that they act in."""
        found: str | None = self.spec.get("x-right")
        return found

    @property
    def slots(self) -> list[str]:
        """The names of the path's parameters."""
        return [p["name"] for p in self.spec.get("parameters", ()) if p["in"] == "path"]

    @property
    def body(self) -> dict[str, Any] | None:
        """The JSON body's schema, where there is one; the first of several."""
        found: dict[str, Any] | None = self.spec.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        return found["anyOf"][0] if found and "anyOf" in found else found

    @property
    def least(self) -> dict[str, Any] | None:
        """A body that holds no more than it must; None where there is none."""
        return LEAST.get(self.name, LEAST.get(self.body.get("$ref", "").rpartition("/")[2], {})) if self.body else None


def operations() -> list[Operation]:
    paths = blueprint().openapi()["paths"]
    return [Operation(method.upper(), path, spec) for path, item in paths.items() for method, spec in item.items()]


every_operation = pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.name)
every_guarded_operation = pytest.mark.parametrize("operation", [o for o in operations() if o.guarded], ids=lambda operation: operation.name)
every_personal_operation = pytest.mark.parametrize(
    "operation", [o for o in operations() if o.personal], ids=lambda operation: operation.name
)
every_keyed_operation = pytest.mark.parametrize("operation", [o for o in operations() if o.keyed], ids=lambda operation: operation.name)
