"""The client of docs/howto/upload-large-files.md, taken from the page, uploads to a running server on each storage, killed in between."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from docs.generate import HOME

from tests.cli.processes import BOUND_SECONDS, started
from tests.crash.visitors import padded
from tests.media.files import film

CLIENT = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
CONTENT = padded(film(), 20 * 1024**2, 1)

pytestmark = pytest.mark.xdist_group("up")


@pytest.fixture(params=["folder", "s3"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What the client needs to know of a server that is running."""
    storage = {}
    if request.param == "s3":
        given = request.getfixturevalue("s3")
        s3 = {"ENDPOINT": given.endpoint, "BUCKET": given.bucket, "PREFIX": given.prefix, "ACCESS_KEY": given.access_key}
        s3["SECRET_KEY"] = given.secret_key.get_secret_value()
        storage = {"SOCIALCLAW_STORAGE": "s3", **{f"SOCIALCLAW_S3__{name}": value for name, value in s3.items()}}
    with started("up", "--port", "0", "--no-tour", "--data-dir", tmp_path / "data", **storage) as up:
        base = up.until(r"Base URL +(http://127\.0\.0\.1:\d+)$")[1]
        key = up.until(r"(sc_test_[\w-]{32})$")[1]
        up.until("^Running")
        yield {**os.environ, "BASE": base, "KEY": key, "no_proxy": "127.0.0.1"}
        assert up.stop() == 0


def test_the_client_of_the_page_goes_on_after_it_was_killed(environment: dict[str, str], tmp_path: Path) -> None:
    [client] = CLIENT.findall((HOME / "howto" / "upload-large-files.md").read_text(encoding="utf-8"))
    (tmp_path / "upload.py").write_text(client, encoding="utf-8")
    (tmp_path / "film.mp4").write_bytes(CONTENT)
    command = [sys.executable, "upload.py", "film.mp4"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout
        asset_id = first.stdout.readline().split()[1]
        assert first.stdout.readline() == "part 1 of 3\n"
        first.kill()
    for again in (False, True):
        done = subprocess.run(
            [*command, asset_id], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=BOUND_SECONDS, check=False
        )
        assert done.returncode == 0, done.stderr
        *sent, said = done.stdout.splitlines()
        assert "part 1 of 3" not in sent
        assert bool(sent) is not again, "the second time there is nothing left to send"
        status, url = said.split()
        assert status == "ready"
    assert httpx2.get(url, trust_env=False).content == CONTENT


def test_the_client_says_what_it_is_told(environment: dict[str, str], tmp_path: Path) -> None:
    [client] = CLIENT.findall((HOME / "howto" / "upload-large-files.md").read_text(encoding="utf-8"))
    (tmp_path / "upload.py").write_text(client, encoding="utf-8")
    (tmp_path / "nothing.mp4").write_bytes(b"")
    command = [sys.executable, "upload.py", "nothing.mp4"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=BOUND_SECONDS, check=False)
    assert done.returncode == 1
    assert "asset_empty" in done.stderr
