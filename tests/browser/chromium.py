"""The browser of these tests: the system's Chromium, of which `make test` makes sure where it may (`python -m tests.browser.chromium`)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGE = "apt-get install --no-install-recommends chromium"
MISSING = f"The tests of signing in need Chromium: {PACKAGE}, or say where one is by SOCIALCLAW_TEST_CHROMIUM"


def found() -> str | None:
    """Its program, where there is one."""
    return os.environ.get("SOCIALCLAW_TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def installed() -> bool:
    """Have it installed by who may do so, on Debian and its kin. Elsewhere those tests fail, and say what is missing."""
    if found():
        return True
    if os.geteuid() or shutil.which("apt-get") is None:
        return False
    print("Installing Chromium, in which signing in is tested", flush=True)
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quietly, check=False)
    subprocess.run(["apt-get", "install", "-y", "-qq", *PACKAGE.split()[2:]], env=quietly, stdout=subprocess.DEVNULL, check=False)
    return found() is not None


if __name__ == "__main__" and not installed():
    print(MISSING, file=sys.stderr)
