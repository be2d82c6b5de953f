"""The settings of a bucket, of which `Settings` has one: `SOCIALCLAW_S3__<NAME>`."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class S3Settings(BaseModel):
    """A bucket of an S3-compatible service: `SOCIALCLAW_S3__<NAME>`."""

    model_config = ConfigDict(frozen=True)

    endpoint: str = Field("", description="Where the service is, e.g. https://s3.example.org. Default: Amazon's, in the region.")
    public_endpoint: str = Field("", description="Where clients and networks reach it, if that is another address than the endpoint.")
    region: str = Field("us-east-1", pattern=r"^[a-zA-Z0-9-]+$", description="The region that requests are signed for.")
    bucket: str = Field("", pattern=r"^([a-zA-Z0-9][a-zA-Z0-9._-]+)?$", description="The bucket; it must exist.")
    access_key: str = Field("", description="The id of the access key.")
    secret_key: SecretStr = Field(SecretStr(""), description="The secret of the access key.")
    path_style: bool = Field(True, description="The bucket's name is in the path of a URL, not in its host.")
    prefix: str = Field("", pattern=r"^[\w .+@=()/-]*$", description="Put before every key, so that a bucket can be shared.")
    delivery: Literal["stream", "redirect"] = Field(
        "stream", description="Files of public URLs go through this server, or it redirects to URLs that are valid for minutes."
    )

    @field_validator("endpoint", "public_endpoint")
    @classmethod
    def _plain(cls, url: str) -> str:
        found = urlsplit(url)
        if url and (found.scheme not in ("http", "https") or not found.hostname or found.path.strip("/") or found.query or found.username):
            raise ValueError("must be http:// or https:// and a host, with a port or without, and nothing more")
        return url.rstrip("/")

    @property
    def url(self) -> str:
        return self.endpoint or f"https://s3.{self.region}.amazonaws.com"

    @property
    def origin(self) -> str:
        """Where browsers and other clients reach the bucket."""
        found = urlsplit(self.public_endpoint or self.url)
        return f"{found.scheme}://{found.netloc if self.path_style else f'{self.bucket}.{found.netloc}'}"

    @property
    def key_prefix(self) -> str:
        """Empty, or with a slash at its end."""
        return f"{self.prefix.strip('/')}/" if self.prefix.strip("/") else ""

    @property
    def missing(self) -> list[str]:
        """What a bucket cannot be used without and is not set."""
        return [name for name in ("bucket", "access_key", "secret_key") if not getattr(self, name)]
