"""Secrets that are mounted as files, as Docker and Kubernetes do: `<NAME>_FILE` for every setting that is a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from socialclaw.cli import options
from socialclaw.cli.output import Problem
from socialclaw.secret_files import names
from socialclaw.settings import Settings
from tests.cli.processes import run


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("from the file\n", encoding="utf-8")
    return path


def test_every_secret_has_one() -> None:
    assert {*names(Settings)} == {
        "SOCIALCLAW_DATABASE_URL",
        "SOCIALCLAW_APPS__*__CLIENT_SECRET",
        "SOCIALCLAW_SANDBOX_SECRET",
        "SOCIALCLAW_S3__SECRET_KEY",
        "SOCIALCLAW_SIGN_IN__GOOGLE__CLIENT_SECRET",
        "SOCIALCLAW_SMTP__PASSWORD",
        "SOCIALCLAW_BILLING__API_KEY",
        "SOCIALCLAW_BILLING__WEBHOOK_SECRETS",
    }


def test_a_secret_of_each_kind_is_read_from_its_file(secret: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = tmp_path / "url"
    url.write_text("sqlite:///elsewhere.db", encoding="utf-8")
    monkeypatch.setenv("SOCIALCLAW_DATABASE_URL_FILE", str(url))
    monkeypatch.setenv("SOCIALCLAW_SANDBOX_SECRET_FILE", str(secret))
    monkeypatch.setenv("SOCIALCLAW_APPS__LINKEDIN_PAGE__CLIENT_ID", "the id")
    monkeypatch.setenv("SOCIALCLAW_APPS__LINKEDIN_PAGE__CLIENT_SECRET_FILE", str(secret))
    monkeypatch.setenv("SOCIALCLAW_S3__BUCKET", "media")
    monkeypatch.setenv("SOCIALCLAW_S3__ACCESS_KEY", "the id")
    monkeypatch.setenv("SOCIALCLAW_S3__SECRET_KEY_FILE", str(secret))
    found = Settings()
    assert found.database == "sqlite:///elsewhere.db"
    assert found.sandbox_secret.get_secret_value() == "from the file"
    assert found.apps["linkedin_page"].client_secret.get_secret_value() == "from the file"
    assert (found.s3.bucket, found.s3.secret_key.get_secret_value()) == ("media", "from the file")


@pytest.mark.parametrize(("content", "value"), [(b"a", "a"), (b"a\n", "a"), (b"a\r\n", "a"), (b"a\n\n", "a\n"), (b" a b \n", " a b ")])
def test_one_line_break_at_the_end_is_not_part_of_it(content: bytes, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_bytes(content)
    monkeypatch.setenv("SOCIALCLAW_SANDBOX_SECRET_FILE", str(tmp_path / "secret"))
    assert Settings().sandbox_secret.get_secret_value() == value


def test_the_key_ring_is_a_file_of_its_own_and_stays_a_path(secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALCLAW_SECRET_KEY_FILE", str(secret))
    assert Settings().key_file == secret


def test_an_empty_variable_is_one_that_is_not_set(secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALCLAW_SANDBOX_SECRET", "")
    monkeypatch.setenv("SOCIALCLAW_SANDBOX_SECRET_FILE", str(secret))
    assert Settings().sandbox_secret.get_secret_value() == "from the file"
    monkeypatch.setenv("SOCIALCLAW_SANDBOX_SECRET", "itself")
    monkeypatch.setenv("SOCIALCLAW_SANDBOX_SECRET_FILE", "")
    assert Settings().sandbox_secret.get_secret_value() == "itself"


def test_both_at_once_are_refused(secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALCLAW_APPS__X__CLIENT_SECRET", "itself")
    monkeypatch.setenv("SOCIALCLAW_APPS__X__CLIENT_SECRET_FILE", str(secret))
    with pytest.raises(Problem) as refused:
        options.settings()
    assert "SOCIALCLAW_APPS__X__CLIENT_SECRET and SOCIALCLAW_APPS__X__CLIENT_SECRET_FILE are both set" in refused.value.message
    assert "itself" not in refused.value.message


@pytest.mark.parametrize(("content", "why"), [(b"\xff\xfe", "it is not text in UTF-8"), (b"", "is empty"), (b"\n", "is empty")])
def test_a_file_without_a_value_is_refused(content: bytes, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_bytes(content)
    monkeypatch.setenv("SOCIALCLAW_SANDBOX_SECRET_FILE", str(tmp_path / "secret"))
    with pytest.raises(Problem) as refused:
        options.settings()
    assert refused.value.message.startswith(f"A setting is wrong: SOCIALCLAW_SANDBOX_SECRET_FILE: {tmp_path / 'secret'}")
    assert why in refused.value.message


def test_a_start_without_its_file_ends_with_one_line_that_names_it(tmp_path: Path) -> None:
    ended = run("doctor", "--data-dir", tmp_path, SOCIALCLAW_DATABASE_URL_FILE=str(tmp_path / "nowhere"))
    assert ended.returncode != 0
    [line] = ended.stderr.splitlines()
    assert "SOCIALCLAW_DATABASE_URL_FILE" in line
    assert "No such file" in line
