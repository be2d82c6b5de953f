"""The commands for a workspace as a whole: its health, its jobs, what it has used, and whose key this is."""

from __future__ import annotations

from typing import Any

from socialclaw.cli.output import say
from socialclaw.cli.remote.command import Api, remote
from socialclaw.cli.remote.groups import Listing, group
from socialclaw.cli.remote.options import Limit, OnlyAccount, OnlyProvider, OnlyRun, OnlyStatus
from socialclaw.cli.remote.shown import Column

workspace = group("The workspace that the key is of.")
connections = group("Connected accounts, and how their access is doing.")
jobs = group("What is waiting to be published.", Listing)


@workspace.command("health")
@remote
def health(api: Api) -> None:
    """Show how the workspace is doing."""
    answer = api.client.workspace_health()
    found: Any = answer["health"]
    tenant = found["tenant"]
    told = [("Workspace", f"{tenant['name']} ({tenant['id']})"), ("Plan", tenant.get("plan")), ("State", tenant.get("subscriptionStatus"))]
    parts = ("connections", "runs", "posts", "jobs", "storage")
    api.facts(answer, [*told, *((part.capitalize(), found.get(part)) for part in parts)], id=tenant["id"])


@connections.command("health")
@remote
def connections_health(api: Api, provider: OnlyProvider = None) -> None:
    """Show whether each account can be published to."""
    answer = api.client.connections_health(provider)
    columns = (
        Column("Account", "id"),
        Column("Provider", "provider"),
        Column("Handle", "handle"),
        Column("Publishable", "publishable"),
        Column("Access", "tokenHealth"),
        Column("Refreshing", "tokenRefreshStatus"),
        Column("Failed by", "tokenRefreshFailureCode"),
        Column("Expires", "expiresAt", when=True),
    )
    api.table(answer, answer["connections"], columns, none="No accounts are connected.")


@jobs.command("list")
@remote
def list_jobs(
    api: Api,
    status: OnlyStatus = None,
    provider: OnlyProvider = None,
    account: OnlyAccount = None,
    run_id: OnlyRun = None,
    limit: Limit = None,
) -> None:
    """List what is to be done for posts, and what it waits for."""
    answer = api.client.jobs(status=status, provider=provider, account=account, runId=run_id, limit=limit)
    columns = (
        Column("Post", "postId"),
        Column("Account", "account"),
        Column("Status", "status"),
        Column("Job", "jobState"),
        Column("Next", "nextAction"),
        Column("When", "nextAttemptAt", when=True),
        Column("Access", "accountTokenHealth"),
        Column("Last code", lambda job: (job.get("latestAttempt") or {}).get("code")),
    )
    api.table(answer, answer["jobs"], columns, ids="postId", none="No jobs.")


@remote
def usage(api: Api) -> None:
    """Show what the workspace has used of its plan."""
    answer = api.client.usage()
    used: Any = answer["usage"]
    api.facts(answer, ((name, value) for name, value in used.items()))


@remote
def whoami(api: Api) -> None:
    """Show which server, workspace and key are used here."""
    answer = api.client.validate_key()
    tenant: Any = answer["tenant"]
    key: Any = answer["apiKey"]
    told = [("Server", api.target.base_url), ("Profile", api.target.profile), ("Workspace", f"{tenant['name']} ({tenant['id']})")]
    told += [("Mode", tenant.get("mode")), ("Key", f"{key.get('prefix')}… {key.get('label') or ''}".strip()), ("Kind", key.get("kind"))]
    api.facts(answer, [*told, ("May", answer.get("operations"))], id=tenant["id"])
    if api.people and tenant.get("mode") == "live":
        say("What is applied here is published to the world.")
