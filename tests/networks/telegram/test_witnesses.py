"""Judged by others: the machine-readable Bot API, and python-telegram-bot, which knows nothing of us."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
import telegram as ptb
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter

from socialclaw.networks.telegram.adapter import Telegram
from socialclaw.networks.telegram.sandbox.simulator import TelegramSandbox
from socialclaw.providers.draft import Account, Draft
from tests.networks.conftest import Serve
from tests.networks.recorded import Recorder, Web
from tests.networks.telegram.conftest import VIDEO, connected, media, picture, steps

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
URL = "https://media.example/a.jpg"
# What the Bot API has since the description that is at hand (10.1): type -> fields, all of them required Booleans.
SINCE = {"ChatMemberAdministrator": ("can_send_welcome_messages",)}  # 10.3


class BotApi:
    """The published description: methods with their fields, types with theirs."""

    def __init__(self, path: Path) -> None:
        self.document = json.loads(path.read_text())
        for kind, names in SINCE.items():
            self.document["types"][kind]["fields"] += [{"name": name, "types": ["Boolean"], "required": True} for name in names]

    def check_call(self, request: httpx2.Request, response: httpx2.Response) -> str:
        """The method of this call, once its parameters and its answer are as described."""
        name = request.url.path.rpartition("/")[2]
        method = self.document["methods"][name]
        fields = {f["name"]: f for f in method.get("fields", [])}
        given = parameters(request)
        assert set(given) <= set(fields), f"{name} knows no {set(given) - set(fields)}"
        assert {n for n, f in fields.items() if f["required"]} <= set(given), f"{name} misses a required field"
        for field, value in given.items():
            assert any(self.fits(value, kind) for kind in fields[field]["types"]), f"{name}.{field}: {value!r}"
        if response.status_code == 200:
            result = response.json()["result"]
            assert any(self.fits(result, kind) for kind in method["returns"]), f"{name} answered {result}"
        return name

    def fits(self, value: Any, kind: str) -> bool:
        if kind.startswith("Array of "):
            return isinstance(value, list) and all(self.fits(v, kind.removeprefix("Array of ")) for v in value)
        if kind in ("Integer", "Float", "String", "Boolean", "True", "InputFile"):
            types: dict[str, Any] = {
                "Integer": int,
                "Float": (int, float),
                "String": str,
                "Boolean": bool,
                "True": bool,
                "InputFile": bytes,
            }
            return isinstance(value, types[kind]) and (kind in ("Boolean", "True") or not isinstance(value, bool))
        described = self.document["types"][kind]
        if described.get("subtypes"):
            return any(self.fits(value, one) for one in described["subtypes"])
        fields = {f["name"]: f for f in described.get("fields", [])}
        if not isinstance(value, dict) or not set(value) <= set(fields):
            return False
        if not {n for n, f in fields.items() if f["required"]} <= set(value):
            return False
        return all(any(self.fits(v, t) for t in fields[n]["types"]) for n, v in value.items())


def parameters(request: httpx2.Request) -> dict[str, Any]:
    """What a request carries; a form's values are read as JSON where they are."""
    if request.headers["content-type"] == "application/json":
        given: dict[str, Any] = json.loads(request.content)
        return given
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    found: dict[str, Any] = {}
    for part in request.content.split(b"--" + boundary)[1:-1]:
        head, _, body = part.removesuffix(b"\r\n").partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0].decode()
        text = None if b"filename=" in head else body.decode()
        found[name] = body if text is None else json.loads(text) if text in ("true", "false") or text.lstrip("-").isdigit() else text
    return found


async def test_every_call_and_every_answer_is_as_the_bot_api_describes_it(
    adapter: Telegram, telegram: TelegramSandbox, web: Web, recorder: Recorder, official: Callable[[str], Path]
) -> None:
    described = BotApi(official("telegram/api.json"))
    web.put(URL, picture(), "image/jpeg")
    web.put("https://media.example/film.mp4", VIDEO, "video/mp4")
    film = media(VIDEO, url="https://media.example/film.mp4", kind="video", mime="video/mp4", width=6, height=4, duration=1.4)
    every = {"parseMode": "HTML", "disableNotification": True, "protectContent": True, "disableLinkPreview": True}
    drafts = [
        Draft(text="plain"),
        Draft(text='<b>all</b> <a href="https://e.org">settings</a>', settings=every),
        Draft(text="<i>photo</i>", media=(media(picture(), url=URL),), settings=every),
        Draft(text="uploaded", media=(media(picture()),), settings=every),
        Draft(text="film", media=(film,)),
        Draft(media=(media(VIDEO, kind="video", mime="video/mp4", width=6, height=4, duration=1.4),)),
    ]
    for draft in drafts:
        published = await adapter.publish(draft, steps())
    await adapter.delete(published.id)
    await adapter.check()
    called = {described.check_call(request, response) for request, response in recorder.calls}
    assert called == {"getMe", "getChat", "getChatMember", "sendMessage", "sendPhoto", "sendVideo", "deleteMessage"}


