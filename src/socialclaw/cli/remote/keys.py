"""`socialclaw api-keys`: the keys of a workspace, over the API. `keys` is of an installation, and needs none."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from socialclaw.cli.remote.command import Api, remote
from socialclaw.cli.remote.groups import Listing, group
from socialclaw.cli.remote.options import Yes
from socialclaw.cli.remote.shown import Column

api_keys = group("API keys of the workspace that the key is of.", Listing)


@api_keys.command("list")
@remote
def list_keys(api: Api) -> None:
    """List keys, revoked ones too."""
    answer = api.client.keys()
    columns = (
        Column("Key", "id"),
        Column("Begins with", "prefix"),
        Column("Label", "label"),
        Column("Kind", "kind"),
        Column("Made", "createdAt", when=True),
        Column("Last used", "lastUsedAt", when=True),
        Column("Revoked", "revokedAt", when=True),
    )
    api.table(answer, answer["keys"], columns)


@api_keys.command("create")
@remote
def create(
    api: Api,
    label: Annotated[str | None, typer.Option("--label", help="What the key is for.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="personal or agent.", show_default="personal")] = None,
    operations: Annotated[
        str | None, typer.Option("--operations", help="What it may do, separated by commas: words and presets, as in docs/settings.md.")
    ] = None,
) -> None:
    """Make a key, and show its secret: this once only."""
    fields: dict[str, Any] = {"kind": kind} if kind else {}
    fields |= {"operations": [word for word in operations.replace(",", " ").split() if word]} if operations else {}
    answer = api.client.create_key(label, **fields)
    key: Any = answer["key"]
    api.facts(answer, [("Key", key["id"]), ("Secret", answer.get("secret")), ("May", answer.get("operations"))], id=key["id"])


@api_keys.command("revoke")
@remote
def revoke(api: Api, key: Annotated[str, typer.Argument(metavar="KEY", help="The key's id.")], yes: Yes = False) -> None:
    """Take a key out of use, for good."""
    api.confirm(f"Revoke {key}?", yes=yes)
    api.sentence(api.client.revoke_key(key), f"Key {key} is revoked.", id=key)
