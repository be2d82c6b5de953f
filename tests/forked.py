"""Processes that are forked from one that has imported everything once, so that each is up in tens of milliseconds."""

from __future__ import annotations

import multiprocessing

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.crash.processes", "tests.cli.processes", "socialclaw.doctor.checks", "socialclaw.cli.banner"])
