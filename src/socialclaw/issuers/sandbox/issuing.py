"""A simulated issuer: it signs identity tokens with keys that it publishes, changes them now and then, and can be made to do it wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

import httpx2
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from socialclaw.issuers.sandbox import signatures
from socialclaw.simulation.consent import OAuthSimulator
from socialclaw.simulation.faults import met
from socialclaw.simulation.worlds import EVERYBODY, Caller, within

PUBLISHED = 2  # keys at a time: the one that signs, and the one before it
HOUR = 3600

# What can be wrong with what an issuer says, and is for its clients to notice.
FAULTS = {
    "wrong_nonce": "the identity token answers another attempt",
    "wrong_audience": "the identity token is meant for another client",
    "wrong_issuer": "the identity token says that it is somebody else's",
    "expired_token": "the identity token ended an hour ago",
    "future_token": "the identity token was made an hour ahead: the clocks are apart",
    "foreign_key": "the identity token is signed with a key of somebody else's, under the name of the issuer's",
    "unsigned_token": "the identity token is not signed (alg none)",
    "no_token": "there is no identity token in the answer",
    "unverified_mail": "the address in the identity token is not verified",
    "rotate_keys": "the issuer signs with a new key from this call on, and its oldest key is withdrawn",
}


class IssuingSimulator(OAuthSimulator):
    """Base of the simulated issuers. `issuer` is what its tokens say they are from."""

    publishes = False
    issuer: ClassVar[str]
    keys_seconds: ClassVar[int] = 20_000  # how long it says that its keys may be kept
    own_faults = FAULTS

    def identity_token(self, claims: Mapping[str, Any]) -> str | None:
        """Signed, or as the fault that this call meets would have it."""
        said = {"iss": self.issuer, **claims}
        if met() == "rotate_keys":
            self.rotate()
        match met():
            case "no_token":
                return None
            case "wrong_nonce":
                said["nonce"] = "another"
            case "wrong_audience":
                said["aud"] = "somebody-else"
            case "wrong_issuer":
                said["iss"] = "https://issuer.example"
            case "expired_token":
                said |= {"iat": said["iat"] - 2 * HOUR, "exp": said["iat"] - HOUR}
            case "future_token":
                said |= {"iat": said["iat"] + HOUR, "exp": said["exp"] + HOUR}
            case "unverified_mail" if "email" in said:
                said["email_verified"] = False
            case "unsigned_token":
                return f"{signatures.signing_input({'alg': 'none', 'kid': self.signs_with()[0]}, said)}."
        kid, key = self.signs_with()
        if met() == "foreign_key":
            key = _new_key()
        return signatures.rs256(said, key, kid)

    def signs_with(self) -> tuple[str, rsa.RSAPrivateKey]:
        """The newest key and its name; the first one is made when it is first needed."""
        if not (keys := self._keys()):
            self.rotate()
            keys = self._keys()
        kid, pem = keys[-1]
        return kid, _key_of(pem)

    def rotate(self) -> str:
        """Sign with a new key from now on; its name."""
        pem = _new_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        with self.store.transaction(), within(Caller(EVERYBODY)):  # one set of keys, whoever's world it is
            number = self.shelf.count("signing keys")
            kid = hashlib.sha256(f"{self.network} {number}".encode()).hexdigest()[:20]
            self.shelf.put("signing", kid, {"number": number, "pem": pem})
            for old, _ in self._keys()[:-PUBLISHED]:
                self.shelf.drop("signing", old)
        return kid

    def published_keys(self) -> httpx2.Response:
        self.signs_with()
        keys = [signatures.published(_key_of(pem).public_key(), kid) for kid, pem in self._keys()]
        return httpx2.Response(200, headers={"cache-control": f"public, max-age={self.keys_seconds}, must-revalidate"}, json={"keys": keys})

    def _keys(self) -> list[tuple[str, str]]:
        """Names and keys, the oldest first."""
        with within(Caller(EVERYBODY)):
            every = sorted(self.shelf.all("signing").items(), key=lambda item: item[1]["number"])
        return [(kid, key["pem"]) for kid, key in every]


def half_hash(token: str) -> str:
    """`at_hash` and `c_hash` (OpenID Connect Core, 3.1.3.6): the left half of the SHA-256."""
    return signatures.encoded(hashlib.sha256(token.encode()).digest()[:16])


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@lru_cache(16)
def _key_of(pem: str) -> rsa.RSAPrivateKey:
    """Reading one takes longer than signing with it: its numbers are looked at."""
    key = load_pem_private_key(pem.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("an issuer signs with RSA")
    return key
