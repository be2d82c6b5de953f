"""`socialclaw storage`: what an operator sees who moves an installation's media into a bucket."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from socialclaw.db import schema
from socialclaw.db.assets import Asset
from socialclaw.s3_settings import S3Settings
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.vault import Vault
from tests.cli.processes import run, started
from tests.cli.test_errors import refusal
from tests.cli.test_storage import looked, variables
from tests.media import files
from tests.media.conftest import upload

__all__ = ["upload"]

Upload = Callable[..., Awaitable[Asset]]


@pytest.fixture
async def system(settings: Settings) -> AsyncIterator[System]:
    """An installation as `socialclaw up` leaves it."""
    Vault.open(settings.key_file, create=True)
    system = System.open(settings)
    await schema.upgrade(system.database)
    yield system
    await system.close()


def storage(system: System, *args: str, **more: str) -> CompletedProcess[str]:
    settings = system.settings
    return run("storage", *args, "--data-dir", settings.data_dir, "--database-url", settings.database_url, **more)


def printed(ended: CompletedProcess[str]) -> Any:
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def kept(name: str, size: int) -> dict[str, Any]:
    return {"storage": name, "objects": 1, "bytes": size, "uploadsUnderWay": 0}


async def test_media_moves_into_a_bucket(system: System, upload: Upload, s3: S3Settings) -> None:
    asset = await upload(files.picture())
    still_local = variables(s3) | {"SOCIALCLAW_STORAGE": "local"}
    assert printed(storage(system, "usage", "--json")) == {"storages": [kept("local", asset.size)]}
    assert printed(storage(system, "migrate", "--to", "s3", "--dry-run", "--json", **still_local)) == {
        "storages": [kept("local", asset.size)]
    }
    told = storage(system, "migrate", "--to", "s3", **still_local)
    assert (told.returncode, told.stderr) == (0, "")
    assert "1 object moved" in told.stdout
    assert "SHA-256" in told.stdout
    assert "kept for another day" in told.stdout
    assert "set SOCIALCLAW_STORAGE=s3, and restart the servers" in told.stdout
    again = printed(storage(system, "migrate", "--to", "s3", "--json", **variables(s3)))
    assert again == {"moved": 0, "gone": 0, "bytes": 0, "failed": [], "storages": [kept("s3", asset.size)]}
    table = storage(system, "usage", **variables(s3)).stdout.splitlines()
    assert [line.split()[:2] for line in table] == [["Storage", "Objects"], ["s3", "1"]]


async def test_what_could_not_be_moved_is_named_and_the_command_fails(system: System, upload: Upload, s3: S3Settings) -> None:
    asset = await upload(files.picture())
    await system.storage.delete(asset.object_key)
    for how in ((), ("--json",)):
        ended = storage(system, "migrate", "--to", "s3", *how, **variables(s3))
        assert ended.returncode == 1
        assert f"{asset.object_key} is not in its storage: it stays where it is" in ended.stderr
    assert json.loads(ended.stdout)["failed"] == [{"objectKey": asset.object_key, "why": "missing"}]


async def test_what_cannot_be(system: System, s3: S3Settings, tmp_path: Path) -> None:
    assert "There is no storage 's3' set up here: set SOCIALCLAW_S3__BUCKET and its keys" in refusal(
        storage(system, "migrate", "--to", "s3")
    )
    assert "--to takes local or s3" in refusal(storage(system, "migrate", "--to", "ftp"))
    wrong = variables(s3, bucket="nothing-here")
    assert "SOCIALCLAW_S3__BUCKET" in refusal(storage(system, "migrate", "--to", "s3", **wrong))
    assert "There is no installation in" in refusal(run("storage", "usage", "--data-dir", tmp_path / "none"))


async def test_a_server_that_does_not_know_the_bucket_says_so(system: System, upload: Upload, s3: S3Settings) -> None:
    """As where media was moved by a machine that knew more."""
    await upload(files.picture())
    assert storage(system, "migrate", "--to", "s3", **variables(s3)).returncode == 0
    settings, told = system.settings, "Files are in the storage s3, which is not set up here: set SOCIALCLAW_S3__BUCKET and its keys"
    place = ("--data-dir", settings.data_dir, "--database-url", settings.database_url)
    with started("serve", "--port", "0", *place) as server:
        server.until(re.escape(told))
        server.until("API on")
        assert server.stop() == 0
    sick = run("doctor", "--json", *place)
    assert (sick.returncode, looked(sick, "storage: s3")) == (1, ("failed", told))
    with started("serve", "--port", "0", *place, **variables(s3)) as server:
        server.until("API on")
        assert server.stop() == 0
        assert told not in server.output


async def test_nothing_is_kept_yet(system: System) -> None:
    assert storage(system, "usage").stdout == "Nothing is kept yet.\n"
