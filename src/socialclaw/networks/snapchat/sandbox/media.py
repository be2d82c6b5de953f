"""Videos of the simulated Snapchat: media objects with a key, the parts of their ciphertext, and what it finds when it decrypts them.

How it refuses a video that it cannot decrypt is not documented: here the post is refused, which is as late as it can be.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from socialclaw.networks.snapchat.sandbox import words as say
from socialclaw.providers.incoming import number_of
from socialclaw.simulation import json_shapes as shapes
from socialclaw.simulation.files.looking import Look
from socialclaw.simulation.files.pieces import look_at_pieces
from socialclaw.simulation.spool import Spool
from socialclaw.simulation.store import Store

LIFE = 24 * 3600
MOST_PARTS, LARGEST_PART = 35, 32 * 1024 * 1024
LARGEST = 1024 * 1024 * 1024 + 16  # a file of 1 GB, padded
BLOCK = 1024 * 1024


def _bytes(count: int) -> shapes.Judge:
    """Base64 of so many bytes."""

    def judge(value: Any) -> bool:
        try:
            return isinstance(value, str) and len(base64.b64decode(value, validate=True)) == count
        except (binascii.Error, ValueError):
            return False

    return judge


MEDIA: shapes.Shape = {"type!": shapes.one_of("VIDEO", "IMAGE"), "name!": say.text(500), "key!": _bytes(32), "iv!": _bytes(16)}


class Videos:
    """The media objects of one simulated Snapchat. What arrived is on disk until the upload is finished."""

    def __init__(self, store: Store, network: str, clock: Callable[[], float]) -> None:
        self.shelf = store.of(network)
        self.clock = clock
        self.spool = Spool(store, network)

    def open(self, account: str, request: httpx2.Request) -> httpx2.Response:
        body = say.body_of(request, MEDIA)
        media_id = f"{self.shelf.count('media'):08}-0000-4000-8000-000000000000"
        doomed = bool(self.shelf.get("options", "doomed_media"))
        self.shelf.drop("options", "doomed_media")
        media = {**body, "account": account, "parts": {}, "at": self.clock(), "doomed": doomed}
        self.shelf.put("media", media_id, media)
        path = f"/us/v1/public_profiles/{account}/media/{media_id}/multipart-upload"
        return say.ok(media_id=media_id, add_path=path, finalize_path=path)

    def get(self, account: str, media_id: str) -> dict[str, Any]:
        """A media object of this profile that has not ended."""
        media: dict[str, Any] | None = self.shelf.get("media", media_id)
        if media is None or media["account"] != account:
            raise say.refuse("The media does not exist", status=404)
        if media["at"] + LIFE <= self.clock():
            raise say.refuse("The media is no longer available", "MEDIA_EXPIRED")
        return media

    def take(self, account: str, media_id: str, request: httpx2.Request) -> httpx2.Response:
        """A part, or the word that all are there."""
        media, form = self.get(account, media_id), say.form_of(request)
        if "found" in media:
            raise say.invalid("The upload is finished")
        if form.get("action") == b"FINALIZE" and set(form) == {"action"}:
            return self._finish(media_id, media)
        if form.get("action") != b"ADD" or set(form) != {"action", "part_number", "file"}:
            raise say.invalid("The form must hold action=ADD, part_number and file, or action=FINALIZE")
        number, content = form["part_number"].decode("latin-1"), form["file"]
        if not 1 <= (number_of(number) or 0) <= MOST_PARTS:
            raise say.invalid(f"part_number must be 1 to {MOST_PARTS}")
        if not 0 < len(content) <= LARGEST_PART:
            raise say.invalid("A part must have 1 byte to 32 MB")
        parts = {**media["parts"], number: len(content)}
        if sum(parts.values()) > LARGEST:
            raise say.invalid("The file is larger than 1 GB")
        self.spool.write(f"{media_id}-{number}", 0, content)
        self.shelf.put("media", media_id, {**media, "parts": parts})
        return say.ok()

    def _finish(self, media_id: str, media: dict[str, Any]) -> httpx2.Response:
        count = len(media["parts"])
        if not count or set(media["parts"]) != {str(n) for n in range(1, count + 1)}:
            raise say.invalid("Parts are missing")
        found = self._decrypted(media_id, media)
        for number in media["parts"]:
            self.spool.drop(f"{media_id}-{number}")
        kept = {name: value for name, value in media.items() if name not in ("key", "iv")}
        self.shelf.put("media", media_id, {**kept, "found": found, "finished_at": self.clock()})
        return say.ok()

    def _decrypted(self, media_id: str, media: dict[str, Any]) -> dict[str, Any]:
        """Size, SHA-256 and whether it is a video that can be played; empty where the ciphertext does not fit the key."""
        key, iv = base64.b64decode(media["key"]), base64.b64decode(media["iv"])
        cipher, padding = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor(), PKCS7(128).unpadder()
        digest, size, name = hashlib.sha256(), 0, f"{media_id}-plain"
        try:
            for piece in self._ciphertext(media_id, len(media["parts"])):
                plain = padding.update(cipher.update(piece))
                self.spool.write(name, size, plain)
                size += len(plain)
                digest.update(plain)
            last = padding.update(cipher.finalize()) + padding.finalize()
        except ValueError:
            self.spool.drop(name)
            return {}
        digest.update(last)
        self.spool.write(name, size, last)
        found = look_at_pieces(self.spool, [name])
        self.spool.drop(name)
        return {"size": size + len(last), "sha256": digest.hexdigest(), "mp4": _is_playable(found)}

    def _ciphertext(self, media_id: str, count: int) -> Iterator[bytes]:
        for number in range(1, count + 1):
            with self.spool.opened(f"{media_id}-{number}") as file:
                while block := file.read(BLOCK):
                    yield block


def _is_playable(found: Look) -> bool:
    """https://developers.snap.com/api/marketing-api/Public-Profile-API/ProfileAssetManagement"""
    kind = found.sound and found.mime == "video/mp4" and found.plain and found.judged(video=("h264",), seconds=(5, 300.999))
    return kind and found.width >= 540 and found.height >= 960
