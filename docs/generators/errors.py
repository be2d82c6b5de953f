"""docs/errors.md: every code that the product can answer, from the source itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from docs.generators import judged
from docs.generators.codes import Use, classes, tables, uses
from docs.generators.markdown import code, codes, document, table
from socialclaw.networks import providers

# What to do, by the kind of error.
ADVICE = {
    "Issue": "Correct the post or the request: `path` says where. Nothing was stored.",
    "InvalidRequest": "Correct the request; `details` says what it takes.",
    "MalformedJson": "Send a JSON body.",
    "SignatureInvalid": "The operator compares the secret that is set here with the sender's ([callbacks](howto/callbacks.md)).",
    "StoreUnavailable": "Try again in a minute.",
    "StoreRefused": "Tell the operator, whose log says what the store refuses.",
    "KeyExpired": "Use another key.",
    "Unauthenticated": "Send a key that is in use: `Authorization: Bearer sc_…`; `socialclaw keys create` makes one.",
    "PlanRequired": "Choose a plan: `details.upgradeUrl` is where.",
    "Forbidden": "Use a key that may do this.",
    "RoleRequired": "Ask one of `details.who` to do it, or to give you the role `details.role` ([roles](roles.md)).",
    "SignInAgain": "Sign in again, then repeat it.",
    "CrossSite": "Use the dashboard at the server's own address; programs use an API key.",
    "TicketInvalid": "Ask for a new link: `socialclaw sign-in` on the server, or whoever sent the invitation.",
    "LastOwner": "Make somebody else an owner first, or delete the workspace.",
    "LastIdentity": "Link another account first.",
    "WorkspaceClosing": "An owner can keep the workspace: `POST /v1/dashboard/workspace/keep`.",
    "Problem": "The operator puts right what the message names.",
    "NotFound": "Look the id up again in this workspace.",
    "RouteNotFound": "Look the path up in [openapi.json](openapi.json).",
    "Gone": "Upload the file again.",
    "MethodNotAllowed": "Use a method that the `Allow` header names.",
    "Conflict": "Nothing was changed. Read the object again and decide.",
    "DatabaseTrouble": "Try again after `Retry-After`. The server asks the database again and again, and goes on by itself.",
    "PayloadTooLarge": "Send less, or ask the operator to raise the limit ([settings](settings.md)).",
    "TooManyRequests": "Wait as long as `Retry-After` says.",
    "NotReady": "Try again later; the operator finds the cause with `socialclaw doctor`.",
    "ProviderError": "Read `details.said`, the network's own words.",
    "TokenRefused": "Start the sign-in again. The log says what was wrong with the token.",
    "SignInRefused": "Start the sign-in again.",
    "Declined": "Start the sign-in again, and go on at the issuer's page.",
    "OtherBrowser": "Open the link in the browser that asked for it, or type the code from the mail there.",
    "OAuthError": "Begin again: have the program connect anew.",
    "ClientInvalid": "Have the program register again, and show its secret if it got one.",
    "Refused": "Correct the request as the message says.",
    "TokenExpired": "Get another with the refresh token, or connect again.",
    "DeviceCodeInvalid": "Compare the code with what the program shows, or have it begin again.",
    "AskAgain": "Fill the page in as the message says.",
    "AccountExists": "Sign in as you did before, and link this account there.",
    "IssuerUnavailable": "Start the sign-in again in a minute.",
    "ClientRefused": "The operator compares client id and secret with what Google or Apple shows ([settings](settings.md)).",
    "BucketRefused": "Try again later; the operator finds the cause with `socialclaw doctor`.",
    "Rejected": "It is not sent again by itself. Change what the network refused, then retry.",
    "Unauthorized": "Connect the account again; its posts wait and then go on by themselves.",
    "Missing": "It is not sent again by itself. See whether what it names is still there, then retry.",
    "Unpaid": "The operator tops up the developer app's credit; the posts wait, and the network is asked again every quarter of an hour.",
    "CursorExpired": "Go on from `details.oldest`, or from `latest`, and read anew what you show.",
    "RateLimited": "Nothing: the account waits as long as the network says.",
    "Unavailable": "Nothing: it is tried again, later and later. Retry by hand once tries are used up.",
    "Uncertain": "Nothing at first: the post is looked for on the network.",
    "Blocked": "Use a URL that is reachable from the internet.",
    "SchemaError": "The operator runs a version at least as new as the database.",
    "VaultError": "The operator restores the secret key file from the backup.",
    "SocialClawError": "Read the message; where it says no more, the operator finds the cause in the log.",
    "Outcome": "Nothing: it is a note on an attempt.",
    "": "Read the message next to it.",
}
ADVICE_FOR = {
    "content_encoding_unsupported": "Send the body uncompressed, without `Content-Encoding`.",
    "sign_in_not_configured": "The operator sets what `details.settings` names.",
    "sign_in_state_invalid": "Start the sign-in again, in the same browser.",
    "support_request_not_found": "Look the id up again: `socialclaw support list`.",
    "mail_code_invalid": "Type the code of the newest mail, in the browser that asked for it; or ask for another mail.",
    "sign_in_code_invalid": "Start the sign-in again in the app.",
    "identity_token_used": "Sign in again on the device: each token is taken once.",
    "identity_taken": "Sign in with that account; there its link can be ended.",
    "sign_up_closed": "Ask a member for an invitation; the operator says who may sign up (`SOCIALCLAW_SIGN_IN__SIGN_UP`).",
    "return_to_invalid": "Name a path of this server.",
    "code_challenge_required": "Send `codeChallenge`, and its verifier when the code is exchanged.",
    "code_challenge_invalid": "Send the base64url SHA-256 of the verifier: 43 characters.",
    "database_busy": "Try again after `Retry-After`; the operator allows more connections, or stops what holds the lock.",
    "database_damaged": "The operator looks at the disk, and restores a backup.",
    "database_full": "The operator makes room; the server goes on by itself. Nothing of a request that got this answer was stored.",
    "database_missing": "The operator stops the server, puts the file (or the `.rescued-…` copy) in its place, and starts it again.",
    "database_read_only": "The operator fixes the permissions of the file and its folder, or points the server to the primary.",
    "database_refused": "The operator corrects `SOCIALCLAW_DATABASE_URL`.",
    "asset_not_ready": "Read the asset until its status is `ready`; where it has `failed`, its `error` says why: upload the file again.",
    "operation_not_allowed": "Use a key that has the operation in `details.needs`, or make one: `socialclaw keys create --operations …`.",
    "operation_not_for_agents": "Leave it out, or make a key of kind personal.",
    "operations_too_wide": "Ask for no more than `details.operations`, or make the key with one that has more.",
    "api_key_expired": "Use another key: it ended at `details.expiredAt`. A person with the right `keys`, or the operator, makes one.",
    "authorization_pending": "Ask again after `interval` seconds: nobody has typed the code yet.",
    "slow_down": "Wait `details.interval` seconds between two questions.",
    "access_denied": "Nothing: the person has said no.",
    "expired_token": "Begin again.",
    "invalid_client_metadata": "Correct what is registered, as the message says.",
    "invalid_redirect_uri": "Register the address to which people are to be led back, and name it to the letter.",
    "invalid_target": "Name this server's own address as `resource`.",
    "unsupported_grant_type": "Use `authorization_code`, `refresh_token` or the device's.",
    "unsupported_response_type": "Use `code`.",
    "request_not_supported": "Send the parameters themselves.",
    "registration_off": "The operator allows it (`SOCIALCLAW_OAUTH_REGISTRATION`), or the program has a document at an address of its own.",
    "key_is_grant": "Revoke it: `DELETE /v1/keys/{keyId}`. The program has to ask again.",
    "key_expired": "Make another key.",
    "key_expiry_too_late": "Name an earlier time, at latest `details.expiresAt`, or make the key with one that lives longer.",
    "session_missing": "Sign in; an API key is no session.",
    "session_invalid": "Sign in again.",
    "no_workspace": "Ask for an invitation.",
    "name_not_confirmed": "Send the workspace's name as `GET /v1/dashboard/workspaces` has it.",
    "workspace_gone": "Nothing: it is too late.",
    "workspace_not_closing": "Nothing: it stays as it is.",
    "export_not_found": "Ask for another export.",
    "identity_not_found": "List your identities again.",
    "invite_not_yours": "Sign in as the person with that address, then open the link again.",
    "simulated_person": "Sign in by a real identity provider, or use a test workspace.",
    "sign_in_needs_https": "The operator serves https and sets `SOCIALCLAW_PUBLIC_BASE_URL` ([going live](howto/go-live.md)).",
    "account_disconnected": "Connect the account again, then retry the post.",
    "account_reconnect_required": "Connect the account again; posts that wait for it go on by themselves.",
    "connection_expired": "Start the connection again.",
    "consent_declined": "Start the connection again, and consent.",
    "consent_incomplete": "Start the connection again.",
    "multipart_etag_mismatch": "Send the part again, and complete with the ETag of that answer.",
    "multipart_part_missing": "Send the parts that `details.missing` names, name those in `details.unnamed`, and complete again.",
    "multipart_part_size_mismatch": "Cut the file as the upload says: every part but the last has `partSize` bytes.",
    "multipart_upload_completed": "Nothing: the file is there. `DELETE /v1/assets/{id}` deletes it.",
    "multipart_upload_not_found": "Start the upload again.",
    "field_misnamed": "Use the field that `didYouMean` names. Nothing was stored.",
    "field_unknown": "Nothing: it is a warning. The field was ignored.",
    "publish_time_is_midnight": "Nothing: it is a warning. Add the time of day, unless midnight is meant.",
    "media_facts_unknown": "Nothing: it is a warning. Give the facts in the post's `assets`, or upload the file here to have it checked.",
    "media_not_looked_at": "Nothing: it is a warning. Upload the files here, or validate in parts.",
    "no_refresh_token": "Connect the account again.",
    "deauthorized": "Connect the account again, if its owner wants that; its posts wait until then.",
    "deletion_request_not_found": "Look the code up again, as the network has shown it.",
    "sandbox_app_not_told": "Name an account of Facebook, Instagram or TikTok that is connected.",
    "signed_request_invalid": "The operator compares the secrets of the apps with what Meta shows ([callbacks](howto/callbacks.md)).",
    "webhook_invalid": "Nothing: it is between the network and this server.",
    "webhook_signature_invalid": "The operator compares the secret that is set here with the sender's ([callbacks](howto/callbacks.md)).",
    "oauth_client_refused": "The operator corrects the developer app's id and secret ([settings](settings.md#developer-apps)).",
    "oauth_state_invalid": "Start the connection again.",
    "parent_post_failed": "Retry the parent: the reply waits for it again. Where the parent is published by now, retry the reply.",
    "provider_not_configured": "The operator sets up the developer app ([going live](howto/go-live.md)), or use a test workspace.",
    "public_url_unreachable": "It is a warning. The operator gives the server an address ([going live](howto/go-live.md)).",
    "publish_too_late": "Retry the post, if it is still to go out.",
    "publish_outcome_unknown": 'Look on the network. Only if it is not there: retry with `{"force": true}`.',
    "signature_expired": "Ask for a new URL for this part.",
    "signature_invalid": "Use the URL as it was answered.",
    "subscription_past_due": "Update the payment method at `details.upgradeUrl`; posts that failed meanwhile can be retried then.",
    "subscription_paused": "Resume the subscription at `details.upgradeUrl`; posts that failed meanwhile can be retried then.",
    "subscription_canceled": "Choose a plan at `details.upgradeUrl`; posts that failed meanwhile can be retried then.",
    "subscription_inactive": "Choose a plan at `details.upgradeUrl`; posts that failed meanwhile can be retried then.",
    "post_limit_reached": "Schedule less for that month, cancel something in it, or choose a larger plan at `details.upgradeUrl`.",
    "account_limit_reached": "Disconnect as many as `details.disconnect` says, or choose a larger plan at `details.upgradeUrl`.",
    "billing_not_configured": "Nothing: on this server nobody has to pay. The operator says what is sold ([billing](billing.md)).",
    "billing_unavailable": "Try again in a minute.",
    "billing_misconfigured": "Tell the operator, whose log says what the store refuses.",
    "subscription_bound": "Say `--move`, if the subscription is to be the other workspace's from now on.",
    "app_store_environment": "Buy in the App Store itself; for App Review: `socialclaw workspaces app-review NAME on`.",
    "transaction_invalid": "Send what StoreKit has given the app as it is, of the app that this server is set up for.",
    "transaction_unsupported": "Buy a subscription that `GET /v1/billing/app-store/products` lists, with an Apple Account of one's own.",
    "transaction_revoked": "Subscribe again in the app.",
    "transaction_expired": "Have the app show its newest transaction (`Transaction.currentEntitlements`).",
    "transaction_claimed": "Use the workspace that has it; what one subscription gives is one workspace's.",
    "notification_invalid": "The operator compares bundle id and Apple ID with App Store Connect ([how](howto/sell-on-apple.md)).",
    "plan_granted": "Nothing: the plan was given by the operator, who can take it back (`socialclaw workspaces plan`).",
    "plan_not_sold": "Choose another plan or interval: those with `available` in `GET /v1/billing/state`.",
    "subscription_exists": "Nothing: the workspace has this plan.",
    "subscription_elsewhere": "Change the subscription where it was bought: `details.manageUrl`.",
    "subscription_missing": "Buy a plan first: `POST /v1/billing/checkout`.",
    "workspace_limit_reached": "As the message says: make room, or ask the operator to raise the limit ([settings](settings.md)).",
    "worker_lost": "Nothing: the next worker goes on from the remembered steps.",
    "worker_stopped": "Nothing: another worker continues with it.",
}
# Codes whose message is put together elsewhere than where they are named.
MEANINGS = {
    "webhook_url_invalid": "Events are sent by https, on port 443, to a public host; the message says what is wrong with the URL.",
    "invalid_grant": "What was to be redeemed is unknown, used, too old, revoked or another client's; the message says which.",
    "invalid_client": "The client is unknown, has not shown its secret, or its document is none; the message says which.",
    "invalid_client_metadata": "What a client says of itself cannot be; the message says what.",
    "invalid_redirect_uri": "An address to which people are to be led back is not registered, or cannot be; the message says why.",
    "invalid_target": "`resource` is no address of this server, or not the one that was allowed.",
    "consent_unfinished": "The page of consent is not filled in as it has to be; it is shown again, and says why.",
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
    def advice(self) -> str:
        return ADVICE_FOR.get(self.code) or ADVICE[min(self.kinds, key=lambda kind: (kind == "", kind == "ProviderError", kind != "Issue"))]

    def take(self, use: Use) -> None:
        kind = "Issue" if use.kind == "Setting" else use.kind if use.kind in ADVICE else ""
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
