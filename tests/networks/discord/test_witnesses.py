"""Judged by others: Discord's own OpenAPI description, and discord.py, which knows nothing of us."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import discord as discord_py
import httpx2
import pytest
import requests
from discord.http import Route
from jsonschema import Draft202012Validator

from socialclaw.networks.discord.adapter import Discord
from socialclaw.networks.discord.sandbox.simulator import DiscordSandbox
from socialclaw.providers.draft import Draft
from tests.networks.conftest import Serve
from tests.networks.recorded import Recorder
from tests.networks.telegram.conftest import VIDEO, media, picture, steps

WEBHOOK, MESSAGE = "/webhooks/{webhook_id}/{webhook_token}", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"


class OpenApi:
    """Discord's description of itself."""

    def __init__(self, path: Path) -> None:
        self.document = json.loads(path.read_text())

    def check(self, schema: dict[str, Any], value: Any) -> None:
        whole = {**schema, "components": self.document["components"]}
        problems = [f"{e.json_path}: {e.message}" for e in Draft202012Validator(whole).iter_errors(value)]
        assert problems == []

    def check_call(self, request: httpx2.Request, response: httpx2.Response) -> tuple[str, str]:
        """Method and described path of this call, once what was sent and what came back are as described."""
        path = MESSAGE if "/messages/" in request.url.path else WEBHOOK
        operation = self.document["paths"][path][request.method.lower()]
        parameters = {p["name"]: p for p in operation.get("parameters", [])}
        for name, value in request.url.params.items():
            self.check(parameters[name]["schema"], json.loads(value))
        body = sent(request)
        if body is not None:
            assert operation["requestBody"]
            known = self.document["components"]["schemas"]["IncomingWebhookRequestPartial"]
            assert set(body) <= set(known["properties"])
            self.check(known, body)
        described = operation["responses"].get(str(response.status_code), operation["responses"]["4XX"])
        if "$ref" in described:
            described = self.document["components"]["responses"][described["$ref"].rpartition("/")[2]]
        if response.content:
            self.check(described["content"]["application/json"]["schema"], response.json())
        assert {name.lower() for name in described.get("headers", {})} <= set(response.headers)
        return request.method, path


def sent(request: httpx2.Request) -> Any:
    kind = request.headers.get("content-type", "")
    if kind == "application/json":
        return json.loads(request.content)
    if not kind:
        return None
    part = request.content.partition(b'name="payload_json"\r\n\r\n')[2]
    return json.loads(part.partition(b"\r\n--")[0])


async def test_every_call_and_every_answer_is_as_discord_describes_it(
    adapter: Discord, discord: DiscordSandbox, recorder: Recorder, official: Callable[[str], Path]
) -> None:
    described = OpenApi(official("discord/openapi.json"))
    drafts = [
        Draft(text="plain"),
        Draft(text="settings", settings={"tts": True, "suppressEmbeds": True}),
        Draft(text="picture", media=(media(picture(), alt="teal"),)),
        Draft(media=(media(VIDEO, kind="video", mime="video/mp4"),)),
    ]
    for draft in drafts:
        published = await adapter.publish(draft, steps())
    await adapter.delete(published.id)
    await adapter.delete(published.id)
    await adapter.check()
    called = [described.check_call(request, response) for request, response in recorder.calls]
    assert set(called) == {("GET", WEBHOOK), ("POST", WEBHOOK), ("DELETE", MESSAGE)}
    assert called.count(("DELETE", MESSAGE)) == 2  # the second one is refused, in the described shape


def numbered(errors: Any) -> Any:
    """The same errors with numbers for codes: the description says so of nested ones, while Discord's own examples have words."""
    if isinstance(errors, list):
        return [{**item, "code": 0} for item in errors]
    return {key: numbered(value) for key, value in errors.items()}


