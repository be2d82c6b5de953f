"""Who is asking: workspaces, their keys, what they have used, how they are doing."""

from __future__ import annotations

from socialclaw.workspaces.tenants import by_name, create, listed, tenant

__all__ = ["by_name", "create", "listed", "tenant"]
