"""Commands that do something in an installation: it is opened for them. The parts of that are imported only then."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from socialclaw.settings import Settings
    from socialclaw.system import System


def run(settings: Settings, do: Callable[[System], Any], *, create: bool = False) -> Any:
    """Open the installation, run `do` on it, and answer what that does. `create`: an installation may be made for it."""
    from socialclaw.cli import installation, runtime

    found: list[Any] = []

    async def main() -> None:
        async with installation.opened(settings, create=create) as system:
            found.append(await do(system))

    runtime.run(main)
    return found[0]
