"""docs/errors.md: every code that the product can answer, from the source itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from docs.generators import judged
from docs.generators.codes import Use, classes, tables, uses
from docs.generators.markdown import code, codes, document, table
from socialclaw.errors import ProviderError
from socialclaw.networks import providers
from socialclaw.next_steps.finding import of_code, of_kind
from socialclaw.next_steps.kinds import CHECKED, NOTE
from socialclaw.next_steps.step import NextStep

OF_KIND = {"Issue": CHECKED, "Outcome": NOTE}  # kinds of codes that are no errors
# Codes whose message is put together elsewhere than where they are named.
MEANINGS = {
    "invalid_grant": "What was to be redeemed is unknown, used, too old, revoked or another client's; the message says which.",
    "invalid_client": "The client is unknown, has not shown its secret, or its document is none; the message says which.",
    "invalid_client_metadata": "What a client says of itself cannot be; the message says what.",
    "invalid_redirect_uri": "An address to which people are to be led back is not registered, or cannot be; the message says why.",
    "invalid_target": "`resource` is no address of this server, or not the one that was allowed.",
    "consent_unfinished": "The page of consent is not filled in as it has to be; it is shown again, and says why.",
    "webhook_url_invalid": "Events are sent by https, on port 443, to a public host; the message says what is wrong with the URL.",
    "interaction_type_invalid": "interaction_type must be one of …",
    "post_limit_reached": "The plan has fewer posts a month than that; `details` tells its limit, the month, and what of it is used.",
    "account_limit_reached": "The plan has fewer connected accounts than that; `details` tells its limit, and what of it is used.",
    "csv_invalid": "The file is no table of posts; the message says where and why.",
    "multipart_part_missing": "A part has not arrived, or has arrived and is not named.",
    "multipart_part_size_invalid": "A part has from 1 to … bytes.",
    "multipart_part_too_small": "Every part but the last must have at least … bytes; part … has …",
    "accepted": "The network has accepted the post, and is still deciding.",
    "published": "The network has published the post.",
    "deleted": "The post was taken down on its network, and is not looked at any more.",
    "consent_declined": "The user said no on the network's consent page, or the network did.",
    "consent_incomplete": "The network sent the user back without an answer.",
    "clock_advance_invalid": "The test clock moves forward only, by a stated and not too long time.",
    "conflict": "It is not in the state that this needs.",
    "asset_metadata_invalid": "A fact about the file is not usable; the message names it.",
    "connection_expired": "The user did not come back from the consent page in time.",
    "database_newer": "The database was written by a newer version.",
    "facebook_image_type_unsupported": "A picture from another server has a type that Facebook does not take.",
    "field_invalid": "A field has a value that it cannot have; the message says which, and why.",
    "field_required": "A field is missing; the message says which.",
    "sandbox_destinations_invalid": "A user of this network cannot have so many destinations, or always has the same.",
    "fault_invalid": "There is no such fault, or it cannot be armed so; the message says what to write.",
    "forbidden": "The key may not do this.",
    "http_error": "The request was refused before it reached an operation; the status says why.",
    "deauthorized": "The account's owner has removed the developer app at the network.",
    "provider_not_configured": "The network is not set up on this server: no developer app of it is.",
    "sandbox_app_not_told": "Nobody has given access to that account there (any longer), or that network tells no app of it.",
    "no_refresh_token": "The access has ended, and the network gave nothing to renew it with.",
    "not_ready": "The service cannot answer now.",
    "database_unavailable": "The database does not answer.",
    "oauth_client_refused": "The network refused the developer app.",
    "oauth_refused": "The network refused the authorization.",
    "plan_required": "The plan does not allow it.",
    "provider_error": "The network said no, or did not say.",
    "provider_rate_limited": "The network takes no more calls for now.",
    "provider_not_found": "The network does not have what was named, or not any more.",
    "provider_rejected": "The network has read the request and refused it.",
    "provider_unauthorized": "The network no longer accepts the account's credentials.",
    "provider_unavailable": "The network could not be reached, or gave no usable answer.",
    "provider_uncertain": "No usable answer to the call that makes the post visible: it may be live.",
    "provider_malformed": "The network gave an answer that cannot be read.",
    "role_unknown": "There is no such role.",
    "timezone_invalid": "It is not a time zone such as Europe/Berlin.",
    "workspace_limit_reached": "The workspace has reached a limit; the message says which, and what to do.",
    "publish_outcome_unknown": "The post may be live, and only a person who looks can find out.",
}
# The same of codes that each provider has under its own prefix.
ENDINGS = {
    "_credentials_required": "A value of the connection's form is missing.",
    "_credentials_invalid": "A value of the connection's form contains characters that no network accepts, or is too long.",
    "_quota_exceeded": "The schedule has more posts than the network allows in that time; `details.nextFitUtc` says when the post fits.",
    "_no_destination": "The credentials open no destination that can be published to.",
}
SAID = "In the network's own words: `message` and `details.said`."

INTRODUCTION = """Every failure is `{"ok": false, "code", "message", "details"}`. `message` is for people and may be reworded; `code` is for
programs and stays. Where a request has several problems, `code` is the first one's and `details.issues` lists all, each with a `path`.

