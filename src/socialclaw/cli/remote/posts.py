"""`socialclaw posts`: the posts of a workspace over its API, beside what holds back posts of all workspaces on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialclaw.cli import posts as machine
from socialclaw.cli.remote.command import Api, remote
from socialclaw.cli.remote.groups import Listing, group
from socialclaw.cli.remote.options import Limit, OnlyAccount, OnlyProvider, OnlyRun, OnlyStatus, PostId, Yes
from socialclaw.cli.remote.shown import Column

if TYPE_CHECKING:
    from socialclaw.sdk import types

posts = group("Posts of a workspace; and holding back the posts of all of them, after a restore.", Listing)
MACHINE: dict[str, Callable[..., None]] = {"due": machine.show_due, "hold": machine.hold, "release": machine.release}
COLUMNS = (
    Column("Post", "id"),
    Column("Account", "account"),
    Column("Status", "status"),
    Column("When", "publishAtUtc", when=True),
    Column("Tries", "attemptCount"),
    Column("Campaign", "campaignName"),
    Column("Text", lambda post: _short(post.get("description") or post.get("name") or "")),
    Column("Link", "providerUrl"),
)
Force = Annotated[bool, typer.Option("--force", help="Also where an earlier try may have gone out, so that it may appear twice.")]
MOST = 40  # characters of a text


@posts.command("list")
@remote
def list_posts(
    api: Api,
    run_id: OnlyRun = None,
    status: OnlyStatus = None,
    account: OnlyAccount = None,
    provider: OnlyProvider = None,
    campaign_id: Annotated[str | None, typer.Option("--campaign-id", help="Only of this campaign.")] = None,
    limit: Limit = None,
) -> None:
    """List posts."""
    filters = {"runId": run_id, "status": status, "account": account, "provider": provider, "campaignId": campaign_id, "limit": limit}
    answer = api.client.posts(**filters)
    api.table(answer, answer["posts"], COLUMNS, none="No posts.")


@posts.command("get")
@remote
def get(api: Api, post_id: PostId) -> None:
    """Show a post, and what became of it."""
    answer = api.client.post(post_id)
    api.facts(answer, _facts(answer), id=post_id)


@posts.command("attempts")
@remote
def attempts(api: Api, post_id: PostId) -> None:
    """Show every try at a post, with the network's words."""
    answer = api.client.attempts(post_id)
    columns = (
        Column("Try", "attemptNo"),
        Column("Stage", "stage"),
        Column("Began", "startedAt", when=True),
        Column("Ended", "finishedAt", when=True),
        Column("Well", "ok"),
        Column("Code", "code"),
        Column("Again", "retryable"),
        Column("Message", "message"),
    )
    api.table(answer, answer["attempts"], columns, ids="attemptNo", none=f"Nothing was tried yet for {post_id}.")


@posts.command("delete")
@remote
def delete(api: Api, post_id: PostId, yes: Yes = False) -> None:
    """Take a published post down at its network."""
    api.confirm(f"Delete {post_id} at its network?", yes=yes)
    answer = api.client.delete_post(post_id)
    api.sentence(answer, f"Post {answer['post']['id']} is deleted at {answer['post']['provider']}.", id=post_id)


@posts.command("reconcile")
@remote
def reconcile(api: Api, post_id: PostId) -> None:
    """Look on the network whether a post is there whose answer was lost."""
    answer = api.client.reconcile(post_id)
    post = answer["post"]
    api.facts(answer, [("Post", post_id), ("Status", post["status"]), *_outcome(post)], id=post_id)


@remote
def retry(api: Api, post_id: PostId, force: Force = False) -> None:
    """Try a failed post again."""
    answer = api.client.retry(post_id, force=force)
    api.sentence(answer, f"Post {answer['post']['id']} is tried again.", id=post_id)


@remote
def cancel(api: Api, post_id: PostId) -> None:
    """Do not publish a post that waits."""
    answer = api.client.cancel(post_id)
    told = "is canceled" if answer["post"]["status"] == "canceled" else "is being published; it is canceled if it does not go out"
    api.sentence(answer, f"Post {answer['post']['id']} {told}.", id=post_id)


for word in MACHINE:
    posts.command(word, rich_help_panel="On this machine's installation, for all workspaces")(MACHINE[word])


def _facts(answer: types.PostResponse) -> Iterator[tuple[str, Any]]:
    post: Any = answer["post"]
    yield from (("Post", post["id"]), ("Run", post.get("runId")), ("Account", post["account"]), ("Provider", post["provider"]))
    yield from (("Kind", post.get("interactionType")), ("Status", post["status"]), ("Publish at", post.get("publishAtUtc")))
    yield from (("Published at", post.get("publishedAt")), ("Link", post.get("providerUrl")), ("Id there", post.get("providerPostId")))
    yield from _outcome(post)
    yield from (("Text", post.get("description")), ("Files", len(post.get("assets") or ())), ("Labels", post.get("labels")))
    yield from (("Tries", post.get("attemptCount")), ("Error", post.get("error")), ("Code", post.get("errorCode")))
    if tried := answer.get("latestAttempt"):
        yield "Last try", f"#{tried['attemptNo']} {'went well' if tried['ok'] else tried['code']}"


def _outcome(post: Any) -> list[tuple[str, Any]]:
    return [("There", post.get("providerStatus")), ("Looked for", post.get("reconciliationStatus"))]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST else f"{line[: MOST - 1]}…"