def test_refusals_are_as_described(discord: DiscordSandbox, pasted: str, official: Callable[[str], Path]) -> None:
    described = OpenApi(official("discord/openapi.json"))
    schemas = described.document["components"]["schemas"]
    agent = {"user-agent": "DiscordBot (https://example.org, 1)"}
    for body in ({"content": "a" * 2001, "embeds": [{"title": "a" * 257}]}, {"content": ""}):
        request = httpx2.Request("POST", pasted, json=body, headers=agent)
        request.read()
        answer = discord.answer(request).json()
        described.check(schemas["ErrorResponse"], {**answer, "errors": numbered(answer.get("errors", {}))})
    discord.fail("rate_limit", seconds=1)
    described.check(schemas["RatelimitedResponse"], discord.answer(httpx2.Request("POST", pasted, json={}, headers=agent)).json())


# discord.py


@pytest.fixture
def webhook(
    discord: DiscordSandbox, pasted: str, serve_simulator: Serve, monkeypatch: pytest.MonkeyPatch
) -> Iterator[discord_py.SyncWebhook]:
    monkeypatch.setattr(Route, "BASE", f"{serve_simulator(discord)}/api/v10")
    number, token = pasted.rsplit("/", 2)[1:]
    with requests.Session() as session:
        yield discord_py.SyncWebhook.partial(int(number), token, session=session)


def test_an_independent_library_gets_what_it_expects(webhook: discord_py.SyncWebhook, discord: DiscordSandbox) -> None:
    assert webhook.fetch().name == "Ada"
    text = webhook.send("Grüße 🙂", wait=True, tts=True, suppress_embeds=True, allowed_mentions=discord_py.AllowedMentions.none())
    assert (text.content, text.tts, text.flags.suppress_embeds) == ("Grüße 🙂", True, True)
    assert text.created_at.timestamp() == pytest.approx(discord.clock(), abs=1)
    picture_file = discord_py.File(io.BytesIO(picture()), "picture.jpg", description="A teal square")
    photo = webhook.send("photo", file=picture_file, wait=True)
    assert (photo.attachments[0].filename, photo.attachments[0].description) == ("picture.jpg", "A teal square")
    assert photo.attachments[0].size == len(picture())
    film = webhook.send(file=discord_py.File(io.BytesIO(VIDEO), "film.mp4"), wait=True)
    assert film.attachments[0].content_type == "video/mp4"
    embed = webhook.send(embed=discord_py.Embed(title="Title", description="Words"), username="Someone else", wait=True)
    assert (embed.embeds[0].title, embed.author.name) == ("Title", "Someone else")
    assert webhook.fetch_message(text.id).content == "Grüße 🙂"
    assert webhook.edit_message(text.id, content="better").edited_at is not None
    webhook.delete_message(film.id)
    assert [seen.text for seen in discord.seen()] == ["better", "photo", ""]


def test_an_independent_library_understands_every_refusal(webhook: discord_py.SyncWebhook, discord: DiscordSandbox) -> None:
    with pytest.raises(discord_py.HTTPException, match="Must be 2000 or fewer in length") as long:
        webhook.send("a" * 2001, wait=True)
    assert long.value.code == 50035
    with pytest.raises(discord_py.HTTPException, match="Cannot send an empty message"):
        webhook.send(" ", wait=True)
    with pytest.raises(discord_py.NotFound, match="Unknown Message"):
        webhook.delete_message(99)
    discord.fail("rate_limit", seconds=0.05)
    assert webhook.send("after the wait", wait=True).content == "after the wait"
    webhook.delete(prefer_auth=False)
    with pytest.raises(discord_py.NotFound, match="Unknown Webhook"):
        webhook.fetch()


async def test_what_the_adapter_posted_an_independent_library_can_read(adapter: Discord, webhook: discord_py.SyncWebhook) -> None:
    published = await adapter.publish(Draft(text="ours", media=(media(picture(), alt="teal"),)), steps())
    message = webhook.fetch_message(int(published.id))
    assert (message.content, message.attachments[0].description) == ("ours", "teal")
