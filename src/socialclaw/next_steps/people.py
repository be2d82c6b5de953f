"""The next steps of signing in, of members and workspaces, and of what is paid for."""

from __future__ import annotations

from socialclaw.next_steps.step import NextStep, again, by_operator, by_person, nothing

UPGRADE = "GET /v1/billing/state"

CODES = {
    "sign_in_not_configured": by_operator("The operator sets what `details.settings` names"),
    "sign_in_state_invalid": by_person("Start the sign-in again, in the same browser"),
    "mail_code_invalid": by_person("Type the code of the newest mail, in the browser that asked for it; or ask for another mail"),
    "sign_in_code_invalid": by_person("Start the sign-in again in the app"),
    "identity_token_used": by_person("Sign in again on the device: each token is taken once"),
    "identity_taken": by_person("Sign in with that account; there its link can be ended"),
    "sign_up_closed": by_person("Ask a member for an invitation; the operator says who may sign up (`SOCIALCLAW_SIGN_IN__SIGN_UP`)"),
    "return_to_invalid": NextStep("Name a path of this server"),
    "code_challenge_required": NextStep("Send `codeChallenge`, and its verifier when the code is exchanged"),
    "code_challenge_invalid": NextStep("Send the base64url SHA-256 of the verifier: 43 characters"),
    "session_missing": by_person("Sign in; an API key is no session"),
    "session_invalid": by_person("Sign in again"),
    "sign_in_needs_https": by_operator("The operator serves https and sets `SOCIALCLAW_PUBLIC_BASE_URL`", "[going live](howto/go-live.md)"),
    "simulated_person": by_person("Sign in by a real identity provider, or use a test workspace"),
    "no_workspace": by_person("Ask for an invitation"),
    "name_not_confirmed": NextStep("Send the workspace's name as `GET /v1/dashboard/workspaces` has it", "GET /v1/dashboard/workspaces"),
    "workspace_gone": nothing("it is too late"),
    "workspace_not_closing": nothing("it stays as it is"),
    "export_not_found": NextStep("Ask for another export", "POST /v1/dashboard/workspace/export"),
    "identity_not_found": NextStep("List your identities again", "GET /v1/dashboard/identities"),
    "invite_not_yours": by_person("Sign in as the person with that address, then open the link again"),
    "support_request_not_found": by_operator("Look the id up again: `socialclaw support list`"),
    "subscription_past_due": by_person(
        "Update the payment method at `details.upgradeUrl`; posts that failed meanwhile can be retried then"
    ),
    "subscription_paused": by_person("Resume the subscription at `details.upgradeUrl`; posts that failed meanwhile can be retried then"),
    "subscription_canceled": by_person("Choose a plan at `details.upgradeUrl`; posts that failed meanwhile can be retried then"),
    "subscription_inactive": by_person("Choose a plan at `details.upgradeUrl`; posts that failed meanwhile can be retried then"),
    "post_limit_reached": NextStep(
        "Schedule less for that month, cancel something in it, or choose a larger plan at `details.upgradeUrl`",
        "GET /v1/posts",
        "list_posts",
    ),
    "account_limit_reached": NextStep(
        "Disconnect as many as `details.disconnect` says, or choose a larger plan at `details.upgradeUrl`",
        "GET /v1/accounts",
        "list_accounts",
    ),
    "billing_not_configured": NextStep(
        "Nothing: on this server nobody has to pay. The operator says what is sold", see="[billing](billing.md)"
    ),
    "billing_unavailable": again("Try again in a minute"),
    "billing_misconfigured": by_operator("Tell the operator, whose log says what the store refuses"),
    "subscription_bound": by_operator("Say `--move`, if the subscription is to be the other workspace's from now on"),
    "app_store_environment": by_person("Buy in the App Store itself; for App Review: `socialclaw workspaces app-review NAME on`"),
    "transaction_invalid": NextStep("Send what StoreKit has given the app as it is, of the app that this server is set up for"),
    "transaction_unsupported": by_person(
        "Buy a subscription that `GET /v1/billing/app-store/products` lists, with an Apple Account of one's own",
        "GET /v1/billing/app-store/products",
    ),
    "transaction_revoked": by_person("Subscribe again in the app"),
    "transaction_expired": by_person("Have the app show its newest transaction (`Transaction.currentEntitlements`)"),
    "transaction_claimed": by_person("Use the workspace that has it; what one subscription gives is one workspace's"),
    "notification_invalid": by_operator(
        "The operator compares bundle id and Apple ID with App Store Connect", "[how](howto/sell-on-apple.md)"
    ),
    "plan_granted": nothing("the plan was given by the operator, who can take it back (`socialclaw workspaces plan`)"),
    "plan_not_sold": NextStep("Choose another plan or interval: those with `available` in `GET /v1/billing/state`", UPGRADE),
    "subscription_exists": nothing("the workspace has this plan"),
    "subscription_elsewhere": by_person("Change the subscription where it was bought: `details.manageUrl`"),
    "subscription_missing": by_person("Buy a plan first", "POST /v1/billing/checkout"),
}
