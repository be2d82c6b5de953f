"""The simulated Discord is as strict as the real one, and says so in the same words."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from socialclaw.networks.discord.sandbox.simulator import EPOCH, DiscordSandbox
from tests.networks.telegram.conftest import Clock, picture

AGENT = {"user-agent": "DiscordBot (https://example.org, 1)"}


def ask(
    discord: DiscordSandbox, url: str, body: Any = None, *, verb: str = "POST", headers: dict[str, str] | None = None, **kwargs: Any
) -> Any:
    given = {"json": body} if body is not None else {}
    request = httpx2.Request(verb, url, headers=headers if headers is not None else AGENT, **given, **kwargs)
    request.read()
    return discord.answer(request)


def problem(answer: httpx2.Response) -> tuple[int, int, str]:
    body = answer.json()
    return answer.status_code, body["code"], body["message"]


def test_credentials_are_the_same_for_the_same_name(discord: DiscordSandbox, pasted: str) -> None:
    assert discord.credentials("Ada")["webhookUrl"] == pasted
    assert discord.credentials("Grace")["webhookUrl"] != pasted
    before = ask(discord, pasted, verb="GET").json()
    assert ask(discord, pasted, verb="DELETE").status_code == 204
    after = ask(discord, discord.credentials("Ada")["webhookUrl"], verb="GET").json()
    assert (after["channel_id"], after["id"] != before["id"]) == (before["channel_id"], True)


def test_a_webhook_tells_about_itself_and_takes_a_new_name(discord: DiscordSandbox, pasted: str) -> None:
    assert ask(discord, pasted, verb="GET").json()["type"] == 1
    assert ask(discord, pasted, {"name": "New"}, verb="PATCH").json()["name"] == "New"
    assert ask(discord, pasted, verb="GET").json()["name"] == "New"
    assert ask(discord, pasted, {"name": ""}, verb="PATCH").json()["errors"]["name"]["_errors"][0]["code"] == "BASE_TYPE_BAD_LENGTH"


def test_a_deleted_webhook_and_a_wrong_token_are_told_apart(discord: DiscordSandbox, pasted: str) -> None:
    assert problem(ask(discord, pasted[:-1] + "!", verb="GET")) == (401, 50027, "Invalid Webhook Token")
    ask(discord, pasted, verb="DELETE")
    assert problem(ask(discord, pasted, verb="GET")) == (404, 10015, "Unknown Webhook")
    assert problem(ask(discord, "https://discord.com/api/v10/users/@me", verb="GET")) == (404, 0, "404: Not Found")


def test_a_client_without_a_name_does_not_get_past_the_edge(discord: DiscordSandbox, pasted: str) -> None:
    answer = ask(discord, pasted, {"content": "x"}, headers={})
    assert (answer.status_code, answer.text) == (403, "error code: 1010")
    assert discord.seen() == []


@pytest.mark.parametrize(("wait", "status"), [("true", 200), ("True", 200), ("1", 200), ("false", 204), (None, 204)])
def test_only_those_who_wait_get_the_message(discord: DiscordSandbox, pasted: str, wait: str | None, status: int) -> None:
    answer = ask(discord, pasted, {"content": " x "}, params={"wait": wait} if wait else {})
    assert answer.status_code == status
    assert [seen.text for seen in discord.seen()] == ["x"]


def test_ids_come_from_the_clock(discord: DiscordSandbox, pasted: str, clock: Clock) -> None:
    ids = [int(ask(discord, f"{pasted}?wait=true", {"content": "x"}).json()["id"]) for _ in range(2)]
    assert ids[0] < ids[1]
    assert [(number >> 22) + EPOCH for number in ids] == [int(clock.now * 1000)] * 2


@pytest.mark.parametrize(
    ("body", "path", "code", "message"),
    [
        ({"content": "a" * 2001}, "content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length."),
        ({"content": 5}, "content", "STRING_TYPE_CONVERT", 'Could not interpret "5" as string.'),
        ({"content": "x", "username": ""}, "username", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 80 in length."),
        ({"content": "x", "username": "Mr Clyde"}, "username", "USERNAME_INVALID_CONTAINS", 'Username cannot contain "clyde"'),
        ({"content": "x", "tts": "yes"}, "tts", "BOOLEAN_TYPE_CONVERT", "Must be either true or false."),
        ({"content": "x", "flags": "four"}, "flags", "NUMBER_TYPE_COERCE", 'Value "four" is not int.'),
        ({"content": "x", "flags": 1}, "flags", "BASE_TYPE_CHOICES", "Only SUPPRESS_EMBEDS"),
        ({"embeds": [{}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length."),
        ({"embeds": {}}, "embeds", "LIST_TYPE_CONVERT", "Only iterables"),
        ({"embeds": [1]}, "embeds.0", "MODEL_TYPE_CONVERT", "Only dictionaries"),
        ({"embeds": [{"title": "a" * 257}]}, "embeds.0.title", "BASE_TYPE_MAX_LENGTH", "Must be 256 or fewer in length."),
        ({"embeds": [{"description": "a" * 3001}] * 2}, "embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000"),
        ({"content": "x", "allowed_mentions": {"parse": ["all"]}}, "allowed_mentions.parse.0", "BASE_TYPE_CHOICES", "Value must be one of"),
        ({"content": "x", "attachments": [{}]}, "attachments.0.id", "BASE_TYPE_REQUIRED", "This field is required"),
        ({"content": "x", "attachments": [{"id": "a"}]}, "attachments.0.id", "NUMBER_TYPE_COERCE", "is not snowflake"),
        ({"content": "x", "attachments": [{"id": 0}]}, "attachments.0", "ATTACHMENT_NOT_FOUND", "Attachment data not found"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(
    discord: DiscordSandbox, pasted: str, body: dict[str, Any], path: str, code: str, message: str
) -> None:
    answer = ask(discord, pasted, body)
    assert problem(answer) == (400, 50035, "Invalid Form Body")
    found = answer.json()["errors"]
    for key in path.split("."):
        found = found[key]
    assert found["_errors"][0]["code"] == code
    assert message in found["_errors"][0]["message"]
    assert discord.seen() == []


@pytest.mark.parametrize("body", [{}, {"content": ""}, {"content": " \n"}, {"embeds": []}, {"username": "Someone"}])
def test_an_empty_message_is_refused(discord: DiscordSandbox, pasted: str, body: dict[str, Any]) -> None:
    assert problem(ask(discord, pasted, body)) == (400, 50006, "Cannot send an empty message")


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, 50109),
        (b"[]", "application/json", 400, 50035),
        (b"hello", "text/plain", 400, 50035),
        (b"--b\r\n\r\nx", "multipart/form-data; boundary=b", 400, 50035),
        (bytes(25 * 1024 * 1024 + 1), "application/json", 413, 40005),
    ],
    ids=["broken", "list", "text", "half", "large"],
)
def test_a_body_that_cannot_be_read_is_refused(
    discord: DiscordSandbox, pasted: str, content: bytes, kind: str, status: int, code: int
) -> None:
    assert problem(ask(discord, pasted, content=content, headers={**AGENT, "content-type": kind}))[:2] == (status, code)


def test_files_are_numbered_and_described(discord: DiscordSandbox, pasted: str) -> None:
    described = [{"id": 1, "description": "second"}, {"id": "0", "filename": "first.jpg"}]
    files = [("files[0]", ("a.jpg", picture(), "image/jpeg")), ("files[1]", ("b.jpg", picture(), "image/jpeg"))]
    answer = ask(discord, f"{pasted}?wait=1", data={"payload_json": json.dumps({"attachments": described})}, files=files)
    found = answer.json()["attachments"]
    assert [(a["filename"], a.get("description")) for a in found] == [("first.jpg", None), ("b.jpg", "second")]
    assert found[0]["url"].startswith("https://cdn.discordapp.com/attachments/")
    assert [m["alt"] for m in discord.seen()[0].media] == ["", "second"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([("files[0]", ("a.bin", bytes(10 * 1024 * 1024 + 1)))], (413, 40005, "Request entity too large")),
        ([(f"files[{n}]", ("a.bin", b"x")) for n in range(11)], (400, 30015, "Maximum number of attachments in a message reached (10)")),
    ],
    ids=["large", "many"],
)
def test_too_many_and_too_large_files_are_refused(
    discord: DiscordSandbox, pasted: str, files: list[Any], expected: tuple[int, int, str]
) -> None:
    assert problem(ask(discord, pasted, data={"content": "x"}, files=files)) == expected


def test_a_file_part_may_have_any_name(discord: DiscordSandbox, pasted: str) -> None:
    files = [("picture", ("a.png", b"1")), ("files[0]", ("b.png", b"22")), ("file", ("c.png", b"333"))]
    message = ask(discord, f"{pasted}?wait=true", data={"content": "x"}, files=files).json()
    assert sorted((a["filename"], a["size"]) for a in message["attachments"]) == [("a.png", 1), ("b.png", 2), ("c.png", 3)]


def test_an_edit_keeps_the_attachments_that_it_names_and_adds_its_own(discord: DiscordSandbox, pasted: str) -> None:
    made = ask(discord, f"{pasted}?wait=true", data={"content": "x"}, files=[("files[0]", ("a", b"1")), ("files[1]", ("b", b"2"))]).json()
    own = f"{pasted}/messages/{made['id']}"
    body = json.dumps({"attachments": [{"id": made["attachments"][1]["id"]}, {"id": 0, "description": "third"}]})
    changed = ask(discord, own, data={"payload_json": body}, files=[("files[0]", ("c", b"3"))], verb="PATCH").json()
    assert [(a["filename"], a.get("description")) for a in changed["attachments"]] == [("b", None), ("c", "third")]
    assert [(m["name"], m["alt"]) for m in discord.seen()[0].media] == [("b", ""), ("c", "third")]
    assert ask(discord, own, {"attachments": []}, verb="PATCH").json()["attachments"] == []
    assert problem(ask(discord, own, {"attachments": [{"id": made["attachments"][0]["id"]}]}, verb="PATCH"))[0] == 400
    assert problem(ask(discord, own, {"content": ""}, verb="PATCH")) == (400, 50006, "Cannot send an empty message")


@pytest.mark.parametrize(
    ("body", "mentions"),
    [
        ({"content": "hi @everyone"}, True),
        ({"content": "hi @here", "allowed_mentions": {"parse": ["everyone"]}}, True),
        ({"content": "hi @everyone", "allowed_mentions": {"parse": []}}, False),
        ({"content": "hi all"}, False),
    ],
)
def test_a_message_that_calls_everyone_says_so(discord: DiscordSandbox, pasted: str, body: dict[str, Any], mentions: bool) -> None:
    assert ask(discord, f"{pasted}?wait=true", body).json()["mention_everyone"] is mentions


@pytest.mark.parametrize(
    ("body", "where", "code"),
    [
        ({"embeds": [{}]}, ("embeds", "0", "description"), "BASE_TYPE_REQUIRED"),
        ({"flags": 1 << 15, "content": "x", "components": []}, ("content",), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
    ],
    ids=["an empty embed", "content beside components"],
)
def test_what_shows_nothing_or_does_not_go_together_is_refused(
    discord: DiscordSandbox, pasted: str, body: dict[str, Any], where: tuple[str, ...], code: str
) -> None:
    found = ask(discord, pasted, body).json()["errors"]
    for name in where:
        found = found[name]
    assert found["_errors"][0]["code"] == code


def test_plain_form_fields_work_too(discord: DiscordSandbox, pasted: str) -> None:
    assert ask(discord, pasted, data={"content": "form", "tts": "true", "flags": "4"}).status_code == 204
    (seen,) = discord.seen()
    assert (seen.text, seen.extra["message"]["tts"], seen.extra["message"]["flags"]) == ("form", True, 4)


def test_a_message_is_read_changed_and_deleted_by_its_webhook_alone(discord: DiscordSandbox, pasted: str) -> None:
    message = ask(discord, f"{pasted}?wait=true", {"content": "frist"}).json()
    own, other = f"{pasted}/messages/{message['id']}", f"{discord.credentials('Grace')['webhookUrl']}/messages/{message['id']}"
    assert problem(ask(discord, other, verb="GET")) == (404, 10008, "Unknown Message")
    changed = ask(discord, own, {"content": "first"}, verb="PATCH").json()
    assert (changed["content"], changed["edited_timestamp"] is not None) == ("first", True)
    assert ask(discord, own, verb="GET").json() == changed
    assert problem(ask(discord, own, {"content": ""}, verb="PATCH")) == (400, 50006, "Cannot send an empty message")
    assert [seen.text for seen in discord.seen()] == ["first"]
    assert ask(discord, own, verb="DELETE").status_code == 204
    assert problem(ask(discord, own, verb="DELETE")) == (404, 10008, "Unknown Message")


def test_threads_belong_to_forums(discord: DiscordSandbox, pasted: str) -> None:
    channel = ask(discord, pasted, verb="GET").json()["channel_id"]
    assert problem(ask(discord, pasted, {"content": "x", "thread_name": "t"}))[1] == 220003
    assert problem(ask(discord, f"{pasted}?thread_id=5", {"content": "x"}))[1] == 10003
    assert problem(ask(discord, f"{pasted}?thread_id=five", {"content": "x"}))[1] == 50035
    discord.make_forum(channel)
    assert problem(ask(discord, pasted, {"content": "x"}))[1] == 220001
    assert ask(discord, pasted, {"content": "x", "thread_name": "t"}).status_code == 204


def test_buckets_are_announced_and_limits_explained(discord: DiscordSandbox, pasted: str, clock: Clock) -> None:
    headers = ask(discord, pasted, verb="GET").headers
    assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]) == ("5", "4")
    assert float(headers["x-ratelimit-reset"]) == clock.now + float(headers["x-ratelimit-reset-after"])
    discord.fail("rate_limit", "GET", seconds=1.5)
    answer = ask(discord, pasted, verb="GET")
    assert answer.status_code == 429
    assert answer.json() == {"message": "You are being rate limited.", "retry_after": 1.5, "global": False, "code": 0}
    assert (answer.headers["retry-after"], answer.headers["x-ratelimit-remaining"]) == ("2", "0")


def test_a_message_has_a_page_that_shows_it_harmlessly(discord: DiscordSandbox, pasted: str) -> None:
    files = {"files[0]": ("a.jpg", picture(), "image/jpeg")}
    described = {"content": "<script>alert(1)</script>", "attachments": [{"id": 0, "description": "a <b>teal</b> square"}]}
    ask(discord, pasted, data={"payload_json": json.dumps(described)}, files=files)
    (seen,) = discord.seen()
    for url in (str(seen.url), str(seen.url).rpartition("/")[0]):
        page = ask(discord, url, verb="GET", headers={})
        assert page.status_code == 200
        assert "&lt;script&gt;alert(1)" in page.text
        assert "a &lt;b&gt;teal" in page.text
        assert "<script>" not in page.text
    assert ask(discord, f"{seen.url}0", verb="GET").status_code == 404
    assert ask(discord, "https://discord.com/channels/1/2", verb="GET").status_code == 404
    assert ask(discord, "https://discord.com/login", verb="GET").status_code == 404


def test_what_is_in_a_thread_is_found_there_alone(discord: DiscordSandbox, pasted: str) -> None:
    thread = discord.make_thread(ask(discord, pasted, verb="GET").json()["channel_id"])
    made = ask(discord, f"{pasted}?wait=true&thread_id={thread}", {"content": "x"}).json()
    own = f"{pasted}/messages/{made['id']}"
    assert (made["channel_id"], problem(ask(discord, own, verb="GET"))[1]) == (thread, 10008)
    assert ask(discord, f"{own}?thread_id={thread}", verb="DELETE").status_code == 204
