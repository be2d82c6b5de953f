"""What is sent, verified by the libraries that receivers use with Node: `standardwebhooks` and `svix`, as npm has them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import warnings
from pathlib import Path

import pytest

from tests.networks.clients.node import folder, program
from tests.webhooks.post_office import PostOffice
from tests.webhooks.receiver import Receiver

HERE = Path(__file__).parent
MISSING = "NOT VERIFIED by libraries for Node, which are not installed: `python -m tests.networks.clients.node` tells why"


async def test_both_libraries_verify_what_arrives_and_refuse_what_was_changed(office: PostOffice, receiver: Receiver) -> None:
    place = folder(HERE / "package-lock.json")
    if not (place / "node_modules").is_dir():
        warnings.warn(MISSING, stacklevel=1)
        pytest.skip(MISSING)
    hook = await office.add(receiver.url)
    await office.happen("signed")
    await office.send()
    [got] = receiver.received
    given = json.dumps({"body": got.body.decode(), "headers": got.headers, "secret": hook["secret"]})
    node, _ = program()
    command = [node, HERE / "verify.cjs", given]
    env = {"NODE_PATH": str(place / "node_modules")}
    done = await asyncio.to_thread(subprocess.run, command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    right = [got.event["id"], "WebhookVerificationError"]
    assert json.loads(done.stdout) == {"standardwebhooks": right, "svix": right}