@pytest.mark.parametrize(
    ("kind", "status"),
    [("supergroup", "member"), ("supergroup", "restricted"), ("channel", "left"), ("supergroup", "administrator"), ("group", "member")],
)
def test_members_of_every_kind_are_as_described(telegram: TelegramSandbox, official: Callable[[str], Path], kind: str, status: str) -> None:
    described = BotApi(official("telegram/api.json"))
    token = telegram.credentials("Ada")["botToken"]
    chat = telegram.add_chat(kind, "Town", token=token, username="town_square")
    telegram.set_member(chat, token, status)
    for method, body in (("getChat", {"chat_id": chat}), ("getChatMember", {"chat_id": chat, "user_id": int(token.partition(":")[0])})):
        request = httpx2.Request("POST", f"https://api.telegram.org/bot{token}/{method}", json=body)
        request.read()
        assert described.check_call(request, telegram.answer(request)) == method


# python-telegram-bot


@pytest.fixture
def base(telegram: TelegramSandbox, serve_simulator: Serve) -> str:
    return f"{serve_simulator(telegram)}/bot"


async def test_an_independent_library_gets_what_it_expects(telegram: TelegramSandbox, base: str, pasted: dict[str, str], web: Web) -> None:
    chat = pasted["chatId"]
    web.put(URL, picture(), "image/jpeg")
    async with ptb.Bot(pasted["botToken"], base_url=base) as bot:
        assert bot.username == "Ada_bot"
        found = await bot.get_chat(chat)
        assert (found.type, found.title) == ("channel", "Ada's channel")
        member = await bot.get_chat_member(chat, bot.id)
        assert isinstance(member, ptb.ChatMemberAdministrator)
        assert member.can_post_messages
        assert await bot.get_chat_member_count(chat) == 2

        text = await bot.send_message(chat, "*Grüße* 🙂 1\\.5", parse_mode=ParseMode.MARKDOWN_V2, disable_notification=True)
        assert (text.text, text.entities[0].type) == ("Grüße 🙂 1.5", "bold")
        assert text.link == f"https://t.me/{chat[1:]}/{text.message_id}"
        by_url = await bot.send_photo(chat, URL, caption="<b>fetched</b>", parse_mode=ParseMode.HTML)
        assert (by_url.photo[-1].width, by_url.caption) == (8, "fetched")
        uploaded = await bot.send_photo(chat, picture(20, 10), protect_content=True)
        assert (uploaded.photo[-1].width, uploaded.has_protected_content) == (20, True)
        film = await bot.send_video(chat, VIDEO, filename="film.mp4", duration=3, width=640, height=360, supports_streaming=True)
        assert film.video is not None
        assert (film.video.duration, film.video.file_size) == (3, len(VIDEO))
        album = await bot.send_media_group(chat, [ptb.InputMediaPhoto(URL), ptb.InputMediaPhoto(picture())], caption="two")
        assert [m.media_group_id == album[0].media_group_id for m in album] == [True, True]
        edited = await bot.edit_message_text("better", chat, text.message_id)
        assert isinstance(edited, ptb.Message)
        assert edited.edit_date is not None
        assert await bot.edit_message_caption(chat, by_url.message_id, caption="new words")
        assert await bot.delete_message(chat, film.message_id) is True
        assert await bot.delete_messages(chat, [m.message_id for m in album]) is True
    assert [seen.text for seen in telegram.seen()] == ["better", "new words", ""]


async def test_an_independent_library_understands_every_refusal(telegram: TelegramSandbox, base: str, pasted: dict[str, str]) -> None:
    token, chat = pasted["botToken"], pasted["chatId"]
    group = telegram.add_chat("group", "Friends", token=token)
    async with ptb.Bot(token, base_url=base) as bot:
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message("@nobody_here", "x")
        with pytest.raises(BadRequest, match="Can't parse entities: can't find end tag"):
            await bot.send_message(chat, "<b>x", parse_mode=ParseMode.HTML)
        with pytest.raises(BadRequest, match="Message to delete not found"):
            await bot.delete_message(chat, 99)
        new = telegram.upgrade(group)
        with pytest.raises(ChatMigrated) as moved:
            await bot.send_message(group, "x")
        assert moved.value.new_chat_id == new
        telegram.fail("rate_limit", seconds=7)
        with pytest.raises(RetryAfter) as wait:
            await bot.send_message(chat, "x")
        assert wait.value._retry_after.total_seconds() == 7
        telegram.set_member(chat, token, "kicked")
        with pytest.raises(Forbidden, match="bot was kicked from the channel chat"):
            await bot.send_message(chat, "x")
    telegram.revoke(token)
    with pytest.raises(InvalidToken):
        await ptb.Bot(token, base_url=base).initialize()


async def test_what_the_adapter_posted_an_independent_library_can_take_down(
    adapter: Telegram, account: Account, telegram: TelegramSandbox, base: str, pasted: dict[str, str]
) -> None:
    published = await adapter.publish(Draft(text="ours"), steps())
    async with ptb.Bot(pasted["botToken"], base_url=base) as bot:
        assert await bot.delete_message(int(account.id), int(published.id))
    await adapter.delete(published.id)
    assert telegram.seen() == []


async def test_the_adapter_finds_what_an_independent_library_finds(
    telegram: TelegramSandbox, base: str, pasted: dict[str, str], adapter: Telegram
) -> None:
    async with ptb.Bot(pasted["botToken"], base_url=base) as bot:
        theirs = await bot.get_chat(pasted["chatId"])
    (target,) = await Telegram(adapter.http, Account("", secrets=pasted)).targets()
    assert connected(target).id == str(theirs.id)
    assert target.name == theirs.title
