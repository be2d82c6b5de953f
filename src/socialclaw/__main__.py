"""`python -m socialclaw` is the command `socialclaw`."""

from __future__ import annotations

from socialclaw.cli import main

main()