`details.next` leads on: `do` is what stands below under "What to do"; `operation` and `tool` are the operation of this API and the tool
of [MCP](howto/mcp.md) by which that is done, null where it is none of them; `retryable` says whether the very same request may succeed
later.

A code without a status stands in `details.issues` (the answer is 422), on a post, on one of its attempts, or on a connection. A
network's refusal is 502 where a request waits for it (connecting, deleting, an action), and else the `code` of an attempt and the
post's `errorCode`. Problems that a request's form has by its description carry the names of pydantic's error types, e.g. `missing`."""


@dataclass
class Entry:
    """One code, from all its places."""

    code: str
    networks: set[str] = field(default_factory=set)
    kinds: list[str] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)
    meanings: list[str] = field(default_factory=list)

    @property
    def network(self) -> str:
        """The one network that knows this code; nothing where it is everybody's."""
        return next(iter(self.networks)) if len(self.networks) == 1 else ""

    @property
    def meaning(self) -> str:
        told = [text for text in self.meanings if len(re.findall(r"\w+", text)) > 2]
        written = sorted(told, key=lambda text: text.startswith("…"))
        table = self.code.removesuffix("_not_found")
        if table in tables():
            return f"There is no such {table} in this workspace."
        if self.code.endswith("…"):
            return "A code of the network's own, behind this beginning."
        shared = next((text for ending, text in ENDINGS.items() if self.code.endswith(ending)), "")
        return MEANINGS.get(self.code) or shared or (written[0] if written else SAID if self.networks - {""} else "")

    @property
    def next_step(self) -> NextStep | None:
        """None where the source names it as a code of nothing in particular: it must have a step of its own then."""
        if self.code.endswith("…"):
            return of_kind(ProviderError)
        kinds = sorted(self.kinds, key=lambda kind: (kind == "ProviderError", kind != "Issue"))
        return of_code(self.code) or next((OF_KIND.get(kind) or of_kind(classes()[kind]) for kind in kinds if kind), None)

    @property
    def advice(self) -> str:
        return self.next_step.advice if self.next_step else ""

    def take(self, use: Use) -> None:
        kind = "Issue" if use.kind == "Setting" else use.kind if use.kind in (*OF_KIND, *classes()) else ""
        self.networks.add(use.network)
        if kind not in self.kinds:
            self.kinds.append(kind)
        if kind in classes():
            self.statuses.add(use.status or classes()[kind].status)
        if use.meaning and use.meaning not in self.meanings:
            self.meanings.append(use.meaning)


@cache
def entries() -> dict[str, Entry]:
    """Every code, in the order of the alphabet."""
    found: dict[str, Entry] = {}
    for use in sorted((*uses(), *_declared()), key=lambda use: (not use.sure, use.network != "", use.code)):
        found.setdefault(use.code, Entry(use.code)).take(use)
    return dict(sorted(found.items()))


def _declared() -> Iterable[Use]:
    """What follows from the declarations."""
    for provider in providers().values():
        for name, message in judged.issues(provider).items():
            yield Use(name, "", provider.network, "Issue", None, message)


def page() -> str:
    known = entries()
    networks = sorted({entry.network for entry in known.values()} - {""})
    labels = {network: ", ".join(p.label for p in providers().values() if p.network == network) for network in networks}
    sections = [part for network in networks for part in (f"## {network}", f"{labels[network]}.", _table(known.values(), network))]
    return document("Error codes", INTRODUCTION, "## General", _table(known.values(), ""), *sections)


def _table(known: Iterable[Entry], network: str) -> str:
    rows = [
        [code(e.code), codes(sorted(e.statuses)).replace("`", ""), _sentence(e.meaning), e.advice] for e in known if e.network == network
    ]
    return table(["Code", "Status", "Meaning", "What to do"], rows)


def _sentence(text: str) -> str:
    short = text.replace("<", "‹").replace(">", "›")
    return short if short.endswith((".", "…", "!", "?")) else f"{short}."
