"""The next steps of what has to do with keys, with the form of a request, and with the server itself."""

from __future__ import annotations

from socialclaw.next_steps.step import SAME, NextStep, again, by_operator, nothing

KEY = ("GET /v1/keys/validate", "get_profile")

CODES = {
    "content_encoding_unsupported": NextStep("Send the body uncompressed, without `Content-Encoding`", SAME),
    "cursor_invalid": NextStep("Begin with the first page, without a cursor", SAME),
    "filter_invalid": NextStep("Correct the parameter as the message says", SAME),
    "operation_not_allowed": NextStep(
        "Use a key that has the operation in `details.needs`, or make one: `socialclaw keys create --operations …`", *KEY
    ),
    "operation_not_for_agents": NextStep("Leave it out, or make a key of kind personal", SAME),
    "operations_too_wide": NextStep("Ask for no more than `details.operations`, or make the key with one that has more", SAME),
    "workspace_limit_reached": NextStep(
        "Make room as the message says, or ask the operator to raise the limit",
        "GET /v1/me/usage",
        "workspace_usage",
        see="[settings](settings.md)",
    ),
    "database_busy": again("Try again after `Retry-After`; the operator allows more connections, or stops what holds the lock"),
    "database_damaged": by_operator("The operator looks at the disk, and restores a backup"),
    "database_full": again("The operator makes room; the server goes on by itself. Nothing of a request that got this answer was stored"),
    "database_missing": by_operator(
        "The operator stops the server, puts the file (or the `.rescued-…` copy) in its place, and starts it again"
    ),
    "database_read_only": by_operator("The operator fixes the permissions of the file and its folder, or points the server to the primary"),
    "database_refused": by_operator("The operator corrects `SOCIALCLAW_DATABASE_URL`"),
    "deletion_request_not_found": NextStep("Look the code up again, as the network has shown it"),
    "signed_request_invalid": by_operator(
        "The operator compares the secrets of the apps with what Meta shows", "[callbacks](howto/callbacks.md)"
    ),
    "webhook_invalid": nothing("it is between the network and this server"),
    "webhook_signature_invalid": by_operator(
        "The operator compares the secret that is set here with the sender's", "[callbacks](howto/callbacks.md)"
    ),
    "host_unknown": by_operator("The operator sets `SOCIALCLAW_PUBLIC_BASE_URL` to the address that clients use"),
    "tool_not_chosen": NextStep("Choose the toolset that `details.toolset` names, in the address of the server"),
    "tool_not_found": NextStep("Use one of the tools that the message lists"),
    "range_not_satisfiable": NextStep("Ask for a range that the file has, or for all of it", SAME),
}
