"""What the operator can put right is one line on standard error that says what to do, and an exit code that is not 0."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.cli.processes import run, started
from tests.postgres import server

FREE = ("--port", "0")


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation that has something to lose: a workspace with a key."""
    folder = tmp_path_factory.mktemp("sealed") / "data"
    assert run("workspaces", "create", "Team", "--data-dir", folder).returncode == 0
    assert run("keys", "create", "--workspace", "Team", "--data-dir", folder).returncode == 0
    return folder


def refusal(ended: subprocess.CompletedProcess[str]) -> str:
    """The one line."""
    assert ended.returncode == 1, ended.stdout + ended.stderr
    [line] = ended.stderr.splitlines()
    assert line.startswith("socialclaw: ")
    return line


def test_a_busy_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        line = refusal(run("up", "--port", port, "--data-dir", tmp_path / "data"))
    assert port in line
    assert "--port" in line
    assert not (tmp_path / "data").exists(), "nothing is begun"


def test_an_address_that_is_not_one(tmp_path: Path) -> None:
    assert "--host" in refusal(run("up", "--host", "no such host", *FREE, "--data-dir", tmp_path / "data"))


@pytest.mark.parametrize("command", [("up", *FREE), ("serve", *FREE), ("worker",), ("migrate",), ("sandbox", *FREE)])
def test_a_folder_that_cannot_be_written(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text("in the way")
    line = refusal(run(*command, "--data-dir", tmp_path / "file" / "data"))
    assert str(tmp_path / "file") in line
    assert "--data-dir" in line


@pytest.mark.parametrize("command", [("up", *FREE), ("serve", *FREE), ("worker",), ("migrate",)])
def test_a_database_that_is_newer_than_the_code(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert run("migrate", "--data-dir", tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "socialclaw.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "newer version" in refusal(run(*command, "--data-dir", tmp_path))


def test_a_database_that_is_something_else(tmp_path: Path) -> None:
    (tmp_path / "socialclaw.db").write_bytes(b"a letter to my aunt, " * 100)
    assert "socialclaw.db" in refusal(run("up", *FREE, "--data-dir", tmp_path))


@pytest.mark.parametrize("command", [("up", *FREE), ("serve", *FREE), ("worker",), ("migrate",)])
@pytest.mark.parametrize("rescued", [False, True])
def test_a_missing_database_is_never_replaced_by_an_empty_one(
    sealed: Path, tmp_path: Path, command: tuple[str, ...], rescued: bool
) -> None:
    folder = tmp_path / "used"
    shutil.copytree(sealed, folder)
    copy = folder / "socialclaw.db.rescued-20300101000000"
    (folder / "socialclaw.db").rename(copy if rescued else tmp_path / "elsewhere.db")
    line = refusal(run(*command, "--data-dir", folder))
    assert not (folder / "socialclaw.db").exists()
    assert str(folder / "socialclaw.db") in line
    assert (copy.name if rescued else "--data-dir") in line


@pytest.mark.parametrize("command", [("up", *FREE), ("serve", *FREE), ("worker",), ("keys", "list")])
def test_a_missing_secret_key_is_never_replaced_by_a_new_one(sealed: Path, command: tuple[str, ...]) -> None:
    key = sealed / "secret.key"
    content = key.read_bytes()
    key.unlink()
    try:
        line = refusal(run(*command, "--data-dir", sealed))
        assert not key.exists()
    finally:
        key.write_bytes(content)
        key.chmod(0o600)
    assert str(key) in line
    assert "SOCIALCLAW_SECRET_KEY_FILE" in line


@pytest.mark.parametrize("keep_id", [True, False])
def test_a_wrong_secret_key(sealed: Path, tmp_path: Path, keep_id: bool) -> None:
    """Another key, under another id or under the very same one."""
    assert run("workspaces", "create", "Other", "--data-dir", tmp_path).returncode == 0
    other = (tmp_path / "secret.key").read_text()
    if keep_id:
        other = f"{(sealed / 'secret.key').read_text().partition(':')[0]}:{other.partition(':')[2]}"
    (tmp_path / "wrong.key").write_text(other)
    (tmp_path / "wrong.key").chmod(0o600)
    line = refusal(run("up", *FREE, "--data-dir", sealed, SOCIALCLAW_SECRET_KEY_FILE=str(tmp_path / "wrong.key")))
    assert "is not the secret key of this database" in line


def test_a_key_file_that_others_may_read(sealed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "open.key"
    copy.write_bytes((sealed / "secret.key").read_bytes())
    copy.chmod(0o644)
    assert f"chmod 600 {copy}" in refusal(run("up", *FREE, "--data-dir", sealed, SOCIALCLAW_SECRET_KEY_FILE=str(copy)))


def test_a_key_file_that_is_no_key_file(sealed: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.key").write_text("hello\n")
    (tmp_path / "wrong.key").chmod(0o600)
    assert "wrong.key" in refusal(run("up", *FREE, "--data-dir", sealed, SOCIALCLAW_SECRET_KEY_FILE=str(tmp_path / "wrong.key")))


def test_a_postgresql_that_is_not_there(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    line = refusal(run("migrate", "--data-dir", tmp_path, "--database-url", f"postgresql://me:hunter2@127.0.0.1:{port}/social"))
    assert f"127.0.0.1:{port}" in line
    assert "PostgreSQL" in line
    assert "hunter2" not in line


@pytest.mark.parametrize("url", ["nonsense", "mysql://me@host/name", "sqlite://"])
def test_a_database_url_that_is_not_one(tmp_path: Path, url: str) -> None:
    assert "--database-url" in refusal(run("up", *FREE, "--data-dir", tmp_path, "--database-url", url))


def test_a_setting_that_is_wrong(tmp_path: Path) -> None:
    assert "SOCIALCLAW_LOG_LEVEL" in refusal(run("up", *FREE, "--data-dir", tmp_path, SOCIALCLAW_LOG_LEVEL="loud"))


@pytest.mark.parametrize("command", [("keys", "list"), ("workspaces", "list"), ("keys", "create", "--workspace", "Team")])
def test_looking_into_a_folder_without_an_installation_makes_none(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert "--data-dir" in refusal(run(*command, "--data-dir", tmp_path / "data"))
    assert not (tmp_path / "data").exists()


def test_a_key_for_a_workspace_that_is_not_there(sealed: Path) -> None:
    assert "Nobody" in refusal(run("keys", "create", "--workspace", "Nobody", "--data-dir", sealed))


def test_a_wrong_option_is_a_usage_error() -> None:
    ended = run("up", "--prot", "9000")
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


class TestDoctor:
    """What the doctor says of the same troubles."""

    @staticmethod
    def examined(folder: Path, **more: str) -> tuple[int, dict[str, str]]:
        ended = run("doctor", "--json", "--port", "1", "--data-dir", folder, **more)
        answer = json.loads(ended.stdout)
        assert answer["ok"] == (ended.returncode == 0)
        return ended.returncode, {check["name"]: check["state"] for check in answer["checks"]}

    def test_a_sound_installation_is_well(self, sealed: Path) -> None:
        code, states = self.examined(sealed)
        assert code == 0
        assert (states["python"], states["data folder"], states["database"], states["secret key"]) == ("ok",) * 4

    def test_an_empty_folder_is_no_illness_and_stays_empty(self, tmp_path: Path) -> None:
        code, states = self.examined(tmp_path / "data")
        assert (code, states["database"]) == (0, "note")
        assert not (tmp_path / "data").exists()

    def test_a_key_that_others_can_read_is(self, sealed: Path) -> None:
        (sealed / "secret.key").chmod(0o644)
        try:
            code, states = self.examined(sealed)
        finally:
            (sealed / "secret.key").chmod(0o600)
        assert (code, states["secret key"]) == (1, "failed")

    def test_a_database_out_of_reach_is(self, tmp_path: Path) -> None:
        code, states = self.examined(tmp_path, SOCIALCLAW_DATABASE_URL="postgresql://me@127.0.0.1:1/social")
        assert (code, states["database"], states["secret key"]) == (1, "failed", "unknown")

    def test_an_app_for_a_network_that_does_not_exist_is(self, sealed: Path) -> None:
        code, states = self.examined(sealed, SOCIALCLAW_APPS__MYSPACE__CLIENT_ID="a")
        assert (code, states["app: myspace"]) == (1, "failed")

    def test_its_table_is_for_people(self, sealed: Path) -> None:
        ended = run("doctor", "--port", "1", "--data-dir", sealed)
        assert "secret key" in ended.stdout
        assert "mode 0600" in ended.stdout


def test_a_server_waits_for_a_postgresql_that_is_not_there_yet(tmp_path: Path) -> None:
    with server() as postgres:
        postgres.stop()
        place = ("--data-dir", tmp_path / "data", "--database-url", postgres.url)
        assert "start PostgreSQL there" in refusal(run("migrate", *place)), "who does one thing and ends says so at once"
        with started("serve", *FREE, *place) as serving, started("worker", *place) as working, started("worker", *place) as impatient:
            for waiting in (serving, working, impatient):
                waiting.until("cannot be opened .* Waiting for it")
            assert impatient.stop() == 0, "while it waits it can be told to stop"
            postgres.start()
            serving.until("API on")
            working.until("is publishing")
            assert [serving.stop(), working.stop()] == [0, 0]
