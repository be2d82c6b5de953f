"""What there is of an installation, and whether its parts belong together: the database, the secret key, the storages."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from socialclaw.db.accounts import Account
from socialclaw.db.workspaces import ApiKey, Workspace
from socialclaw.errors import Problem, SocialClawError
from socialclaw.settings import Settings
from socialclaw.storage.bucket import BucketRefused
from socialclaw.storage.folder import Folder
from socialclaw.vault import Vault, VaultError

STORAGE_ADVICE = {
    "InvalidAccessKeyId": "correct SOCIALCLAW_S3__ACCESS_KEY",
    "SignatureDoesNotMatch": "correct SOCIALCLAW_S3__SECRET_KEY, or SOCIALCLAW_S3__REGION",
    "AuthorizationHeaderMalformed": "correct SOCIALCLAW_S3__REGION",
    "PermanentRedirect": "correct SOCIALCLAW_S3__REGION and SOCIALCLAW_S3__ENDPOINT",
    "NoSuchBucket": "make the bucket, or correct SOCIALCLAW_S3__BUCKET",
    "AccessDenied": "let the key read, write, delete and list there",
    "RequestTimeTooSkewed": "set this machine's clock, preferably with NTP",
}
STORAGE_SILENT = "check that it runs, and SOCIALCLAW_S3__ENDPOINT"
Sealed = tuple[str, str]  # a sealed value, and what it is bound to


def is_there(settings: Settings) -> bool:
    """Whether there may be an installation. A server's database can only be asked."""
    url = make_url(settings.database)
    return url.get_backend_name() != "sqlite" or (bool(url.database) and Path(str(url.database)).exists())


def sealed(session: Session) -> tuple[list[Sealed], bool]:
    """The newest sealed values, and whether anything was ever sealed or owned here."""
    key = session.scalar(select(ApiKey).where(ApiKey.sealed.is_not(None)).order_by(ApiKey.created_at.desc()).limit(1))
    account = session.scalar(select(Account).where(Account.sealed.is_not(None)).order_by(Account.updated_at.desc()).limit(1))
    found = [(key.sealed, f"api_keys:{key.id}:secret")] if key and key.sealed else []
    if account and account.sealed:
        found.append((account.sealed, f"accounts:{account.id}:secrets"))
    return found, bool(found) or session.scalar(select(Workspace.id).limit(1)) is not None


def place(settings: Settings) -> str:
    """The database as people call it, without its password."""
    return f"The database {make_url(settings.database).render_as_string(hide_password=True)}"


def prove(path: Path, sealed: list[Sealed], *, used: bool) -> None:
    """Raises Problem where the key file is missing or is not the one that sealed these values."""
    if not path.exists() and used:
        raise Problem(
            f"The secret key file {path} is missing, and what this database holds was sealed with it: restore it from your backup, "
            "or say where it is with SOCIALCLAW_SECRET_KEY_FILE. A new key could not open the accounts' credentials"
        )
    vault = Vault.open(path)
    for value, bound_to in sealed:
        try:
            vault.unseal(value, bound_to=bound_to)
        except VaultError as error:
            raise Problem(
                f"{path} is not the secret key of this database: restore the right file from your backup. {error.message}"
            ) from None


def out_of_reach(name: str) -> str:
    """That a storage has files and is not set up, and what to do."""
    return f"Files are in the storage {name}, which is not set up here: set SOCIALCLAW_{name.upper()}__BUCKET and its keys"


def storage_problem(name: str, error: SocialClawError) -> str:
    """What is wrong with a storage, and what to do."""
    if name == Folder.name:
        return error.message
    advice = STORAGE_ADVICE.get(error.said) if isinstance(error, BucketRefused) else STORAGE_SILENT
    return f"{error.message}: {advice}" if advice else error.message
