"""Secrets: encryption at rest (AES-GCM, key ring, bound to the row), key digests, signed values.

A sealed value is `<key id>.<base64url(nonce + ciphertext)>`; the associated data names table, row and column, so that a
ciphertext moved to another row does not open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from socialclaw.errors import SocialClawError


class VaultError(SocialClawError):
    """The key file is missing, unreadable or not the one that sealed the data."""

    code, status = "secret_key_error", 500


class Vault:
    """A key ring: the first key seals and signs, every key opens and verifies."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        if not keys:
            raise VaultError("The secret key file holds no key")
        self._keys = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(keys))
        self._signing = [hashlib.sha256(b"socialclaw signing " + key).digest() for key in keys.values()]

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Vault:
        """Read the key file; with `create`, make one (mode 0600) where there is none.

        Refused with VaultError: a file that others than its owner may read or change. Its group may read it, because that is how
        a container is handed a secret.
        """
        if create and not path.exists():
            _create(path)
        try:
            if os.name == "posix" and path.stat().st_mode & 0o027:
                raise VaultError(f"The secret key file {path} is open to other users of this machine: run `chmod 600 {path}`")
            return cls(_parse(path.read_text()))
        except FileNotFoundError:
            raise VaultError(
                f"The secret key file {path} is missing: restore it from your backup, or name it with SOCIALCLAW_SECRET_KEY_FILE"
            ) from None
        except (OSError, ValueError) as error:
            raise VaultError(f"The secret key file {path} cannot be read ({error}): each line must be id:base64 of 32 bytes") from None

    def seal(self, value: str, *, bound_to: str) -> str:
        """Encrypt; `bound_to` names where it is kept, e.g. `accounts:acct_1:secrets`."""
        nonce = os.urandom(12)
        sealed = self._keys[self._current].encrypt(nonce, value.encode(), bound_to.encode())
        return f"{self._current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def unseal(self, sealed: str, *, bound_to: str) -> str:
        key_id, _, body = sealed.partition(".")
        key = self._keys.get(key_id)
        if key is None:
            raise VaultError(
                f"This data was sealed with key {key_id!r}, which the secret key file does not hold: add it, or restore the right file"
            )
        try:
            raw = base64.urlsafe_b64decode(body)
            return key.decrypt(raw[:12], raw[12:], bound_to.encode()).decode()
        except (InvalidTag, ValueError):
            raise VaultError(
                f"A sealed value of {bound_to} does not open: it was moved or changed, or the secret key file is the wrong one"
            ) from None

    def seal_json(self, value: Any, *, bound_to: str) -> str:
        return self.seal(json.dumps(value, separators=(",", ":")), bound_to=bound_to)

    def unseal_json(self, sealed: str, *, bound_to: str) -> Any:
        return json.loads(self.unseal(sealed, bound_to=bound_to))

    def sign(self, value: str) -> str:
        """`value.signature`, url-safe if the value is."""
        return f"{value}.{_signature(value, self._signing[0])}"

    def derived(self, purpose: str) -> list[str]:
        """A secret for something else than sealing and signing: one of each key, the current one's first."""
        return [hmac.digest(key, f"for {purpose}".encode(), "sha256").hex() for key in self._signing]

    def verify(self, signed: str) -> str | None:
        """The value behind `sign`, or None; constant time."""
        value, _, signature = signed.rpartition(".")
        found = [hmac.compare_digest(signature.encode(errors="surrogatepass"), _signature(value, key).encode()) for key in self._signing]
        return value if value and any(found) else None


def _create(path: Path) -> None:
    """Appears whole and at once: of two processes that start together, one makes the key and both read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    with os.fdopen(handle, "w") as file:
        file.write(f"{secrets.token_hex(4)}:{base64.b64encode(os.urandom(32)).decode()}\n")
        file.flush()
        os.fsync(handle)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def _parse(content: str) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for number, line in enumerate(content.split(), 1):
        key_id, _, encoded = line.partition(":")
        key = base64.b64decode(encoded, validate=True)
        if not re.fullmatch(r"[\w-]+", key_id) or len(key) != 32:
            raise ValueError(f"line {number} is not a key")
        if key_id in keys:
            raise ValueError(f"two keys are called {key_id}")
        keys[key_id] = key
    return keys


def _signature(value: str, key: bytes) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, value.encode(errors="surrogatepass"), "sha256")[:24]).decode()


def digest(secret: str) -> str:
    """SHA-256 in hex; for look-up of secrets with enough entropy of their own."""
    return hashlib.sha256(secret.encode()).hexdigest()
