"""Signatures of requests to S3 (AWS Signature Version 4), as pure functions: in a header, or in the URL for whoever is handed it.

docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
LONGEST = 7 * 24 * 3600  # seconds that a URL may be good for


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, for which region."""

    access_key: str
    secret_key: str = field(repr=False)
    region: str

    def headers(
        self, method: str, host: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], at: datetime
    ) -> dict[str, str]:
        """The headers to send: `headers`, which must have `x-amz-content-sha256`, with the time and the signature.

        `path` is percent-encoded already; names are in small letters. All of them are signed.
        """
        signed = {**headers, "host": host, "x-amz-date": _time(at)}
        names = ";".join(sorted(signed))
        signature = self._signature(_request(method, path, query, signed, headers["x-amz-content-sha256"]), at)
        credential = f"{self.access_key}/{self._scope(at)}"
        return {**signed, "authorization": f"{ALGORITHM} Credential={credential},SignedHeaders={names},Signature={signature}"}

    def query(
        self, method: str, host: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], at: datetime, *, seconds: int
    ) -> str:
        """The query of a URL that is good for so long, and for a request with exactly these headers."""
        signed = {**headers, "host": host}
        asked = {
            **query,
            "X-Amz-Algorithm": ALGORITHM,
            "X-Amz-Credential": f"{self.access_key}/{self._scope(at)}",
            "X-Amz-Date": _time(at),
            "X-Amz-Expires": str(min(seconds, LONGEST)),
            "X-Amz-SignedHeaders": ";".join(sorted(signed)),
        }
        signature = self._signature(_request(method, path, asked, signed, UNSIGNED), at)
        return f"{encoded(asked)}&X-Amz-Signature={signature}"

    def _scope(self, at: datetime) -> str:
        return f"{at:%Y%m%d}/{self.region}/s3/aws4_request"

    def _signature(self, request: str, at: datetime) -> str:
        to_sign = "\n".join((ALGORITHM, _time(at), self._scope(at), hashlib.sha256(request.encode()).hexdigest()))
        key = f"AWS4{self.secret_key}".encode()
        for part in (f"{at:%Y%m%d}", self.region, "s3", "aws4_request", to_sign):
            key = hmac.digest(key, part.encode(), "sha256")
        return key.hex()


def _request(method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], payload: str) -> str:
    names = sorted(headers)
    lines = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in names)
    return "\n".join((method, path, encoded(query), lines, ";".join(names), payload))


def encoded(query: Mapping[str, str]) -> str:
    """A query as it is signed, and sent: in order, and with nothing left to read in two ways."""
    return "&".join(sorted(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in query.items()))


def _time(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"
