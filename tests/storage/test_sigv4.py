"""Signatures against figures that others came to: Amazon's published examples, and what botocore signs."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from socialclaw.storage.sigv4 import Signer

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # of the examples
AMAZON = Signer("AKIAIOSFODNN7EXAMPLE", SECRET, "us-east-1")
MAY_24 = datetime(2013, 5, 24, tzinfo=UTC)
HOST = "examplebucket.s3.amazonaws.com"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
@pytest.mark.parametrize(
    ("method", "path", "query", "headers", "content", "signature"),
    [
        ("GET", "/test.txt", {}, {"range": "bytes=0-9"}, b"", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        (
            "PUT",
            "/test%24file.text",
            {},
            {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
            b"Welcome to Amazon S3.",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        ("GET", "/", {"lifecycle": ""}, {}, b"", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("GET", "/", {"max-keys": "2", "prefix": "J"}, {}, b"", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)
def test_headers_as_amazon_publishes_them(
    method: str, path: str, query: dict[str, str], headers: dict[str, str], content: bytes, signature: str
) -> None:
    signed = AMAZON.headers(method, HOST, path, query, {**headers, "x-amz-content-sha256": digest(content)}, MAY_24)
    assert signed["authorization"].endswith(f",Signature={signature}")


# docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
def test_a_url_as_amazon_publishes_it() -> None:
    assert AMAZON.query("GET", HOST, "/test.txt", {}, {}, MAY_24, seconds=86400) == (
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )


# By botocore 1.44.8: S3SigV4QueryAuth and S3SigV4Auth.
OURS = Signer("AKIDEXAMPLE", SECRET.replace("/b", "+b"), "eu-central-1")
PATH = "/media/" + quote("ws_1/assets/asset_1/über & name (1)+=@~%25.mp4", safe="/~")
QUERY = {"partNumber": "3", "uploadId": "2~a/b+c=d&e%20f"}
MARCH_4 = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def test_odd_names_in_a_url_as_botocore_signs_them() -> None:
    query = OURS.query("PUT", "s3.example.org", PATH, QUERY, {"content-length": "5242880"}, MARCH_4, seconds=900)
    assert query.endswith("&X-Amz-Signature=433a300d5498d1c6d8bb1a8f548876aa4ebc8c6138019d60f187a396b7c9098a")


def test_odd_names_in_headers_as_botocore_signs_them() -> None:
    headers = {"content-type": "video/mp4", "x-amz-content-sha256": digest(b"content")}
    signed = OURS.headers("PUT", "s3.example.org", PATH, QUERY, headers, MARCH_4)
    assert signed["authorization"].endswith("Signature=74697242c0f3c33cf226e7bf2874038aa9062adade22292a6139a3ed9b5b6041")


def test_the_secret_is_not_shown() -> None:
    assert SECRET not in repr(AMAZON)
