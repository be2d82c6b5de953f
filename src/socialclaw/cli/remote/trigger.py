"""`socialclaw trigger`: makes an event happen in a test workspace, for real: by posts, faults of the simulated networks, and the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from socialclaw.cli.remote import exits
from socialclaw.cli.remote.command import Api, Refused, remote
from socialclaw.cli.remote.events import about
from socialclaw.cli.remote.exits import USAGE

SECONDS = 60.0
MANY = 1000  # calls that are refused: all tries of a post
# One grey point, as PNG.
POINT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="

Type = Annotated[str, typer.Argument(metavar="TYPE", help="The type of the event, such as post.failed.")]
Synthetic = Annotated[bool, typer.Option("--synthetic", help="Send a sample to --webhook instead: nothing happens.")]
Webhook = Annotated[str | None, typer.Option("--webhook", help="The id of the webhook that the sample is sent to.")]


@remote
def trigger(api: Api, type: Type, synthetic: Synthetic = False, webhook: Webhook = None) -> None:
    """Make an event happen in a test workspace, and show it.

    Posts are published to the workspace's simulated networks; for what takes a network that fails, one fails once.
    """
    if synthetic:
        _sample(api, type, webhook)
        return
    workspace: Any = api.client.call("GET", "/v1/keys/validate")
    if workspace["tenant"]["mode"] != "test":
        raise Refused("Events are made to happen in test workspaces only: use a key that begins with sc_test_", exits.NOT_ALLOWED)
    if type not in RECIPES:
        raise Refused(f"{type} cannot be made to happen; these can: {', '.join(RECIPES)}. A sample of it is sent by --synthetic", USAGE)
    start: Any = api.client.call("GET", "/v1/events", query={"cursor": "latest"})
    RECIPES[type](api)
    cursor, until = start["nextCursor"], datetime.now(UTC) + timedelta(seconds=SECONDS)
    while datetime.now(UTC) < until:
        answer: Any = api.client.call("GET", "/v1/events", query={"cursor": cursor, "types": type, "wait": 10})
        if answer["events"]:
            event = answer["events"][0]
            told = [("Event", event["id"]), ("Type", event["type"]), ("Number", event["seq"]), ("When", event["timestamp"])]
            api.facts({"ok": True, "event": event}, [*told, ("About", about(event))], id=event["id"])
            return
        cursor = answer["nextCursor"]
    raise TimeoutError(f"{type} has not happened within {SECONDS:g} seconds")


def _sample(api: Api, type: str, webhook: str | None) -> None:
    if not webhook:
        raise Refused("Missing required flag: --webhook", USAGE)
    answer: Any = api.client.call("POST", f"/v1/webhooks/{webhook}/test", json={"type": type})
    api.sentence(answer, f"A sample of {type} is on its way to {webhook}.", id=answer["delivery"]["id"])


def _account(api: Api) -> tuple[str, str]:
    """The handle of an account that takes mere text, and its network."""
    there: Any = api.client.call("GET", "/v1/sandbox")
    networks = {provider: one["network"] for one in there["networks"] for provider in one["providers"]}
    answer: Any = api.client.call("GET", "/v1/accounts/capabilities")
    for one in answer["capabilities"]:
        if one["provider"] in networks and not one["input"]["media"].get("required"):
            return one["handle"], networks[one["provider"]]
    raise Refused("No account that takes a text alone is connected: `socialclaw accounts connect --provider …`", exits.FAILED)


def _post(api: Api, **more: Any) -> Any:
    handle, _ = _account(api)
    text = f"Triggered at {datetime.now(UTC).isoformat(timespec='milliseconds')}"
    answer: Any = api.client.call("POST", "/v1/posts/apply", json={"posts": [{"account": handle, "description": text, **more}]})
    return answer["posts"][0]


def _fault(api: Api, kind: str, **more: Any) -> None:
    _, network = _account(api)
    api.client.call("POST", f"/v1/sandbox/networks/{network}/faults", json={"kind": kind, **more})


def _published(api: Api) -> Any:
    return _post(api)


def _retrying(api: Api) -> None:
    _fault(api, "refuse")
    _post(api)


def _limited(api: Api) -> None:
    _fault(api, "rate_limit", seconds=5)
    _post(api)


def _failed(api: Api) -> None:
    """Every try is refused, in hours that take a moment. What else becomes due in these hours is refused too, and fails with it."""
    api.client.call("POST", "/v1/sandbox/clock/freeze")
    try:
        _fault(api, "refuse", times=MANY)
        _post(api)
        api.client.call("POST", "/v1/sandbox/clock/advance", json={"hours": 6})
    finally:
        api.client.call("DELETE", "/v1/sandbox/faults")
        api.client.call("POST", "/v1/sandbox/clock/resume")


def _canceled(api: Api) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    post = _post(api, publish_at=tomorrow.isoformat())
    api.client.call("DELETE", f"/v1/posts/{post['id']}")


def _deleted(api: Api) -> None:
    post = _post(api)
    start = datetime.now(UTC)
    while (datetime.now(UTC) - start).total_seconds() < SECONDS:
        answer: Any = api.client.call("GET", "/v1/events", query={"subject": post["id"], "types": "post.published", "wait": 10})
        if answer["events"]:
            break
    api.client.call("POST", f"/v1/posts/{post['id']}/delete", json={})


def _draft(api: Api) -> Any:
    handle, _ = _account(api)
    body = {"posts": [{"account": handle, "description": "A draft that was triggered"}], "mode": "draft"}
    answer: Any = api.client.call("POST", "/v1/posts/apply", json=body)
    return answer["run"]["id"]


def _scheduled(api: Api) -> None:
    api.client.call("POST", f"/v1/runs/{_draft(api)}/publish", json={})


def _key(api: Api) -> Any:
    answer: Any = api.client.call("POST", "/v1/keys", json={"label": "Triggered", "kind": "agent"})
    return answer["key"]["id"]


def _key_gone(api: Api) -> None:
    api.client.call("DELETE", f"/v1/keys/{_key(api)}")


def _file(api: Api) -> None:
    api.client.call("POST", "/v1/assets/upload", json={"filename": "point.png", "mime": "image/png", "contentBase64": POINT})


RECIPES: dict[str, Callable[[Api], Any]] = {
    "post.published": _published,
    "post.retrying": _retrying,
    "post.failed": _failed,
    "post.canceled": _canceled,
    "post.deleted": _deleted,
    "run.applied": _draft,
    "run.scheduled": _scheduled,
    "run.completed": _published,
    "run.partial_failed": _failed,
    "asset.ready": _file,
    "key.created": _key,
    "key.revoked": _key_gone,
    "quota.reached": _limited,
}
