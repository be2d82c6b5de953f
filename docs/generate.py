"""`python -m docs.generate` writes the generated pages anew; with `--check` it writes nothing and names each page that is stale."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from docs.generators import billing, cli, errors, events, openapi, providers, roles, settings

HOME = Path(__file__).parent
PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings.page,
    "errors.md": errors.page,
    "providers.md": providers.page,
    "cli.md": cli.page,
    "roles.md": roles.page,
    "billing-states.md": billing.page,
    "events.md": events.page,
    "openapi.json": openapi.page,
}


def stale(home: Path = HOME) -> list[str]:
    """The pages in `home` that are not what the code says now."""
    return [name for name, page in PAGES.items() if not (path := home / name).exists() or path.read_text(encoding="utf-8") != page()]


def write(home: Path = HOME) -> None:
    for name, page in PAGES.items():
        (home / name).write_text(page(), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 1 if a page is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a page is stale")
    if not parser.parse_args(arguments).check:
        write()
        return 0
    found = stale()
    for name in found:
        sys.stderr.write(f"docs/{name} is stale: run `make docs` and commit it\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
