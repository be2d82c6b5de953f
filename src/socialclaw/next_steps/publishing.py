"""The next steps of what has to do with accounts, files, schedules, runs and posts."""

from __future__ import annotations

from socialclaw.next_steps.kinds import CHECKED, CONNECT, NOTE, READ_POST, RETRY, SCHEDULE
from socialclaw.next_steps.step import SAME, NextStep, again, by_operator, by_person, nothing

ACCOUNTS = ("GET /v1/accounts", "list_accounts")
CAPABILITIES = ("GET /v1/accounts/{accountId}/capabilities", "account_capabilities")
ACTIONS = ("GET /v1/accounts/{accountId}/actions", "account_actions")
ASSETS = ("GET /v1/assets", "list_assets")
ASSET = ("GET /v1/assets/{assetId}", "get_asset")
UPLOAD = ("POST /v1/assets/upload", "upload_asset")
APPLY = ("POST /v1/posts/apply", "apply_schedule")
POSTS = ("GET /v1/posts", "list_posts")
RUN = ("GET /v1/runs/{runId}/status", "run_status")
RECONCILE = ("POST /v1/posts/{postId}/reconcile", "reconcile_post")
FAULTS = ("POST /v1/sandbox/networks/{network}/faults", "sandbox_fault")

ANEW = NextStep("Start the connection again", *CONNECT)
UPLOAD_ANEW = NextStep("Upload another file, as the message says", *UPLOAD)
PARTS = ("GET /v1/assets/uploads/{assetId}", None)
LOOK_AT_POST = NextStep("Nothing was changed: read the post, whose status says what can be done with it", *READ_POST)

