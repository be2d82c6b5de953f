"""A command of the API: its own options and those that all of them have, one place where a failure becomes a line and a number.

A function that is marked with `remote` gets what it speaks with as its first argument, `api`; everything else of it is what typer makes
options of.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, get_type_hints

import typer

from socialclaw.cli.output import complain, print_json
from socialclaw.cli.remote import exits
from socialclaw.cli.remote.profiles import Target, target
from socialclaw.cli.remote.shown import Shown
from socialclaw.cli.remote.waiting import Waiting
from socialclaw.errors import Problem

if TYPE_CHECKING:
    from socialclaw.sdk import Client

KEYS, ADDRESSES, PROFILES = ["SOCIALCLAW_API_KEY", "SC_API_KEY"], ["SOCIALCLAW_BASE_URL", "SC_BASE_URL"], ["SOCIALCLAW_PROFILE"]
AsJson = Annotated[bool, typer.Option("--json", help="Print the API's answer as JSON, errors too.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print ids, and nothing besides.")]
Key = Annotated[
    str | None,
    typer.Option("--api-key", envvar=KEYS, show_envvar=False, help="The key to use."),
]
BaseUrl = Annotated[
    str | None,
    typer.Option("--base-url", envvar=ADDRESSES, show_envvar=False, help="The server to ask."),
]
Profile = Annotated[
    str | None,
    typer.Option("--profile", envvar=PROFILES, show_envvar=False, help="The login to use, by the name it was made with."),
]
OPTIONS = {
    "as_json": (AsJson, False),
    "quiet": (Quiet, False),
    "profile": (Profile, None),
    "api_key": (Key, None),
    "base_url": (BaseUrl, None),
}
FILE = "cli_error"  # the code of what this program itself finds wrong


class Refused(Exception):
    """This program will not go on: what is wrong, and with which number to end."""

    def __init__(self, message: str, exit_code: int = exits.FAILED, *, code: str = FILE, details: Any = None) -> None:
        super().__init__(message)
        self.message, self.exit_code, self.code, self.details = message, exit_code, code, details

    def wire(self) -> dict[str, Any]:
        return {"ok": False, "code": self.code, "message": self.message} | ({"details": self.details} if self.details else {})


class Api(Shown):
    """What a command speaks with, and how it prints."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        super().__init__(json=given["as_json"], quiet=given["quiet"])
        self._given = given
        self.waiting = Waiting(sys.stderr)

    @cached_property
    def target(self) -> Target:
        given = self._given
        return target(key=given["api_key"], base_url=given["base_url"], profile=given["profile"])

    def need_key(self) -> None:
        """NoKey, with a word on how to get one, where there is none."""
        if not self.target.key:
            where = self.target.base_url
            raise NoKey(f"No API key is configured for {where}. Make one in {where}/dashboard, then: socialclaw login --api-key <key>")

    @cached_property
    def client(self) -> Client:
        self.need_key()
        return self.open(self._renewed(self.target))

    def _renewed(self, found: Target) -> Target:
        """Of a login without a key: with the next token where this one is about to end, which is kept at once."""
        from socialclaw.cli.remote.device_login import renewed

        if not found.refresh:
            return found
        with self.open(found) as client:
            return renewed(client.http, found)

    def given(self, name: str) -> str | None:
        """One of the options that all commands have, as it was given."""
        value: str | None = self._given[name]
        return value

    def open(self, found: Target) -> Client:
        from socialclaw.sdk import Client

        made = Client(found.base_url, found.key)
        made.http.event_hooks = self.waiting.hooks()
        return made

    def confirm(self, question: str, *, yes: bool) -> None:
        """Ask before something is done to the world; not where nobody can answer."""
        if yes or not (sys.stdin.isatty() and sys.stdout.isatty()) or not self._live():
            return
        if not typer.confirm(f"{question} This is the live workspace at {self.target.base_url}", err=True):
            raise Refused("Nothing was done", exits.FAILED)

    def _live(self) -> bool:
        """By the key, or by the server's word where that does not tell."""
        live = self.target.live
        return self.client.validate_key()["tenant"].get("mode") == "live" if live is None else live


class NoKey(Refused):
    """Told on standard error, with --json too: nothing was asked, so there is no answer to print."""

    def __init__(self, message: str) -> None:
        super().__init__(message, exits.NO_ACCESS, code="auth_missing")


def remote(inner: Callable[..., None]) -> Callable[..., None]:
    """The command that typer is to have: `inner`, with the options of all of them behind its own."""
    hints = get_type_hints(inner, include_extras=True)
    own = [p.replace(annotation=hints[p.name]) for p in inspect.signature(inner).parameters.values() if p.name != "api"]
    word = inspect.Parameter.KEYWORD_ONLY
    shared = [inspect.Parameter(name, word, default=default, annotation=kind) for name, (kind, default) in OPTIONS.items()]

    def outer(**given: Any) -> None:
        shared_given = {name: given.pop(name) for name in OPTIONS}
        run(lambda api: inner(api, **given), Api(shared_given))

    outer.__name__, outer.__doc__, outer.__module__ = inner.__name__, inner.__doc__, inner.__module__
    outer.__signature__ = inspect.Signature([p.replace(kind=word) for p in own] + shared)  # type: ignore[attr-defined]
    outer.__annotations__ = {p.name: p.annotation for p in [*own, *shared]} | {"return": None}
    return outer


def run(do: Callable[[Api], None], api: Api) -> None:
    """Do it, and end as what came of it asks for."""
    from socialclaw.sdk import ClientError

    try:
        try:
            do(api)
        finally:
            api.waiting.end()
    except ClientError as error:
        _end(api, error.body, exits.of(error.code, error.status))
    except TimeoutError as error:
        _end(api, {"ok": False, "code": "waited_in_vain", "message": str(error)}, exits.IN_VAIN)
    except Refused as error:
        _end(api, error.wire(), error.exit_code, on_stdout=not isinstance(error, NoKey) and error.exit_code != exits.USAGE)
    except Problem as error:
        _end(api, {"ok": False, "code": FILE, "message": error.message}, exits.FAILED)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        _end(api, {"ok": False, "code": FILE, "message": f"{error.filename or 'A file'}: {error.strerror or error}"}, exits.FAILED)
    except KeyboardInterrupt:
        complain("Interrupted. What the server has begun goes on")
        raise typer.Exit(exits.INTERRUPTED) from None


def _end(api: Shown, payload: Mapping[str, Any], number: int, *, on_stdout: bool = True) -> NoReturn:
    if api.json and on_stdout:
        print_json(payload)
        raise typer.Exit(number)
    for line in told(payload):
        complain(line)
    raise typer.Exit(number)


def told(payload: Mapping[str, Any]) -> Iterator[str]:
    """A failure in lines: what is wrong, each thing where there are several, its code, and what to do."""
    yield str(payload["message"])
    details = payload.get("details")
    details = details if isinstance(details, dict) else {}
    issues = details.get("issues")
    if isinstance(issues, list) and len(issues) > 1:
        yield from (f"{issue['path']}: {issue['message']} ({issue['code']})" for issue in issues)
    if payload["code"] != FILE:
        yield f"Code: {payload['code']}"
    if (step := details.get("next")) and isinstance(step, dict) and step.get("do"):
        yield f"Next: {step['do']}"
    if details.get("upgradePath"):
        yield f"Upgrade: {details['upgradePath']}"
