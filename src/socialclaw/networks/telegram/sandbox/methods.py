"""Part of the simulator: the methods of the Bot API, with the server's checks in the server's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from socialclaw.networks.telegram.entities import MODES, parse
from socialclaw.networks.telegram.markup import BadMarkup, Entity, is_blank, utf16
from socialclaw.networks.telegram.sandbox.chats import Chats, Document, shown, user
from socialclaw.networks.telegram.sandbox.detecting import with_found
from socialclaw.networks.telegram.sandbox.parameters import File, Parameters, Refused
from socialclaw.networks.telegram.sandbox.pictures import examine, file_id, is_url, uploaded
from socialclaw.providers.incoming import number_of

MOST = {"text": 4096, "caption": 1024}  # UTF-16 code units after entity parsing
TOO_LONG = {"text": "message is too long", "caption": "message caption is too long"}
PLURALS = {"photo": "photos", "video": "videos", "animation": "animations", "document": "documents"}
ACTIONS = (
    *("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document", "choose_sticker"),
    *("find_location", "record_video_note", "upload_video_note"),
)
SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call: who asks, for what, and the files that were fetched for it beforehand, by their URL."""

    bot: Document
    given: Parameters
    chats: Chats
    describe: Callable[..., dict[str, Any]]
    fetched: Mapping[str, File]
    spoiled: bool = False

    def chat(self) -> Document:
        return self.chats.chat(self.given.text("chat_id"), self.bot)


def get_me(call: Call) -> Document:
    can = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    more = {"can_connect_to_business": False, "has_main_web_app": False}
    return {**user(call.bot), **can, **more}