CODES = {
    # accounts
    "account_not_found": NextStep("List the accounts, and take one's id or handle from there", *ACCOUNTS),
    "account_required": NextStep("List the accounts, and name one by its id or handle", *ACCOUNTS),
    "provider_required": NextStep("List the accounts, and name one by its id or by a handle such as `x:@name`", *ACCOUNTS),
    "provider_account_mismatch": NextStep("Name the account by its id alone, and leave the provider out", *SCHEDULE),
    "provider_unsupported": NextStep("Use a provider that `details.allowed` lists", SAME),
    "account_not_publishable": NextStep("Connect the account again, then validate the schedule again", *CONNECT),
    "account_disconnected": NextStep("Connect the account again, then retry the post", *CONNECT),
    "account_reconnect_required": NextStep("Connect the account again; posts that wait for it go on by themselves", *CONNECT),
    "connection_not_found": NextStep("List the connections, and take one's id from there", "GET /v1/connections"),
    "connection_expired": ANEW,
    "consent_declined": NextStep("Start the connection again, and consent", *CONNECT),
    "consent_incomplete": ANEW,
    "no_refresh_token": NextStep("Connect the account again", *CONNECT),
    "deauthorized": NextStep("Connect the account again, if its owner wants that; its posts wait until then", *CONNECT),
    "oauth_client_refused": by_operator(
        "The operator corrects the developer app's id and secret", "[settings](settings.md#developer-apps)"
    ),
    "oauth_state_invalid": ANEW,
    "oauth_scope_missing": NextStep("Start the connection again, and leave every permission ticked", *CONNECT),
    "provider_not_configured": by_operator(
        "The operator sets up the developer app, or use a test workspace", "[going live](howto/go-live.md)"
    ),
    "public_url_unreachable": by_operator("It is a warning: the operator gives the server an address", "[going live](howto/go-live.md)"),
    "action_not_found": NextStep("List the account's actions, and use the id of one", *ACTIONS),
    "action_input_invalid": NextStep("List the account's actions: each says which input it takes", *ACTIONS),
    "over_account_limit": NextStep("Disconnect as many accounts as the plan has too few, or choose a larger plan", *ACCOUNTS),
    # files
    "asset_not_found": NextStep("List the assets and use the URL or id of one, or upload the file", *ASSETS),
    "asset_not_ready": NextStep(
        "Read the asset until its status is `ready`; where it has `failed`, its `error` says why: upload the file again", *ASSET
    ),
    "asset_in_use": NextStep("Cancel the posts that use it first, or keep it", *POSTS),
    "asset_content_invalid": NextStep("Send the file by one way alone: `sourceUrl`, or `contentBase64`", *UPLOAD),
    "asset_empty": UPLOAD_ANEW,
    "asset_too_large": NextStep("Send a smaller file, or ask the operator to raise the limit", *UPLOAD, see="[settings](settings.md)"),
    "source_url_invalid": NextStep("Give a URL that anybody on the internet can fetch, or send the file itself", *UPLOAD),
    "image_too_large": UPLOAD_ANEW,
    "media_damaged": UPLOAD_ANEW,
    "media_truncated": UPLOAD_ANEW,
    "media_playlist": UPLOAD_ANEW,
    "media_polyglot": UPLOAD_ANEW,
    "media_too_costly": UPLOAD_ANEW,
    "media_missing": NextStep("Upload the file again", *UPLOAD),
    "media_not_a_file": NextStep("Give the URL of the file itself, or upload it", *UPLOAD),
    "media_facts_unknown": NextStep(
        "Nothing: it is a warning. Give the facts in the post's `assets`, or upload the file here to have it checked", *UPLOAD
    ),
    "media_not_looked_at": NextStep("Nothing: it is a warning. Upload the files here, or validate in parts", *UPLOAD),
    "import_failed": again("Try again later, or send the file itself; the operator finds the cause with `socialclaw doctor`"),
    "multipart_etag_mismatch": NextStep("Send the part again, and complete with the ETag of that answer", *PARTS),
    "multipart_part_missing": NextStep(
        "Send the parts that `details.missing` names, name those in `details.unnamed`, and complete again", *PARTS
    ),
    "multipart_part_size_mismatch": NextStep("Cut the file as the upload says: every part but the last has `partSize` bytes", *PARTS),
    "multipart_upload_completed": NextStep("Nothing: the file is there; `DELETE /v1/assets/{id}` deletes it", *ASSET),
    "multipart_upload_not_found": NextStep("Start the upload again", "POST /v1/assets/uploads"),
    "signature_expired": NextStep("Ask for a new URL for this part", "POST /v1/assets/uploads/{assetId}/part"),
    "signature_invalid": NextStep("Use the URL as it was answered"),
    # schedules
    "field_misnamed": NextStep("Use the field that `didYouMean` names; nothing was stored", SAME),
    "field_unknown": NextStep("Leave the field out, or use the name of one that there is; where it is a warning, it was ignored", SAME),
    "field_required": CHECKED,
    "field_invalid": CHECKED,
    "interaction_type_invalid": CHECKED,
    "schedule_invalid": NextStep("Send the schedule as a JSON object, not as text that holds one", SAME),
    "publish_time_is_midnight": nothing("it is a warning. Add the time of day, unless midnight is meant"),
    "publish_time_in_past": NextStep("Give a time that is still to come, or leave it out to publish at once", SAME),
    "invalid_publish_time": NextStep("Give a time with its zone, such as `2030-01-31T09:00:00Z`, or leave it out to publish at once", SAME),
    "repeat_same_text": NextStep(
        "Change the text of the repeat, since the network refuses the same text twice", "GET /v1/repeats/{repeatId}"
    ),
    "idempotency_key_conflict": NextStep(
        "Read `details.runId`, where it is there: it was made with this key; use a new key only for something else", *RUN
    ),
    "idempotency_key_in_use": NextStep("Look whether the first request took effect before you use another key", *POSTS),
    # runs and posts
    "run_not_found": NextStep("List the posts: each names its run", *POSTS),
    "run_not_draft": NextStep("Nothing: this run is scheduled already; its status says how far it is", *RUN),
    "run_empty": NextStep("Apply a new schedule: this draft has no posts left", *APPLY),
    "post_not_found": NextStep("List the posts, and take one's id from there", *POSTS),
    "post_not_cancelable": LOOK_AT_POST,
    "post_not_draft": LOOK_AT_POST,
    "post_not_editable": LOOK_AT_POST,
    "post_not_published": LOOK_AT_POST,
    "post_not_retryable": LOOK_AT_POST,
    "post_not_reconcilable": LOOK_AT_POST,
    "post_not_unresolved": LOOK_AT_POST,
    "provider_delete_unsupported": by_person("Delete it at the network itself: nothing here can"),
    "provider_reconcile_unsupported": by_person("Look on the network whether it is there; then say so in the dashboard"),
    "provider_post_taken": nothing("the network named a post that is there already; it was not posted twice"),
    "parent_post_failed": NextStep(
        "Retry the parent: the reply waits for it again; where the parent is published by now, retry the reply", *RETRY
    ),
    "publish_too_late": NextStep("Retry the post, if it is still to go out", *RETRY),
    "publish_outcome_unknown": NextStep(
        'Ask the network whether it is there. Only if somebody has looked and it is not: retry with `{"force": true}`', *RECONCILE
    ),
    "provider_never_answered": NextStep("Retry the post: the network has no such post", *RETRY),
    "publish_denied": NextStep("Retry the post: somebody has looked, and it is not there", *RETRY),
    "canceled": NextStep("Nothing: it was called off. Apply it anew, if it is to go out after all", *APPLY),
    "accepted": NOTE,
    "published": NOTE,
    "deleted": NOTE,
    "worker_lost": nothing("the next worker goes on from the remembered steps"),
    "worker_stopped": nothing("another worker continues with it"),
    # the sandbox
    "fault_invalid": NextStep("Arm a fault as the message says", *FAULTS),
    "network_not_found": NextStep("Name a simulated network that the message lists", "GET /v1/sandbox"),
    "clock_stopped": NextStep("Advance the clock, or resume it first", "POST /v1/sandbox/clock/advance", "sandbox_clock"),
    "clock_running": NextStep("Freeze the clock first", "POST /v1/sandbox/clock/freeze", "sandbox_clock"),
    "clock_busy": again("Wait until the call that advances the clock has answered", SAME, "sandbox_clock"),
    "sandbox_app_not_told": NextStep("Name an account of Facebook, Instagram or TikTok that is connected", *ACCOUNTS),
}
ENDINGS = {
    "_quota_exceeded": NextStep("Move the post to `details.nextFitUtc` or later", *SCHEDULE),
    "_setting_invalid": NextStep("Read the account's capabilities: they list each setting and what it takes", *CAPABILITIES),
    "_settings_unsupported": NextStep("Leave out the settings that its capabilities do not list", *CAPABILITIES),
    "_credentials_required": NextStep("Start the connection again with every field that the message names", *CONNECT),
    "_credentials_invalid": NextStep("Start the connection again with the value that the network shows", *CONNECT),
    "_no_destination": NextStep("Connect with an access that opens a destination, as the message says", *CONNECT),
}
