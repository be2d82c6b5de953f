"""`socialclaw webhooks`: where events are sent, and what came of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from socialclaw.cli.remote.command import Api, remote
from socialclaw.cli.remote.groups import Listing, group
from socialclaw.cli.remote.options import Limit, OnlyStatus, Yes
from socialclaw.cli.remote.shown import Column

webhooks = group("Webhooks: URLs that events are sent to.", Listing)
Id = Annotated[str, typer.Argument(metavar="WEBHOOK", help="The webhook's id.")]
DeliveryId = Annotated[str, typer.Argument(metavar="DELIVERY", help="The delivery's id.")]
Types = Annotated[str | None, typer.Option("--types", help="Which events: post.*,run.completed; without it, all.")]
BASE = "/v1/webhooks"


def _words(text: str | None) -> list[str]:
    return [word for word in (text or "").replace(",", " ").split() if word]


def _facts(api: Api, answer: Any) -> None:
    hook = answer["webhook"]
    told = [("Webhook", hook["id"]), ("URL", hook["url"]), ("For", hook["description"]), ("Types", hook["types"])]
    more = [("Accounts", hook["accounts"]), ("In order", hook["ordered"]), ("Status", hook["status"]), ("Because", hook["disabledBecause"])]
    api.facts(answer, [*told, *more, ("Secret", answer.get("secret"))], id=hook["id"])


@webhooks.command("list")
@remote
def list_webhooks(api: Api) -> None:
    """List webhooks."""
    answer: Any = api.client.call("GET", BASE)
    columns = (
        Column("Webhook", "id"),
        Column("URL", "url"),
        Column("For", "description"),
        Column("Types", "types"),
        Column("Status", "status"),
        Column("Failing since", "failingSince", when=True),
    )
    api.table(answer, answer["webhooks"], columns, none="Events are sent nowhere: `socialclaw webhooks create --url …`")


@webhooks.command("create")
@remote
def create(
    api: Api,
    url: Annotated[str, typer.Option("--url", help="Where events are sent, by https.")],
    types: Types = None,
    description: Annotated[str | None, typer.Option("--description", help="What it is for.")] = None,
    ordered: Annotated[bool, typer.Option("--ordered", help="One after another, and none before the one before it was taken.")] = False,
) -> None:
    """Have events sent to a URL, and show the secret that signs them: this once only."""
    _facts(api, api.client.call("POST", BASE, json={"url": url, "types": _words(types), "description": description, "ordered": ordered}))


@webhooks.command("show")
@remote
def show(api: Api, webhook: Id) -> None:
    """Show a webhook."""
    _facts(api, api.client.call("GET", f"{BASE}/{webhook}"))


@webhooks.command("enable")
@remote
def enable(api: Api, webhook: Id) -> None:
    """Send events again. What was missed is sent by `replay`."""
    _facts(api, api.client.call("PATCH", f"{BASE}/{webhook}", json={"enabled": True}))


@webhooks.command("disable")
@remote
def disable(api: Api, webhook: Id) -> None:
    """Send nothing any more."""
    _facts(api, api.client.call("PATCH", f"{BASE}/{webhook}", json={"enabled": False}))


@webhooks.command("delete")
@remote
def delete(api: Api, webhook: Id, yes: Yes = False) -> None:
    """Delete a webhook, with the list of its deliveries."""
    api.confirm(f"Delete {webhook}?", yes=yes)
    api.sentence(api.client.call("DELETE", f"{BASE}/{webhook}"), f"Webhook {webhook} is deleted.", id=webhook)


@webhooks.command("rotate-secret")
@remote
def rotate(
    api: Api,
    webhook: Id,
    overlap_hours: Annotated[float, typer.Option("--overlap-hours", help="For so long the secret of now signs too.")] = 24,
) -> None:
    """Make another secret, and show it: this once only."""
    _facts(api, api.client.call("POST", f"{BASE}/{webhook}/rotate-secret", json={"overlapHours": overlap_hours}))


@webhooks.command("test")
@remote
def sample(
    api: Api, webhook: Id, type: Annotated[str, typer.Option("--type", help="Of which type a sample is sent.")] = "test.ping"
) -> None:
    """Send a sample of an event."""
    answer: Any = api.client.call("POST", f"{BASE}/{webhook}/test", json={"type": type})
    delivery = answer["delivery"]["id"]
    api.sentence(answer, f"A sample of {type} is on its way: socialclaw webhooks delivery {delivery}", id=delivery)


@webhooks.command("replay")
@remote
def replay(
    api: Api,
    webhook: Id,
    since: Annotated[str, typer.Option("--since", help="What happened since then: 2026-12-24T10:00:00Z.")],
    until: Annotated[str | None, typer.Option("--until", help="And before that.")] = None,
    types: Types = None,
    only_failed: Annotated[bool, typer.Option("--only-failed", help="Only what was never taken.")] = False,
) -> None:
    """Send events again."""
    body = {"since": since, "until": until, "types": _words(types), "onlyFailed": only_failed}
    answer: Any = api.client.call("POST", f"{BASE}/{webhook}/replay", json=body)
    more = "; there are more, go on with a later --since" if answer["hasMore"] else ""
    api.sentence(answer, f"{answer['replayed']} events are sent again{more}.")


@webhooks.command("deliveries")
@remote
def deliveries(api: Api, webhook: Id, status: OnlyStatus = None, limit: Limit = None) -> None:
    """List what was sent to a webhook, the newest first."""
    answer: Any = api.client.call("GET", f"{BASE}/{webhook}/deliveries", query={"status": status, "limit": limit})
    columns = (
        Column("Delivery", "id"),
        Column("Type", "type"),
        Column("Status", "status"),
        Column("Tries", "tries"),
        Column("Answer", lambda one: one["lastStatus"] or one["lastError"]),
        Column("ms", "lastMilliseconds"),
        Column("Made", "createdAt", when=True),
        Column("Next try", "nextTryAt", when=True),
    )
    api.table(answer, answer["deliveries"], columns, none="Nothing was sent.")


@webhooks.command("delivery")
@remote
def delivery(api: Api, delivery: DeliveryId) -> None:
    """Show a delivery: what is sent, every try, and what was answered last."""
    answer: Any = api.client.call("GET", f"/v1/deliveries/{delivery}")
    one = answer["delivery"]
    tries = [f"{each['at']} {each['error'] or each['status']} in {each['milliseconds']} ms" for each in one["log"]]
    told = [
        ("Delivery", one["id"]),
        ("Event", one["eventId"]),
        ("Type", one["type"]),
        ("Status", one["status"]),
        ("Next try", one["nextTryAt"]),
    ]
    api.facts(answer, [*told, ("Tries", tries), ("Sent", one["request"]["body"]), ("Answer", one["answer"])], id=one["id"])


@webhooks.command("retry")
@remote
def retry(api: Api, delivery: DeliveryId) -> None:
    """Send a delivery again, now."""
    api.sentence(api.client.call("POST", f"/v1/deliveries/{delivery}/retry"), f"Delivery {delivery} is sent again.", id=delivery)