def get_chat(call: Call) -> Document:
    gifts = dict.fromkeys(("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False)
    return {**shown(call.chat()), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def get_chat_member(call: Call) -> Document:
    return call.chats.member(call.chat(), call.given.number("user_id"))


def get_chat_member_count(call: Call) -> int:
    return call.chats.count(call.chat())


def get_chat_administrators(call: Call) -> list[Document]:
    chat = call.chat()
    return call.chats.administrators(chat)


def send_chat_action(call: Call) -> bool:
    if call.given.text("action") not in ACTIONS:
        raise Refused("wrong parameter action in request")
    call.chats.allow_sending(call.chat(), call.bot, "text messages")
    return True


def get_file(call: Call) -> Document:
    """What is known of a file that was sent; its content is not kept."""
    known: Document | None = call.chats.shelf.get("file", call.given.text("file_id"))
    if known is None:
        raise Refused("invalid file_id")
    return {**known["ids"], "file_path": f"{PLURALS[known['kind']]}/{known['name']}"}


def send_message(call: Call) -> Document:
    text, entities = _text(call.given.values, "text")
    if is_blank(text):
        raise Refused("message text is empty")
    chat = call.chat()
    body: Document = {"text": text, **_marked("entities", entities)}
    preview = call.given.value("link_preview_options")
    if preview is not None and not isinstance(preview, dict):
        raise Refused("can't parse link preview options JSON object")
    if preview:
        body["link_preview_options"] = preview
    return _deliver(call, chat, body, what="text messages", text=text, media=[])


def send_photo(call: Call) -> Document:
    return _send_media(call, "photo")


def send_video(call: Call) -> Document:
    return _send_media(call, "video")


def send_animation(call: Call) -> Document:
    return _send_media(call, "animation")


def send_document(call: Call) -> Document:
    return _send_media(call, "document")


def send_media_group(call: Call) -> list[Document]:
    items = call.given.value("media")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refused("can't parse media JSON object")
    if not 2 <= len(items) <= 10:
        raise Refused("too few messages to send as an album" if len(items) < 2 else "too many messages to send as an album")
    if any(item.get("type") not in ("photo", "video") for item in items):
        raise Refused("can't use the media of the specified type in the album")
    chat = call.chat()
    prepared = [(_file(call, item, item["type"], named="media"), _text(item, "caption")) for item in items]
    group = str(call.chats.shelf.count("albums") + 10**12)
    return [_send_file(call, chat, file, caption, media_group_id=group) for file, caption in prepared]


def delete_message(call: Call) -> bool:
    chat = call.chat()
    seen = call.chats.message(chat, call.given.number("message_id"))
    if seen is None:
        raise Refused("message to delete not found")
    if not call.chats.may_delete(chat, call.bot, seen):
        raise Refused("message can't be deleted")
    return call.chats.shelf.remove_post(seen.id, call.chats.clock(), account=seen.account)


def delete_messages(call: Call) -> bool:
    numbers = call.given.value("message_ids")
    if not isinstance(numbers, list) or not 1 <= len(numbers) <= 100 or not all(isinstance(n, int) for n in numbers):
        raise Refused("message identifiers are not specified")
    chat = call.chat()
    found = [seen for n in numbers if (seen := call.chats.message(chat, n))]
    if not all(call.chats.may_delete(chat, call.bot, seen) for seen in found):
        raise Refused("message can't be deleted")
    for seen in found:
        call.chats.shelf.remove_post(seen.id, call.chats.clock(), account=seen.account)
    return True


def edit_message_text(call: Call) -> Document:
    return _edit(call, "text", "entities", missing="there is no text in the message to edit")


def edit_message_caption(call: Call) -> Document:
    return _edit(call, "caption", "caption_entities", missing="there is no caption in the message to edit")


METHODS: dict[str, Callable[[Call], Any]] = {
    function.__name__.replace("_", ""): function
    for function in (
        *(get_me, get_chat, get_chat_member, get_chat_member_count, send_message, send_photo, send_video, send_animation, send_document),
        *(send_media_group, delete_message, delete_messages, edit_message_text, edit_message_caption),
        *(get_chat_administrators, send_chat_action, get_file),
    )
}
"""By their name in lower case, as the server compares them."""


def addresses(method: str, given: Parameters) -> list[tuple[str, str]]:
    """The (URL, kind) pairs that a call asks the server to fetch."""
    if method in ("sendphoto", "sendvideo", "sendanimation", "senddocument"):
        kind = method.removeprefix("send")
        pairs = [] if kind in given.files else [(given.text(kind), kind)]
    elif method == "sendmediagroup" and isinstance(items := given.value("media"), list):
        pairs = [(str(item.get("media", "")), item["type"]) for item in items if isinstance(item, dict) and item.get("type") in PLURALS]
    else:
        pairs = []
    return [pair for pair in pairs if is_url(pair[0])]


# The content of a message.


def _text(values: Mapping[str, Any], name: str) -> tuple[str, list[Entity]]:
    """A text or caption with its entities, by markup or as given."""
    source, mode = str(values.get(name) or ""), str(values.get("parse_mode") or "")
    if mode and mode.lower() not in MODES:
        raise Refused("unsupported parse_mode")
    try:
        text, entities = parse(source, mode)
    except BadMarkup as problem:
        raise Refused(f"can't parse entities: {problem}") from None
    if not mode:
        entities = Parameters(dict(values)).value("entities" if name == "text" else "caption_entities") or []
    if utf16(text) > MOST[name]:
        raise Refused(TOO_LONG[name])
    return text, with_found(text, entities)


def _marked(name: str, entities: list[Entity]) -> Document:
    return {name: entities} if entities else {}


def _send_media(call: Call, kind: str) -> Document:
    caption = _text(call.given.values, "caption")
    chat = call.chat()
    return _send_file(call, chat, _file(call, call.given.values, kind, named=kind), caption)


def _file(call: Call, values: Mapping[str, Any], kind: str, *, named: str) -> Document:
    """What Telegram keeps of the file of a message: uploaded, fetched, or one that it has already."""
    given = str(values.get(named) or "")
    file = uploaded(call.given, given, kind, part=named) or call.fetched.get(given)
    if file is None:
        known: Document | None = call.chats.shelf.get("file", given)
        if known is None:
            raise Refused("wrong file identifier/HTTP URL specified")
        if known["kind"] != kind:
            raise Refused(f"can't use file of type {known['kind'].title()} as {kind.title()}")
        return known
    if call.spoiled:
        raise Refused("IMAGE_PROCESS_FAILED" if kind == "photo" else "VIDEO_CONTENT_TYPE_INVALID")
    facts = examine(file, kind)
    kind = facts["kind"]
    identifier, unique = file_id(file.content, kind)
    ids = {"file_id": identifier, "file_unique_id": unique, "file_size": len(file.content)}
    shown = {"shown": "a file to download"} if kind == "document" else {}
    described = call.describe(file.content, facts["mime"], name=file.name, frames=facts["frames"], **shown)
    record = {"name": file.name, "ids": ids, "described": described, **facts}
    call.chats.shelf.put("file", identifier, record)
    return record


def _send_file(call: Call, chat: Document, file: Document, caption: tuple[str, list[Entity]], **more: Any) -> Document:
    kind, ids = file["kind"], file["ids"]
    match kind:
        case "photo":
            body: Document = {"photo": [{**ids, "width": file["width"], "height": file["height"]}]}
        case "video" | "animation":
            sides = {name: call.given.number(name) for name in ("width", "height", "duration")}
            body = {kind: {**ids, **sides, "mime_type": file["mime"], "file_name": file["name"]}}
            if kind == "animation":  # and for clients that do not know it, as a file too
                body["document"] = {**ids, "mime_type": file["mime"], "file_name": file["name"]}
        case _:
            body = {"document": {**ids, "mime_type": file["mime"], "file_name": file["name"]}}
    text, entities = caption
    if text:
        body |= {"caption": text, **_marked("caption_entities", entities)}
    return _deliver(call, chat, {**body, **more}, what=PLURALS[kind], text=text, media=[file["described"]])


def _deliver(call: Call, chat: Document, body: Document, *, what: str, text: str, media: list[Document]) -> Document:
    """What all messages share: rights, thread, reply, settings."""
    call.chats.allow_sending(chat, call.bot, what)
    if call.given.text("message_thread_id"):
        raise Refused("message thread not found")
    reply = call.given.value("reply_parameters") or {}
    if not isinstance(reply, dict):
        raise Refused("object expected as reply parameters")
    if reply and (above := _replied(call, chat, reply)):
        body["reply_to_message"] = above
    if call.given.flag("protect_content"):
        body["has_protected_content"] = True
    extra = {"silent": call.given.flag("disable_notification"), "mode": call.given.text("parse_mode")}
    return call.chats.add_message(chat, call.bot, body, text=text, media=media, extra=extra)


def _replied(call: Call, chat: Document, reply: Document) -> Document | None:
    """The message that one replies to, as its answer carries it: without what that one replies to itself."""
    seen = call.chats.message(chat, number_of(reply.get("message_id")) or 0)
    if seen is None:
        if not reply.get("allow_sending_without_reply"):
            raise Refused("message to be replied not found")
        return None
    quote = reply.get("quote")
    if quote is not None and (not isinstance(quote, str) or not quote or quote not in seen.text):
        raise Refused("QUOTE_TEXT_INVALID")
    return {name: value for name, value in seen.extra["message"].items() if name != "reply_to_message"}


def _edit(call: Call, name: str, entities_name: str, *, missing: str) -> Document:
    chat = call.chat()
    seen = call.chats.message(chat, call.given.number("message_id"))
    if seen is None:
        raise Refused("message to edit not found")
    if seen.extra["bot"] != call.bot["id"]:
        raise Refused("message can't be edited")
    message = seen.extra["message"]
    if ("text" in message) is not (name == "text"):
        raise Refused(missing)
    text, entities = _text(call.given.values, name)
    if name == "text" and not text.strip():
        raise Refused("message text is empty")
    if text == message.get(name, "") and entities == message.get(entities_name, []):
        raise Refused(SAME)
    kept = {key: value for key, value in message.items() if key not in (name, entities_name)}
    return call.chats.change_message(chat, seen, {**kept, name: text, **_marked(entities_name, entities)}, text=text)
