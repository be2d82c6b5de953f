"""Every setting, in one class. An environment variable is `SOCIALCLAW_` and the name in capitals; nothing else reads the environment."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from socialclaw.app_store_settings import AppStoreSettings
from socialclaw.billing_settings import BillingSettings
from socialclaw.loopback import only_here
from socialclaw.mail_settings import MailAddress, SmtpSettings
from socialclaw.s3_settings import S3Settings
from socialclaw.secret_files import SECRET, EnvironmentAndFiles
from socialclaw.sign_in_settings import SignInSettings, listed

BELOW = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)*/?")  # the path of a base URL: what every proxy hands on as it is


class AppCredentials(BaseModel):
    """A developer app registered at a network: `SOCIALCLAW_APPS__<NETWORK>__CLIENT_ID` and `…__CLIENT_SECRET`."""

    client_id: str
    client_secret: SecretStr = SecretStr("")


def url_of(host: str, port: int) -> str:
    """How this machine reaches what listens there. What listens on every address is on the loopback one too."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _base(url: str) -> str:
    """A URL below which other paths are put; ValueError where that cannot be done."""
    found = urlsplit(url)
    more = found.username is not None or found.query or found.fragment
    if found.scheme not in ("http", "https") or not found.hostname or found.port == 0 or more:
        raise ValueError("must be http:// or https:// and a host, perhaps with a port and a path, and nothing more")
    if not BELOW.fullmatch(found.path):
        raise ValueError(f"{found.path} cannot be the path of a base URL: only letters, digits, - . _ ~ between single slashes")
    return f"{found.scheme}://{found.netloc}{found.path.rstrip('/')}"


