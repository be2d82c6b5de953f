"""Workspaces: made, changed, switched to."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import StrictBool, StrictInt

from socialclaw.api.dialect import Inline, optional
from socialclaw.api.schemas.envelopes import OkResponse
from socialclaw.api.schemas.status import Tenant


class WorkspaceResponse(OkResponse):
    """A workspace as it is now; `twin`: the test workspace that was made with it."""

    tenant: Tenant
    twin: Tenant | None = optional()


class SwitchRequest(Inline):
    """The workspace to act in from now on, where a request names none: its id, or its slug."""

    misses: ClassVar = {"workspace": "id", "workspaceid": "id", "tenantid": "id", "slug": "id"}

    id: str


class WorkspaceChange(Inline):
    """What is to be changed of a workspace; what is left out stays."""

    misses: ClassVar = {"title": "name", "policy": "mediaPolicy", "maxlate": "maxLateMinutes", "late": "maxLateMinutes", "zone": "timezone"}

    name: str | None = None
    slug: str | None = None
    timezone: str | None = None
    week_start: str | None = None
    media_policy: str | None = None
    max_late_minutes: StrictInt | None = None


class WorkspaceRequest(Inline):
    """A workspace to be made. `twin`: of a live one, whether a test workspace comes with it."""

    name: str
    mode: Literal["live", "test"] | None = None
    twin: StrictBool | None = None
