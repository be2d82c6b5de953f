"""The storage that the settings name: wrong settings are one line at the start, and the doctor tries what is set."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from socialclaw.cli import options
from socialclaw.cli.output import Problem
from socialclaw.s3_settings import S3Settings
from tests.cli.processes import run
from tests.cli.test_errors import refusal

FREE = ("--port", "0")


def variables(s3: S3Settings, **changed: str) -> dict[str, str]:
    """The environment of an installation that keeps its files there."""
    given = {"endpoint": s3.endpoint, "bucket": s3.bucket, "prefix": s3.prefix, "access_key": s3.access_key}
    secret = {"secret_key": s3.secret_key.get_secret_value()}
    return {"SOCIALCLAW_STORAGE": "s3", **{f"SOCIALCLAW_S3__{n.upper()}": v for n, v in {**given, **secret, **changed}.items()}}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"SOCIALCLAW_STORAGE": "s3"}, "SOCIALCLAW_S3__BUCKET and SOCIALCLAW_S3__ACCESS_KEY and SOCIALCLAW_S3__SECRET_KEY must be set"),
        ({"SOCIALCLAW_S3__BUCKET": "media", "SOCIALCLAW_S3__ACCESS_KEY": "x"}, ": SOCIALCLAW_S3__SECRET_KEY must be set"),
        ({"SOCIALCLAW_S3__ENDPOINT": "s3.example.org"}, "SOCIALCLAW_S3__ENDPOINT: must be http:// or https:// and a host"),
        ({"SOCIALCLAW_S3__BUCKET": "a/b"}, "SOCIALCLAW_S3__BUCKET: "),
        ({"SOCIALCLAW_STORAGE": "ftp"}, "SOCIALCLAW_STORAGE: "),
        ({"SOCIALCLAW_S3__DELIVERY": "mail"}, "SOCIALCLAW_S3__DELIVERY: "),
    ],
)
def test_settings_that_cannot_be(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], told: str) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Problem, match="A setting is wrong: ") as refused:
        options.settings()
    assert told in refused.value.message


def test_a_setting_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    assert "SOCIALCLAW_S3__BUCKET" in refusal(run("serve", *FREE, "--data-dir", tmp_path / "data", SOCIALCLAW_STORAGE="s3"))
    assert not (tmp_path / "data").exists()


def test_a_service_that_refuses_stops_the_start(tmp_path: Path, s3: S3Settings) -> None:
    line = refusal(run("up", *FREE, "--no-tour", "--data-dir", tmp_path, **variables(s3, secret_key="not the one")))
    assert "SignatureDoesNotMatch" in line
    assert "SOCIALCLAW_S3__SECRET_KEY" in line
    assert "not the one" not in line


def looked(ended: subprocess.CompletedProcess[str], name: str) -> tuple[str, str]:
    [found] = [check for check in json.loads(ended.stdout)["checks"] if check["name"] == name]
    return found["state"], found["message"]


def test_the_doctor_tries_every_storage_that_is_set_up(tmp_path: Path, s3: S3Settings) -> None:
    well = run("doctor", "--json", "--data-dir", tmp_path, **variables(s3))
    assert looked(well, "storage: s3") == ("ok", "new files go here: stores a file, returns it, and deletes it")
    assert looked(well, "storage: local")[0] == "ok"
    assert well.returncode == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    ill = run("doctor", "--json", "--data-dir", tmp_path / "none", **variables(s3, bucket="nothing-here"))
    assert ill.returncode == 1
    state, message = looked(ill, "storage: s3")
    assert (state, "SOCIALCLAW_S3__BUCKET" in message) == ("failed", True)
    assert not (tmp_path / "none").exists()