class Settings(BaseSettings):
    """What an operator may set. The defaults are one process on SQLite and a folder."""

    model_config = SettingsConfigDict(env_prefix="SOCIALCLAW_", env_nested_delimiter="__", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    public_base_url: str = Field(
        "",
        description="How the world reaches this server, e.g. https://post.example.org; with a path, e.g. https://example.org/social, where"
        " a proxy takes that path off. Default: http://host:port.",
    )
    data_dir: Path = Field(Path("data"), description="Folder for the database, the secret key, media and the sandbox.")
    database_url: str = Field(
        "", description="postgresql://user@host/name or sqlite:///path. Default: SQLite in the data folder.", json_schema_extra=SECRET
    )
    secret_key_file: Path | None = Field(None, description="The key ring file (mode 0600). Default: secret.key in the data folder.")
    apps: dict[str, AppCredentials] = Field(
        default_factory=dict, description="Developer apps by network, e.g. SOCIALCLAW_APPS__NAME__CLIENT_ID."
    )

    worker: bool = Field(True, description="Run a worker in the server process.")
    worker_concurrency: int = Field(
        64,
        ge=1,
        le=1000,
        description="Posts of one workspace on one network that a worker works on at a time; half as many more are for others.",
    )
    lease_seconds: float = Field(
        30,
        gt=0,
        description="How long a silent worker keeps a post before another may take it; 20 at least where several machines publish.",
    )
    scan_seconds: float = Field(1, gt=0, description="How often the tables are scanned for work that no hint announced.")
    horizon_seconds: float = Field(60, gt=0, description="How far ahead work is handed to the queue.")
    stop_seconds: float = Field(30, gt=0, description="How long a worker may take to finish what it holds when told to stop.")
    retry_first_seconds: float = Field(60, gt=0, description="Delay before the first retry; doubled for each further one.")
    retry_most_seconds: float = Field(3600, gt=0, description="Longest delay between two tries.")
    retry_tries: int = Field(6, ge=1, description="Tries before a post fails for good.")
    settle_seconds: float | None = Field(
        None, gt=0, description="Overrides how long a lost post is looked for (default: the network's own)."
    )
    max_late_minutes: int = Field(
        24 * 60, ge=1, description="How late a post may still go out, where neither it nor its workspace says: then it fails instead."
    )
    catch_up_factor: float = Field(
        4, ge=1, description="How much faster than planned the posts of an account may follow each other after it was held up."
    )
    confirm_seconds: float = Field(30, gt=0, description="Delay before a network that accepted a post is asked whether it is visible.")

    trust_clock: bool = Field(False, description="SQLite: publish by this machine's clock although it was set by more than a minute.")
    honour_quotas: bool = Field(True, description="Keep to the networks' known limits on posts: refuse at validate, wait when publishing.")

    sandbox: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether simulated networks are served. `auto`: once there is a test workspace; `off`: never, and no test workspaces.",
    )
    sandbox_url: str = Field("", description="Where `socialclaw sandbox` runs, if the simulators are not in this process.")
    sandbox_secret: SecretStr = Field(
        SecretStr(""),
        description="The secret that servers and `socialclaw sandbox` share. Default: from the secret key they share.",
    )
    sandbox_workspace_bytes: int = Field(
        256 * 1024**2, ge=1024**2, description="Most that the simulated networks remember for one workspace: posts, people, tokens."
    )
    sandbox_total_bytes: int = Field(4 * 1024**3, ge=1024**2, description="The same for all workspaces together.")
    sandbox_workspace_upload_bytes: int = Field(
        8 * 1024**3, ge=1024**2, description="Most that unfinished uploads of one workspace hold at the simulated networks."
    )
    sandbox_total_upload_bytes: int = Field(32 * 1024**3, ge=1024**2, description="The same for all workspaces together.")
    connect_seconds: float = Field(10, gt=0, description="Time limit for connecting to a network.")
    answer_seconds: float = Field(60, gt=0, description="Time limit for a network's answer.")
    remote_look_seconds: float = Field(
        3, gt=0, le=60, description="Time limit for a first look at all media of a schedule that is elsewhere, while it is judged."
    )

    storage: Literal["local", "s3"] = Field("local", description="Where new files go: the data folder, or an S3-compatible service.")
    s3: S3Settings = Field(default_factory=lambda: S3Settings.model_validate({}))

    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of reverse proxies, separated by commas: whose X-Forwarded-For says who is asking.",
    )
    rate_limit_per_minute: int = Field(600, ge=1, description="Requests a minute per API key.")
    workspace_rate_limit_per_minute: int | None = Field(
        None, ge=1, description="Requests a minute of all keys of a workspace together. Default: five times as many as of one key."
    )
    refused_per_minute: int = Field(120, ge=1, description="Requests a minute from one address without a valid key.")
    max_connections: int = Field(10_000, ge=8, description="Connections at a time; fewer where the limit on open files is lower.")
    max_connections_per_address: int = Field(256, ge=4, description="Connections at a time from one address that is no trusted proxy.")
    max_streams: int = Field(
        1000, ge=0, description="Streams of events and live hints that a server has open at a time, and readers that wait for events."
    )
    max_streams_per_workspace: int = Field(250, ge=0, description="The same of one workspace.")
    max_streams_per_caller: int = Field(8, ge=0, description="The same of one session or API key.")
    max_waits_per_caller: int = Field(16, ge=0, description="Requests with `wait` that one session or API key has open at a time.")
    stream_seconds: float = Field(3600, gt=0, description="How long a stream lasts at most before its reader has to connect again.")
    max_header_bytes: int = Field(65_536, ge=1024, description="Largest head of a request: its path and its headers.")
    head_seconds: float = Field(20, gt=0, description="Time limit for the head of a request to arrive.")
    keep_alive_seconds: int = Field(5, ge=1, description="How long a connection may wait for its next request.")
    body_bytes_per_second: int = Field(1024, ge=1, description="Slowest speed at which a request body may arrive, over 10 s.")
    max_body_bytes: int = Field(25 * 1024 * 1024, ge=1024, description="Largest request body.")
    max_bodies_bytes: int = Field(
        256 * 1024 * 1024, ge=1024 * 1024, description="Memory for all large request bodies at a time; one workspace may have half of it."
    )
    max_asset_bytes: int = Field(512 * 1024 * 1024, ge=1024, description="Largest file of a form upload.")
    max_upload_bytes: int = Field(5 * 1024**3, ge=1024, le=5 * 1024**4, description="Largest file of an upload in parts.")
    asset_retention_days: int = Field(7, ge=0, description="Days a deleted asset is kept.")
    max_stored_bytes: int = Field(
        100 * 1024**3, ge=1024, description="Bytes of files that a workspace may have, with what its open uploads have announced."
    )
    max_open_uploads: int = Field(100, ge=1, description="Uploads in parts that a workspace may have open at a time.")
    max_pending_imports: int = Field(200, ge=1, description="Imports from a URL that a workspace may have under way at a time.")
    import_least_bytes_per_second: int = Field(
        4096, ge=0, description="What a source of a file that is imported or published has to send; slower ones are tried again later."
    )
    import_slow_seconds: float = Field(20, gt=0, description="For how long a source may send less than that.")
    max_api_keys: int = Field(100, ge=1, description="API keys in use that a workspace may have; the command line makes more.")
    oauth_registration: Literal["open", "off"] = Field(
        "open",
        description="Whether programs may register themselves to ask people for access (RFC 7591). With off, only those may ask that are"
        " known by a document at an address of their own, and this server's command line.",
    )
    max_open_connections: int = Field(100, ge=1, description="Connections of a workspace that wait for their user at a time.")
    mobile_callback_schemes: str = Field(
        "socialclaw",
        pattern=r"^\s*([a-zA-Z][a-zA-Z0-9+.-]*(\s*,\s*[a-zA-Z][a-zA-Z0-9+.-]*)*)?\s*$",
        description="URL schemes of mobile apps to which a consent page may lead back, separated by commas. Those that are a domain"
        " name backwards, as RFC 8252 has it (org.example.app), need not be listed.",
    )
    erase_after_days: float = Field(
        7, ge=0, description="Days from a workspace's deletion by its owner until it is gone; until then it can be kept after all."
    )
    sign_in: SignInSettings = Field(default_factory=lambda: SignInSettings.model_validate({}))
    support_email: MailAddress = Field("", description="Where requests for support are mailed to, where an SMTP server is set.")
    smtp: SmtpSettings = Field(default_factory=lambda: SmtpSettings.model_validate({}))
    billing: BillingSettings = Field(default_factory=lambda: BillingSettings.model_validate({}))
    app_store: AppStoreSettings = Field(default_factory=lambda: AppStoreSettings.model_validate({}))
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The lowest level that is logged.")

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, EnvironmentAndFiles(settings_cls)

    @model_validator(mode="after")
    def _whole_bucket(self) -> Self:
        missing = self.s3.missing
        if missing and (self.storage == "s3" or len(missing) < 3):
            names = " and ".join(f"SOCIALCLAW_S3__{name.upper()}" for name in missing)
            raise ValueError(f"{names} must be set too, for files to be kept in S3")
        return self

    @model_validator(mode="after")
    def _simulated_here_alone(self) -> Self:
        if self.sign_in.simulated and (self.sandbox == "off" or not only_here(self.base_url)):
            raise ValueError(
                "SOCIALCLAW_SIGN_IN__SIMULATED lets anybody be anybody: it needs simulated networks (SOCIALCLAW_SANDBOX), and a base URL"
                " that only this machine reaches"
            )
        return self

    @property
    def base_url(self) -> str:
        return self.public_base_url or url_of(self.host, self.port)

    @field_validator("public_base_url", "sandbox_url")
    @classmethod
    def _bases(cls, url: str) -> str:
        return _base(url.strip()) if url.strip() else ""

    @field_validator("database_url")
    @classmethod
    def _one_of_two(cls, url: str) -> str:
        scheme, colon, rest = url.strip().partition("://")
        if url.strip() and (not colon or not rest or scheme.partition("+")[0] not in ("postgresql", "postgres", "sqlite")):
            raise ValueError("a database is postgresql://user@host/name or sqlite:///path; correct it (or --database-url)")
        return url.strip()

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, text: str) -> str:
        for each in listed(text):
            if each != "*":
                ipaddress.ip_network(each, strict=False)
        return text

    @property
    def workspace_rate(self) -> int:
        return self.workspace_rate_limit_per_minute or 5 * self.rate_limit_per_minute

    @property
    def proxies(self) -> list[str]:
        return listed(self.trusted_proxies)

    @property
    def networks_url(self) -> str:
        """Where people find the simulated networks."""
        return self.sandbox_url or self.base_url

    @property
    def max_base64_bytes(self) -> int:
        """The largest file that fits into a body as base64: four characters for three bytes, beside up to 4 KiB of other fields."""
        return min(max(0, self.max_body_bytes - 4096) // 4 * 3, self.max_asset_bytes)

    @property
    def callback_schemes(self) -> list[str]:
        return [scheme.strip().lower() for scheme in self.mobile_callback_schemes.split(",") if scheme.strip()]

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'socialclaw.db'}"

    @property
    def key_file(self) -> Path:
        return self.secret_key_file or self.data_dir / "secret.key"

    @property
    def sandbox_file(self) -> Path:
        return self.data_dir / "sandbox.db"

    @property
    def media_dir(self) -> Path:
        return self.data_dir / "media"
