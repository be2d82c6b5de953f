"""The simulated Bot API is as strict as the real one, and says so in the same words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from socialclaw.networks.telegram.entities import parse
from socialclaw.networks.telegram.markup import BadMarkup
from socialclaw.networks.telegram.sandbox.simulator import TelegramSandbox
from socialclaw.simulation.store import Store
from tests.media.files import playable
from tests.networks.recorded import Web
from tests.networks.telegram.conftest import VIDEO, Clock, picture

API = "https://api.telegram.org"
URL = "https://media.example/a.jpg"


def ask(telegram: TelegramSandbox, token: str, method: str, body: Any = None, **kwargs: Any) -> tuple[int, Any]:
    """Status, and the result or the description."""
    request = httpx2.Request(kwargs.pop("verb", "POST"), f"{API}/bot{token}/{method}", json=body, **kwargs)
    request.read()
    answer = telegram.answer(request)
    found = answer.json()
    assert found["ok"] is (answer.status_code == 200)
    assert found["ok"] or found["error_code"] == answer.status_code
    return answer.status_code, found["result"] if found["ok"] else found["description"]


@pytest.fixture
def token(pasted: dict[str, str]) -> str:
    return pasted["botToken"]


@pytest.fixture
def chat(pasted: dict[str, str]) -> str:
    return pasted["chatId"]


def test_credentials_are_the_same_for_the_same_name(telegram: TelegramSandbox) -> None:
    first = telegram.credentials("Ada")
    assert telegram.credentials("Ada") == first
    other = telegram.credentials("ada!")
    assert other["chatId"].lower() != first["chatId"].lower()
    renewed = telegram.revoke(first["botToken"])
    assert telegram.credentials("Ada") == {**first, "botToken": renewed}


def test_what_was_posted_survives_a_restart(tmp_path: Path, web: Web, clock: Clock) -> None:
    first = TelegramSandbox(Store(tmp_path / "sandbox.db"), clock=clock, fetch=web)
    pasted = first.credentials("Ada")
    ask(first, pasted["botToken"], "sendMessage", {"chat_id": pasted["chatId"], "text": "still here"})
    first.store.close()
    again = TelegramSandbox(Store(tmp_path / "sandbox.db"), clock=clock, fetch=web)
    assert [seen.text for seen in again.seen()] == ["still here"]
    assert again.credentials("Ada") == pasted


@pytest.mark.parametrize(
    ("path", "status", "description"),
    [
        ("/bot1:short/getMe", 401, "Unauthorized: invalid token specified"),
        (f"/bot123456:{'a' * 35}/getMe", 401, "Unauthorized"),
        ("/bot{token}/getNothing", 404, "Not Found: method not found"),
        ("/", 404, "Not Found"),
        ("/getMe", 404, "Not Found"),
    ],
)
def test_a_wrong_address_is_refused(telegram: TelegramSandbox, token: str, path: str, status: int, description: str) -> None:
    answer = telegram.answer(httpx2.Request("GET", API + path.format(token=token)))
    assert (answer.status_code, answer.json()["description"]) == (status, description)


@pytest.mark.parametrize("verb", ["GET", "POST"])
@pytest.mark.parametrize("method", ["getMe", "GETME", "getme"])
def test_methods_are_called_in_any_case_by_get_or_post(telegram: TelegramSandbox, token: str, verb: str, method: str) -> None:
    status, result = ask(telegram, token, method, verb=verb)
    assert status == 200
    assert result["is_bot"] is True


@pytest.mark.parametrize(
    "how",
    [
        lambda fields: {"params": fields},
        lambda fields: {"data": fields},
        lambda fields: {"json": fields},
        lambda fields: {"files": {name: (None, value) for name, value in fields.items()}},
    ],
    ids=["query", "form", "json", "multipart"],
)
def test_parameters_come_in_four_ways(telegram: TelegramSandbox, token: str, chat: str, how: Any) -> None:
    fields = {"chat_id": chat, "text": "grüße", "disable_notification": "true", "link_preview_options": '{"is_disabled": true}'}
    request = httpx2.Request("POST", f"{API}/bot{token}/sendMessage", **how(fields))
    request.read()
    assert telegram.answer(request).status_code == 200
    (seen,) = telegram.seen()
    assert (seen.text, seen.extra["silent"], seen.extra["message"]["link_preview_options"]) == ("grüße", True, {"is_disabled": True})


@pytest.mark.parametrize(
    ("method", "body", "description"),
    [
        ("sendMessage", {"text": "x"}, "Bad Request: chat_id is empty"),
        ("sendMessage", {"chat_id": "@nobody_here", "text": "x"}, "Bad Request: chat not found"),
        ("sendMessage", {"chat_id": 5, "text": "x"}, "Bad Request: chat not found"),
        ("sendMessage", {"text": ""}, "Bad Request: message text is empty"),
        ("sendMessage", {"text": " \n "}, "Bad Request: message text is empty"),
        ("sendMessage", {"text": "a" * 4097}, "Bad Request: message is too long"),
        ("sendMessage", {"text": "🙂" * 2049}, "Bad Request: message is too long"),
        ("sendMessage", {"text": "x", "parse_mode": "markdown3"}, "Bad Request: unsupported parse_mode"),
        ("sendMessage", {"text": "x", "link_preview_options": "{"}, "Bad Request: can't parse link preview options JSON object"),
        ("sendMessage", {"text": "x", "link_preview_options": [1]}, "Bad Request: can't parse link preview options JSON object"),
        ("sendMessage", {"text": "x", "message_thread_id": 4}, "Bad Request: message thread not found"),
        ("sendMessage", {"text": "x", "reply_parameters": {"message_id": 99}}, "Bad Request: message to be replied not found"),
        ("sendPhoto", {}, "Bad Request: there is no photo in the request"),
        ("sendVideo", {"video": "attach://film"}, "Bad Request: there is no video in the request"),
        ("sendPhoto", {"photo": "AgACunknown"}, "Bad Request: wrong file identifier/HTTP URL specified"),
        ("sendPhoto", {"photo": "ftp://media.example/a.jpg"}, "Bad Request: wrong HTTP URL specified"),
        ("sendPhoto", {"photo": "https://elsewhere.example/a.jpg"}, "Bad Request: failed to get HTTP URL content"),
        ("sendPhoto", {"photo": "https://media.example/film.mp4"}, "Bad Request: wrong type of the web page content"),
        ("sendPhoto", {"photo": "https://media.example/huge.jpg"}, "Bad Request: file is too big"),
        ("sendVideo", {"video": "https://media.example/huge.mp4"}, "Bad Request: file is too big"),
        ("sendVideo", {"video": "https://media.example/film.webm"}, "Bad Request: wrong type of the web page content"),
        ("sendPhoto", {"photo": URL, "caption": "a" * 1025}, "Bad Request: message caption is too long"),
        ("sendPhoto", {"photo": "https://media.example/fake.jpg"}, "Bad Request: IMAGE_PROCESS_FAILED"),
        ("sendMediaGroup", {"media": [{"type": "photo", "media": URL}]}, "Bad Request: too few messages to send as an album"),
        (
            "sendMediaGroup",
            {"media": [{"type": "audio", "media": URL}] * 2},
            "Bad Request: can't use the media of the specified type in the album",
        ),
        ("deleteMessage", {"message_id": 99}, "Bad Request: message to delete not found"),
        ("editMessageText", {"message_id": 99, "text": "x"}, "Bad Request: message to edit not found"),
        ("getChatMember", {"user_id": 99}, "Bad Request: user not found"),
    ],
)
def test_a_wrong_call_is_refused_in_telegrams_words(
    telegram: TelegramSandbox, token: str, chat: str, web: Web, method: str, body: dict[str, Any], description: str
) -> None:
    web.put(URL, picture(), "image/jpeg")
    web.put("https://media.example/film.mp4", VIDEO, "video/mp4")
    web.put("https://media.example/film.webm", VIDEO, "video/webm")
    web.put("https://media.example/huge.jpg", picture() + bytes(5 * 1024 * 1024), "image/jpeg")
    web.put("https://media.example/huge.mp4", VIDEO + bytes(20 * 1024 * 1024), "video/mp4")
    web.put("https://media.example/fake.jpg", b"<html>", "image/jpeg")
    given = body if description.endswith("chat_id is empty") else {"chat_id": chat, **body}
    assert ask(telegram, token, method, given) == (400, description)
    assert telegram.seen() == []


@pytest.mark.parametrize(
    ("content", "headers", "description"),
    [
        (b"{", {"content-type": "application/json"}, "Bad Request: can't parse request: the body is no JSON"),
        (b"[]", {"content-type": "application/json"}, "Bad Request: can't parse request: the body is no JSON object"),
        (
            b"--b\r\n\r\nx",
            {"content-type": "multipart/form-data; boundary=b"},
            "Bad Request: can't parse request: the multipart body is incomplete",
        ),
        (
            b"--b\r\n\r\nx\r\n--b--",
            {"content-type": "multipart/form-data; boundary=b"},
            "Bad Request: can't parse request: a part has no name",
        ),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    telegram: TelegramSandbox, token: str, content: bytes, headers: dict[str, str], description: str
) -> None:
    assert ask(telegram, token, "sendMessage", content=content, headers=headers) == (400, description)


def test_a_file_may_be_sent_again_by_its_id(telegram: TelegramSandbox, token: str, chat: str, web: Web) -> None:
    _, message = ask(telegram, token, "sendPhoto", {"chat_id": chat, "photo": web.put(URL, picture(), "image/jpeg")})
    sent = message["photo"][0]["file_id"]
    assert ask(telegram, token, "sendPhoto", {"chat_id": chat, "photo": sent})[0] == 200
    assert ask(telegram, token, "sendVideo", {"chat_id": chat, "video": sent}) == (
        400,
        "Bad Request: can't use file of type Photo as Video",
    )
    first, second = telegram.seen()
    assert first.media[0]["sha256"] == second.media[0]["sha256"]


def test_what_is_no_mp4_arrives_as_a_file(telegram: TelegramSandbox, token: str, chat: str) -> None:
    files = {"video": ("film.webm", playable("webm"), "video/webm")}
    _, message = ask(telegram, token, "sendVideo", data={"chat_id": chat}, files=files)
    assert message["document"]["mime_type"] == "video/webm"


def test_a_request_of_more_than_fifty_megabytes_is_refused(telegram: TelegramSandbox, token: str, chat: str) -> None:
    files = {"video": ("film.mp4", VIDEO + bytes(51 * 1024 * 1024), "video/mp4")}
    assert ask(telegram, token, "sendVideo", data={"chat_id": chat}, files=files) == (413, "Request Entity Too Large")


def test_an_album_is_several_messages_of_one_group(telegram: TelegramSandbox, token: str, chat: str, web: Web) -> None:
    web.put(URL, picture(), "image/jpeg")
    items = [{"type": "photo", "media": URL, "caption": "both"}, {"type": "video", "media": "attach://film"}]
    files = {"film": ("film.mp4", VIDEO, "video/mp4")}
    _, messages = ask(telegram, token, "sendMediaGroup", data={"chat_id": chat, "media": json.dumps(items)}, files=files)
    assert len({m["media_group_id"] for m in messages}) == 1
    assert [seen.text for seen in telegram.seen()] == ["both", ""]


def test_a_group_that_moved_names_its_new_id(telegram: TelegramSandbox, token: str) -> None:
    group = telegram.add_chat("group", "Friends", token=token)
    new = telegram.upgrade(group)
    request = httpx2.Request("POST", f"{API}/bot{token}/sendMessage", json={"chat_id": group, "text": "x"})
    request.read()
    answer = telegram.answer(request).json()
    assert answer["parameters"] == {"migrate_to_chat_id": new}
    assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"


def test_editing_changes_what_people_see_once(telegram: TelegramSandbox, token: str, chat: str, web: Web) -> None:
    _, text = ask(telegram, token, "sendMessage", {"chat_id": chat, "text": "frist"})
    _, photo = ask(telegram, token, "sendPhoto", {"chat_id": chat, "photo": web.put(URL, picture(), "image/jpeg"), "caption": "old"})
    edit = {"chat_id": chat, "message_id": text["message_id"], "text": "*first*", "parse_mode": "MarkdownV2"}
    assert ask(telegram, token, "editMessageText", edit)[1]["entities"][0]["type"] == "bold"
    assert ask(telegram, token, "editMessageCaption", {"chat_id": chat, "message_id": photo["message_id"], "caption": "new"})[0] == 200
    assert [seen.text for seen in telegram.seen()] == ["first", "new"]
    status, words = ask(telegram, token, "editMessageText", edit)
    assert status == 400
    assert words.startswith("Bad Request: message is not modified: specified new message content")
    wrong = {"chat_id": chat, "message_id": photo["message_id"], "text": "x"}
    assert ask(telegram, token, "editMessageText", wrong) == (400, "Bad Request: there is no text in the message to edit")


def test_another_persons_message_is_only_for_those_with_the_right(telegram: TelegramSandbox, token: str, chat: str) -> None:
    telegram.set_member(chat, token, "administrator", can_delete_messages=False)
    theirs = telegram.write(chat, "the owner's")
    _, own = ask(telegram, token, "sendMessage", {"chat_id": chat, "text": "the bot's"})
    given = {"chat_id": chat, "message_id": theirs}
    assert ask(telegram, token, "deleteMessage", given) == (400, "Bad Request: message can't be deleted")
    assert ask(telegram, token, "editMessageText", {**given, "text": "x"}) == (400, "Bad Request: message can't be edited")
    assert ask(telegram, token, "deleteMessage", {"chat_id": chat, "message_id": own["message_id"]}) == (200, True)
    telegram.set_member(chat, token, "administrator")
    assert ask(telegram, token, "deleteMessages", {"chat_id": chat, "message_ids": [theirs, 12345]}) == (200, True)
    assert telegram.seen() == []


def test_a_private_group_is_invisible_to_strangers(telegram: TelegramSandbox, token: str) -> None:
    stranger = telegram.credentials("Mallory")["botToken"]
    group = telegram.add_chat("supergroup", "Secret", token=token)
    assert ask(telegram, stranger, "getChat", {"chat_id": group}) == (400, "Bad Request: chat not found")
    assert ask(telegram, token, "getChatMemberCount", {"chat_id": group}) == (200, 2)


@pytest.mark.parametrize(
    ("kind", "status", "rights", "answer"),
    [
        ("private", "kicked", {}, (403, "Forbidden: bot was blocked by the user")),
        ("group", "kicked", {}, (403, "Forbidden: bot was kicked from the group chat")),
        ("channel", "kicked", {}, (403, "Forbidden: bot was kicked from the channel chat")),
        ("supergroup", "left", {}, (403, "Forbidden: bot is not a member of the supergroup chat")),
        ("supergroup", "restricted", {}, (400, "Bad Request: not enough rights to send text messages to the chat")),
        ("channel", "administrator", {"can_post_messages": False}, (400, "Bad Request: need administrator rights in the channel chat")),
    ],
)
def test_rights_are_asked_for(
    telegram: TelegramSandbox, token: str, kind: str, status: str, rights: dict[str, bool], answer: tuple[int, str]
) -> None:
    chat = telegram.add_chat(kind, "Town", token=token)
    telegram.set_member(chat, token, status, **rights)
    assert ask(telegram, token, "sendMessage", {"chat_id": chat, "text": "x"}) == answer


def test_a_rate_limit_says_how_long_in_three_places(telegram: TelegramSandbox, token: str) -> None:
    telegram.fail("rate_limit", "getMe", seconds=12)
    answer = telegram.answer(httpx2.Request("GET", f"{API}/bot{token}/getMe"))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "12")
    assert answer.json()["parameters"] == {"retry_after": 12}
    assert answer.json()["description"] == "Too Many Requests: retry after 12"


# Markup. The expected sentences are those of Telegram's own library.


@pytest.mark.parametrize(
    ("mode", "text", "problem"),
    [
        ("HTML", "é<abc>", 'Unsupported start tag "abc" at byte offset 2'),
        ("HTML", "<!-- c -->", 'Unsupported start tag "!--" at byte offset 0'),
        ("HTML", "a <b", "Unclosed start tag at byte offset 2"),
        ("HTML", "<b x=", 'Unclosed start tag "b" at byte offset 0'),
        ("HTML", "<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("HTML", "x</b>", "Unexpected end tag at byte offset 1"),
        ("HTML", "<b>x</b", "Unclosed end tag at byte offset 4"),
        ("HTML", "<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("HTML", "<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("HTML", "<b =x>y</b>", 'Empty attribute name in the tag "b" at byte offset 0'),
        ("HTML", '<a href="x>y</a>', "Unclosed start tag at byte offset 0"),
        ("MarkdownV2", "é_x", "Can't find end of Italic entity at byte offset 2"),
        ("MarkdownV2", "*x", "Can't find end of Bold entity at byte offset 0"),
        ("MarkdownV2", "*x _y* z_", "Can't find end of Italic entity at byte offset 8"),
        ("MarkdownV2", "||x|", "Character '|' is reserved and must be escaped with the preceding '\\'"),
        ("MarkdownV2", "`x", "Can't find end of Code entity at byte offset 0"),
        ("MarkdownV2", "```py x", "Can't find end of PreCode entity at byte offset 0"),
        ("MarkdownV2", "[x](y", "Can't find end of a URL at byte offset 4"),
        ("MarkdownV2", "![x]", "Custom emoji entity must contain a tg://emoji URL"),
        ("MarkdownV2", ">*x\ny*", "Can't find end of Bold entity at byte offset 1"),
        *(("MarkdownV2", c, f"Character '{c}' is reserved and must be escaped with the preceding '\\'") for c in "])(#+-=|{}.!"),
    ],
)
def test_markup_that_does_not_end_is_refused(mode: str, text: str, problem: str) -> None:
    with pytest.raises(BadMarkup, match=f"^{re.escape(problem)}$"):
        parse(text, mode)


@pytest.mark.parametrize(
    ("mode", "text", "shown", "entities"),
    [
        ("HTML", "🙂<b>a<i>b</i></b>", "🙂ab", [("bold", 2, 2), ("italic", 3, 1)]),
        ("HTML", "&lt;&amp;&quot;&gt; &laquo; &#33;&#x41;", '<&"> &laquo; !A', []),
        ("HTML", '<a href="https://e.org/?a=1&amp;b=2">l</a>', "l", [("text_link", 0, 1)]),
        ("HTML", "<a>e.org</a><a>no link</a>", "e.orgno link", [("text_link", 0, 5)]),
        ("HTML", '<pre><code class="language-py">x</code></pre>', "x", [("pre", 0, 1)]),
        (
            "HTML",
            '<span class="tg-spoiler">x</span><blockquote expandable>y</blockquote>',
            "xy",
            [("spoiler", 0, 1), ("expandable_blockquote", 1, 1)],
        ),
        ("HTML", '<tg-emoji emoji-id="123">👍</tg-emoji><b></b>', "👍", [("custom_emoji", 0, 2)]),
        (
            "MarkdownV2",
            "_a __b___ ~c~ ||d||",
            "a b c d",
            [("italic", 0, 3), ("underline", 2, 1), ("strikethrough", 4, 1), ("spoiler", 6, 1)],
        ),
        ("MarkdownV2", "`a*b` ```py\nx\\`y```", "a*b x`y", [("code", 0, 3), ("pre", 4, 3)]),
        ("MarkdownV2", "[l](https://e.org/\\)) 1\\.5 \\é", "l 1.5 \\é", [("text_link", 0, 1)]),
        ("MarkdownV2", ">a\n>b\nc", "a\nb\nc", [("blockquote", 0, 4)]),
        ("MarkdownV2", "**>a\n>b||", "a\nb", [("expandable_blockquote", 0, 3)]),
        ("MarkdownV2", "![👍](tg://emoji?id=123)", "👍", [("custom_emoji", 0, 2)]),
        ("", "<b>*x*", "<b>*x*", []),
    ],
)
def test_markup_becomes_entities(mode: str, text: str, shown: str, entities: list[tuple[str, int, int]]) -> None:
    result, found = parse(text, mode)
    assert (result, [(e["type"], e["offset"], e["length"]) for e in found]) == (shown, entities)


# What people see.


def test_a_message_has_a_page_that_shows_it_harmlessly(telegram: TelegramSandbox, token: str, chat: str) -> None:
    ask(telegram, token, "sendMessage", {"chat_id": chat, "text": "<script>alert(1)</script>"})
    (seen,) = telegram.seen()
    for url in (seen.url, f"https://t.me/{chat[1:]}"):
        page = telegram.answer(httpx2.Request("GET", str(url)))
        assert page.status_code == 200
        assert "&lt;script&gt;alert(1)" in page.text
        assert "<script>" not in page.text
    ask(telegram, token, "deleteMessage", {"chat_id": chat, "message_id": int(seen.id)})
    assert telegram.answer(httpx2.Request("GET", str(seen.url))).status_code == 404


def test_a_private_channels_message_has_a_page_too(telegram: TelegramSandbox, token: str) -> None:
    chat = telegram.add_chat("channel", "Members", token=token)
    ask(telegram, token, "sendMessage", {"chat_id": chat, "text": "for members"})
    (seen,) = telegram.seen()
    assert "for members" in telegram.answer(httpx2.Request("GET", str(seen.url))).text
    assert telegram.answer(httpx2.Request("GET", "https://t.me/nobody_here")).status_code == 404
    assert telegram.answer(httpx2.Request("GET", "https://t.me/")).status_code == 404


def test_an_answer_carries_the_message_that_it_replies_to(telegram: TelegramSandbox, token: str, chat: str) -> None:
    _, first = ask(telegram, token, "sendMessage", {"chat_id": chat, "text": "first words"})
    reply = {"message_id": first["message_id"], "quote": "words"}
    _, second = ask(telegram, token, "sendMessage", {"chat_id": chat, "text": "second", "reply_parameters": reply})
    assert (second["reply_to_message"]["text"], second["reply_to_message"]["message_id"]) == ("first words", first["message_id"])
    third = {"chat_id": chat, "text": "third", "reply_parameters": {"message_id": second["message_id"]}}
    assert "reply_to_message" not in ask(telegram, token, "sendMessage", third)[1]["reply_to_message"]
    wrong = {"chat_id": chat, "text": "x", "reply_parameters": {**reply, "quote": "other words"}}
    assert ask(telegram, token, "sendMessage", wrong) == (400, "Bad Request: QUOTE_TEXT_INVALID")
    lost = {"chat_id": chat, "text": "x", "reply_parameters": {"message_id": 99, "allow_sending_without_reply": True}}
    assert "reply_to_message" not in ask(telegram, token, "sendMessage", lost)[1]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("😀 https://e.org/a?b=c. And example.com, www.e.org!", [("url", 3, 19), ("url", 28, 11), ("url", 41, 9)]),
        ("ann@e.org @some_one #tag1 $AAPL /help@some_bot", ["email", "mention", "hashtag", "cashtag", "bot_command"]),
        ("#123 a@b @ab $aapl and/or 5$", []),
    ],
)
def test_what_stands_in_a_text_is_found(telegram: TelegramSandbox, token: str, chat: str, text: str, found: list[Any]) -> None:
    _, message = ask(telegram, token, "sendMessage", {"chat_id": chat, "text": text})
    entities = [(e["type"], e["offset"], e["length"]) for e in message.get("entities", [])]
    assert entities == found or [kind for kind, _, _ in entities] == found


def test_what_is_marked_is_not_found_again(telegram: TelegramSandbox, token: str, chat: str) -> None:
    body = {"chat_id": chat, "text": '<a href="https://e.org">example.com</a> #tag', "parse_mode": "HTML"}
    assert [e["type"] for e in ask(telegram, token, "sendMessage", body)[1]["entities"]] == ["text_link", "hashtag"]


def test_administrators_actions_and_files_are_told_of(telegram: TelegramSandbox, token: str, chat: str) -> None:
    _, told = ask(telegram, token, "getChatAdministrators", {"chat_id": chat})
    assert [member["status"] for member in told] == ["creator", "administrator"]
    assert ask(telegram, token, "sendChatAction", {"chat_id": chat, "action": "typing"}) == (200, True)
    assert ask(telegram, token, "sendChatAction", {"chat_id": chat, "action": "dancing"})[0] == 400
    assert ask(telegram, token, "getFile", {"file_id": "none"}) == (400, "Bad Request: invalid file_id")
    private = telegram.add_chat("private", "Bob", token=token)
    assert ask(telegram, token, "getChatAdministrators", {"chat_id": private})[0] == 400


@pytest.mark.parametrize(
    ("name", "content", "mime"), [("paper.pdf", b"%PDF-1.7\n%%EOF\n", "application/pdf"), ("a.jpg", picture(), "image/jpeg")]
)
def test_a_document_is_a_file_to_download_whatever_it_is(
    telegram: TelegramSandbox, token: str, chat: str, name: str, content: bytes, mime: str
) -> None:
    files = {"document": (name, content, mime)}
    status, message = ask(telegram, token, "sendDocument", data={"chat_id": chat, "caption": "to keep"}, files=files)
    assert (status, message["document"]["file_name"], message["document"]["mime_type"]) == (200, name, mime)
    assert "photo" not in message
    [seen] = telegram.seen()
    assert (seen.text, seen.media[0]["shown"]) == ("to keep", "a file to download")
    again = ask(telegram, token, "sendDocument", {"chat_id": chat, "document": message["document"]["file_id"]})[1]
    assert again["document"]["file_id"] == message["document"]["file_id"]
    assert ask(telegram, token, "sendPhoto", {"chat_id": chat, "photo": message["document"]["file_id"]})[0] == 400


def test_a_document_by_its_address_is_of_the_few_kinds_that_telegram_fetches(
    telegram: TelegramSandbox, token: str, chat: str, web: Web
) -> None:
    web.put("https://media.example/a.pdf", b"%PDF-1.7\n%%EOF\n", "application/pdf")
    web.put("https://media.example/a.txt", b"words", "text/plain")
    assert ask(telegram, token, "sendDocument", {"chat_id": chat, "document": "https://media.example/a.pdf"})[0] == 200
    refused = ask(telegram, token, "sendDocument", {"chat_id": chat, "document": "https://media.example/a.txt"})
    assert refused == (400, "Bad Request: wrong type of the web page content")
