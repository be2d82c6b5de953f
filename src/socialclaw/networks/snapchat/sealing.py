"""Encrypting a video as Snapchat wants it: AES-256-CBC with PKCS#7 padding, key and vector told when the media object is made.

CBC chains blocks, so a part of the ciphertext can be made from the same part of the file and the block before it: an upload goes on
where it was interrupted, and no more than a slice is in memory. https://developers.snap.com/api/marketing-api/Public-Profile-API/ProfileAssetManagement
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from socialclaw.providers.draft import Media

BLOCK = 16


@dataclass(frozen=True, slots=True)
class Secret:
    """Base64 of the 32 bytes of a key and of the 16 of a vector."""

    key: str
    iv: str

    @classmethod
    def new(cls) -> Secret:
        return cls(*(base64.b64encode(secrets.token_bytes(size)).decode() for size in (32, BLOCK)))


def sealed_size(size: int) -> int:
    """Bytes of the ciphertext: the padding is 1 to 16 bytes."""
    return size + BLOCK - size % BLOCK


class SealedPart:
    """The ciphertext from `start` up to `end`, both at the edge of a block, to be read once and in order.

    `chain` is base64 of the block of ciphertext before it (the vector where there is none); `last` that of its own last one.
    """

    def __init__(self, media: Media, key: str, *, chain: str, start: int, end: int) -> None:
        self._media = media
        self._cipher = Cipher(algorithms.AES(base64.b64decode(key)), modes.CBC(base64.b64decode(chain))).encryptor()
        self._at, self._end = start, end
        self._start = start
        self.last = chain

    def media(self, name: str) -> Media:
        """The part as a file to be sent."""
        return replace(
            self._media, size=self._end - self._start, mime="application/octet-stream", filename=name, read=self.read, kind="other"
        )

    async def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes, in whole blocks; empty where the file has ended too early."""
        if self._start + offset != self._at or length < BLOCK:
            raise ValueError("ciphertext is read in order and in blocks")
        size, end = self._media.size or 0, min(self._at + length - length % BLOCK, self._end)
        plain = await self._plain(min(self._at, size), min(end, size))
        if len(plain) < min(end, size) - self._at:
            return b""
        if end > size:
            padding = sealed_size(size) - size
            plain += bytes([padding]) * padding
        sealed: bytes = self._cipher.update(plain)
        self._at = end
        self.last = base64.b64encode(sealed[-BLOCK:]).decode()
        return sealed

    async def _plain(self, start: int, end: int) -> bytes:
        """These bytes of the file; fewer where it ends before."""
        found = bytearray()
        while self._media.read and start + len(found) < end:
            piece = await self._media.read(start + len(found), end - start - len(found))
            if not piece:
                break
            found += piece
        return bytes(found)
